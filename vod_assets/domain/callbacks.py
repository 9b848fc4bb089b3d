"""Callbacks: addresses that titles and commands want told of a run's end."""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from vod_assets.domain.errors import ConfigError

LONGEST = 2_000
ANY_HOST = ("*",)  # where nobody knows yet which hosts are the house’s
_PLAIN = re.compile(r"https?://[!-~]+", re.IGNORECASE)


def checked_callback(address: str, private_hosts: Collection[str] = ()) -> str:
    """Return an address that may be told; where its host leads, is asked when it is.

    Args:
        address: What somebody wrote; it may hold a secret, so no message quotes it.
        private_hosts: Hosts of the house, which may be spoken to without TLS.

    Raises:
        ConfigError: ``url_not_allowed``.
    """
    try:
        parts = urlsplit(address)
        host, is_plain = parts.hostname or "", bool(_PLAIN.fullmatch(address)) and len(address) <= LONGEST
        parts.port  # noqa: B018 - one that cannot be is an error
    except ValueError:
        host, is_plain = "", False
    if not is_plain or not host:
        cause = f"a callback is an https:// address of at most {LONGEST} plain characters"
    elif parts.username or parts.password:
        cause = "the callback’s address names a user"
    elif parts.scheme.lower() == "http" and private_hosts != ANY_HOST and host.lower() not in private_hosts:
        cause = f"the callback to {host} is not encrypted"
    else:
        return address
    raise ConfigError("url_not_allowed", cause, "Write https://HOST/PATH")
