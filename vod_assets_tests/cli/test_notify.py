"""`vod run-workflow` tells whom it should, and `vod outbox` and `vod notify` show what became of it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from standardwebhooks import Webhook as Verifier

from vod_assets_tests.servers.receiver import Received, Receiver, http_receiver
from vod_assets_tests.studio import Studio

pytestmark = pytest.mark.media
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture(scope="module")
def once() -> Iterator[Receiver]:
    with http_receiver() as receiver:
        yield receiver


@pytest.fixture
def receiver(once: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Receiver:
    """Everybody is told here: a channel under /house, callbacks under /done."""
    once.requests.clear()
    once.answers.clear()
    (tmp_path / "notify.yaml").write_text(f"channels: [{{name: house, webhook: '{once.url('/house')}'}}]")
    monkeypatch.setenv("VOD_NOTIFY", str(tmp_path / "notify.yaml"))
    monkeypatch.setenv("VOD_CALLBACK_SECRET", SECRET)
    monkeypatch.setenv("VOD_CALLBACK_PRIVATE_HOSTS", "127.0.0.1")
    return once


def verified(request: Received) -> dict[str, object]:
    said: dict[str, object] = Verifier(SECRET).verify(
        request.body.decode(), {name.lower(): value for name, value in request.headers.items()}
    )
    return said


def test_a_callback_is_told_of_a_run_with_the_release(finished: Studio, receiver: Receiver) -> None:
    ended = finished.run("--select", "mezzanine", "--callback", receiver.url("/done?key=canary"))
    assert ended.code == 0
    (request,) = receiver.requests
    assert request.path == "/done?key=canary"
    said = verified(request)
    assert said["type"] == "run.finished"
    data = said["data"]
    assert isinstance(data, dict)
    assert data["facts"] == {"run": ended.outcome["run_id"], "release": "1"}
    assert data["links"]["hls"].endswith(".m3u8")
    assert "canary" not in ended.stdout + ended.stderr
    assert json.loads(finished.vod("outbox", "--json").stdout) == []


def test_a_refused_source_is_told_to_both_and_what_nobody_took_waits(studio: Studio, receiver: Receiver) -> None:
    broken = studio.folder / "broken.mp4"
    broken.write_bytes(b"")
    receiver.answers += [(500, {}), (500, {})]
    ended = studio.vod("run-workflow", broken, "--json", "--callback", receiver.url("/done"))
    assert ended.failed_with == "source_empty"
    assert {request.path for request in receiver.requests} == {"/done", "/house"}
    (told,) = [request for request in receiver.requests if request.path == "/done"]
    assert verified(told)["type"] == "source.refused"
    rows = json.loads(studio.vod("outbox", "--json").stdout)
    assert [(row["channel"], row["tries"], row["said"]) for row in sorted(rows, key=lambda row: row["channel"])] == [
        ("callback", 1, "it answered 500"),
        ("house", 1, "it answered 500"),
    ]
    assert "1 tries, it answered 500" in studio.vod("outbox").stdout


def test_a_callback_into_the_house_s_own_network_is_refused_before_anything_is_done(
    studio: Studio, receiver: Receiver
) -> None:
    ended = studio.run("--callback", f"https://localhost:{receiver.port}/canary")
    assert (ended.code, ended.failed_with) == (2, "url_not_allowed")
    assert "canary" not in ended.stdout
    assert not studio.title.exists()
    assert receiver.requests == []


def test_a_title_file_names_whom_its_runs_are_told_to(finished: Studio, receiver: Receiver) -> None:
    (finished.folder / "film.yaml").write_text(f"callback: {receiver.url('/done?key=canary')}\n")
    assert finished.run("--select", "mezzanine").code == 0
    assert [request.path for request in receiver.requests] == ["/done?key=canary"]
    assert "canary" not in finished.vod("titles", "list", "--json").stdout


def test_a_title_that_is_shown_again_is_told_of(finished: Studio, receiver: Receiver) -> None:
    with finished.session() as session:
        session.cms.remove("film")
    assert finished.run("--select", "cms_entry").code == 0
    told = [json.loads(request.body) for request in receiver.requests]
    assert [(one["type"], one["data"]["title"], one["data"]["facts"]) for one in told] == [
        ("published", "film", {"release": "1"})
    ]


def test_each_channel_says_what_became_of_a_test(studio: Studio, receiver: Receiver) -> None:
    assert studio.vod("notify", "test").stdout == f"{'house':<16} taken\n"
    receiver.answers.append((500, {}))
    failed = studio.vod("notify", "test", "--channel", "house")
    assert (failed.code, failed.stdout) == (1, f"{'house':<16} it answered 500\n")
    assert "[unknown_channel]. Use one of: house." in studio.vod("notify", "test", "--channel", "x").stderr


def test_what_is_no_dead_notice_is_said(studio: Studio, receiver: Receiver) -> None:
    assert studio.vod("outbox", "--dead", "--send").stdout == "0 sent\nNothing is dead.\n"
    assert "[unknown_notice]" in studio.vod("outbox", "--retry", "nonsense").stderr
