"""Webhooks and callbacks arrive signed, and what goes wrong is an answer."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook as Verifier

from vod_assets.adapters.notify.webhook import Callback, Webhook
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.events import published
from vod_assets.domain.webhooks import key_of
from vod_assets.ports.notices import Patience
from vod_assets_tests.servers.processes import free_ports
from vod_assets_tests.servers.receiver import Receiver, http_receiver

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KEY = key_of(SECRET, "it")
EVENT = published("film", 1, datetime(2026, 1, 1, tzinfo=UTC))
PATIENCE = Patience(2.0, 2.0)


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with http_receiver() as receiver:
        yield receiver


@pytest.fixture(autouse=True)
def _nothing_left(receiver: Receiver) -> None:
    receiver.requests.clear()
    receiver.answers.clear()


def test_a_webhook_arrives_signed(receiver: Receiver) -> None:
    assert Webhook("house", receiver.url("/x?key=y"), KEY).send(EVENT, PATIENCE).outcome == "taken"
    (request,) = receiver.requests
    assert request.path == "/x?key=y"
    said = Verifier(SECRET).verify(request.body.decode(), {k.lower(): v for k, v in request.headers.items()})
    assert said["data"]["id"] == EVENT.id


def test_a_second_try_has_the_same_id(receiver: Receiver) -> None:
    receiver.answers.append((503, {"retry-after": "120"}))
    answers = [Webhook("house", receiver.url(), KEY).send(EVENT, PATIENCE) for _ in range(2)]
    assert [(one.outcome, one.wait_seconds) for one in answers] == [("later", 120), ("taken", 0)]
    assert {request.headers["webhook-id"] for request in receiver.requests} == {EVENT.id}


@pytest.mark.parametrize(
    ("status", "headers", "outcome", "at_least"),
    [
        (429, {"retry-after": "60"}, "later", 60),
        (429, {"retry-after": "Wed, 21 Oct 2099 07:28:00 GMT"}, "later", 10**9),
        (500, {"retry-after": "soon"}, "later", 0),
        (404, {}, "later", 0),
        (410, {}, "never", 0),
        (302, {"location": "http://169.254.169.254/"}, "never", 0),
        (307, {"location": "/elsewhere"}, "never", 0),
    ],
)
def test_a_receiver_says_whether_and_when_to_try_again(
    receiver: Receiver, status: int, headers: dict[str, str], outcome: str, at_least: int
) -> None:
    receiver.answers.append((status, headers))
    answer = Webhook("house", receiver.url(), KEY).send(EVENT, PATIENCE)
    assert (answer.outcome, answer.said) == (outcome, f"it answered {status}")
    assert answer.wait_seconds >= at_least
    assert len(receiver.requests) == 1


def test_a_receiver_that_is_away_is_tried_again_and_its_address_not_said() -> None:
    (port,) = free_ports(1)
    answer = Webhook("house", f"http://127.0.0.1:{port}/canary").send(EVENT, PATIENCE)
    assert answer.outcome == "later"
    assert "canary" not in answer.said


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "[::ffff:127.0.0.1]", "0.0.0.0"]
)
def test_a_callback_never_reaches_this_machine(receiver: Receiver, host: str) -> None:
    callback, address = Callback(KEY), f"https://{host}:{receiver.port}/hook"
    assert callback.send(EVENT.with_callback(address), PATIENCE).outcome == "never"
    with pytest.raises(ConfigError, match=r"no public address \[url_not_allowed\]"):
        callback.require_allowed(address)
    assert receiver.requests == []


def test_a_number_that_is_no_number_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"a host that cannot be \[url_not_allowed\]"):
        Callback().require_allowed("https://0177.0.0.1/x")


def test_no_log_holds_an_address(receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        Webhook("house", receiver.url("/x?key=canary"), KEY).send(EVENT, PATIENCE)
    assert [record for record in caplog.records if "canary" in record.getMessage()] == []


def test_a_callback_without_tls_is_never_told(receiver: Receiver) -> None:
    answer = Callback(KEY).send(EVENT.with_callback(receiver.url()), PATIENCE)
    assert (answer.outcome, answer.said) == ("never", "url_not_allowed")
    assert receiver.requests == []


def test_a_host_of_the_house_is_told_where_a_setting_allows_it(receiver: Receiver) -> None:
    callback = Callback(KEY, frozenset({"127.0.0.1"}))
    callback.require_allowed(receiver.url())
    assert callback.send(EVENT.with_callback(receiver.url()), PATIENCE).outcome == "taken"
    assert receiver.requests[0].headers["webhook-signature"].startswith("v1,")
    assert receiver.url() not in repr(EVENT.with_callback(receiver.url()))


def test_a_name_that_leads_nowhere_is_said_at_once_and_tried_again_later() -> None:
    address = "https://no-such-host.invalid/x"
    with pytest.raises(ConfigError, match=r"cannot be found \[url_not_allowed\]"):
        Callback().require_allowed(address)
    assert Callback().send(EVENT.with_callback(address), PATIENCE).outcome == "later"
