"""Slack, e-mail, Teams and everything else that apprise speaks to."""

import html
import logging
import re
import threading
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from vod_assets.domain.errors import ConfigError
from vod_assets.domain.events import Event
from vod_assets.domain.letters import Answer
from vod_assets.domain.notice_text import body_of, subject_of
from vod_assets.ports.notices import Patience

TYPES = {"info": "info", "warning": "warning", "error": "failure", "critical": "failure"}
SERVICES = ("webhook_url", "notify_url", "api_url", "cloud_notify_url")  # where plug-ins keep their service's address
LOUD = ("apprise", "urllib3", "requests_oauthlib")  # their lines hold addresses, and what strangers answer
AFTER_BUSY_SECONDS = 120  # what a server asks for itself (Retry-After), apprise does not say
BUSY = ("429", "503")
_left: dict[str, threading.Thread] = {}  # tries that took too long, by their channels
_STATUS = re.compile(r"\berror[= ](\d{3})\b")


@dataclass(frozen=True)
class AppriseChannel:
    """One address of apprise's; it may hold a secret."""

    name: str
    address: str = field(repr=False)
    takes_digests: bool = True
    burst: int = 10
    per_hour: int = 60

    @property
    def host(self) -> str:
        """Where it leads; empty where that cannot be told from a secret.

        Raises:
            ConfigError: ``bad_notify``; the address is not in it.
        """
        plugin = plugin_of(self.name, self.address)
        if all("{host}" in form for form in plugin.templates):  # of others, the “host” may be a token
            return str(getattr(plugin, "smtp_host", "") or plugin.host)
        kept = (str(vars(type(plugin)).get(name, "")) for name in SERVICES)
        return next((host for host in (urlsplit(one).hostname for one in kept) if host and "{" not in host), "")

    def send(self, event: Event, patience: Patience) -> Answer:
        """Tell of an event; apprise says no more than whether that worked, and a status in its log.

        What it speaks with bounds each wait for bytes and not their sum, and cannot be ended from outside: a try that
        takes too long is left alone, and no other begins before it has ended.
        """
        if (left := _left.get(self.name)) and left.is_alive():
            return Answer("later", "an earlier try still goes on")
        found: list[Answer] = []
        trying = threading.Thread(target=lambda: found.append(self._tried(event, patience)), daemon=True)
        trying.start()
        trying.join(patience.whole_seconds)
        if found:
            return found[0]
        _left[self.name] = trying
        return Answer("later", "its answer takes too long")

    def _tried(self, event: Event, patience: Patience) -> Answer:
        with _Overheard() as log:
            try:
                plugin = plugin_of(self.name, self.address)
                plugin.socket_connect_timeout = patience.connect_seconds
                plugin.socket_read_timeout = patience.read_seconds
                done = _told(plugin, event)
            except ConfigError as error:
                return Answer("later", error.code)
            except Exception as error:  # noqa: BLE001 - an edge: a plug-in may raise anything, and quote its address
                return Answer("later", f"it failed ({type(error).__name__})")
        return Answer("taken") if done else Answer("later", log.said, AFTER_BUSY_SECONDS if log.is_busy else 0)


def _told(plugin: Any, event: Event) -> bool:
    """Tell of an event in what the channel shows: where that is HTML, the words are escaped."""
    from apprise import NotifyFormat

    body = body_of(event)
    shown = plugin.notify_format  # one, or several of which the first is what is sent
    if NotifyFormat.HTML in (shown if isinstance(shown, tuple) else (shown,)):
        body = html.escape(body).replace("\n", "<br/>\n")
    return bool(plugin.notify(title=subject_of(event), body=body, notify_type=TYPES[event.severity]))


def plugin_of(name: str, address: str) -> Any:
    """Return what apprise speaks to an address with.

    Raises:
        ConfigError: ``bad_notify``; the address is not in it.
    """
    import apprise

    asset = apprise.AppriseAsset(app_id="vod_assets", app_desc="vod_assets", secure_logging=True)
    with _Overheard():
        try:
            plugin = apprise.Apprise.instantiate(address, asset=asset, suppress_exceptions=True)
        except (TypeError, ValueError):
            plugin = None
    if plugin is None:
        cause = f"the address of the channel {name} is none that apprise knows"
        raise ConfigError("bad_notify", cause, "See docs/notifications.md for the forms of addresses")
    return plugin


class _Overheard(logging.Filter):
    """Keeps what apprise logs in this thread from every log, and notes the status that is in it."""

    def __init__(self) -> None:
        super().__init__()
        self.said, self.is_busy, self._thread = "it was not taken", False, threading.get_ident()

    def __enter__(self) -> "_Overheard":
        for name in LOUD:
            logging.getLogger(name).setLevel(logging.WARNING)
        logger = logging.getLogger(LOUD[0])
        logger.propagate = False
        logger.addFilter(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger(LOUD[0]).removeFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep a status, and nothing else of a line; what other threads log, others overhear."""
        if record.thread != self._thread:
            return True
        if found := _STATUS.search(record.getMessage()):
            self.said, self.is_busy = f"it answered {found[1]}", found[1] in BUSY
        return False
