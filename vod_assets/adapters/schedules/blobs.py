"""Schedules in a storage that creates a name once: ``schedules/<id>.json`` and ``schedules/<id>/<instant>``."""

from datetime import UTC, datetime

from pydantic import ValidationError

from vod_assets.domain.workflow_schedules import WorkflowSchedule
from vod_assets.ports.blobs import Blobs

FOLDER, ENDING = "schedules/", ".json"
INSTANT = "%Y%m%dT%H%M%SZ"


class BlobSchedules:
    """Keeps schedules beside the artifacts, so that every host sees the same ones.

    Args:
        blobs: The default store's storage.
    """

    def __init__(self, blobs: Blobs) -> None:
        self.blobs = blobs

    def add(self, schedule: WorkflowSchedule) -> None:
        """Write a schedule down."""
        self.blobs.create(f"{FOLDER}{schedule.id}{ENDING}", schedule.model_dump_json().encode())

    def all(self) -> list[WorkflowSchedule]:
        """Return every schedule; what somebody else put there is passed over."""
        found = []
        for blob in self.blobs.files(FOLDER):
            name = blob.name.removeprefix(FOLDER)
            if "/" in name or not name.endswith(ENDING) or (text := self.blobs.read(blob.name)) is None:
                continue
            try:
                found.append(WorkflowSchedule.model_validate_json(text))
            except ValidationError:
                continue
        return sorted(found, key=lambda one: one.id)

    def cancel(self, schedule_id: str) -> bool:
        """Remove a schedule and its claims."""
        name = f"{FOLDER}{schedule_id}{ENDING}"
        was_there = self.blobs.stat(name) is not None
        self.blobs.delete([name, *(blob.name for blob in self.blobs.files(f"{FOLDER}{schedule_id}/"))])
        return was_there

    def begin(self, schedule: WorkflowSchedule, due: datetime, who: str) -> bool:
        """Claim an instant."""
        name = self._claim(schedule, due)
        return self.blobs.create(name, who.encode()) or self.blobs.read(name) == who.encode()

    def begun(self, schedule: WorkflowSchedule) -> datetime | None:
        """Return the newest instant that was claimed."""
        folder = f"{FOLDER}{schedule.id}/"
        found = [_read(blob.name.removeprefix(folder)) for blob in self.blobs.files(folder)]
        return max((one for one in found if one is not None), default=None)

    def _claim(self, schedule: WorkflowSchedule, due: datetime) -> str:
        return f"{FOLDER}{schedule.id}/{due.astimezone(UTC).strftime(INSTANT)}"


def _read(name: str) -> datetime | None:
    try:
        return datetime.strptime(name, INSTANT).replace(tzinfo=UTC)
    except ValueError:
        return None
