"""``notify.yaml`` says who is told of what, and what is wrong with it is said without its secrets."""

from datetime import UTC, datetime

import pytest

from vod_assets.domain.errors import ConfigError
from vod_assets.domain.events import Event, published, run_ended, taken_down
from vod_assets.domain.notifying import Notify, read_notify

AT = datetime(2026, 1, 1, tzinfo=UTC)
FAILED = run_ended("r", AT, ("tool_failed", "x"), title="news-1")
ROUTED = b"""
channels:
  - {name: ops, address: env:OPS}
  - {name: house, webhook: "https://example.com/x?canary", secret: whsec_canary}
routes:
  - {channels: [ops], severity: error}
  - {channels: [ops, house], kinds: [published, run_finished], titles: ["news-*"]}
"""


@pytest.mark.parametrize(
    ("event", "channels"),
    [
        (FAILED, ["ops"]),
        (published("news-1", 1, AT), ["ops", "house"]),
        (published("film", 1, AT), []),
        (run_ended("r", AT, None, title="news-1"), ["ops", "house"]),
        (taken_down("film", AT), ["ops"]),
    ],
)
def test_routes_go_by_severity_kind_and_title(event: Event, channels: list[str]) -> None:
    assert read_notify(ROUTED, "notify.yaml").channels_for(event) == channels


def test_without_routes_everybody_is_told_of_everything_but_what_is_for_machines() -> None:
    notify = read_notify(ROUTED.partition(b"routes:")[0], "notify.yaml")
    assert notify.channels_for(FAILED) == ["ops", "house"]
    assert notify.channels_for(run_ended("r", AT, None, title="film")) == []
    assert Notify().channels_for(FAILED) == []


def test_webhooks_get_each_event_and_people_digests_unless_the_file_says_otherwise() -> None:
    assert [one.takes_digests for one in read_notify(ROUTED, "n").channels] == [True, False]
    assert read_notify(b"channels: [{name: x, webhook: 'https://h', digest: true}]", "n").channels[0].takes_digests


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("channels: [{name: ops}]", "needs an address or a webhook"),
        ("channels: [{name: ops, address: canary-1, webhook: canary-2}]", "and not both"),
        ("channels: [{name: ops, address: canary-1, secret: canary-2}]", "has a secret"),
        ("channels: [{name: Ops!, address: canary-1}]", "lower-case letters"),
        ("channels: [{name: callback, address: canary-1}]", "another word than callback"),
        ("channels: [{name: a, address: canary-1}, {name: a, address: canary-1}]", "two channels have the name a"),
        ("channels: [{name: a, address: [canary-1]}]", "channels.0.address: has the wrong form"),
        ("channels: [{name: a, address: canary-1, tokens: canary-2}]", "is no field here"),
        ("routes: [{channels: [ops]}]", "there is no channel “ops”"),
        ("channels: [{name: a, address: x}]\nroutes: [{channels: [a], severity: bad}]", "severities are info, warning"),
        ("channels: [{name: a, address: x}]\ndigest_minutes: 0", "line 2: digest_minutes: “0” is too little"),
        ("channels: [", "line "),
        ("canary-1", "has the wrong form"),
    ],
)
def test_what_is_wrong_is_said_without_what_stands_there(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        read_notify(text.encode(), "notify.yaml")
    assert error.value.code == "bad_notify"
    assert said in str(error.value)
    assert "canary" not in str(error.value)


def test_secrets_are_not_in_what_is_printed_of_a_channel() -> None:
    assert "canary" not in repr(read_notify(ROUTED, "n"))
