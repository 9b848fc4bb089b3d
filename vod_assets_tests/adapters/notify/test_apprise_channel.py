"""Slack, Teams and e-mail get what they understand, from apprise; no address comes into a log or an answer."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from apprise.plugins.slack import NotifySlack

from vod_assets.adapters.notify.apprise_channel import AppriseChannel, plugin_of
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.events import run_ended
from vod_assets.ports.notices import Patience
from vod_assets_tests.servers.processes import free_ports
from vod_assets_tests.servers.receiver import Mailbox, Receiver, http_receiver, mail_receiver
from vod_assets_tests.servers.web import make_certificate

EVENT = run_ended("r", datetime(2026, 1, 1, tzinfo=UTC), ("tool_failed", "FFmpeg ended badly"), title="film")
PATIENCE = Patience(2.0, 2.0)
SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#ops"


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with http_receiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    with mail_receiver() as mailbox:
        yield mailbox


@pytest.fixture(autouse=True)
def _slack_is_here(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    receiver.requests.clear()
    receiver.answers.clear()
    monkeypatch.setattr(NotifySlack, "webhook_url", receiver.url("/services"))
    monkeypatch.setattr(NotifySlack, "request_rate_per_sec", 0)


def test_slack_is_told(receiver: Receiver) -> None:
    assert AppriseChannel("ops", SLACK).send(EVENT, PATIENCE).outcome == "taken"
    (request,) = receiver.requests
    assert request.path == "/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    said = json.loads(request.body)
    assert "film: FFmpeg ended badly" in json.dumps(said)
    assert said["channel"] == "#ops"


def test_teams_is_told_through_a_workflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    make_certificate(certificate, key)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with http_receiver((certificate, key)) as teams:
        address = f"workflow://127.0.0.1:{teams.port}/workflow/signature/"
        assert AppriseChannel("teams", address).send(EVENT, PATIENCE).outcome == "taken"
    (request,) = teams.requests
    assert request.path.startswith("/workflows/workflow/triggers/manual/paths/invoke")
    assert "AdaptiveCard" in request.body.decode()
    assert "FFmpeg ended badly" in request.body.decode()


def test_a_mail_is_sent(mailbox: Mailbox) -> None:
    address = f"mailto://127.0.0.1:{mailbox.port}?from=vod@example.org&to=ops@example.org&mode=insecure"
    hostile = EVENT.model_copy(update={"facts": {"code": "tool_failed", "source": "<img src=http://evil/t.gif>.mp4"}})
    assert AppriseChannel("mail", address).send(hostile, PATIENCE).outcome == "taken"
    (mail,) = mailbox.mails
    assert mail["subject"] == "[error] film: FFmpeg ended badly"
    assert "ops@example.org" in mail["to"]
    text = mail.get_body(("plain", "html"))
    assert text is not None
    assert "code: tool_failed" in text.get_content()
    assert not any("<img" in part.get_content() for part in mail.walk() if part.get_content_type() == "text/html")


def test_a_mail_server_that_refuses_is_tried_again(mailbox: Mailbox) -> None:
    mailbox.refusal = "451 come back"
    address = f"mailto://127.0.0.1:{mailbox.port}?from=vod@example.org&to=ops@example.org&mode=insecure"
    try:
        assert AppriseChannel("mail", address).send(EVENT, PATIENCE).outcome == "later"
    finally:
        mailbox.refusal = ""


@pytest.mark.parametrize("status", [429, 500])
def test_a_failure_says_its_status_and_nothing_of_the_address(
    receiver: Receiver, status: int, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    receiver.answers.append((status, {"retry-after": "1"}))
    with caplog.at_level(logging.DEBUG):
        answer = AppriseChannel("ops", SLACK).send(EVENT, PATIENCE)
    assert (answer.outcome, answer.said) == ("later", f"it answered {status}")
    said = answer.said + "".join(record.getMessage() for record in caplog.records)
    assert [
        part for part in ("T1JJ3T3L2", "TIiajkdnlazkcOXrIdevi7FQ") if part in said + "".join(capfd.readouterr())
    ] == []


def test_a_channel_that_is_away_is_tried_again() -> None:
    (port,) = free_ports(1)
    channel = AppriseChannel("mail", f"json://127.0.0.1:{port}/canary")
    answer = channel.send(EVENT, PATIENCE)
    assert answer.outcome == "later"
    assert "canary" not in answer.said + repr(channel)


@pytest.mark.parametrize("address", ["canary", "slack://canary", "nonsense://canary", "", "mailto://"])
def test_an_address_that_apprise_does_not_know_is_refused_without_being_said(address: str) -> None:
    with pytest.raises(ConfigError, match="the address of the channel ops is none that apprise knows") as error:
        plugin_of("ops", address)
    assert "canary" not in str(error.value)
