"""Requests to a key server: authorised, patient with what passes, and bounded in time and size."""

import base64
import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import httpx

from vod_assets.adapters.blobs import faults
from vod_assets.adapters.exchanges import Bounds, Line, Reply, TooLong
from vod_assets.adapters.keys.cpix_faults import bad_answer
from vod_assets.adapters.keys.quoting import plain_words
from vod_assets.domain.errors import ConfigError, RemoteError

SPEKE_VERSION = "2.0"
HEADERS = {"content-type": "application/xml", "x-speke-version": SPEKE_VERSION, "user-agent": "vod_assets"}
BOUNDS = Bounds(10.0, 20.0, 40.0, 1 << 20)
BUSY = (408, 425, 429, 500, 502, 503, 504)


class Passing(Exception):  # noqa: N818 - it is what the server said
    """A server could not answer just now."""


class Signer(Protocol):
    """Says who asks."""

    def headers(self, url: str, body: bytes) -> Mapping[str, str]:
        """Return the headers that authorise a request.

        Raises:
            ConfigError: There are no credentials.
        """
        ...

    def secrets(self) -> tuple[str, ...]:
        """Return what must not be quoted, should the server repeat it."""
        ...


@dataclass(frozen=True)
class BasicSigner:
    """A user and a password (RFC 7617)."""

    username: str
    password: Callable[[], str] = field(repr=False)

    def headers(self, url: str, body: bytes) -> Mapping[str, str]:
        """Return the ``Authorization`` header."""
        auth = httpx.BasicAuth(self.username, self.password())
        return {"authorization": next(auth.auth_flow(httpx.Request("POST", url))).headers["authorization"]}

    def secrets(self) -> tuple[str, ...]:
        """Return the password, and both as they are sent."""
        pair = f"{self.username}:{self.password()}"
        return (self.password(), base64.b64encode(pair.encode()).decode())


@dataclass(frozen=True)
class BearerSigner:
    """A token (RFC 6750)."""

    token: Callable[[], str] = field(repr=False)

    def headers(self, url: str, body: bytes) -> Mapping[str, str]:
        """Return the ``Authorization`` header."""
        return {"authorization": f"Bearer {self.token()}"}

    def secrets(self) -> tuple[str, ...]:
        """Return the token."""
        return (self.token(),)


@dataclass(frozen=True)
class AwsSigner:
    """AWS's signature, version 4, as its gateways want it.

    Attributes:
        credentials: Returns what botocore signs with, and the region.
    """

    credentials: Callable[[], tuple[object, str]] = field(repr=False)
    service: str = "execute-api"

    def headers(self, url: str, body: bytes) -> Mapping[str, str]:
        """Return the signed headers."""
        from botocore.auth import SigV4Auth  # takes long to import, and few key servers want it
        from botocore.awsrequest import AWSRequest

        credentials, region = self.credentials()
        if credentials is None or not region:
            raise ConfigError(
                "drm_refused",
                "there are no AWS credentials or no region to sign requests to the key server with",
                "Set VOD_KEYS_USERNAME, VOD_KEYS_PASSWORD and VOD_KEYS_REGION, or AWS's own",
            )
        request = AWSRequest(method="POST", url=url, data=body, headers=dict(HEADERS))
        SigV4Auth(credentials, self.service, region).add_auth(request)
        return {name.lower(): value for name, value in request.headers.items()}

    def secrets(self) -> tuple[str, ...]:
        """Return all that the credentials consist of."""
        credentials, _ = self.credentials()
        return tuple(getattr(credentials, name, None) or "" for name in ("access_key", "secret_key", "token"))


@dataclass(frozen=True)
class KeyServer:
    """A key server: where it is, who asks it, what certificates it may have."""

    url: str
    signer: Signer | None = None
    ca_file: Path | None = None

    def ask(self, body: bytes) -> bytes:
        """Return the answer to a request.

        Raises:
            RemoteError: ``drm_unavailable``, ``drm_answer_bad``.
            ConfigError: ``drm_refused``: asking again would not help.
        """
        try:
            line = Line(BOUNDS.cut(), self._certificates())
            return faults.patiently(lambda: self._asked(line, body), _is_passing)
        except (httpx.HTTPError, Passing, OSError) as error:
            raise RemoteError(
                "drm_unavailable",
                f"the key server at {self.host} does not answer: {faults.said(error)}",
                "Check VOD_KEYS and the server; nothing was left unencrypted. Then run again",
            ) from error

    @property
    def host(self) -> str:
        """The server's name; the rest of an address may hold a customer's secret."""
        return httpx.URL(self.url).host

    def _certificates(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=str(self.ca_file) if self.ca_file else None)
        except OSError as error:
            cause = f"VOD_KEYS_CA_FILE names {self.ca_file}, which cannot be used: {error.strerror or error}"
            raise ConfigError("bad_setting", cause, "Name a PEM file of certificates") from error

    def _asked(self, line: Line, body: bytes) -> bytes:
        headers = HEADERS | dict(self.signer.headers(self.url, body) if self.signer else {})
        answer = _answered(line, self.url, body, headers)
        words = f"{answer.status} {plain_words(answer.data, self.signer.secrets() if self.signer else ())}".rstrip()
        if answer.status in BUSY:
            raise Passing(f"it answered {words}")
        if answer.status != httpx.codes.OK:
            raise ConfigError(
                "drm_refused",
                f"the key server at {self.host} refuses the request: {words}",
                "Check VOD_KEYS, its credentials and the profile's presets; docs/drm.md",
            )
        version = answer.headers.get("x-speke-version", "none")
        if version != SPEKE_VERSION:
            said = version if re.fullmatch(r"none|\d{1,2}([.]\d{1,2}){0,2}", version) else "of another version"
            raise bad_answer(f"it speaks SPEKE {said}, and {SPEKE_VERSION} is needed")
        return answer.data


def _answered(line: Line, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
    try:
        return line.exchanged(httpx.Request("POST", url, content=body, headers=headers))
    except TooLong as error:
        raise bad_answer(str(error)) from None
    except (httpx.RemoteProtocolError, httpx.DecodingError):
        raise Passing("what it answers is no HTTP") from None  # the parser's words quote the answer
    except (httpx.LocalProtocolError, UnicodeEncodeError):  # whose words quote the header
        cause = "the credentials for the key server hold characters that no header may have"
        raise ConfigError("drm_refused", cause, "Check VOD_KEYS_USERNAME and VOD_KEYS_PASSWORD") from None


def _is_passing(error: Exception) -> bool:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return False
    return isinstance(error, (httpx.TransportError, Passing, ConnectionError, TimeoutError))
