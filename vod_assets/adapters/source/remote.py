"""Sources in buckets and on shares: fetched once per machine, and named by what the storage says of them."""

import hashlib
import json
import posixpath
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

from vod_assets.adapters.blobs.disk import disk_errors
from vod_assets.adapters.source.notes import write_note
from vod_assets.adapters.store.scratch import Scratch
from vod_assets.adapters.transfers import Load, alone
from vod_assets.domain.acceptance import refusal
from vod_assets.domain.errors import ConfigError, SourceError, StoreError, printable
from vod_assets.domain.title import Fingerprint
from vod_assets.ports.blobs import Blob, Files

MEMORY = "fingerprints"
BUCKETS = ("s3", "gs")  # their names mean what they say in capitals, too; hosts' names do not
LONGEST_NAME_BYTES = 255  # of a file on a local disk; a bucket allows more


@dataclass(frozen=True)
class Place:
    """Where a source lies: a whole bucket, share or server, and the name below it."""

    root: str
    name: str

    @property
    def address(self) -> str:
        """The one spelling of the address; what is not plain in it is percent-encoded."""
        return f"{self.root}/{quote(self.name, safe='/', errors='surrogateescape')}"


class RemoteSources:
    """Reads sources in storages that are no disk.

    Args:
        opened: Returns the storage at an address; asked once for each bucket, share or server.
        scratch: Where fetched files are kept.
        cache: Folder where the digests of unchanged files are remembered.
        sleeps: Whether an object of S3 is in an archive class, which its listing does not say.
    """

    def __init__(
        self,
        opened: Callable[[str], Files],
        scratch: Scratch,
        cache: Path,
        sleeps: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._opened, self.scratch, self._sleeps = opened, scratch, sleeps
        self.memory = cache / MEMORY
        self._storages: dict[str, Files] = {}

    def normal(self, address: str) -> str:
        """Return the address in its one spelling, whether anything is there or not."""
        return place_of(address).address

    def name(self, address: str) -> str:
        """Return the file's own name."""
        return posixpath.basename(place_of(address).name)

    def canonical(self, address: str) -> str:
        """Return the one address of a source that is there; see `vod_assets.ports.SourceStore`."""
        place = place_of(address)
        self._found(place)
        return place.address

    def fingerprint(self, address: str) -> Fingerprint:
        """Return size and SHA-256; the file is fetched for that, and kept.

        Raises:
            SourceError: ``source_empty``, ``source_archived``, ``source_changed`` and those of `canonical`.
        """
        place = place_of(address)
        found = self._found(place)
        if not found.size_bytes:
            raise refusal("source_empty", "the file has 0 bytes", place.address)
        known = self._remembered(place, found)  # also of a stub, whose bytes went to tape since
        if known is None and found.is_archived:
            raise _archived(place)
        return known or self._remember(place, found)

    def known_fingerprint(self, address: str) -> Fingerprint:
        """Return size and SHA-256, which is empty of a file that was never fetched here."""
        place = place_of(address)
        found = self._found(place)
        if not found.size_bytes or self._note(place).exists():
            return self.fingerprint(address)
        return Fingerprint(size_bytes=found.size_bytes, sha256="")

    def identity(self, address: str) -> str:
        """Return what the storage says of a file."""
        place = place_of(address)
        found = self._found(place)
        return f"{place.address} {_identity(found) if found.version else secrets.token_hex(8)}"

    def local_path(self, address: str) -> Path:
        """Return a local copy of a source; it is fetched when this machine does not have it."""
        place, fingerprint = place_of(address), self.fingerprint(address)

        def fetch(folder: Path) -> None:
            if self._found(place).is_archived:  # its digest was remembered, its bytes went to tape
                raise _archived(place)
            self._fetch(place, folder / _local_name(place), fingerprint)

        folder = self.scratch.folder(_key(place, fingerprint.sha256), fingerprint.size_bytes, fetch)
        return folder / _local_name(place)

    def is_archived(self, address: str) -> bool:
        """Whether a source must be brought back before it is read."""
        place = place_of(address)
        found = self._found(place)
        return found.is_archived or (place.root.startswith("s3://") and self._sleeps(place.address))

    def siblings(self, address: str) -> list[str]:
        """Return the addresses of the files beside a source, sorted."""
        place = place_of(address)
        folder = place.name.rpartition("/")[0]
        with _blamed_on(place):
            found = [blob.name for blob in self._storage(place).files(f"{folder}/" if folder else "")]
        return sorted(Place(place.root, name).address for name in found if name != place.name)

    def read(self, address: str, most_bytes: int) -> bytes:
        """Return the bytes of a small file beside a source; see `vod_assets.ports.SourceStore`."""
        place = place_of(address)
        found = self._found(place)
        if found.size_bytes > most_bytes:
            raise refusal("limit_exceeded", f"it is longer than {most_bytes} bytes", place.address)
        with _blamed_on(place):
            data = self._storage(place).read(place.name, most_bytes)
        if data is None:
            raise refusal("source_missing", "there is no such file", place.address)
        return data

    def _found(self, place: Place) -> Blob:
        with _blamed_on(place):
            found = self._storage(place).stat(place.name)
        if found is None:
            raise refusal("source_missing", "there is no such file", place.address)
        return found

    def _storage(self, place: Place) -> Files:
        if place.root not in self._storages:
            self._storages[place.root] = self._opened(place.root)
        return self._storages[place.root]

    def _remembered(self, place: Place, found: Blob) -> Fingerprint | None:
        try:
            kept = json.loads(self._note(place).read_text())
        except (OSError, ValueError):
            return None  # never seen, or the note is broken: fetch it
        if not isinstance(kept, dict) or kept.get("identity") != _identity(found):
            return None
        return Fingerprint(size_bytes=found.size_bytes, sha256=kept["sha256"])

    def _remember(self, place: Place, found: Blob) -> Fingerprint:
        folder = self.scratch.attempt(f"source-{_hash(place.address)[:16]}-{secrets.token_hex(4)}")
        self.scratch.evict(found.size_bytes)
        with disk_errors(folder):
            folder.mkdir(parents=True)
        try:
            target = folder / _local_name(place)
            sha256 = self._fetch(place, target, Fingerprint(size_bytes=found.size_bytes, sha256=""))
            if _identity(self._found(place)) != _identity(found) or target.stat().st_size != found.size_bytes:
                raise refusal("source_changed", "the file changed while it was read", place.address)
            self.scratch.adopt(_key(place, sha256), folder, found.size_bytes)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if found.version:
            write_note(self._note(place), {"identity": _identity(found), "sha256": sha256})
        return Fingerprint(size_bytes=found.size_bytes, sha256=sha256)

    def _fetch(self, place: Place, target: Path, expected: Fingerprint) -> str:
        """Write a source to a local path, and return its SHA-256."""
        fetched: list[str] = []

        def fetch() -> None:
            fetched.append(self._storage(place).fetch(place.name, target, expected.sha256))

        with _blamed_on(place):
            alone(fetch, Load(f"fetching {posixpath.basename(place.name)}", expected.size_bytes))
        return fetched[0]

    def _note(self, place: Place) -> Path:
        return self.memory / f"{_hash(place.address)[:32]}.json"


def place_of(address: str) -> Place:
    """Return where an address lies.

    Raises:
        ConfigError: ``bad_address``: it names no file.
    """
    scheme, _, rest = address.partition("://")
    scheme, host = scheme.lower(), rest.partition("/")[0]
    path = unquote(rest.partition("/")[2], errors="surrogateescape").strip("/")
    host = host if scheme in BUCKETS else host.lower()
    root, name = f"{scheme}://{host}", path
    if scheme == "smb":
        share, _, name = path.partition("/")
        root = f"{root}/{quote(share)}"
    shown = printable(address)[:200]
    if "@" in host:
        cause, remedy = "an address names a user, who belongs into the settings", "Leave out what stands before the @"
        raise ConfigError("bad_address", cause, remedy)
    if scheme == "https" and ("?" in rest or "#" in rest):
        remedy = "Name a plain address, or fetch it and name the local file"
        raise ConfigError("bad_address", f"what follows a ? may be secret, and {host} is asked for a file", remedy)
    if not host or not name or any(part in ("", ".", "..") or "\x00" in part for part in name.split("/")):
        raise ConfigError("bad_address", f"{shown} names no file", "Name a bucket, share or server, and a file")
    return Place(root, name)


def _local_name(place: Place) -> str:
    """Return the file's own name, cut where a local disk does not take all of it."""
    name = posixpath.basename(place.name)
    data = name.encode(errors="surrogateescape")
    if len(data) <= LONGEST_NAME_BYTES:
        return name
    suffix = posixpath.splitext(name)[1]
    return f"{_hash(name)[:32]}{suffix}" if len(suffix) < LONGEST_NAME_BYTES // 2 else _hash(name)


def _key(place: Place, sha256: str) -> str:
    return f"source-{sha256}-{_hash(posixpath.basename(place.name))[:8]}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()


def _identity(found: Blob) -> list[str]:
    return [str(found.size_bytes), found.version]


def _archived(place: Place) -> SourceError:
    return refusal("source_archived", "waiting: restoring; the file is on tape or in an archive class", place.address)


@contextmanager
def _blamed_on(place: Place) -> Iterator[None]:
    """Name the source in what a storage says of it; a file that is gone or forbidden is its supplier's matter."""
    try:
        yield
    except StoreError as error:
        if error.code == "artifact_missing":
            raise refusal("source_missing", "there is no such file", place.address) from error
        if error.code == "source_archived":
            raise _archived(place) from error
        if error.code == "store_denied":
            raise SourceError("permission_denied", error.cause, error.remedy, file=place.address) from error
        raise
