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
SETTLED = ("publishing", "lost", "played", "waiting", "withheld")
LAUNCHED = {"phase": "connecting", "pid": 0, "restarts": 0, "failures": 0, "frames": 0, "said": ""}


@dataclass(frozen=True)
class PublishedStreams:
    """Streams that `vod rtsp start` publishes.

    Attributes:
        address: Of the server; a title is announced below it.
        shown: Where players open it, where that is another.
        starts: Whether this machine publishes titles by itself as soon as they are offered.
        launch: Starts a process that outlives this one.
    """

    folder: StreamFolder
    address: str
    shown: str = ""
    starts: bool = False
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
        address = self.place(title, digest, file)
        if self._is_missed(title):
            self._launch(title)
        return address

    def place(self, title: str, digest: str, file: Path) -> str:
        """Keep a file to be published, for whoever publishes the title, and return its address."""
        return self.folder.place(title, digest, file, self._shown(title)).address

    def unregister(self, title: str) -> None:
        """Stop a title's publisher and forget its file."""
        self._end(title)
        self.folder.remove(title)

    def revive(self) -> list[str]:
        """Start the publishers that are not there and should be, where this machine publishes by itself."""
        missed = [title for title in self.folder.titles() if self._is_missed(title)]
        for title in missed:
            self._launch(title)
        return missed

    def start(self, title: str, *, once: bool = False) -> StreamState:
        """Start a title's publisher, unless it runs, and return how it is after a moment."""
        self.folder.require(title)
        self.folder.rest(title, rests=False)
        if self.folder.publisher(title) is None:
            self._launch(title, once=once)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            state = self.folder.state(title)
            if state.phase in SETTLED and (state.phase == "played" or self.folder.publisher(title)):
                break
            time.sleep(0.1)
        return self._state(title)

    def stop(self, title: str) -> None:
        """End a title's publisher: it takes its leave of the server, and is killed, with FFmpeg, after ten seconds."""
        self.folder.rest(title, rests=True)
        self._end(title)

    def _end(self, title: str) -> None:
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

    def _is_missed(self, title: str) -> bool:
        """Whether a title should be published by this machine, and is not."""
        if not self.starts or self.folder.rests(title) or self.folder.offered(title) is None:
            return False
        return self.folder.publisher(title) is None and self.folder.state(title).phase != "played"

    def _launch(self, title: str, *, once: bool = False) -> None:
        self.folder.note_state(self.folder.state(title).model_copy(update=LAUNCHED | {"since": time.time()}))
        self.launch([sys.executable, "-m", "vod_assets", "rtsp", "publish", title, *(["--once"] if once else [])])

    def _state(self, title: str) -> StreamState:
        offered = self.folder.offered(title)
        address = offered.address if offered else ""
        return self.folder.state(title).model_copy(update={"address": address})

    def _shown(self, title: str) -> str:
        return f"{(self.shown or self.address).rstrip('/')}/{title}"
