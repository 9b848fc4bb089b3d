"""What is kept of streams: a folder for each title, with its file, its note, and how its publisher is."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from pydantic import ValidationError

from vod_assets.domain.errors import ConfigError
from vod_assets.domain.publishing_streams import OfferedStream, StreamState

NOTE, STATE, LOCK, LOG = "stream.json", "publisher.json", "publisher.lock", "publisher.log"
RESTING = "resting"  # an operator has stopped it


class StreamFolder:
    """Keeps the files that are offered, apart from the store: what an RTSP server reads there is not swept away.

    Args:
        root: ``<root>/<title>/`` is a title's.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def offered(self, title: str) -> OfferedStream | None:
        """Return what is offered of a title; None: nothing, or its file is gone."""
        try:
            offered = OfferedStream.model_validate_json((self.root / title / NOTE).read_bytes())
        except (OSError, ValidationError):
            return None
        return offered if self.file(offered).is_file() else None

    def require(self, title: str) -> OfferedStream:
        """Return what is offered of a title.

        Raises:
            ConfigError: ``rtsp_unknown``.
        """
        offered = self.offered(title)
        if offered is None:
            remedy = "Give it a profile with “rtsp”, set VOD_RTSP, and run its workflow; `vod rtsp list` lists streams"
            raise ConfigError("rtsp_unknown", "no stream of it is registered here", remedy, title)
        return offered

    def file(self, offered: OfferedStream) -> Path:
        """Return where a stream's file is."""
        return self.root / offered.title / offered.file

    def titles(self) -> list[str]:
        """Return the titles that are offered, sorted."""
        return sorted(note.parent.name for note in self.root.glob(f"*/{NOTE}"))

    def place(self, title: str, digest: str, file: Path, address: str) -> OfferedStream:
        """Keep a file as a title's stream, in place of the one before, and return its note."""
        offered = OfferedStream(title=title, digest=digest, file=f"{digest[:16]}.mp4", address=address)
        target = self.file(offered)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            _link_or_copy(file, target)
        _replace(target.parent / NOTE, offered.model_dump_json())
        for other in target.parent.glob("*.mp4"):
            if other != target:
                other.unlink(missing_ok=True)  # who sends it now keeps it open until its end
        return offered

    def remove(self, title: str) -> None:
        """Forget a title's stream, its note first, and whoever publishes it ends."""
        (self.root / title / NOTE).unlink(missing_ok=True)
        shutil.rmtree(self.root / title, ignore_errors=True)

    def rest(self, title: str, *, rests: bool) -> None:
        """Write down whether an operator wants a title not to be published by itself."""
        with suppress(FileNotFoundError):
            if rests:
                (self.root / title / RESTING).touch()
            else:
                (self.root / title / RESTING).unlink()

    def rests(self, title: str) -> bool:
        """Whether an operator wants a title not to be published by itself."""
        return (self.root / title / RESTING).exists()

    def log(self, title: str) -> Path:
        """Return where a title's publisher writes what happened."""
        return self.root / title / LOG

    def note_state(self, state: StreamState) -> None:
        """Write down how a title's publisher is; nothing once the title is no more offered."""
        with suppress(FileNotFoundError):
            _replace(self.root / state.title / STATE, state.model_dump_json())

    def state(self, title: str) -> StreamState:
        """Return how a title's publisher is; one that is gone has stopped, whatever it wrote last."""
        try:
            state = StreamState.model_validate_json((self.root / title / STATE).read_bytes())
        except (OSError, ValidationError):
            return StreamState(title=title)
        if state.pid and self.publisher(title) is None:
            return state.model_copy(update={"phase": "stopped" if state.phase != "played" else "played", "pid": 0})
        return state

    @contextmanager
    def published(self, title: str) -> Iterator[bool]:
        """Be the one publisher of a title; False: another process is. The kernel lets go when this process ends."""
        with (self.root / title / LOCK).open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            lock.truncate(0)
            lock.write(json.dumps([os.getpid(), psutil.Process().create_time()]))
            lock.flush()
            yield True

    def publisher(self, title: str) -> psutil.Process | None:
        """Return the process that publishes a title; a number that was given anew is somebody else's."""
        try:
            pid, created = json.loads((self.root / title / LOCK).read_text())
            process = psutil.Process(pid)
            is_it = process.create_time() == created and process.status() != psutil.STATUS_ZOMBIE
        except (OSError, ValueError, TypeError, psutil.Error):
            return None
        return process if is_it and self._is_held(title) else None

    def _is_held(self, title: str) -> bool:
        try:
            with (self.root / title / LOCK).open("r") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def _link_or_copy(file: Path, target: Path) -> None:
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    try:
        os.link(file, draft)  # files of the store never change
    except OSError:
        shutil.copyfile(file, draft)
    draft.replace(target)
