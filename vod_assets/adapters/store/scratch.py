"""The scratch cache: local copies of what lies in a bucket or on a share, shared by the processes of a machine.

::

    <root>/attempts/<name>/…       being worked on
    <root>/ready/<key>/…           complete; renamed into place, so nobody meets half of one
    <root>/locks/<key>             shared while a process uses it; its time says when it was used last

What was not used for longest goes first when the cache is beyond its limit; what a living process uses stays.
"""

import fcntl
import os
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vod_assets.adapters.blobs.disk import disk_errors

Fill = Callable[[Path], None]


@dataclass
class _Held:
    """A shared lock, and how many hold on to it: each that borrows, and the process itself."""

    descriptor: int
    users: int = 0


class _Borrowed(threading.local):
    """The keys that this thread lets go of soon; None: it keeps what it uses."""

    keys: set[str] | None = None


class Scratch:
    """A bounded cache of folders.

    Args:
        root: On a local disk; it is made when it is first written to.
        limit_bytes: How much may stay; what is in use may exceed it.
    """

    def __init__(self, root: Path, limit_bytes: int) -> None:
        self.root, self.limit_bytes = root, limit_bytes
        self._held: dict[str, _Held] = {}
        self._kept: set[str] = set()
        self._borrowed = _Borrowed()
        self._mutex = threading.Lock()

    def attempt(self, name: str) -> Path:
        """Return where an attempt's files are written; the folder does not exist yet."""
        return self.root / "attempts" / name

    def folder(self, key: str, size_bytes: int, fill: Fill) -> Path:
        """Return the folder of a key; ``fill`` writes it when it is not there, one process at a time.

        Args:
            key: What the bytes are called; equal keys are equal bytes.
            size_bytes: How much room they need.
            fill: Writes the files into an empty folder, or raises.
        """
        self._use(key)
        return self._filled(key, size_bytes, fill)

    def adopt(self, key: str, directory: Path, size_bytes: int) -> None:
        """Keep a folder that an attempt filled, for whoever asks for it; until then, nobody uses it."""

        def move(partial: Path) -> None:
            with disk_errors(partial):
                partial.rmdir()
                directory.rename(partial)

        path = self._lock(key)
        with disk_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()  # or it would be the first to go
        self._filled(key, size_bytes, move)
        shutil.rmtree(directory, ignore_errors=True)  # another attempt was quicker

    @contextmanager
    def borrowing(self) -> Iterator[None]:
        """Let go, at the end, of what this thread uses in between, or a process that never ends keeps all of it."""
        before, self._borrowed.keys = self._borrowed.keys, set()
        try:
            yield
        finally:
            done, self._borrowed.keys = self._borrowed.keys, before
            with self._mutex:
                for key in done:
                    self._let_go(key)

    def _filled(self, key: str, size_bytes: int, fill: Fill) -> Path:
        ready = self.root / "ready" / key
        if ready.is_dir():
            return ready
        with self._locked(f"{key}.filling", fcntl.LOCK_EX):
            if ready.is_dir():
                return ready
            self.evict(size_bytes)
            partial = self.attempt(f"{key}-{secrets.token_hex(4)}")
            with disk_errors(partial):
                partial.mkdir(parents=True)
            try:
                fill(partial)
                with disk_errors(ready):
                    ready.parent.mkdir(parents=True, exist_ok=True)
                    partial.rename(ready)
            except BaseException:
                shutil.rmtree(partial, ignore_errors=True)
                raise
        return ready

    def evict(self, needed_bytes: int = 0) -> None:
        """Remove what was not used for longest, until so many bytes fit below the limit."""
        with self._locked("evict", fcntl.LOCK_EX), disk_errors(self.root):
            kept = sorted((self._used_at(folder.name), folder, _size(folder)) for folder in self._ready())
            total = needed_bytes + sum(size for _, _, size in kept)
            for _, folder, size in kept:
                if total <= self.limit_bytes:
                    return
                if self._remove(folder):
                    total -= size

    def leftovers(self, older_than_seconds: float) -> list[Path]:
        """Return attempts that killed processes left here and nobody has touched for a time."""
        oldest = time.time() - older_than_seconds
        attempts = self.root / "attempts"
        return sorted(path for path in attempts.glob("*") if last_touched(path) < oldest) if attempts.is_dir() else []

    def release(self) -> None:
        """Let go of everything that this process uses."""
        with self._mutex:
            for held in self._held.values():
                os.close(held.descriptor)
            self._held.clear()
            self._kept.clear()

    def _ready(self) -> Iterator[Path]:
        folder = self.root / "ready"
        return folder.iterdir() if folder.is_dir() else iter(())

    def _remove(self, folder: Path) -> bool:
        """Remove a folder that no process uses."""
        try:
            descriptor = self._locking(folder.name, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        try:
            doomed = self.attempt(f"{folder.name}-{secrets.token_hex(4)}")
            doomed.parent.mkdir(parents=True, exist_ok=True)
            folder.rename(doomed)  # from one moment to the next, it is not there
            shutil.rmtree(doomed, ignore_errors=True)
        finally:
            os.close(descriptor)
        return True

    def _use(self, key: str) -> None:
        """Hold a shared lock on a key, and note the time."""
        users = self._kept if self._borrowed.keys is None else self._borrowed.keys
        with self._mutex, disk_errors(self._lock(key)):
            if key not in self._held:
                self._held[key] = _Held(self._locking(key, fcntl.LOCK_SH))
            if key not in users:
                users.add(key)
                self._held[key].users += 1
            os.utime(self._held[key].descriptor)

    def _let_go(self, key: str) -> None:
        held = self._held.get(key)
        if held is None:  # all was released
            return
        held.users -= 1
        if not held.users:
            os.close(self._held.pop(key).descriptor)

    @contextmanager
    def _locked(self, name: str, how: int) -> Iterator[None]:
        with disk_errors(self._lock(name)):
            descriptor = self._locking(name, how)
        try:
            yield
        finally:
            os.close(descriptor)

    def _locking(self, name: str, how: int) -> int:
        path = self._lock(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, how)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    def _lock(self, name: str) -> Path:
        return self.root / "locks" / name

    def _used_at(self, key: str) -> float:
        try:
            return self._lock(key).stat().st_mtime
        except FileNotFoundError:
            return 0.0


def last_touched(path: Path) -> float:
    """Return when a file, or anything below a folder, was written last; now, when a writer just removes it."""
    try:
        return max(entry.lstat().st_mtime for entry in (path, *path.rglob("*")))
    except FileNotFoundError:
        return time.time()


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
