"""Where it is written down which workflows begin later."""

from datetime import datetime
from typing import Protocol

from vod_assets.domain.workflow_schedules import WorkflowSchedule


class Schedules(Protocol):
    """Keeps schedules, and which instants of them have begun."""

    def add(self, schedule: WorkflowSchedule) -> None:
        """Write a schedule down; the same one again changes nothing."""
        ...

    def all(self) -> list[WorkflowSchedule]:
        """Return every schedule, by its id."""
        ...

    def cancel(self, schedule_id: str) -> bool:
        """Remove a schedule; return whether it was there."""
        ...

    def begin(self, schedule: WorkflowSchedule, due: datetime, who: str) -> bool:
        """Claim an instant for a deployment; return whether it is that one's, now or since before."""
        ...

    def begun(self, schedule: WorkflowSchedule) -> datetime | None:
        """Return the newest instant that was claimed; None: none was."""
        ...
