"""S3 and Google Cloud Storage, through obstore's synchronous interface.

The server keeps the checksum that is sent with every part, so what arrives is what was sent; what comes back is hashed
here. A name is created by a conditional put (``If-None-Match: *``).
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)
from obstore.store import GCSStore, S3Store

from vod_assets.adapters.blobs.names import checked_name
from vod_assets.adapters.blobs.opening import GcsAccess, S3Access
from vod_assets.domain.errors import StoreError
from vod_assets.ports.blobs import Blob

PART_BYTES = 8 << 20
PARTS_AT_ONCE = 4
CHUNK_BYTES = 1 << 20
LISTED_AT_ONCE = 1000
DELETED_AT_ONCE = 1000
ARCHIVED = frozenset({"GLACIER", "DEEP_ARCHIVE"})
RETRY: Any = {
    "max_retries": 8,
    "retry_timeout": timedelta(seconds=120),
    "backoff": {"init_backoff": timedelta(milliseconds=200), "max_backoff": timedelta(seconds=10), "base": 2},
}


class ObjectBlobs:
    """The objects of a bucket below a prefix.

    Args:
        store: obstore's view of the bucket and prefix.
        address: How the place is called: ``s3://bucket/prefix``.
    """

    def __init__(self, store: S3Store | GCSStore, address: str) -> None:
        self.store, self.address = store, address

    def read(self, name: str, most_bytes: int = 64 << 20) -> bytes | None:
        """Return a small object, or None."""
        with self._faults(name):
            try:
                result = obstore.get(self.store, checked_name(name))
            except FileNotFoundError:
                return None
            if result.meta["size"] > most_bytes:
                where = self._where(name)
                raise StoreError(
                    "store_damaged", f"{where} is longer than {most_bytes} bytes", "Remove it and run again"
                )
            return bytes(result.bytes())

    def create(self, name: str, data: bytes) -> bool:
        """Write an object exactly once; a lost answer is settled by reading what is there."""
        with self._faults(name):
            try:
                obstore.put(self.store, checked_name(name), data, mode="create", use_multipart=False)
            except (AlreadyExistsError, PreconditionError):
                return self.read(name) == data
        return True

    def replace(self, name: str, data: bytes) -> None:
        """Write an object; a reader sees the old one or the new one."""
        with self._faults(name):
            obstore.put(self.store, checked_name(name), data, use_multipart=False)

    def stat(self, name: str) -> Blob | None:
        """Return what the server says of an object."""
        with self._faults(name):
            try:
                return _blob(name, obstore.head(self.store, checked_name(name)))
            except FileNotFoundError:
                return None

    def walk(self, prefix: str = "", start_after: str = "", *, with_drafts: bool = False) -> Iterator[Blob]:
        """List objects, page by page, in the server's order."""
        below = checked_name(prefix) if prefix else None
        with self._faults(prefix):
            for page in obstore.list(self.store, below, offset=start_after or None, chunk_size=LISTED_AT_ONCE):
                for found in page:
                    yield _blob(found["path"], found)

    def files(self, prefix: str = "") -> Iterator[Blob]:
        """Yield the objects directly below a prefix."""
        with self._faults(prefix):
            found = obstore.list_with_delimiter(self.store, checked_name(prefix) if prefix else None)
        return (_blob(meta["path"], meta) for meta in found["objects"])

    def folders(self, prefix: str = "") -> list[str]:
        """Return the common prefixes directly below a prefix."""
        with self._faults(prefix):
            found = obstore.list_with_delimiter(self.store, checked_name(prefix) if prefix else None)
        return sorted(path.rstrip("/").rpartition("/")[2] for path in found["common_prefixes"])

    def send(self, path: Path, name: str, sha256: str, headers: Mapping[str, str] | None = None) -> None:
        """Upload a file, in parts when it is long; the name appears when all of it is there."""
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                raise StoreError("store_corrupt", f"{path} is not what was hashed", "Run again; check the scratch disk")
        with self._faults(name):
            obstore.put(
                self.store,
                checked_name(name),
                path,
                attributes=dict(headers or {}),
                chunk_size=PART_BYTES,
                max_concurrency=PARTS_AT_ONCE,
            )

    def fetch(self, name: str, path: Path, sha256: str = "") -> str:
        """Download an object in chunks, and hash it on the way."""
        digest = hashlib.sha256()
        with self._faults(name), path.open("xb") as file:
            try:
                for chunk in obstore.get(self.store, checked_name(name)).stream(min_chunk_size=CHUNK_BYTES):
                    digest.update(chunk)
                    file.write(chunk)
            except BaseException:
                path.unlink()
                raise
        found = digest.hexdigest()
        if sha256 not in ("", found):
            path.unlink()
            cause = f"{self._where(name)} has other bytes than were stored"
            raise StoreError("store_corrupt", cause, "Remove it, and materialise it again")
        return found

    def copy(self, name: str, other: str) -> None:
        """Copy an object on the server."""
        with self._faults(name):
            obstore.copy(self.store, checked_name(name), checked_name(other))

    def move(self, name: str, other: str) -> None:
        """Copy an object on the server, then delete the first."""
        self.copy(name, other)
        self.delete([name])

    def delete(self, names: Iterable[str]) -> None:
        """Remove objects, a thousand at once."""
        doomed = [checked_name(name) for name in names]
        for start in range(0, len(doomed), DELETED_AT_ONCE):
            with self._faults(doomed[start]):
                try:
                    obstore.delete(self.store, doomed[start : start + DELETED_AT_ONCE])
                except FileNotFoundError:
                    continue  # a server that minds; the others of the batch are gone

    def path(self, name: str) -> Path | None:
        """Return None: a bucket is no disk."""
        return None

    def _where(self, name: str) -> str:
        return f"{self.address}/{name}"

    @contextmanager
    def _faults(self, name: str) -> Iterator[None]:
        """Turn what is left after the retries into one clear error."""
        where = self._where(name)
        try:
            yield
        except FileNotFoundError as error:
            raise StoreError("artifact_missing", f"{where} is gone", "Materialise it again") from error
        except (PermissionDeniedError, UnauthenticatedError) as error:
            remedy = "Check the keys and the bucket's policy; `vod doctor` tries them"
            raise StoreError("store_denied", f"{where} may not be read or written: {_said(error)}", remedy) from error
        except BaseError as error:
            raise StoreError(*_fault(where, error)) from error


def s3_blobs(bucket: str, prefix: str, access: S3Access) -> ObjectBlobs:
    """Return the objects of an S3 bucket; what the settings leave empty is found as AWS's own tools find it."""
    named = {
        "aws_endpoint": access.endpoint,
        "aws_region": access.region or ("us-east-1" if access.endpoint else ""),
        "aws_access_key_id": access.access_key_id,
        "aws_secret_access_key": access.secret_access_key,
    }
    config: Any = {name: value for name, value in named.items() if value}
    config |= {"aws_checksum_algorithm": "sha256", "aws_conditional_put": "etag"}
    options = _client_options(access.endpoint)
    store = S3Store(bucket, prefix=prefix or None, config=config, client_options=options, retry_config=RETRY)
    return ObjectBlobs(store, f"s3://{bucket}/{prefix}".rstrip("/"))


def gcs_blobs(bucket: str, prefix: str, access: GcsAccess) -> ObjectBlobs:
    """Return the objects of a Google Cloud Storage bucket."""
    elsewhere: Any = {"google_base_url": access.endpoint, "google_skip_signature": True} if access.endpoint else {}
    options = _client_options(access.endpoint)
    store = GCSStore(bucket, prefix=prefix or None, config=elsewhere, client_options=options, retry_config=RETRY)
    return ObjectBlobs(store, f"gs://{bucket}/{prefix}".rstrip("/"))


def _client_options(endpoint: str) -> Any:
    return {
        "timeout": timedelta(seconds=60),
        "connect_timeout": timedelta(seconds=10),
        "allow_http": endpoint.startswith("http://"),
    }


def _blob(name: str, meta: Any) -> Blob:
    tag = str(meta["e_tag"] or meta["version"] or "")
    return Blob(name, int(meta["size"]), meta["last_modified"].timestamp(), tag)


def _fault(where: str, error: BaseError) -> tuple[str, str, str]:
    said = _said(error)
    if "ExpiredToken" in said or "RequestExpired" in said:
        return "credentials_expired", f"the credentials for {where} have expired", "Renew them, then run again"
    if "507" in said or "StorageFull" in said or "no space" in said.lower():
        return "disk_full", f"no space is left for {where}", "Free space there, then run again"
    return "store_unreachable", f"{where} cannot be reached: {said}", "Check the endpoint; then run again"


def _said(error: BaseException) -> str:
    """Return an error's first line without what a client adds for its developers."""
    return str(error).strip().splitlines()[0][:300]
