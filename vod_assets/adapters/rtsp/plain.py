"""A server that streams are published at (ANNOUNCE, RECORD), each by a process of its own on this machine."""

import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from vod_assets.adapters.process_start import start_detached
from vod_assets.adapters.rtsp.folder import StreamFolder
from vod_assets.domain.publishing_streams import StreamState

STOP_SECONDS = 10.0  # FFmpeg's own three, and as much again for a machine that is loaded
START_SECONDS = 8.0
SETTLED = ("publishing", "lost", "played", "waiting")


@dataclass(frozen=True)
class PublishedStreams:
    """Streams that `vod rtsp start` publishes.

    Attributes:
        address: Of the server; a title is announced below it.
        shown: Where players open it, where that is another.
        launch: Starts a process that outlives this one.
    """

    folder: StreamFolder
    address: str
    shown: str = ""
    launch: Callable[[Sequence[str]], None] = field(default=start_detached, repr=False)

    def announced(self, title: str) -> str:
        """Return where a title is announced."""
        return f"{self.address.rstrip('/')}/{title}"

    def registered(self, title: str) -> str:
        """Return the digest of what is offered of a title; empty: nothing."""
        offered = self.folder.offered(title)
        return offered.digest if offered and offered.address == self._shown(title) else ""

    def register(self, title: str, digest: str, file: Path) -> str:
        """Keep a file to be published; who publishes the title already begins anew with it."""
        return self.folder.place(title, digest, file, self._shown(title)).address

    def unregister(self, title: str) -> None:
        """Stop a title's publisher and forget its file."""
        self.stop(title)
        self.folder.remove(title)

    def start(self, title: str, *, once: bool = False) -> StreamState:
        """Start a title's publisher, unless it runs, and return how it is after a moment."""
        self.folder.require(title)
        if self.folder.publisher(title) is None:
            self.folder.note_state(StreamState(title=title, phase="connecting", since=time.time()))
            self.launch([sys.executable, "-m", "vod_assets", "rtsp", "publish", title, *(["--once"] if once else [])])
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            state = self.folder.state(title)
            if state.phase in SETTLED and (state.phase == "played" or self.folder.publisher(title)):
                break
            time.sleep(0.1)
        return self._state(title)

    def stop(self, title: str) -> None:
        """End a title's publisher: it takes its leave of the server, and is killed, with FFmpeg, after ten seconds."""
        process = self.folder.publisher(title)
        if process is None:
            return
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGTERM)
            deadline = time.monotonic() + STOP_SECONDS
            while self.folder.publisher(title) is not None and time.monotonic() < deadline:
                time.sleep(0.05)
            if self.folder.publisher(title) is not None:
                process.kill()

    def streams(self) -> list[StreamState]:
        """Return every title's stream."""
        return [self._state(title) for title in self.folder.titles()]

    def _state(self, title: str) -> StreamState:
        offered = self.folder.offered(title)
        address = offered.address if offered else ""
        return self.folder.state(title).model_copy(update={"address": address})

    def _shown(self, title: str) -> str:
        return f"{(self.shown or self.address).rstrip('/')}/{title}"
