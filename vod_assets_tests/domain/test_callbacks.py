"""Callbacks are https:// addresses, and what is wrong with one is said without quoting it."""

import pytest

from vod_assets.domain.callbacks import checked_callback
from vod_assets.domain.errors import ConfigError


@pytest.mark.parametrize(
    "address", ["https://example.com/x?token=abc", "HTTPS://[2001:db8::1]:8443/", "http://House/x"]
)
def test_an_address_of_the_web_may_be_told(address: str) -> None:
    assert checked_callback(address, frozenset({"house"})) == address


@pytest.mark.parametrize(
    "address",
    [
        "http://example.com/canary",
        "https://user:canary@example.com/",
        "file:///canary",
        "gopher://example.com/canary",
        "https://",
        "https://exa mple.com/canary",
        "https://example.com/canary\r\nx: y",
        "https://example.com:canary/",
        "https://[canary",
        "https://example.com/" + "canary" * 1000,
        "canary",
    ],
)
def test_anything_else_is_refused(address: str) -> None:
    with pytest.raises(ConfigError) as error:
        checked_callback(address)
    assert error.value.code == "url_not_allowed"
    assert "canary" not in str(error.value)
