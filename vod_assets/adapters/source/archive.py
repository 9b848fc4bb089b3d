"""S3's archive classes: whether an object must be brought back before it is read, and asking for that."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal
from urllib.parse import unquote

from vod_assets.adapters.blobs.opening import Access
from vod_assets.domain.errors import StoreError

State = Literal["", "asleep", "coming"]
CLASSES = ("GLACIER", "DEEP_ARCHIVE")  # GLACIER_IR is read at once
COMING = 'ongoing-request="true"'
KNOWN_ALREADY = ("RestoreAlreadyInProgress", "ObjectAlreadyInActiveTierError")


class S3Archive:
    """Looks after objects in archive classes.

    Args:
        access: How S3 is reached.
    """

    def __init__(self, access: Access) -> None:
        self._access = access

    def state(self, address: str) -> State:
        """Return whether an object is asleep, coming back, or neither.

        Raises:
            StoreError: ``store_failed``: S3 does not say.
        """
        return _state(self._described(address))

    def wake(self, address: str, days: int, tier: str) -> State:
        """Ask for an object that is asleep, and return its state after that.

        Args:
            address: ``s3://bucket/key``.
            days: How long the copy that comes back stays.
            tier: How fast it comes: ``Standard``, ``Bulk`` or ``Expedited``.

        Raises:
            StoreError: ``store_failed``: S3 refuses.
        """
        described = self._described(address)
        if _state(described) != "asleep":
            return _state(described)
        wish: dict[str, Any] = {"GlacierJobParameters": {"Tier": tier}}
        if described.get("StorageClass") in CLASSES:
            wish["Days"] = days  # what intelligent tiering brings back stays
        with _told(address, passed_over=KNOWN_ALREADY):
            bucket, key = _parts(address)
            self._client.restore_object(Bucket=bucket, Key=key, RestoreRequest=wish)
        return "coming"

    def _described(self, address: str) -> Any:
        bucket, key = _parts(address)
        with _told(address):
            return self._client.head_object(Bucket=bucket, Key=key)

    @property
    def _client(self) -> Any:
        from vod_assets.adapters.blobs.aws import s3_client

        return s3_client(self._access.to_s3)


def _state(described: Any) -> State:
    is_archived = described.get("StorageClass") in CLASSES or bool(described.get("ArchiveStatus"))
    restore = str(described.get("Restore", ""))
    if COMING in restore:
        return "coming"
    return "asleep" if is_archived and not restore else ""


def _parts(address: str) -> tuple[str, str]:
    bucket, _, key = address.partition("://")[2].partition("/")
    return bucket, unquote(key, errors="surrogateescape")


@contextmanager
def _told(address: str, passed_over: tuple[str, ...] = ()) -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        said = error.response.get("Error", {})
        if said.get("Code") not in passed_over:
            cause = f"{address}: {said.get('Code')}: {said.get('Message')}"
            raise StoreError(
                "store_failed", cause, "Check the bucket's policy: s3:GetObject, s3:RestoreObject"
            ) from error
    except BotoCoreError as error:
        raise StoreError("store_failed", f"{address}: {error}", "Check the network; it is tried again") from error
