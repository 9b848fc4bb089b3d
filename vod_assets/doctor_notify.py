"""What `vod doctor` looks at of who is told: the file, each channel's address and secret, its host; nothing is sent."""

import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.request import getproxies

from vod_assets.doctor import Finding, State
from vod_assets.domain.errors import VodError
from vod_assets.settings import Settings

if TYPE_CHECKING:
    from vod_assets.domain.notifying import ChannelSaid

TRY = "`vod notify test` tries it"


def check_notify(settings: Settings) -> Iterator[Finding]:
    """Whether every channel can be spoken to as far as that is known without speaking to it."""
    from vod_assets.adapters.notify.opening import load_notify, open_callback
    from vod_assets.named_secrets import referenced

    open_callback(settings, referenced)
    notify = load_notify(settings)
    for said in notify.channels:
        yield _channel(settings, said)
    if settings.notify is not None and not notify.channels:
        yield Finding(
            "VOD_NOTIFY", State.WARNING, "it names no channel, so nobody is told", "See docs/notifications.md"
        )


def _channel(settings: Settings, said: "ChannelSaid") -> Finding:
    from vod_assets.adapters.notify.opening import open_channel
    from vod_assets.named_secrets import referenced

    subject = f"channel {said.name}"
    try:
        host = open_channel(said, settings, referenced).host
    except VodError as error:
        return Finding(subject, State.FAULT, error.cause, error.remedy)
    if not host:
        return Finding(subject, State.OK, f"its address can be read; {TRY}")
    try:
        socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "no host can be called so"
        state = State.WARNING if getproxies() else State.FAULT  # a proxy may find what we do not
        return Finding(subject, state, f"its host {host} cannot be found: {why}", "Correct its address, or the network")
    return Finding(subject, State.OK, f"its host {host} is known; {TRY}")
