"""The publisher: keeps one title's stream at an RTSP server for as long as it is wanted, and while it may be shown."""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Protocol

from vod_assets.adapters.ffmpeg.progress import ProgressReader
from vod_assets.adapters.ffmpeg.streams import publish_command
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.rtsp.folder import StreamFolder
from vod_assets.adapters.rtsp.outages import Outages
from vod_assets.adapters.rtsp.relay import Way, relayed
from vod_assets.domain.errors import Cancelled, ConfigError, RemoteError, StoreError, ToolError
from vod_assets.domain.publishing_streams import STEADY_SECONDS, TRIES, OfferedStream, Phase, StreamState, delay_seconds
from vod_assets.domain.rtsp_login import Login
from vod_assets.ports import Limits, Progress

LOG_BYTES = 1 << 20  # and as much of what was before
YEARS = 10 * 365 * 24 * 3600
LIMITS = Limits(cpu_seconds=YEARS, wall_seconds=YEARS, stall_seconds=20)
POLL_SECONDS = 0.25
STATE_SECONDS = 1.0  # how often is written down how far it is


@dataclass(frozen=True)
class Publishing:
    """How streams are sent.

    Attributes:
        program: FFmpeg.
        announced: Returns where a title is announced.
        transport: ``tcp`` or ``udp``.
        delay: How long is waited after so many failures in a row.
        login: Who publishes; None: the server does not ask.
    """

    program: Path
    announced: Callable[[str], str]
    transport: str
    delay: Callable[[int], float] = delay_seconds
    login: Login | None = None

    def way(self, title: str) -> AbstractContextManager[Way]:
        """Lend the address that FFmpeg publishes a title at; it holds no password, and leads to where one is added."""
        address = self.announced(title)
        return nullcontext(Way(address)) if self.login is None else relayed(address, self.login)


class Changed(Cancelled):
    """Another file is to be sent."""


class Withheld(Cancelled):
    """Nothing may be sent now."""


class Following(Protocol):
    """Knows what the title's record says, whoever changed it, wherever."""

    @property
    def withheld(self) -> str:
        """Why nothing may be sent; empty: it may."""
        ...

    def follow(self, log: logging.Logger) -> AbstractContextManager[object]:
        """Look now, and every few seconds while the context lasts."""
        ...


class Unwatched:
    """Of a file that is nobody's title."""

    withheld = ""

    def follow(self, log: logging.Logger) -> AbstractContextManager[object]:
        """Look at nothing."""
        return nullcontext()


@dataclass
class Publisher:
    """Sends one title again and again; whatever becomes of the server, it is tried again, until somebody says stop."""

    folder: StreamFolder
    how: Publishing
    title: str
    following: Following = field(default_factory=Unwatched)
    outages: Outages = field(default_factory=Outages)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self, *, once: bool) -> None:
        """Publish until `stop` is set or the title is no more offered; with ``once``, until the file was sent once.

        Raises:
            ConfigError: ``rtsp_unknown``; ``rtsp_running``: another process publishes it.
            RemoteError: ``rtsp_lost``: of ``once`` alone, after all tries in a row.
        """
        self.folder.require(self.title)
        with self.folder.published(self.title) as is_ours:
            if not is_ours:
                raise ConfigError(
                    "rtsp_running", "another process publishes it", "`vod rtsp list` shows it", self.title
                )
            log = _log(self.folder.log(self.title))
            try:
                with self.following.follow(log):
                    _Session(self, log).publish(once=once)
            finally:
                for handler in log.handlers:
                    handler.close()


class _Session:
    """One life of a publisher: a guard, and the state that is written down."""

    def __init__(self, publisher: Publisher, log: logging.Logger) -> None:
        self.publisher, self.log = publisher, log
        self.sent: OfferedStream | None = None
        before = publisher.folder.state(publisher.title)
        self.state = StreamState(title=publisher.title, failing_since=before.failing_since, is_told=before.is_told)
        self._noted = 0.0

    def check(self) -> None:
        """Return while this very file is to be sent; see `vod_assets.ports.RunGuard`."""
        if self.publisher.stop.is_set():
            raise Cancelled
        offered = self.publisher.folder.offered(self.publisher.title)
        if offered is None:
            raise Cancelled
        if self.publisher.following.withheld:
            raise Withheld
        if self.sent is not None and offered.digest != self.sent.digest:
            raise Changed

    def publish(self, *, once: bool) -> None:
        """Send the file until nobody wants it."""
        self._enter("connecting", pid=os.getpid())
        try:
            while True:
                began = time.monotonic()
                try:
                    self._send(once=once)
                    if once:
                        self._enter("played", pid=0)
                        return
                    failure = "FFmpeg ended by itself"
                except Changed:
                    self.log.info("another file is offered")
                    self._enter("connecting", restarts=self.state.restarts + 1)
                    continue
                except Withheld:
                    self._rest()
                    continue
                except RemoteError as error:
                    failure = error.cause
                self._wait(failure, is_steady=time.monotonic() - began >= STEADY_SECONDS, once=once)
        except Cancelled:
            self.log.info("stopped")
            self._enter("stopped", pid=0)

    def _rest(self) -> None:
        """Send nothing until the title may be shown again."""
        self.sent = None
        self._enter("withheld", said=self.publisher.following.withheld)
        while not self.publisher.stop.wait(POLL_SECONDS):
            try:
                self.check()
            except Withheld:
                continue
            self._enter("connecting", said="", restarts=self.state.restarts + 1)
            return
        raise Cancelled

    def _send(self, *, once: bool) -> None:
        publisher, self.sent = self.publisher, None
        self.check()
        self.sent = offered = publisher.folder.require(publisher.title)
        how = publisher.how
        with how.way(publisher.title) as way:
            argv = publish_command(how.program, publisher.folder.file(offered), way.address, how.transport, once=once)
            try:
                self._run(argv)
            except ToolError as error:
                raise RemoteError("rtsp_lost", way.failure or error.cause, "Check VOD_RTSP") from error

    def _run(self, argv: list[str]) -> None:
        progress = ProgressReader(on_progress=lambda _: None)
        progress.on_progress = lambda told: self._advanced(told, progress)
        runner = SupervisedRunner(self)  # no sandbox: it would have no network, and the file is of our own making
        runner.run(argv, limits=LIMITS, on_line=progress.read, pulse=progress.advance)

    def _advanced(self, _: Progress, progress: ProgressReader) -> None:
        frames = progress.advance().frames
        if not frames:
            return
        if self.state.phase != "publishing":
            self._enter("publishing", frames=frames)
        elif time.monotonic() - self._noted >= STATE_SECONDS:
            self._note(frames=frames)
        else:
            return
        if self.state.failing_since:
            self._tell(lambda address: self.publisher.outages.after_success(self.state, address))

    def _tell(self, told: Callable[[str], StreamState]) -> None:
        try:
            self.state = told(self.publisher.how.announced(self.publisher.title))
        except StoreError as error:
            self.log.warning("nobody was told: %s", error)
        self._note()

    def _wait(self, failure: str, *, is_steady: bool, once: bool) -> None:
        failures = 1 if is_steady else self.state.failures + 1
        is_lost = failures > TRIES
        self.log.warning("%s; failure %d in a row", failure, failures)
        self._enter("lost" if is_lost else "waiting", failures=failures, said=failure, restarts=self.state.restarts + 1)
        self._tell(lambda address: self.publisher.outages.after_failure(self.state, address, failure))
        if once and is_lost:
            self._note(pid=0)
            raise RemoteError("rtsp_lost", f"the server was lost: {failure}", "Check VOD_RTSP", self.state.title)
        if self.publisher.stop.wait(self.publisher.how.delay(failures)):
            raise Cancelled
        self.sent = None

    def _enter(self, phase: Phase, **said: object) -> None:
        self.log.info("%s", phase)
        self._note(phase=phase, since=time.time(), **said)

    def _note(self, **said: object) -> None:
        self.state = self.state.model_copy(update=said)
        self.publisher.folder.note_state(self.state)
        self._noted = time.monotonic()


def stopped_by_signals(publisher: Publisher) -> Publisher:
    """Return a publisher that ends in good order on SIGTERM, SIGINT and SIGHUP."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: publisher.stop.set())
    return publisher


def _log(path: Path) -> logging.Logger:
    log = logging.Logger(path.parent.name, logging.INFO)  # of nobody else's tree
    handler = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)
    return log
