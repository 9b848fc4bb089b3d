"""Requests to a CMS: authorised, and bounded in time and size; what may pass by itself is told from what stays."""

import email.utils
import json
import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import httpx

from vod_assets.adapters.blobs.faults import patiently
from vod_assets.adapters.blobs.faults import said as first_line
from vod_assets.adapters.cms import faults
from vod_assets.adapters.cms.credentials import Anonymous, Signer
from vod_assets.adapters.exchanges import Bounds, Line, TooLong
from vod_assets.domain.errors import ConfigError

BOUNDS = Bounds(10.0, 30.0, 60.0, 64 << 20)
LONGEST_PAUSE_SECONDS = 20.0
BUSY = (408, 425, 429, 500, 502, 503, 504)
DENIED = (401, 403)
Result = TypeVar("Result")


class Passing(Exception):  # noqa: N818 - it is what the server said
    """A server could not answer just now; ``after_seconds`` is how long it asks us to wait."""

    def __init__(self, why: str, after_seconds: float = 0.0) -> None:
        super().__init__(why, after_seconds)
        self.why, self.after_seconds = why, after_seconds

    def __str__(self) -> str:
        return self.why


@dataclass(frozen=True)
class Answer:
    """What a CMS answered.

    Attributes:
        status: The HTTP status.
        data: The body.
        etag: The entity tag, or empty.
        after: When to ask again, as the server says it, or empty.
    """

    status: int
    data: bytes = field(repr=False)
    etag: str = ""
    after: str = ""

    @cached_property
    def document(self) -> Any:
        """The body as JSON; None when there is none, or it is none."""
        try:
            return json.loads(self.data)
        except (ValueError, RecursionError):
            return None


@dataclass(frozen=True)
class CmsServer:
    """A CMS: where it is, who asks it, what certificates it may have."""

    url: str
    signer: Signer = field(default_factory=Anonymous)
    ca_file: Path | None = None
    headers: dict[str, str] = field(default_factory=dict, repr=False)

    def patiently(self, work: Callable[[], Result]) -> Result:
        """Return what work with `once` returns; it is done again while its faults may pass by themselves.

        Raises:
            RemoteError: ``cms_unavailable``.
        """
        try:
            return patiently(work, _is_passing)
        except (httpx.HTTPError, Passing, OSError) as error:
            raise faults.unavailable(
                self.host, first_line(error)
            ) from None  # the cause may quote an address with a secret

    def once(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """Return the answer to one request; a token that is refused is renewed once.

        Raises:
            ConfigError: ``cms_denied``.
            RemoteError: ``cms_answer_bad``: it sends us elsewhere, or says too much.
            Passing, httpx.HTTPError, OSError: Asking again may help.
        """
        answer = self._sent(method, path, body, headers)
        if answer.status in DENIED and self.signer.renew():
            answer = self._sent(method, path, body, headers)
        if answer.status in BUSY:
            raise Passing(f"it answered {answer.status} {self.words(answer)}".rstrip(), seconds_asked(answer))
        if answer.status in DENIED:
            raise faults.denied(self.host, f"it answered {answer.status} {self.words(answer)}".rstrip())
        return answer

    def words(self, answer: Answer) -> str:
        """Return what an answer says of what is wrong, without secrets."""
        return faults.quoted(answer.data, self._secrets())

    @property
    def host(self) -> str:
        """The server's name and port; the rest of an address may hold a secret."""
        return httpx.URL(self.url).netloc.decode().rpartition("@")[2]

    def _secrets(self) -> Iterable[str]:
        return (*self.signer.secrets(), *self.headers.values())

    def _sent(self, method: str, path: str, body: Any, headers: dict[str, str] | None) -> Answer:
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        sent = {"accept": "application/json", "user-agent": "vod_assets", **self.headers, **(headers or {})}
        sent |= {"content-type": "application/json"} if content is not None else {}
        return self.exchanged(method, path, content, sent | dict(self.signer.headers()))

    def exchanged(self, method: str, path: str, content: bytes | None, headers: dict[str, str]) -> Answer:
        """Return the answer to a request as it is sent, whatever it says."""
        try:
            request = httpx.Request(method, self.url.rstrip("/") + path, content=content, headers=headers)
            answer = Line(BOUNDS.cut(), self._certificates).exchanged(request)
        except TooLong as error:
            raise faults.answer_bad(self.host, str(error)) from None
        except (httpx.RemoteProtocolError, httpx.DecodingError):
            raise Passing("what it answers is no HTTP, or ends too soon") from None  # the parser quotes the answer
        except (httpx.LocalProtocolError, UnicodeEncodeError):  # whose words quote the header
            raise faults.denied(self.host, "the credentials hold characters that no header may have") from None
        if answer.is_redirect:
            place = _host_of(answer.headers.get("location", ""), self.host)
            raise faults.answer_bad(self.host, f"it sends us to {place}; name that address")
        said = (answer.headers.get(name, "") for name in ("etag", "retry-after"))
        return Answer(answer.status, answer.data, *said)

    @cached_property
    def _certificates(self) -> ssl.SSLContext | bool:
        if not self.url.startswith("https:"):
            return False
        try:
            return ssl.create_default_context(cafile=str(self.ca_file) if self.ca_file else None)
        except OSError as error:
            cause = f"VOD_CMS_CA_FILE names {self.ca_file}, which cannot be used: {error.strerror or error}"
            raise ConfigError("bad_setting", cause, "Name a PEM file of certificates") from error


def seconds_asked(answer: Answer) -> float:
    """Return how many seconds a busy server asks us to wait (RFC 9110, 10.2.3), within reason; 0 for none."""
    text = answer.after
    if text.isdecimal():
        return min(float(text), LONGEST_PAUSE_SECONDS)
    try:
        latest = email.utils.parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError):
        return 0.0
    return min(max(0.0, latest - time.time()), LONGEST_PAUSE_SECONDS)


def _host_of(place: str, ours: str) -> str:
    try:
        return httpx.URL(place).netloc.decode().rpartition("@")[2] or ours
    except (httpx.InvalidURL, UnicodeError):
        return "an address that is none"


def _is_passing(error: Exception) -> bool | float:
    if isinstance(error, Passing):
        return error.after_seconds or True
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return False
    return isinstance(error, (httpx.TransportError, ConnectionError, TimeoutError))
