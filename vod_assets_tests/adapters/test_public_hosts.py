"""Only public addresses are spoken to, however they are spelt."""

import httpx
import pytest

from vod_assets.adapters.public_hosts import is_public, name_of, pinned
from vod_assets.domain.errors import ConfigError

NOT_PUBLIC = [
    "127.0.0.1",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.1.2.3",
    "::7f00:1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "fe80::1%eth0",
    "fd00::1",
    "0.0.0.0",
    "::",
    "224.0.0.1",
    "255.255.255.255",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
]
SPELT = ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f000001", "017700000001", "127.1", "localhost"]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_of_the_house_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]
)
def test_an_address_of_the_world_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", SPELT)
def test_no_spelling_of_this_machine_is_spoken_to(host: str) -> None:
    with pytest.raises(ConfigError, match=r"leads to (127\.0\.0\.1|::1|::ffff:127\.0\.0\.1), .*VOD_X") as error:
        pinned(httpx.URL(f"https://{host}/x"), (), "VOD_X", "url_not_allowed")
    assert error.value.code == "url_not_allowed"


def test_a_host_of_the_house_is_spoken_to_where_a_setting_allows_it() -> None:
    url = httpx.URL("http://localhost:8080/x?y=z")
    address = pinned(url, {"localhost"}, "VOD_X")
    assert str(address).endswith(":8080/x?y=z")
    assert address.host in ("127.0.0.1", "::1")
    assert name_of(url) == {"host": "localhost:8080"}


def test_every_answer_for_a_name_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name with a public and a private address is refused, whichever comes first."""
    both = [(0, 0, 0, "", ("93.184.216.34", 443)), (0, 0, 0, "", ("10.0.0.1", 443))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: both)
    with pytest.raises(ConfigError, match=r"example\.com leads to 10\.0\.0\.1"):
        pinned(httpx.URL("https://example.com/"), (), "VOD_X")
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: both[:1])
    assert pinned(httpx.URL("https://example.com/"), (), "VOD_X").host == "93.184.216.34"
