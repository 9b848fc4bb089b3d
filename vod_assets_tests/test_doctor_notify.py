"""`vod doctor` says of every channel whether it can be spoken to, without speaking to it or saying a secret."""

from pathlib import Path

import pytest

from vod_assets.doctor import Finding, State, examine
from vod_assets.doctor_notify import check_notify
from vod_assets.settings import Settings

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
CHANNELS = f"""
channels:
  - {{name: slack, address: "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#ops"}}
  - {{name: mail, address: "mailto://canary:canary@localhost?to=a@example.org"}}
  - {{name: hook, webhook: "https://no-such-host.invalid/canary", secret: {SECRET}}}
  - {{name: unset, address: "env:VOD_TEST_NOBODY_SETS_THIS"}}
  - {{name: nonsense, address: "canary://x"}}
  - {{name: short, webhook: "https://localhost/", secret: whsec_canary}}
  - {{name: odd, webhook: "https://localhost:canary/"}}
"""


def found(tmp_path: Path, text: str | None, **said: object) -> dict[str, Finding]:
    path = tmp_path / "notify.yaml"
    if text is not None:
        path.write_text(text)
        said["notify"] = str(path)
    settings = Settings.model_validate({"home": tmp_path, **said})
    return {one.subject: one for one in examine(settings, [check_notify])}


def test_each_channel_is_looked_at_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setattr("apprise.plugins.slack.NotifySlack.webhook_url", "https://localhost/services")
    findings = found(tmp_path, CHANNELS)
    assert {name: (one.state, "is known" in one.found) for name, one in findings.items()} == {
        "channel slack": (State.OK, True),
        "channel mail": (State.OK, True),
        "channel hook": (State.FAULT, False),
        "channel unset": (State.FAULT, False),
        "channel nonsense": (State.FAULT, False),
        "channel short": (State.FAULT, False),
        "channel odd": (State.FAULT, False),
    }
    assert "its host no-such-host.invalid cannot be found" in findings["channel hook"].found
    assert "VOD_TEST_NOBODY_SETS_THIS, which is not set" in findings["channel unset"].found
    assert all(one.remedy for one in findings.values() if one.state is State.FAULT)
    assert "canary" not in caplog.text + "".join(one.found + one.remedy for one in findings.values())


def test_a_host_that_only_a_proxy_knows_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    assert found(tmp_path, CHANNELS)["channel hook"].state is State.WARNING


def test_where_nobody_is_told_there_is_nothing_to_look_at_but_the_secret_of_callbacks(tmp_path: Path) -> None:
    assert found(tmp_path, None) == {}
    assert "VOD_CALLBACK_SECRET" in found(tmp_path, None, callback_secret="short")["notify"].found


@pytest.mark.parametrize(("text", "state"), [("channels: []", State.WARNING), ("channels: [", State.FAULT)])
def test_a_file_that_tells_nobody_is_said(tmp_path: Path, text: str, state: State) -> None:
    assert [one.state for one in found(tmp_path, text).values()] == [state]
