"""Hosts that may be spoken to: a name is resolved once, every answer is judged, and the connection goes to that one.

A name that first leads to the world and then into the house's own network leads nowhere.
"""

import ipaddress
import socket
from collections.abc import Collection

import httpx

from vod_assets.domain.errors import ConfigError

PORTS = {"https": 443, "http": 80}
NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def pinned(url: httpx.URL, private_hosts: Collection[str], setting: str, code: str = "bad_address") -> httpx.URL:
    """Return where to connect to: one judged address in place of the host's name.

    Args:
        url: Its host may be a name, or a number in any spelling.
        private_hosts: Hosts, in lower case, whose addresses may be private.
        setting: What names those, for the message.
        code: Of the error.

    Raises:
        ConfigError: The code, naming host and address.
        OSError: The name leads nowhere.
    """
    try:
        found = socket.getaddrinfo(url.host, url.port or PORTS[url.scheme], type=socket.SOCK_STREAM)
    except UnicodeError as error:  # a label that no name can have
        raise OSError("the host's name cannot be one") from error
    addresses = [str(one[4][0]) for one in found]
    if url.host.lower() not in private_hosts:
        for address in addresses:
            if not is_public(address):
                cause = f"{url.host} leads to {address}, which is no public address"
                raise ConfigError(code, cause, f"Add the host to {setting} if that is meant")
    return url.copy_with(host=addresses[0])


def is_public(address: str) -> bool:
    """Whether a numeric address is one of the world's; what carries another one inside is as public as that."""
    number: Address = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(number, ipaddress.IPv6Address):
        inside = number.ipv4_mapped or number.sixtofour
        if number in NAT64:
            inside = ipaddress.IPv4Address(int(number) & 0xFFFFFFFF)
        if inside is not None:
            number = inside
        elif number.teredo is not None or int(number) >> 32 == 0:  # tunnels, and IPv4 addresses without a prefix
            return False
    return number.is_global and not number.is_multicast


def name_of(url: httpx.URL) -> dict[str, str]:
    """Return the headers of a request to a pinned address: the host's own name."""
    return {"host": url.netloc.decode("ascii")}
