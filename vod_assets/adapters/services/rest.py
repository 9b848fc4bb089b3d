"""One question to a service on a house's own network, and what its failures mean."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from vod_assets.adapters.blobs import faults
from vod_assets.adapters.exchanges import Bounds, Line, Reply, TooLong
from vod_assets.domain.errors import RemoteError

BOUNDS = Bounds(connect_seconds=5.0, read_seconds=30.0, whole_seconds=60.0, most_bytes=16 << 20)
BUSY = (408, 425, 429, 503)
LONGEST_SAID = 300


@dataclass(frozen=True)
class Service:
    """How a service is asked.

    Attributes:
        what: Its name, for people.
        address: Without a slash at its end.
        remedy: What to do when it refuses.
        verify: By which certificates it is known.
        secrets: What no message may hold.
    """

    what: str
    address: str
    remedy: str
    verify: ssl.SSLContext | bool = True
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Return the answer to a request that it took, or 404.

        Raises:
            RemoteError: See `vod_assets.ports.services.TranscodingService`.
        """
        request = httpx.Request(method, f"{self.address}{path}", content=body, headers=dict(headers))
        try:
            reply = Line(BOUNDS.cut(), verify=self.verify).exchanged(request)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, TooLong) as error:
            cause = f"{self.what} at {self.address} does not answer: {faults.said(error)}"
            raise RemoteError("service_unreachable", cause, "Check its address and the network") from error
        if reply.is_success or reply.status == httpx.codes.NOT_FOUND:
            return reply
        said = f"{self.what} answers {reply.status}: {self.without_secrets(said_of(reply))}"
        if reply.status in BUSY:
            raise RemoteError("service_busy", said, "Wait; it has no room now")
        if reply.status >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise RemoteError("service_unreachable", said, "Try again; look at its own log")
        raise RemoteError("service_refused", said, self.remedy)

    def without_secrets(self, text: str) -> str:
        """Return text of a service without what it was told in confidence: some quote whole requests."""
        return " ".join("…" if any(one in word for one in self.secrets if one) else word for word in text.split(" "))

    def wrong(self, what: str) -> RemoteError:
        """Return the error of an answer that is none."""
        cause = f"what answers at {self.address} is no {self.what}: {what}"
        return RemoteError("service_refused", cause, self.remedy)


def said_of(reply: Reply) -> str:
    """Return a service's own words, one line of them."""
    text = reply.data.decode("utf-8", "replace")
    return " ".join(text.replace("<", " <").split())[:LONGEST_SAID] or "nothing"
