"""MediaMTX by its control API, version 3: a path for each title, which plays its file as soon as somebody asks for it.

The paths that the API adds are kept in MediaMTX's memory: after its restart they have to be added again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from vod_assets.adapters.blobs import faults
from vod_assets.adapters.exchanges import Bounds, Line, Reply, TooLong
from vod_assets.adapters.ffmpeg.streams import on_demand_command
from vod_assets.adapters.rtsp.folder import StreamFolder
from vod_assets.domain.errors import ConfigError, RemoteError
from vod_assets.domain.publishing_streams import OfferedStream, StreamState

BOUNDS = Bounds(5.0, 10.0, 20.0, 4 << 20)
BUSY = (408, 425, 429, 500, 502, 503, 504)
HERE = "rtsp://127.0.0.1:$RTSP_PORT/$MTX_PATH"  # MediaMTX fills both in
CONFIGURED, NOW = "/v3/config/paths", "/v3/paths"


class Passing(Exception):  # noqa: N818 - it is what the server said
    """MediaMTX could not answer just now."""


@dataclass(frozen=True)
class MediaMtx:
    """A MediaMTX, on this machine or on one that has the folder of streams at the same path.

    Attributes:
        address: Of its API.
        shown: Where players open its streams.
        program: How FFmpeg is called on its machine.
        credentials: User and password of its API; None: it asks for none.
    """

    folder: StreamFolder
    address: str
    shown: str
    program: str = "ffmpeg"
    credentials: tuple[str, str] | None = field(default=None, repr=False)

    def registered(self, title: str) -> str:
        """Return the digest of what is offered of a title; empty: nothing."""
        offered = self.folder.offered(title)
        return offered.digest if offered and offered.address == self._shown(title) else ""

    def register(self, title: str, digest: str, file: Path) -> str:
        """Keep a file and have MediaMTX play it on demand."""
        offered = self.folder.place(title, digest, file, self._shown(title))
        self._configure(offered)
        return offered.address

    def unregister(self, title: str) -> None:
        """Take a title's path away, which ends who watches it, and forget its file, also where MediaMTX is away."""
        try:
            self.stop(title)
        finally:
            self.folder.remove(title)  # whoever opens the path then gets nothing

    def start(self, title: str, *, once: bool = False) -> StreamState:
        """Add a title's path, if MediaMTX has lost it or it was stopped."""
        if once:
            cause = "MediaMTX plays a stream while somebody watches, and not once"
            raise ConfigError("rtsp_refused", cause, "Leave out --once", title)
        offered = self.folder.require(title)
        self._configure(offered)
        return self._state(offered)

    def stop(self, title: str) -> None:
        """Take a title's path away."""
        self._ask("DELETE", f"{CONFIGURED}/delete/{title}", title, missing=True)

    def streams(self) -> list[StreamState]:
        """Return every title's stream."""
        offered = [self.folder.offered(title) for title in self.folder.titles()]
        return [self._state(one) for one in offered if one is not None]

    def revive(self) -> list[str]:
        """Return none: MediaMTX plays a title as soon as somebody opens it."""
        return []

    def _configure(self, offered: OfferedStream) -> None:
        title, wanted = offered.title, self._configuration(offered)
        there = self._ask("GET", f"{CONFIGURED}/get/{title}", title, missing=True)
        if there is None:
            self._ask("POST", f"{CONFIGURED}/add/{title}", title, body=wanted)
        elif any(there.get(name) != value for name, value in wanted.items()):
            self._ask("PATCH", f"{CONFIGURED}/patch/{title}", title, body=wanted)

    def _configuration(self, offered: OfferedStream) -> dict[str, Any]:
        """Return how MediaMTX plays a title: no password is in it, for its API shows it."""
        file = self.folder.file(offered)
        if "$" in str(file):
            cause = f"{file} holds a $, which MediaMTX takes for a variable"
            raise ConfigError("rtsp_refused", cause, "Set VOD_RTSP_FOLDER to another folder", offered.title)
        return {
            "source": "publisher",
            "runOnDemand": on_demand_command(self.program, file, HERE),
            "runOnDemandRestart": True,
            "runOnDemandStartTimeout": "10s",
            "runOnDemandCloseAfter": "10s",
        }

    def _state(self, offered: OfferedStream) -> StreamState:
        title = offered.title
        said = StreamState(title=title, address=offered.address)
        if self._ask("GET", f"{CONFIGURED}/get/{title}", title, missing=True) is None:
            return said.model_copy(update={"phase": "unregistered"})
        now = self._ask("GET", f"{NOW}/get/{title}", title, missing=True) or {}
        is_playing = bool(now.get("online", now.get("ready", False)))  # “ready” until version 1.14
        phase = "publishing" if is_playing else "on_demand"
        return said.model_copy(update={"phase": phase, "readers": len(now.get("readers") or ())})

    def _ask(
        self, method: str, path: str, title: str, *, body: Mapping[str, Any] | None = None, missing: bool = False
    ) -> dict[str, Any] | None:
        """Return what the API answers; None where ``missing`` may be, and is."""
        try:
            answer = faults.patiently(lambda: self._answer(method, path, body), _is_passing)
        except (httpx.HTTPError, Passing, TooLong) as error:
            cause = f"MediaMTX at {self.address} does not answer: {faults.said(error)}"
            raise RemoteError(
                "rtsp_unavailable", cause, "Check VOD_RTSP and MediaMTX; then run again", title
            ) from error
        if answer.status == httpx.codes.NOT_FOUND and missing:
            return None
        if not answer.is_success:
            cause = f"MediaMTX at {self.address} refuses {method} {path}: {answer.status} {_said(answer)}"
            remedy = "Check VOD_RTSP_USERNAME, VOD_RTSP_PASSWORD and MediaMTX's configuration; docs/rtsp.md"
            raise ConfigError("rtsp_refused", cause.rstrip(), remedy, title)
        return _object(answer, self.address)

    def _answer(self, method: str, path: str, body: Mapping[str, Any] | None) -> Reply:
        request = httpx.Request(method, f"{self.address.rstrip('/')}{path}", json=body)
        answer = Line(BOUNDS.cut(), auth=self.credentials).exchanged(request)
        if answer.status in BUSY:
            raise Passing(f"it answered {answer.status}")
        return answer

    def _shown(self, title: str) -> str:
        return f"{self.shown.rstrip('/')}/{title}"


def _object(answer: Reply, address: str) -> dict[str, Any]:
    try:
        said = json.loads(answer.data) if answer.data else {}
    except ValueError:
        said = None
    if not isinstance(said, dict):
        cause = f"what answers at {address} is no MediaMTX: its answer is no JSON object"
        raise ConfigError("rtsp_refused", cause, "Set VOD_RTSP to the address of its API")
    return said


def _said(answer: Reply) -> str:
    """Return MediaMTX's own word for what is wrong."""
    try:
        said = json.loads(answer.data)["error"]
    except (ValueError, KeyError, TypeError):
        return ""
    return str(said)[: faults.LONGEST_SAID]


def _is_passing(error: Exception) -> bool:
    return isinstance(error, (httpx.TransportError, Passing)) and "CERTIFICATE_VERIFY_FAILED" not in str(error)
