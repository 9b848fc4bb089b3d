"""A double of MediaMTX's control API, version 3, written from its published OpenAPI document and its own rules.

It keeps paths in memory, as MediaMTX does, refuses fields and names that MediaMTX refuses, and plays nothing: no binary
of MediaMTX could be had.
"""

import base64
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

NAME = re.compile(r"[0-9a-zA-Z_\-/.~:]+")
DURATION = re.compile(r"(\d+(\.\d+)?(ns|us|µs|ms|s|m|h|d))+")
TEXTS = (
    "source sourceFingerprint sourceRedirect name recordPath runOnInit runOnDemand runOnUnDemand runOnRead runOnUnread "
    "runOnAvailable runOnUnavailable runOnOnline runOnOffline runOnRecordSegmentCreate runOnRecordSegmentComplete "
    "rtspTransport rtspRangeType rtspRangeStart alwaysAvailableFile srtReadPassphrase srtPublishPassphrase fallback"
)
DURATIONS = (
    "sourceOnDemandStartTimeout sourceOnDemandCloseAfter runOnDemandStartTimeout runOnDemandCloseAfter "
    "recordPartDuration recordSegmentDuration recordDeleteAfter"
)
CLAIMS = (
    "sourceOnDemand record overridePublisher alwaysAvailable alwaysAvailableRecorded rtspAnyPort useAbsoluteTimestamp "
    "runOnInitRestart runOnDemandRestart runOnReadRestart runOnAvailableRestart runOnOnlineRestart"
)
FIELDS: dict[str, type] = {
    **dict.fromkeys(TEXTS.split(), str),
    **dict.fromkeys(DURATIONS.split(), str),
    **dict.fromkeys(CLAIMS.split(), bool),
    "maxReaders": int,
}
DEFAULTS = {
    "source": "publisher",
    "runOnDemand": "",
    "runOnDemandRestart": False,
    "runOnDemandStartTimeout": "10s",
    "runOnDemandCloseAfter": "10s",
    "maxReaders": 0,
    "overridePublisher": True,
}
SOURCES = ("publisher", "redirect", "rpiCamera", "rtsp://", "rtsps://", "http://", "https://", "srt://", "udp://")


class Refused(Exception):  # noqa: N818 - it is an answer
    """A request that MediaMTX answers with an error."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass
class MediaMtxDouble:
    """A running double.

    Attributes:
        paths: Configurations by name.
        playing: Names of paths that are online.
        login: User and password that the API wants; None: none.
        statuses: Answered first, one a request.
        calls: Method and path of each request.
    """

    url: str = ""
    paths: dict[str, dict[str, Any]] = field(default_factory=dict)
    playing: set[str] = field(default_factory=set)
    login: tuple[str, str] | None = None
    statuses: list[int] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    def answer(self, method: str, path: str, authorisation: str, body: bytes) -> dict[str, Any]:
        """Return what MediaMTX answers, or raise why it refuses."""
        self.calls.append(f"{method} {path}")
        if self.statuses:
            raise Refused(self.statuses.pop(0), "just now")
        if self.login and authorisation != "Basic " + base64.b64encode(":".join(self.login).encode()).decode():
            raise Refused(401, "authentication error")
        if match := re.fullmatch(r"/v3/(config/)?paths/list", path):
            items = list(self.paths.values()) if match[1] else [self._now(name) for name in self.paths]
            return {"itemCount": len(items), "pageCount": 1, "items": items}
        match = re.fullmatch(r"/v3/(config/)?paths/(add|get|patch|replace|delete)/(.+)", path)
        if not match or (not match[1] and match[2] != "get"):
            raise Refused(404, "not found")
        wanted = {"add": "POST", "get": "GET", "patch": "PATCH", "replace": "POST", "delete": "DELETE"}[match[2]]
        if method != wanted:
            raise Refused(404, "not found")
        return self._now(match[3]) if not match[1] else self._changed(match[2], match[3], body)

    def _changed(self, verb: str, name: str, body: bytes) -> dict[str, Any]:
        if verb == "add" and name in self.paths:
            raise Refused(400, "path already exists")
        if verb != "add" and name not in self.paths:
            raise Refused(404, "path configuration not found")
        if verb == "get":
            return self.paths[name]
        if verb == "delete":
            del self.paths[name]
            self.playing.discard(name)
            return {"status": "ok"}
        before = self.paths[name] if verb == "patch" else DEFAULTS
        self.paths[name] = checked({**before, **decoded(body), "name": name})
        return {"status": "ok"}

    def _now(self, name: str) -> dict[str, Any]:
        if name not in self.paths:
            raise Refused(404, "path not found")
        is_online = name in self.playing
        readers = [{"type": "rtspSession", "id": "1"}] if is_online else []
        return {"name": name, "confName": name, "online": is_online, "available": is_online, "readers": readers}


def decoded(body: bytes) -> dict[str, Any]:
    """Return the fields of a request; MediaMTX's decoder knows each by name and type."""
    try:
        said = json.loads(body)
    except ValueError as error:
        raise Refused(400, "invalid character") from error
    for name, value in said.items():
        if name not in FIELDS:
            raise Refused(400, f'json: unknown field "{name}"')
        if type(value) is not FIELDS[name]:
            raise Refused(400, f"json: cannot unmarshal into Go struct field {name}")
        if name in DURATIONS.split() and not DURATION.fullmatch(value):
            raise Refused(400, f"time: invalid duration {value}")
    return dict(said)


def checked(configuration: dict[str, Any]) -> dict[str, Any]:
    """Return a path's configuration that MediaMTX accepts."""
    name, source = configuration["name"], configuration["source"]
    if name.startswith("/") or name.endswith("/") or not NAME.fullmatch(name):
        raise Refused(400, f"invalid path name '{name}'")
    if not source.startswith(SOURCES):
        raise Refused(400, f"invalid source: '{source}'")
    if configuration["runOnDemand"] and source != "publisher":
        raise Refused(400, "'runOnDemand' can be used only when source is 'publisher'")
    return configuration


@contextmanager
def mediamtx() -> Iterator[MediaMtxDouble]:
    """Run a double on loopback while the context lasts."""
    double = MediaMtxDouble()

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            try:
                status, said = 200, double.answer(self.command, self.path, self.headers.get("authorization", ""), body)
            except Refused as refused:
                status, said = refused.status, {"status": "error", "error": str(refused)}
            sent = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json; charset=utf-8")
            self.send_header("content-length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = do_PATCH = do_DELETE = _any  # noqa: N815 - the base class calls them so

        def log_message(self, *_: Any) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    double.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield double
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
