"""EdgeGrid, version EG1: how Akamai's APIs are told who asks (Akamai, *Authenticate with EdgeGrid*).

Akamai's own library signs for requests; what is signed is short, and here it is an `httpx.Auth`.
"""

import base64
import hashlib
import hmac
import uuid
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx

MOST_BODY = 131_072  # of a POST's body, what is signed


@dataclass(frozen=True)
class Client:
    """An API client, as Akamai's Control Center gives it out.

    Attributes:
        client_token: Names the client.
        access_token: Says what it may do; no secret alone, and shown nowhere all the same.
        client_secret: Returns what it signs with.
    """

    client_token: str
    access_token: Callable[[], str] = field(repr=False)
    client_secret: Callable[[], str] = field(repr=False)


class EdgeGridAuth(httpx.Auth):
    """Signs each request anew: a nonce is taken once."""

    requires_request_body = True

    def __init__(self, client: Client) -> None:
        self._client = client

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign a request."""
        stamp = f"{datetime.now(UTC):%Y%m%dT%H:%M:%S}+0000"
        request.headers["authorization"] = authorization(self._client, request, stamp, str(uuid.uuid4()))
        yield request


def authorization(client: Client, request: httpx.Request, stamp: str, nonce: str) -> str:
    """Return the ``Authorization`` header of a request.

    Args:
        client: Who asks.
        request: With its body read.
        stamp: UTC: ``20140321T19:34:21+0000``; Akamai allows 30 s of difference.
        nonce: Never used before.
    """
    said = (
        f"EG1-HMAC-SHA256 client_token={client.client_token};access_token={client.access_token()};"
        f"timestamp={stamp};nonce={nonce};"
    )
    is_hashed = request.method == "POST" and bool(request.content)  # of no other method, says Akamai
    digest = _text(hashlib.sha256(request.content[:MOST_BODY]).digest()) if is_hashed else ""
    path, host = request.url.raw_path.decode("ascii"), request.headers["host"]
    signed = "\t".join([request.method, request.url.scheme, host, path, "", digest, said])
    key = _text(hmac.digest(client.client_secret().encode(), stamp.encode(), "sha256"))
    return f"{said}signature={_text(hmac.digest(key.encode(), signed.encode(), 'sha256'))}"


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
