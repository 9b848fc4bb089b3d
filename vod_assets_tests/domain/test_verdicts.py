"""One rule decides who sees a title when, and says why."""

from datetime import datetime, timedelta

import pytest

from vod_assets.domain.instants import read_instant, text_of
from vod_assets.domain.policy import policy_of, read_policy
from vod_assets.domain.verdicts import next_change, status_at, verdict, visible

SUMMER = {
    "zone": "Europe/Berlin",
    "windows": [
        {"from": "2026-06-01", "until": "2026-06-30", "territories": ["DE", "AUT"], "offer": "svod"},
        {
            "from": "2026-06-20T12:00",
            "until": "2026-07-20T12:00",
            "territories": {"deny": "FR"},
            "platforms": "tv, web",
        },
        {"from": "2026-09-01T00:00:00Z"},
    ],
    "territories": {"deny": ["US"]},
}


def at(text: str) -> datetime:
    return read_instant(text).at


@pytest.mark.parametrize(
    ("when", "country", "platform", "expected"),
    [
        ("2026-05-31T21:59:59Z", "DE", None, False),
        ("2026-05-31T22:00:00Z", "DE", None, True),
        ("2026-06-30T21:59:59Z", "at", None, True),
        ("2026-06-30T22:00:00Z", "AT", None, False),
        ("2026-06-10T12:00Z", "CH", "tv", False),
        ("2026-06-25T12:00Z", "CH", "tv", True),
        ("2026-06-25T12:00Z", "CH", "phone", False),
        ("2026-06-25T12:00Z", "DE", "phone", True),
        ("2026-06-25T12:00Z", "FR", "tv", False),
        ("2026-06-25T12:00Z", "", "tv", False),
        ("2026-08-01T12:00Z", "DE", "tv", False),
        ("2026-09-01T00:00Z", "FR", None, True),
        ("2026-09-01T00:00Z", "US", None, False),
        ("2026-09-01T00:00Z", None, None, False),
        ("2026-09-01T00:00Z", "XX", None, False),
    ],
)
def test_a_viewer_sees_a_title_in_any_window_that_lets_them_in(
    when: str, country: str | None, platform: str | None, expected: bool
) -> None:
    """Its end excluded; what is denied beats what is allowed; an unknown country is let in nowhere here."""
    assert visible(read_policy(SUMMER), at(when), country, platform) is expected


def test_a_title_without_a_policy_is_always_to_be_seen() -> None:
    """From anywhere, known or not."""
    nothing = read_policy(None)
    assert visible(nothing, at("2026-01-01"))
    assert (nothing.as_document(), status_at(nothing, at("2026-01-01")), next_change(nothing, at("2026-01-01"))) == (
        {},
        "open",
        None,
    )


def test_a_verdict_says_which_rule_decided() -> None:
    """And which window."""
    policy = read_policy(SUMMER)
    shown = verdict(policy, at("2026-06-25T12:00Z"), "CH", "tv")
    assert (shown.window, shown.because.startswith("window 2 is open: from 2026-06-20T12:00:00+02:00")) == (2, True)
    assert verdict(policy, at("2026-06-10"), "CH").because == (
        "window 1 is open, but it may be seen in AT, DE, and the viewer is in CH"
    )
    assert verdict(policy, at("2026-06-10"), "US").because == (
        "it may be seen everywhere but US, and the viewer is in US"
    )
    assert verdict(policy, at("2026-08-01"), "DE").because == "no window is open: it is between two windows"


def test_every_change_of_a_policy_is_announced() -> None:
    """Between two of them, the status stays."""
    policy, now, found = read_policy(SUMMER), at("2026-01-01"), []
    while change := next_change(policy, now):
        found.append((text_of(change), status_at(policy, change - timedelta(seconds=1)), status_at(policy, change)))
        now = change
    assert found == [
        ("2026-05-31T22:00:00Z", "scheduled", "open"),
        ("2026-06-20T10:00:00Z", "open", "open"),
        ("2026-06-30T22:00:00Z", "open", "open"),
        ("2026-07-20T10:00:00Z", "open", "gap"),
        ("2026-09-01T00:00:00Z", "gap", "open"),
    ]


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"windows": {"until": "2026-01-01"}}, "expired"),
        ({"windows": [{"from": "2099-01-01"}]}, "scheduled"),
        ({"territories": {"deny": "ALL"}}, "closed"),
        ({"territories": {"allow": ["none"]}}, "closed"),
        ({"territories": {"allow": ["DE"], "deny": ["DE"]}}, "closed"),
        ({"territories": ["DE"], "windows": [{"territories": ["FR"]}]}, "closed"),
        ({"platforms": ["tv"], "windows": [{"platforms": ["web"]}, {"from": "2099-01-01"}]}, "scheduled"),
        ({"territories": {"allow": "all"}}, "open"),
        ({"windows": [{"from": "never"}]}, "closed"),
    ],
)
def test_the_status_is_that_of_what_somebody_may_see(said: object, status: str) -> None:
    """A window that lets nobody in is none."""
    assert status_at(policy_of(said), at("2026-05-05")) == status
