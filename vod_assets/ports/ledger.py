"""What is known of jobs that were handed in to transcoding services."""

from collections.abc import Mapping
from typing import Protocol


class Ledger(Protocol):
    """Notes of jobs, each written once and never changed; kept where artifacts are kept, so that every host asks it.

    Jobs that make the same are *tries* of one work, numbered from 1. A try is meant before it is handed in, so that
    whoever comes after a crash knows that there may be a job that nobody noted.

    What cannot be read or written is a `StoreError`.
    """

    def current(self, work: str) -> int:
        """Return the number of the try that has not ended; the first one's or the next one's if there is none yet."""
        ...

    def mean(self, work: str, number: int, said: Mapping[str, str]) -> bool:
        """Note that a try is about to be handed in; whether this caller is the first to say so."""
        ...

    def job(self, work: str, number: int) -> str:
        """Return the service's id of a try's job; empty: none is noted."""
        ...

    def note(self, work: str, number: int, job: str) -> str:
        """Note a try's job, and return the one that is noted: the first."""
        ...

    def end(self, work: str, number: int, how: str) -> None:
        """Note that a try has ended, and how: nobody asks for its job again."""
        ...

    def ending(self, work: str, number: int) -> str:
        """Return how a try ended; empty: it has not."""
        ...
