"""What is said when a storage fails: one wording, whatever the protocol, and how long a passing fault is waited out."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

import stamina
import stamina.instrumentation

from vod_assets.domain.errors import StoreError

Result = TypeVar("Result")

ATTEMPTS = 10
PATIENCE_SECONDS = ContextVar("patience", default=60.0)
LONGEST_WAIT_SECONDS = 10.0
ANSWERS_PATIENCE = 4.0
LONGEST_SAID = 300


_log = logging.getLogger(__name__)


def _note(details: stamina.instrumentation.RetryDetails) -> None:
    _log.info("in %.1f s again, for the %d. time: %s", details.wait_for, details.retry_num, said(details.caused_by))


stamina.instrumentation.set_on_retry_hooks([_note])  # its own print to standard output, which belongs to --json


def patiently(work: Callable[[], Result], is_passing: Callable[[Exception], bool | float]) -> Result:
    """Return what the work returns; it is done again, ever later, while its faults may pass by themselves.

    Args:
        work: Is done at least once.
        is_passing: Whether a fault may pass; a number is how many seconds to wait for it.
    """
    for attempt in stamina.retry_context(
        on=is_passing,
        attempts=ATTEMPTS,
        timeout=PATIENCE_SECONDS.get(),
        wait_initial=min(0.1, LONGEST_WAIT_SECONDS),
        wait_max=LONGEST_WAIT_SECONDS,
        wait_jitter=min(0.5, LONGEST_WAIT_SECONDS),
    ):
        with attempt:
            return work()
    raise AssertionError("a retry ends with a result or an error")


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Wait passing faults out for another time than usual, in this thread."""
    token = PATIENCE_SECONDS.set(seconds)
    try:
        yield
    finally:
        PATIENCE_SECONDS.reset(token)


def at_most(seconds: float) -> float:
    """Return a time limit of a client, cut to how long passing faults are waited out in this thread."""
    return min(seconds, PATIENCE_SECONDS.get())


def answer_within(seconds: float) -> float:
    """Return how long an answer is waited for, cut to a few times as long as passing faults are in this thread.

    A busy server is slow to begin a long listing, so an answer is given more time than a fault.
    """
    return min(seconds, ANSWERS_PATIENCE * PATIENCE_SECONDS.get())


def said(error: BaseException) -> str:
    """Return an error's first line, without what a client adds for its developers."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:LONGEST_SAID]


def gone(where: str) -> StoreError:
    """Return the error of a file that is named and not there."""
    return StoreError("artifact_missing", f"{where} is gone", "Materialise it again")


def too_long(where: str, most_bytes: int) -> StoreError:
    """Return the error of a small file that is not small."""
    return StoreError("store_damaged", f"{where} is longer than {most_bytes} bytes", "Remove it and run again")


def corrupt(where: str) -> StoreError:
    """Return the error of bytes that came back other than they were stored."""
    cause = f"{where} has other bytes than were stored"
    return StoreError("store_corrupt", cause, "Remove it, and materialise it again")


def unlike_hash(path: object) -> StoreError:
    """Return the error of a local file that changed after it was hashed."""
    return StoreError("store_corrupt", f"{path} is not what was hashed", "Run again; check the scratch disk")


def full(where: str) -> StoreError:
    """Return the error of a storage without room, or of a quota that is used up."""
    return StoreError("disk_full", f"no space is left for {where}", "Free space there, then run again")


def denied(where: str, why: str, remedy: str) -> StoreError:
    """Return the error of a storage that says no."""
    return StoreError("store_denied", f"{where}: {why}", remedy)


def expired(where: str, remedy: str) -> StoreError:
    """Return the error of credentials that were right once."""
    return StoreError("credentials_expired", f"the credentials for {where} have expired", remedy)


def unreachable(where: str, why: str, remedy: str) -> StoreError:
    """Return the error of a storage that does not answer, or not sensibly."""
    return StoreError("store_unreachable", f"{where} cannot be reached: {why}", remedy)
