"""Requests to a CDN's own API: authorised, patient with what passes, bounded in time and size, silent about secrets."""

import json
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import httpx

from vod_assets.adapters.blobs import faults
from vod_assets.adapters.exchanges import Bounds, Line, TooLong
from vod_assets.domain.errors import ConfigError, RemoteError, VodError, printable

HEADERS = {"user-agent": "vod_assets", "accept": "application/json"}
BOUNDS = Bounds(10.0, 30.0, 60.0, 16 << 20)
BUSY = (408, 425, 429, 500, 502, 503, 504)
DENIED = (401, 403)


class Passing(Exception):  # noqa: N818 - it is what the CDN said
    """A CDN could not answer just now."""


@dataclass(frozen=True)
class EdgeApi:
    """A CDN's API.

    Attributes:
        name: Of the CDN, for messages.
        base: Address of the API, without a slash at its end.
        auth: Signs requests.
        secrets: Returns what must not be quoted, should the API repeat it.
    """

    name: str
    base: str
    auth: httpx.Auth = field(repr=False)
    secrets: Callable[[], Sequence[str]] = field(default=tuple, repr=False)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Return an answer's JSON; what is no JSON comes back as text, and nothing as None.

        Args:
            method: ``POST`` and the like.
            path: Below the base.
            body: Sent as JSON; a text is sent as it is, and None is no body.

        Raises:
            ConfigError: ``cdn_denied``: who asks may not do this, or the setting names what is not there.
            RemoteError: ``cdn_failed``.
        """
        try:
            return faults.patiently(lambda: self._asked(method, path, body), _is_passing)
        except (httpx.HTTPError, Passing, OSError) as error:
            raise self._failed(faults.said(error)) from None  # the cause may quote a header

    def _asked(self, method: str, path: str, body: object) -> Any:
        content = None if body is None else body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        kind = "text/plain" if isinstance(body, str) else "application/json"
        headers = HEADERS | ({} if content is None else {"content-type": kind})
        try:
            request = httpx.Request(method, self.base + path, content=content, headers=headers)
            answer = Line(BOUNDS.cut(), _certificates(), self.auth).exchanged(request)
        except TooLong as error:
            raise self._failed(f"its answer is too long: {error}") from None
        except (httpx.RemoteProtocolError, httpx.DecodingError):
            raise Passing("what it answers is no HTTP") from None  # the parser's words quote the answer
        except (httpx.LocalProtocolError, UnicodeEncodeError):  # whose words quote the header
            cause = f"the credentials for {self.name} hold characters that no header may have"
            raise ConfigError("cdn_denied", cause, "Check VOD_CDN_SECRET and its neighbours") from None
        if answer.is_success:
            return _read(answer.data)
        raise self._refusal(answer.status, method, path, answer.data)

    def _refusal(self, status: int, method: str, path: str, data: bytes) -> Exception:
        words = f"{status} to {method} {path}{self._quoted(data)}"
        if status in BUSY:
            return Passing(f"it answers {words}")
        if status in DENIED:
            remedy = "Check VOD_CDN, VOD_CDN_SECRET and what they may do; docs/cdn.md"
            return ConfigError("cdn_denied", f"{self.name} refuses: it answers {words}", remedy)
        if status == httpx.codes.NOT_FOUND:
            remedy = "Check the ids in VOD_CDN and VOD_CDN_RULES; docs/cdn.md"
            return ConfigError("cdn_denied", f"{self.name} knows nothing of it: it answers {words}", remedy)
        return self._failed(f"it answers {words}")

    def _quoted(self, data: bytes) -> str:
        """Return the title or message of an answer, but nothing that could repeat a secret."""
        said = _read(data)
        named = [said.get(name) for name in ("detail", "msg", "message", "title")] if isinstance(said, dict) else []
        text = printable(next((one for one in named if isinstance(one, str) and one), ""))[:200]
        hidden = [secret for secret in self.secrets() if secret]
        return f": {text}" if text and not any(secret in text for secret in hidden) else ""

    def _failed(self, cause: str) -> VodError:
        remedy = "Check VOD_CDN and the network; `vod cdn status` asks again"
        return RemoteError("cdn_failed", f"{self.name} does not do as it is told: {cause}", remedy)


@lru_cache(maxsize=1)
def _certificates() -> ssl.SSLContext:
    """Return the certificates that servers are known by; reading them takes longer than most requests."""
    return httpx.create_ssl_context(trust_env=False)


def _read(data: bytes) -> Any:
    try:
        return json.loads(data) if data.strip() else None
    except ValueError:
        return data.decode("utf-8", "replace")


def _is_passing(error: Exception) -> bool:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return False
    return isinstance(error, (httpx.TransportError, Passing, ConnectionError, TimeoutError))
