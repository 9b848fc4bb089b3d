"""What the errors of object stores mean.

The client has already asked again, with ever longer pauses, whatever a server answered with 5xx or 429; what it does
not ask again by itself is a request whose answer was cut, and a download that was.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    GenericError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)

from vod_assets.adapters.blobs import faults
from vod_assets.domain.errors import StoreError

Result = TypeVar("Result")

RETRY: Any = {
    "max_retries": 6,
    "retry_timeout": timedelta(seconds=60),
    "backoff": {"init_backoff": timedelta(milliseconds=200), "max_backoff": timedelta(seconds=10), "base": 2},
}
EXPIRED = (
    *("ExpiredToken", "RequestExpired", "TokenRefreshRequired", "token has expired", "invalid_grant"),
    *("Token has expired", "but the refreshed credentials are still expired"),  # botocore of a profile's
)
NO_KEYS = ("no credentials were found",)
SKEWED = ("RequestTimeTooSkewed",)
FULL = ("StorageFull", "QuotaExceeded", "InsufficientStorage", " 507 ", "no space", "No space", "disk full")
ARCHIVED = ("InvalidObjectState",)
NO_BUCKET = ("NoSuchBucket", "The specified bucket does not exist")
ODD_KEY = re.compile(r'invalid path: Error parsing Path "(.*?)": ', re.DOTALL)
FINAL = ("with invalid path", *EXPIRED, *NO_KEYS, *SKEWED, *FULL, *ARCHIVED, *NO_BUCKET)
PASSING_ERRORS = (GenericError, ConnectionError, TimeoutError)
REMEDIES = {
    "s3": "Check VOD_S3_PROFILE, or VOD_S3_ACCESS_KEY_ID and VOD_S3_SECRET_ACCESS_KEY, and the bucket's policy; "
    "`vod doctor` tries them",
    "gs": "Check the application default credentials and the bucket's policy; `vod doctor` tries them",
}


def client_retries() -> Any:
    """Return how a client that is opened now asks again by itself."""
    longest = timedelta(seconds=faults.at_most(RETRY["retry_timeout"].total_seconds()))
    return {**RETRY, "retry_timeout": longest}


def patiently(work: Callable[[], Result]) -> Result:
    """Do something that may be done twice; it is done again while its faults may pass by themselves."""
    return faults.patiently(work, is_passing)


def is_passing(error: Exception) -> bool:
    """Whether the same call may work a little later."""
    refused = (AlreadyExistsError, PreconditionError, PermissionDeniedError, UnauthenticatedError, FileNotFoundError)
    if isinstance(error, refused) or _has(error, FINAL) or _is_refusal(error):
        return False
    return isinstance(error, PASSING_ERRORS)


def is_without_bucket(error: Exception) -> bool:
    """Whether it is not the object that is missing, but all of the bucket."""
    return _has(error, NO_BUCKET)


def fault(where: str, error: Exception) -> StoreError:
    """Return the error that a caller gets, with what to do."""
    scheme, said = where.partition("://")[0], _said(error)
    if _has(error, EXPIRED):
        return faults.expired(where, "Renew them, in the settings or where AWS's own tools find them; then run again")
    if _has(error, NO_KEYS):
        return faults.denied(where, NO_KEYS[0], REMEDIES["s3"])
    if _has(error, SKEWED):
        return faults.denied(where, "this machine's clock is wrong", "Set the clock; use NTP")
    if _has(error, ARCHIVED):
        cause = f"{where} is in an archive class"
        return StoreError("source_archived", cause, "Bring it back (restore it) in the storage's console")
    if is_without_bucket(error):
        return faults.unreachable(where, "there is no such bucket", "Check the address; `vod doctor` tries it")
    if (odd := ODD_KEY.search(str(error))) is not None:
        cause = f"{where} holds an object whose key cannot be a name here: {odd[1]!r}"[: 2 * faults.LONGEST_SAID]
        return StoreError("bad_name", cause, "Rename the object: no empty parts, no “.” or “..”, no control characters")
    if isinstance(error, FileNotFoundError):
        return faults.gone(where)
    if _has(error, FULL):
        return faults.full(where)
    if isinstance(error, (PermissionDeniedError, UnauthenticatedError)):
        return faults.denied(where, f"it may not be read or written: {said}", REMEDIES.get(scheme, ""))
    setting = "VOD_S3_ENDPOINT" if scheme == "s3" else "VOD_GCS_ENDPOINT"
    return faults.unreachable(where, said, f"Check {setting} and the network; then run again")


ERRORS = (BaseError, FileNotFoundError, ConnectionError, TimeoutError)


def _is_refusal(error: Exception) -> bool:
    """Whether a server understood and said no: 4xx, but for those that ask for patience."""
    found = re.search(r"non-2xx status code: (\d{3})", str(error))
    return found is not None and found[1].startswith("4") and found[1] not in ("408", "409", "425", "429")


def _has(error: Exception, words: tuple[str, ...]) -> bool:
    text = str(error)
    return any(word in text for word in words)


def _said(error: BaseException) -> str:
    """Return what the server said: its code and message where it sent a document, else the first line."""
    parts = re.search(r"<Code>([^<]*)</Code>.*?<Message>([^<]*)</Message>", str(error), re.DOTALL)
    return f"{parts[1]}: {parts[2]}"[: faults.LONGEST_SAID] if parts else faults.said(error)
