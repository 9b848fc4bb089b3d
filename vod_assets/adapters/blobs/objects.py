"""S3 and Google Cloud Storage, through obstore's synchronous interface (its asynchronous one ends interpreters).

S3 keeps the checksum that is sent with every part, so what arrives is what was sent; GCS is asked for the MD5 of what
is sent in one piece. What comes back is hashed here. A name is created by a conditional put (``If-None-Match: *``).
"""

import hashlib
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import obstore
from obstore.exceptions import AlreadyExistsError, PreconditionError
from obstore.store import GCSStore, S3Store

from vod_assets.adapters.blobs import faults, object_faults
from vod_assets.adapters.blobs.budget import Budget
from vod_assets.adapters.blobs.disk import CHUNK_BYTES
from vod_assets.adapters.blobs.landing import Landing, landed
from vod_assets.adapters.blobs.long_objects import (
    SENT_PART_BYTES,
    checked_parts,
    receive_parts,
    send_parts,
)
from vod_assets.adapters.blobs.names import checked_name
from vod_assets.adapters.blobs.odd_keys import EveryKey
from vod_assets.adapters.blobs.opening import GcsAccess, S3Access
from vod_assets.adapters.transfers import counter
from vod_assets.domain.errors import StoreError
from vod_assets.ports.blobs import Blob, Told

Result = TypeVar("Result")

SHORT_BYTES = SENT_PART_BYTES  # up to here an object goes and comes in one piece
LONG_BYTES = 64 << 20  # from here on several parts are fetched side by side
LISTED_AT_ONCE = 1000
DELETED_AT_ONCE = 1000
WRITER = "writer"  # metadata of an object that was created: who did it
SHA256 = "sha256"  # metadata of an object that was sent

_memory = Budget(8 * SHORT_BYTES)  # of short files on their way


class ObjectBlobs:
    """The objects of a bucket below a prefix.

    Args:
        store: obstore's view of the bucket and prefix.
        address: How the place is called: ``s3://bucket/prefix``.
        every_key: Lists what this client cannot, where there is another that can.
    """

    transfers = 32  # a request is mostly waiting

    def __init__(self, store: S3Store | GCSStore, address: str, every_key: EveryKey | None = None) -> None:
        self.store, self.address, self._every_key = store, address, every_key

    def read(self, name: str, most_bytes: int = 64 << 20) -> bytes | None:
        """Return a small object, or None."""

        def read() -> bytes:
            result = obstore.get(self.store, checked_name(name))
            if result.meta["size"] > most_bytes:
                raise faults.too_long(self._where(name), most_bytes)
            return bytes(result.bytes())

        return self._tried_or_none(name, read)

    def read_range(self, name: str, start: int, end: int) -> bytes | None:
        """Return a part of an object, or None."""

        def read() -> bytes:
            plain = checked_name(name)
            last = min(end, int(obstore.head(self.store, plain)["size"]))  # a range that begins at the end is an error
            return bytes(obstore.get_range(self.store, plain, start=start, end=last)) if start < last else b""

        return self._tried_or_none(name, read)

    def create(self, name: str, data: bytes) -> bool:
        """Write an object exactly once; a lost answer is settled by who is named in the object that is there."""
        writer = secrets.token_hex(8)

        def create() -> bool:
            try:
                self._put(name, data, {WRITER: writer}, mode="create")
            except (AlreadyExistsError, PreconditionError):
                found = obstore.get(self.store, checked_name(name))
                # A server that keeps no metadata names nobody; then the bytes must do.
                return found.attributes.get(WRITER, writer) == writer and bytes(found.bytes()) == data
            return True

        return self._tried(name, create)

    def replace(self, name: str, data: bytes) -> None:
        """Write an object; a reader sees the old one or the new one."""
        self._tried(name, lambda: self._put(name, data, {}))

    def stat(self, name: str) -> Blob | None:
        """Return what the server says of an object."""
        return self._tried_or_none(name, lambda: _blob(name, obstore.head(self.store, checked_name(name))))

    def walk(self, prefix: str = "", start_after: str = "", *, with_drafts: bool = False) -> Iterator[Blob]:
        """List objects, page by page, in the server's order; after a cut it goes on behind the last one."""
        below, last = checked_name(prefix) if prefix else None, start_after
        pages: Iterator[Any] | None = None

        def page() -> Any:
            nonlocal pages
            begun, pages = pages, None  # begun again, unless this goes well
            listing = begun or iter(obstore.list(self.store, below, offset=last or None, chunk_size=LISTED_AT_ONCE))
            found = next(listing, ())
            pages = listing
            return found

        while found := self._tried(prefix, page):
            for meta in found:
                yield _blob(meta["path"], meta)
            last = found[-1]["path"]

    def survey(self, start_after: str, told: Told) -> Iterator[Blob]:
        """List all objects, past those whose keys have no name here."""
        last = start_after
        try:
            for blob in self.walk(start_after=start_after):
                yield blob
                last = blob.name
        except StoreError as error:
            if self._every_key is None or error.code != "bad_name":
                raise
            yield from self._every_key.survey(last, told)

    def files(self, prefix: str = "") -> Iterator[Blob]:
        """Yield the objects directly below a prefix."""
        try:
            found = self._level(prefix)["objects"]
        except StoreError as error:
            if self._every_key is None or error.code != "bad_name":
                raise
            return self._every_key.files(prefix)
        return (_blob(meta["path"], meta) for meta in found)

    def folders(self, prefix: str = "") -> list[str]:
        """Return the common prefixes directly below a prefix."""
        return sorted(path.rstrip("/").rpartition("/")[2] for path in self._level(prefix)["common_prefixes"])

    def send(self, path: Path, name: str, sha256: str, headers: Mapping[str, str] | None = None) -> None:
        """Upload a file, in parts when it is long; the name appears when all of it is there and was what was hashed."""
        count, attributes = counter(), {**(headers or {}), SHA256: sha256}

        def send() -> None:
            with path.open("rb") as file:
                size_bytes = os.fstat(file.fileno()).st_size
                if size_bytes > SHORT_BYTES:
                    parts = checked_parts(file, path, sha256, count)
                    send_parts(self.store, checked_name(name), parts, size_bytes, attributes)
                    return
                with _memory.buffer(size_bytes) as buffer:
                    data = buffer[: file.readinto(buffer)]
                    if hashlib.sha256(data).hexdigest() != sha256:
                        raise faults.unlike_hash(path)
                    self._put(name, data, attributes)
                count(size_bytes)

        self._tried(name, send)

    def fetch(self, name: str, path: Path, sha256: str = "") -> str:
        """Download an object and hash it on the way; the parts of a long one come side by side."""

        def receive(landing: Landing) -> None:
            self._tried(name, lambda: self._receive(name, landing))

        return landed(self._where(name), path, sha256, receive)

    def sent_sha256(self, name: str) -> str:
        """Return the checksum beside an object, which went with its bytes."""
        head: Any = {"head": True}
        plain = checked_name(name)
        found = self._tried_or_none(name, lambda: obstore.get(self.store, plain, options=head).attributes)
        return str((found or {}).get(SHA256, ""))

    def copy(self, name: str, other: str) -> None:
        """Copy an object on the server."""
        self._tried(name, lambda: obstore.copy(self.store, checked_name(name), checked_name(other)))

    def move(self, name: str, other: str) -> None:
        """Copy an object on the server, then delete the first."""
        self.copy(name, other)
        self.delete([name])

    def delete(self, names: Iterable[str]) -> None:
        """Remove objects, a thousand at once."""
        doomed = [checked_name(name) for name in names]
        for start in range(0, len(doomed), DELETED_AT_ONCE):
            some = doomed[start : start + DELETED_AT_ONCE]
            # None: a server that minds a missing object; the others of the batch are gone.
            self._tried_or_none(some[0], lambda some=some: obstore.delete(self.store, some))  # type: ignore[misc]

    def path(self, name: str) -> Path | None:
        """Return None: a bucket is no disk."""
        return None

    def _put(self, name: str, data: bytes | memoryview, attributes: Mapping[str, str], **options: Any) -> None:
        put = obstore.put(
            self.store, checked_name(name), data, attributes=dict(attributes), use_multipart=False, **options
        )
        if isinstance(self.store, GCSStore) and not _is_md5_of(data, put["e_tag"]):
            obstore.delete(self.store, checked_name(name))
            raise faults.corrupt(self._where(name))

    def _receive(self, name: str, landing: Landing) -> None:
        plain = checked_name(name)
        if landing.size_bytes:
            receive_parts(self.store, plain, obstore.head(self.store, plain), landing)
            return
        result = obstore.get(self.store, plain)
        meta = result.meta
        if meta["size"] >= LONG_BYTES:
            del result  # or its connection stays open, and full, while other long files come first
            receive_parts(self.store, plain, meta, landing)
        elif meta["size"] <= SHORT_BYTES:
            with _memory.lent(meta["size"]):
                landing.take(memoryview(result.bytes()))
        else:
            for chunk in result.stream(min_chunk_size=CHUNK_BYTES):
                landing.take(memoryview(chunk))

    def _level(self, prefix: str) -> Any:
        below = checked_name(prefix) if prefix else None
        return self._tried(prefix, lambda: obstore.list_with_delimiter(self.store, below))

    def _where(self, name: str) -> str:
        return f"{self.address}/{name}"

    def _tried(self, name: str, work: Callable[[], Result]) -> Result:
        """Do something in the bucket, again while it is only busy or away; turn what remains into one clear error."""
        where = self._where(name)
        try:
            return object_faults.patiently(work)
        except object_faults.ERRORS as error:
            raise object_faults.fault(where, error) from error

    def _tried_or_none(self, name: str, work: Callable[[], Result]) -> Result | None:
        """Do the same, or return None when there is no such object."""
        try:
            return object_faults.patiently(work)
        except object_faults.ERRORS as error:
            if isinstance(error, FileNotFoundError) and not object_faults.is_without_bucket(error):
                return None
            raise object_faults.fault(self._where(name), error) from error


def _is_md5_of(data: bytes | memoryview, tag: str | None) -> bool:
    """Whether an entity tag is the MD5 of the data; one that is no MD5 says nothing."""
    plain = (tag or "").strip('"')
    is_md5 = len(plain) == 32 and all(digit in "0123456789abcdef" for digit in plain)
    return not is_md5 or plain == hashlib.md5(data, usedforsecurity=False).hexdigest()


def s3_blobs(bucket: str, prefix: str, access: S3Access) -> ObjectBlobs:
    """Return the objects of an S3 bucket; what the settings leave empty is found as AWS's own tools find it."""
    config: Any = {"aws_checksum_algorithm": "sha256", "aws_conditional_put": "etag"}
    if access.endpoint:
        config["aws_endpoint"] = access.endpoint
    store = S3Store(
        bucket,
        prefix=prefix or None,
        config=config | _who_asks(access),
        client_options=_client_options(access.endpoint) | {"allow_invalid_certificates": not access.is_verified},
        retry_config=object_faults.client_retries(),
        **_lent(access),
    )
    return ObjectBlobs(store, f"s3://{bucket}/{prefix}".rstrip("/"), EveryKey(bucket, prefix.strip("/"), access))


def _who_asks(access: S3Access) -> dict[str, str]:
    """Return the part of the configuration that names region and keys; with all of it here, boto3 is not imported."""
    region = access.region or ("us-east-1" if access.endpoint else "")
    if access.is_unsigned:
        return {"aws_region": region or "us-east-1", "aws_skip_signature": "true"}
    if not region or not access.access_key_id:
        from vod_assets.adapters.blobs.aws import region_of

        region = region_of(access)
    keys = {
        "aws_access_key_id": access.access_key_id,
        "aws_secret_access_key": access.secret_access_key,
        "aws_session_token": access.session_token,
    }
    return {"aws_region": region} | {name: value for name, value in keys.items() if value}


def _lent(access: S3Access) -> dict[str, Any]:
    if access.access_key_id or access.is_unsigned:
        return {}
    from vod_assets.adapters.blobs.aws import lending

    return {"credential_provider": lending(access)}


def gcs_blobs(bucket: str, prefix: str, access: GcsAccess) -> ObjectBlobs:
    """Return the objects of a Google Cloud Storage bucket."""
    elsewhere: Any = {}
    if access.endpoint:  # a server that is asked without credentials; writes are not sent without any
        nobody = {"token": "nobody", "expires_at": None}
        elsewhere = {"config": {"google_base_url": access.endpoint}, "credential_provider": lambda: nobody}
    options = _client_options(access.endpoint)
    retry = object_faults.client_retries()
    store = GCSStore(bucket, prefix=prefix or None, client_options=options, retry_config=retry, **elsewhere)
    return ObjectBlobs(store, f"gs://{bucket}/{prefix}".rstrip("/"))


def _client_options(endpoint: str) -> Any:
    return {
        "timeout": timedelta(seconds=60),
        "connect_timeout": timedelta(seconds=faults.at_most(10.0)),
        "allow_http": endpoint.startswith("http://"),
    }


def _blob(name: str, meta: Any) -> Blob:
    tag = str(meta["e_tag"] or meta["version"] or "").strip('"')  # some servers quote it in one place only
    return Blob(name, int(meta["size"]), meta["last_modified"].timestamp(), tag)
