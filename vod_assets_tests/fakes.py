"""Plain doubles of the ports; each passes the contract of its port."""

import hashlib
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vod_assets.adapters.blobs.names import checked_name
from vod_assets.adapters.cms.pointing import checked_entry
from vod_assets.adapters.transfers import counter
from vod_assets.domain.artifact import ArtifactFile
from vod_assets.domain.errors import Cancelled, ConfigError, StoreError
from vod_assets.domain.revisions import require_current, revision_of
from vod_assets.domain.title import Fingerprint, checked_title_id
from vod_assets.ports import Origin
from vod_assets.ports.blobs import Blob, Told
from vod_assets.ports.leases import Hold, IsHeld
from vod_assets.ports.publishing import IsWanted, nobody_wants_it


class Switch:
    """A guard that a test turns off."""

    def __init__(self) -> None:
        self.is_wanted, self.run_id = True, ""

    def check(self) -> None:
        if not self.is_wanted:
            raise Cancelled


class MemoryBlobs:
    """A storage that keeps bytes in a dictionary."""

    address = "memory://store"
    transfers = 8

    def __init__(self) -> None:
        self.held: dict[str, tuple[bytes, int]] = {}
        self.writes = 0
        self._lock = threading.Lock()

    def read(self, name: str, most_bytes: int = 64 << 20) -> bytes | None:
        data, _ = self.held.get(checked_name(name), (None, 0))
        if data is not None and len(data) > most_bytes:
            raise StoreError("store_damaged", f"{name} is longer than {most_bytes} bytes")
        return data

    def read_range(self, name: str, start: int, end: int) -> bytes | None:
        data = self.read(name)
        return None if data is None else data[start:end]

    def create(self, name: str, data: bytes) -> bool:
        with self._lock:
            if name in self.held:
                return False
            self._write(name, data)
        return True

    def replace(self, name: str, data: bytes) -> None:
        self._write(name, data)

    def stat(self, name: str) -> Blob | None:
        found = self.held.get(checked_name(name))
        return Blob(name, len(found[0]), 0.0, str(found[1])) if found else None

    def walk(self, prefix: str = "", start_after: str = "", *, with_drafts: bool = False) -> Iterator[Blob]:
        for name in sorted(self.held, key=str.encode):
            if name.startswith(prefix) and name.encode() > start_after.encode() and (blob := self.stat(name)):
                yield blob

    def survey(self, start_after: str, told: Told) -> Iterator[Blob]:
        return self.walk(start_after=start_after)

    def files(self, prefix: str = "") -> Iterator[Blob]:
        return (blob for blob in self.walk(prefix) if "/" not in blob.name.removeprefix(prefix))

    def folders(self, prefix: str = "") -> list[str]:
        below = (name.removeprefix(prefix) for name in self.held if name.startswith(prefix))
        return sorted({name.split("/")[0] for name in below if "/" in name})

    def send(self, path: Path, name: str, sha256: str, headers: Mapping[str, str] | None = None) -> None:
        data, count = b"", counter()
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                count(len(chunk))
                data += chunk
        if hashlib.sha256(data).hexdigest() != sha256:
            raise StoreError("store_corrupt", f"{path} is not what was hashed")
        self._write(name, data)

    def fetch(self, name: str, path: Path, sha256: str = "") -> str:
        data = self.read(name)
        if data is None:
            raise StoreError("artifact_missing", f"{name} is gone")
        found = hashlib.sha256(data).hexdigest()
        if sha256 not in ("", found):
            raise StoreError("store_corrupt", f"{name} has other bytes than were stored")
        path.write_bytes(data)
        return found

    def sent_sha256(self, name: str) -> str:
        return ""

    def copy(self, name: str, other: str) -> None:
        self._write(other, self.held[name][0])

    def move(self, name: str, other: str) -> None:
        self.copy(name, other)
        del self.held[name]

    def delete(self, names: Iterable[str]) -> None:
        for name in list(names):
            self.held.pop(name, None)

    def path(self, name: str) -> Path | None:
        return None

    def _write(self, name: str, data: bytes) -> None:
        self.writes += 1
        self.held[checked_name(name)] = (data, self.writes)


@contextmanager
def nobody_has_it(_title: str) -> Iterator[IsHeld]:
    """Hold a title that is free."""
    yield lambda: True


@contextmanager
def a_run_has_it(_title: str) -> Iterator[IsHeld]:
    """Fail to hold a title."""
    yield lambda: False


class MemoryOrigin:
    """An origin that keeps files in a dictionary, by their path below ``<title>/``."""

    address = "memory://origin"

    def __init__(self) -> None:
        self.files: dict[str, dict[str, bytes]] = {}
        self.kept: dict[str, dict[str, bytes]] = {}  # what is blocked
        self.gone: dict[tuple[str, int], dict[str, bytes]] = {}

    def has_track(self, title: str, track_digest: str) -> bool:
        return any(path.startswith(f"tracks/{track_digest}/") for path in self._of(title))

    def state(self, title: str) -> str:
        said = sorted((path, hashlib.sha256(data).hexdigest()) for path, data in self._of(title).items())
        return f"{said} {title in self.kept}"

    def put_track(self, title: str, track_digest: str, files: Mapping[str, Path], sha256: Mapping[str, str]) -> None:
        self._check(title)
        self._of(title).update(_read(f"tracks/{track_digest}", files, sha256))

    def copy_track(
        self, title: str, track_digest: str, files: Sequence[ArtifactFile], addresses: Mapping[str, str]
    ) -> bool:
        return False

    def put_release(self, title: str, number: int, files: Mapping[str, Path], sha256: Mapping[str, str]) -> None:
        self._check(title)
        brought = _read(f"releases/{number}", files, sha256)
        there = self._release(title, number) or self.gone.get((title, number), brought)
        if there != brought:
            raise StoreError("release_exists", f"release {number} is already published with other bytes")
        self._of(title).update(brought)

    def releases(self, title: str) -> list[int]:
        return sorted({int(path.split("/")[1]) for path in self._of(title) if path.startswith("releases/")})

    def lacking(self, title: str, number: int) -> dict[str, bool]:
        return {}

    def required(self) -> Mapping[str, Origin]:
        return {"": self}

    def placed_at(self, title: str, number: int) -> float:
        return 1.0 if number in self.releases(title) else 0.0

    def tracks(self, title: str, older_than_seconds: int = 0) -> list[str]:
        if older_than_seconds > 0:
            return []
        return sorted({path.split("/")[1] for path in self._of(title) if path.startswith("tracks/")})

    def titles(self) -> list[str]:
        return sorted({*(title for title, files in self.files.items() if files), *self.kept})

    def read(self, title: str, path: str) -> bytes | None:
        _check(path)
        return self._of(title).get(path)

    def fingerprint(self, title: str, path: str) -> Fingerprint | None:
        data = self.read(title, path)
        return None if data is None else Fingerprint(size_bytes=len(data), sha256=hashlib.sha256(data).hexdigest())

    def leftovers(self, older_than_seconds: int) -> list[str]:
        return []

    def sweep(self, older_than_seconds: int, hold: Hold) -> list[str]:
        return []

    def distrust_track(self, title: str, track_digest: str) -> None:
        self.remove_track(title, track_digest)

    def distrust_release(self, title: str, number: int, sha256: Mapping[str, str]) -> None:
        self.remove_release(title, number)

    def remove_track(self, title: str, track_digest: str) -> None:
        kept = {path: data for path, data in self._of(title).items() if not path.startswith(f"tracks/{track_digest}/")}
        self.files[title] = kept

    def url(self, title: str, path: str) -> str:
        _check(path)
        return f"https://origin.example/{checked_title_id(title)}/{path}"

    def location(self, title: str, path: str) -> str:
        return self.url(title, path)

    def fetch(self, title: str, path: str, target: Path) -> bool:
        data = self.read(title, path)
        if data is None:
            return False
        target.write_bytes(data)
        return True

    def remove(self, title: str) -> None:
        self.files.pop(checked_title_id(title), None)
        self.kept.pop(title, None)

    def remove_release(self, title: str, number: int, is_wanted: IsWanted = nobody_wants_it) -> None:
        if removed := self._release(title, number):
            self.gone[title, number] = removed
            self.files[title] = {path: data for path, data in self._of(title).items() if path not in removed}
            is_back = True
            try:
                is_back = is_wanted()
            finally:
                if is_back:
                    self._of(title).update(removed)

    def hide(self, title: str) -> None:
        files = self.files.get(checked_title_id(title), {})
        manifests = {path: data for path, data in files.items() if path.startswith("releases/")}
        self.kept[title] = self.kept.get(title, {}) | manifests
        self.files[title] = {path: data for path, data in files.items() if path not in manifests}

    def block(self, title: str) -> None:
        self.kept[title] = self.kept.get(title, {}) | self.files.pop(checked_title_id(title), {})

    def unblock(self, title: str) -> None:
        if title in self.kept:
            self.files[title] = self.files.get(title, {}) | self.kept.pop(title)

    def is_blocked(self, title: str) -> bool:
        return title in self.kept

    def _check(self, title: str) -> None:
        if title in self.kept:
            raise ConfigError("title_taken_down", "it was taken down", title=title)

    def _release(self, title: str, number: int) -> dict[str, bytes]:
        return {path: data for path, data in self._of(title).items() if path.startswith(f"releases/{number}/")}

    def _of(self, title: str) -> dict[str, bytes]:
        return self.files.setdefault(checked_title_id(title), {})


class MemoryCms:
    """A CMS that keeps its entries in a dictionary."""

    address = "memory://cms"

    def __init__(self) -> None:
        self.shown: dict[str, dict[str, Any]] = {}
        self.kept: dict[str, dict[int, dict[str, Any]]] = {}
        self._lock = threading.Lock()

    def publish(self, entry: Mapping[str, Any], replaces: int | None = None) -> str:
        title, revision = checked_entry(entry, None).title, revision_of(entry)
        with self._lock:
            require_current(entry, self.entry(title), self.version(title, revision), replaces)
            if revision:
                self.kept.setdefault(title, {})[revision] = dict(entry)
            self.shown[title] = dict(entry)
        return self.location(title)

    def entry(self, title: str) -> Mapping[str, Any] | None:
        return self.shown.get(title)

    def versions(self, title: str) -> list[int]:
        return sorted(self.kept.get(title, {}))

    def version(self, title: str, revision: int) -> Mapping[str, Any] | None:
        return self.kept.get(title, {}).get(revision)

    def location(self, title: str) -> str:
        return f"https://cms.example/{title}"

    def remove(self, title: str) -> None:
        self.shown.pop(checked_title_id(title), None)
        self.kept.pop(title, None)

    def entries(self) -> list[str]:
        return sorted(self.shown)

    def entries_of(self, titles: Collection[str]) -> dict[str, Mapping[str, Any]]:
        return {title: self.shown[title] for title in titles if title in self.shown}

    def faults(self, title: str) -> list[str]:
        return []

    def leftovers(self, older_than_seconds: int) -> list[str]:
        return []


def _read(place: str, files: Mapping[str, Path], sha256: Mapping[str, str]) -> dict[str, bytes]:
    brought = {f"{place}/{path}": file.read_bytes() for path, file in files.items()}
    for path in files:
        _check(path)
        if hashlib.sha256(brought[f"{place}/{path}"]).hexdigest() != sha256[path]:
            raise StoreError("upload_corrupt", "its bytes are not those that were made", file=path)
    return brought


def _check(path: str) -> None:
    if any(not part or part.startswith(".") for part in path.split("/")):
        raise StoreError("bad_path", "it is no plain relative path", file=path)
