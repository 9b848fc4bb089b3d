"""Webhooks: signed JSON by httpx, to addresses of the operator's and to those that titles name."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

import httpx

from vod_assets.adapters.exchanges import Bounds, Line, Reply, TooLate
from vod_assets.adapters.public_hosts import name_of, pinned
from vod_assets.domain.callbacks import checked_callback
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.events import Event
from vod_assets.domain.letters import CALLBACK, Answer
from vod_assets.domain.webhooks import MOST_BODY_BYTES, body_of, signed_headers
from vod_assets.ports.notices import Patience

NO_BODY = 0
GONE = 410  # Standard Webhooks: who answers so wants to hear no more
HIDDEN_SETTING = "VOD_CALLBACK_PRIVATE_HOSTS"

Pin = Callable[[httpx.URL], httpx.URL]


@dataclass(frozen=True)
class Webhook:
    """A webhook of the operator's, who may name any host.

    Attributes:
        url: It may hold a secret.
        key: What it is signed with; empty: it is not.
    """

    name: str
    url: str = field(repr=False)
    key: bytes = field(default=b"", repr=False)
    takes_digests: bool = False
    burst: int = 10
    per_hour: int = 60

    @property
    def host(self) -> str:
        """Where it leads.

        Raises:
            ConfigError: ``bad_notify``; the address is not in it.
        """
        try:
            return httpx.URL(self.url).host
        except httpx.InvalidURL:  # whose words quote it
            cause = f"the webhook of the channel {self.name} is no address"
            raise ConfigError("bad_notify", cause, "Write https://HOST/PATH") from None

    def send(self, event: Event, patience: Patience) -> Answer:
        """Tell of an event."""
        return posted(httpx.URL(self.url), event, self.key, patience)


@dataclass(frozen=True)
class Callback:
    """Addresses that titles and commands name: they lead to public hosts, or to those that a setting allows.

    Attributes:
        key: What callbacks are signed with; empty: they are not.
        private_hosts: Hosts, in lower case, that may have private addresses, and be spoken to without TLS.
    """

    key: bytes = field(default=b"", repr=False)
    private_hosts: Collection[str] = ()
    name: str = CALLBACK
    takes_digests: bool = False
    burst: int = 1000
    per_hour: int = 10_000

    def send(self, event: Event, patience: Patience) -> Answer:
        """Tell of an event the address that it carries."""
        try:
            url = self._url(event.callback)
            return posted(url, event, self.key, patience, self.pin)
        except ConfigError as error:
            return Answer("never", error.code)

    def require_allowed(self, address: str) -> None:
        """Return when an address may be told now.

        Raises:
            ConfigError: ``url_not_allowed``: its form, or where it leads.
        """
        url = self._url(address)
        try:
            self.pin(url)
        except OSError as error:
            cause = f"the host {url.host} of the callback cannot be found"
            raise ConfigError("url_not_allowed", cause, "Correct the address") from error

    def _url(self, address: str) -> httpx.URL:
        try:
            return httpx.URL(checked_callback(address, self.private_hosts))
        except httpx.InvalidURL:  # whose words quote it
            cause = "the callback’s address has a host that cannot be"
            raise ConfigError("url_not_allowed", cause, "Write https://HOST/PATH") from None

    def pin(self, url: httpx.URL) -> httpx.URL:
        """Return where to connect to."""
        return pinned(url, self.private_hosts, HIDDEN_SETTING, "url_not_allowed")


def posted(url: httpx.URL, event: Event, key: bytes, patience: Patience, pin: Pin | None = None) -> Answer:
    """Return what a receiver says of an event; no redirection is followed.

    Args:
        url: The receiver.
        event: What it is told.
        key: What that is signed with; empty: it is not.
        patience: With a receiver that does not answer.
        pin: Judges where the host leads, and says where to connect to; None: any host will do.
    """
    body = body_of(event)
    if len(body) > MOST_BODY_BYTES:
        return Answer("never", f"it is longer than {MOST_BODY_BYTES} bytes")
    headers = {**signed_headers(event, body, int(time.time()), key), "user-agent": "vod_assets"}
    bounds = Bounds(patience.connect_seconds, patience.read_seconds, patience.whole_seconds, NO_BODY)
    try:
        target = pin(url) if pin else url
        named = {"sni_hostname": url.host}
        request = httpx.Request("POST", target, content=body, headers=headers | name_of(url), extensions=named)
        return _read(Line(bounds, uses_proxies=pin is None).exchanged(request))
    except TooLate as error:
        return Answer("later", str(error))
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return Answer("later", f"it cannot be reached ({type(error).__name__})")  # whose text may hold the address


def _read(answer: Reply) -> Answer:
    """Return what an answer means; its body is nobody's, and is not read."""
    if answer.is_success:
        return Answer("taken")
    said = f"it answered {answer.status}"
    if answer.status == GONE or answer.is_redirect:
        return Answer("never", said)
    return Answer("later", said, _wait_seconds(answer.headers.get("retry-after", "")))


def _wait_seconds(said: str) -> int:
    """Return how long a receiver wants to be left alone: it says so in seconds, or as a date."""
    if said.isascii() and said.isdecimal():
        return int(said[:9])
    try:
        return max(0, int(parsedate_to_datetime(said).timestamp() - time.time()))
    except (TypeError, ValueError):
        return 0
