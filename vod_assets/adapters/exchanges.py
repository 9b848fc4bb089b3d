"""One request over HTTP and its answer, bounded as a whole: in time, however slowly its bytes drip, and in size.

httpx bounds each wait for bytes, not their sum, and h11 takes headers for as long as they come: a server that sends a
byte a second holds a caller for ever. httpx tells its ``trace`` extension of each connection; a timer ends that one.
"""

import logging
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import httpx

from vod_assets.adapters.blobs.faults import at_most

OPENED = (".connect_tcp.complete", ".start_tls.complete")
LATE = "its answer takes too long"


class TooLate(httpx.ReadTimeout):
    """An exchange was not over in time, though bytes came."""


class TooLong(Exception):  # noqa: N818 - it is what the server did
    """An answer has more bytes than it may have."""


@dataclass(frozen=True)
class Bounds:
    """What an exchange may take.

    Attributes:
        connect_seconds: For each address of the host, and for TLS.
        read_seconds: Between two pieces of an answer.
        whole_seconds: From the first byte sent to the last one received.
        most_bytes: Of the answer's body, unpacked; 0: it is not read.
    """

    connect_seconds: float
    read_seconds: float
    whole_seconds: float
    most_bytes: int

    def cut(self) -> "Bounds":
        """Return the same, its times cut to how long passing faults are waited out in this thread."""
        times = (self.connect_seconds, self.read_seconds, self.whole_seconds)
        connect, read, whole = (at_most(seconds) for seconds in times)
        return Bounds(connect, read, whole, self.most_bytes)


@dataclass(frozen=True)
class Reply:
    """What was answered."""

    status: int
    headers: Mapping[str, str]
    data: bytes = field(default=b"", repr=False)

    @property
    def is_success(self) -> bool:
        """Whether the status says that it was done."""
        return httpx.codes.is_success(self.status)

    @property
    def is_redirect(self) -> bool:
        """Whether the status sends us elsewhere; nobody here goes there."""
        return httpx.codes.is_redirect(self.status)


@dataclass(frozen=True)
class Line:
    """How a server is reached.

    Attributes:
        verify: By which certificates it is known.
        auth: Signs requests.
        uses_proxies: Whether the environment's proxies are used.
    """

    bounds: Bounds
    verify: ssl.SSLContext | bool = True
    auth: httpx.Auth | tuple[str, str] | None = field(default=None, repr=False)
    uses_proxies: bool = False

    def exchanged(self, request: httpx.Request) -> Reply:
        """Return the answer to a request, whatever it says; no redirection is followed.

        Raises:
            TooLate: A `httpx.TransportError`, too.
            TooLong: The caller says who it was.
            httpx.HTTPError, httpx.InvalidURL, OSError: Those of httpx, whose words may quote address and answer.
        """
        logging.getLogger("httpx").setLevel(logging.WARNING)  # its lines hold whole addresses
        bounds = self.bounds
        timeout = httpx.Timeout(bounds.read_seconds, connect=bounds.connect_seconds)
        with (
            _Watch(bounds.whole_seconds) as watch,
            httpx.Client(verify=self.verify, timeout=timeout, trust_env=self.uses_proxies) as client,
        ):
            request.extensions = {**request.extensions, "trace": watch.traced}
            answer = client.send(request, stream=True, auth=self.auth or httpx.USE_CLIENT_DEFAULT)
            try:
                return Reply(answer.status_code, answer.headers, _body(answer, bounds.most_bytes))
            finally:
                answer.close()


def _body(answer: httpx.Response, most_bytes: int) -> bytes:
    """Return a body, up to a limit."""
    data = bytearray()
    for chunk in answer.iter_bytes() if most_bytes else ():
        data += chunk
        if len(data) > most_bytes:
            raise TooLong(f"it is longer than {most_bytes} bytes")
    return bytes(data)


class _Watch:
    """Ends the connection of an exchange that is not over in time; what then ends with it is `TooLate`."""

    def __init__(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self._mutex = threading.Lock()
        self._socket: socket.socket | None = None
        self._is_late = False

    def __enter__(self) -> "_Watch":
        self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._timer.cancel()
        with self._mutex:
            self._socket = None
        # a body without a length ends well when its connection is ended
        if self._is_late and (error is None or isinstance(error, (httpx.HTTPError, OSError))):
            raise TooLate(LATE) from None

    def traced(self, event: str, info: Mapping[str, Any]) -> None:
        """Take note of the connection when there is one; with TLS, there is another one then."""
        if not event.endswith(OPENED):
            return
        with self._mutex:
            self._socket = info["return_value"].get_extra_info("socket")
            if self._is_late:
                self._shut()

    def _end(self) -> None:
        with self._mutex:
            self._is_late = True
            self._shut()

    def _shut(self) -> None:
        if self._socket is not None:
            with suppress(OSError):  # the other side was faster
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)  # TLS' own would wait for an answer
