"""A ledger in a storage that creates a name exactly once.

::

    jobs/<work>/<number>/meant.json    a try is about to be handed in
    jobs/<work>/<number>/job.json      the service's id of its job
    jobs/<work>/<number>/ended.json    how it ended
"""

import json
from collections.abc import Mapping

from vod_assets.domain.errors import StoreError
from vod_assets.ports.blobs import Blobs

JOBS = "jobs/"
MEANT, JOB, ENDED = "meant.json", "job.json", "ended.json"


class BlobLedger:
    """Keeps notes of jobs."""

    def __init__(self, blobs: Blobs) -> None:
        self.blobs = blobs

    def current(self, work: str) -> int:
        """Return the number of the try that has not ended."""
        numbers = [int(name) for name in self.blobs.folders(f"{JOBS}{work}/") if name.isdigit()]
        last = max(numbers, default=1)
        return last + 1 if self.ending(work, last) else last

    def mean(self, work: str, number: int, said: Mapping[str, str]) -> bool:
        """Note that a try is about to be handed in."""
        return self._create(work, number, MEANT, said)

    def job(self, work: str, number: int) -> str:
        """Return the service's id of a try's job."""
        return self._said(work, number, JOB, "job")

    def note(self, work: str, number: int, job: str) -> str:
        """Note a try's job, and return the first that was noted."""
        return job if self._create(work, number, JOB, {"job": job}) else self.job(work, number)

    def end(self, work: str, number: int, how: str) -> None:
        """Note that a try has ended."""
        self._create(work, number, ENDED, {"how": how})

    def ending(self, work: str, number: int) -> str:
        """Return how a try ended."""
        return self._said(work, number, ENDED, "how")

    def _create(self, work: str, number: int, name: str, said: Mapping[str, str]) -> bool:
        return self.blobs.create(_name(work, number, name), json.dumps(dict(said), indent=1).encode() + b"\n")

    def _said(self, work: str, number: int, name: str, word: str) -> str:
        place = _name(work, number, name)
        data = self.blobs.read(place)
        if data is None:
            return ""
        try:
            return str(json.loads(data)[word])
        except (ValueError, KeyError, TypeError) as error:
            cause = f"{place} of {self.blobs.address} cannot be read"
            raise StoreError("store_damaged", cause, "Remove it and run again") from error


def _name(work: str, number: int, name: str) -> str:
    return f"{JOBS}{work}/{number:04d}/{name}"
