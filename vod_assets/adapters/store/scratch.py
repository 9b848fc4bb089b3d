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
from pathlib import Path

Fill = Callable[[Path], None]


class Scratch:
    """A bounded cache of folders.

    Args:
        root: On a local disk; it is made when it is first written to.
        limit_bytes: How much may stay; what is in use may exceed it.
    """

    def __init__(self, root: Path, limit_bytes: int) -> None:
        self.root, self.limit_bytes = root, limit_bytes
        self._held: dict[str, int] = {}
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
        ready = self.root / "ready" / key
        self._use(key)
        if ready.is_dir():
            return ready
        with self._filling(key):
            if ready.is_dir():
                return ready
            self.evict(size_bytes)
            partial = self.attempt(f"{key}-{secrets.token_hex(4)}")
            partial.mkdir(parents=True)
            try:
                fill(partial)
                ready.parent.mkdir(parents=True, exist_ok=True)
                partial.rename(ready)
            except BaseException:
                shutil.rmtree(partial, ignore_errors=True)
                raise
        return ready

    def adopt(self, key: str, directory: Path, size_bytes: int) -> None:
        """Keep a folder that an attempt filled."""

        def move(partial: Path) -> None:
            partial.rmdir()
            directory.rename(partial)

        self.folder(key, size_bytes, move)

    def evict(self, needed_bytes: int = 0) -> None:
        """Remove what was not used for longest, until so many bytes fit below the limit."""
        with self._locked("evict", fcntl.LOCK_EX):
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
            for descriptor in self._held.values():
                os.close(descriptor)
            self._held.clear()

    def _ready(self) -> Iterator[Path]:
        folder = self.root / "ready"
        return folder.iterdir() if folder.is_dir() else iter(())

    def _remove(self, folder: Path) -> bool:
        """Remove a folder that no process uses."""
        descriptor = os.open(self._lock(folder.name), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            doomed = self.attempt(f"{folder.name}-{secrets.token_hex(4)}")
            doomed.parent.mkdir(parents=True, exist_ok=True)
            folder.rename(doomed)  # from one moment to the next, it is not there
            shutil.rmtree(doomed, ignore_errors=True)
        except BlockingIOError:
            return False
        finally:
            os.close(descriptor)
        return True

    def _use(self, key: str) -> None:
        """Hold a shared lock on a key until this process ends or releases it, and note the time."""
        with self._mutex:
            if key not in self._held:
                path = self._lock(key)
                path.parent.mkdir(parents=True, exist_ok=True)
                descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
                fcntl.flock(descriptor, fcntl.LOCK_SH)
                self._held[key] = descriptor
            os.utime(self._held[key])

    @contextmanager
    def _filling(self, key: str) -> Iterator[None]:
        with self._locked(f"{key}.filling", fcntl.LOCK_EX):
            yield

    @contextmanager
    def _locked(self, name: str, how: int) -> Iterator[None]:
        path = self._lock(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, how)
            yield
        finally:
            os.close(descriptor)

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
