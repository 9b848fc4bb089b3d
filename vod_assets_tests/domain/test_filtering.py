"""Filters of titles mean what they say, and say what is wrong with them."""

import pytest

from vod_assets.domain.errors import ConfigError
from vod_assets.domain.filtering import read_filter, values_of
from vod_assets.domain.title import TitleRecord

FILM = TitleRecord(
    title_id="night-train",
    source="file:///night%20train.mov",
    profile="default",
    owner="uhd-team",
    policy={"countries": ["DE", "AT"], "window": {"from": "2026-12-01"}, "listed": True},
)


def fits(text: str) -> bool:
    return read_filter(text).fits(lambda key: values_of(FILM, key))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "profile=default",
        "profile=seed,def*",
        "owner=uhd-* title=night-*",
        "owner!=news",
        "policy.countries=AT",
        "policy.window.from=2026-12-*",
        "policy.listed=true",
        "policy=DE",
        "policy.absent=",
        "'title=night-train'",
    ],
)
def test_a_title_that_is_as_demanded_is_meant(text: str) -> None:
    assert fits(text)


@pytest.mark.parametrize(
    "text",
    ["profile=seed", "owner=uhd-* title=day-*", "owner!=uhd-*", "policy.countries!=DE", "owner=", "title=NIGHT-*"],
)
def test_a_title_that_is_otherwise_is_not_meant(text: str) -> None:
    assert not fits(text)


def test_what_is_costly_to_know_is_not_asked_once_a_title_is_out() -> None:
    asked: list[str] = []

    def values(key: str) -> tuple[str, ...]:
        asked.append(key)
        return ("default",)

    assert not read_filter("profile=seed state=published").fits(values)
    assert asked == ["profile"]


@pytest.mark.parametrize(
    ("text", "said"), [("profile", "has a “=”"), ("colour=red", "no “colour”"), ("title='night", "cannot be read")]
)
def test_a_wrong_filter_is_refused_with_its_reason(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as refused:
        read_filter(text)
    assert refused.value.code == "bad_filter"


def test_a_state_that_is_asked_for_in_so_many_words_is_named() -> None:
    assert read_filter("state=refused").names("state", "refused")
    assert not read_filter("state!=refused").names("state", "refused")
    assert not read_filter("owner=refused").names("state", "refused")
