"""`vod generate-report` over a title that was published, and one whose source is noise."""

import csv
import io
import json
from pathlib import Path

import pytest

from vod_assets_tests.studio import Studio

PLANTED = "planted-s3cret"


@pytest.fixture(autouse=True)
def _a_secret_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOD_SMB_PASSWORD", PLANTED)


def test_a_report_tells_of_what_was_made_and_why_a_source_failed(finished: Studio) -> None:
    noise = finished.folder / "noise.mp4"
    noise.write_bytes(b"no movie")
    finished.vod("run-workflow", noise, "--json")
    with finished.session() as session:
        run = session.instance.get_runs(limit=1)[0]
        session.instance.report_engine_event(f"opened smb://ann:{PLANTED}@nas/share", run)
    told = json.loads(finished.vod("generate-report", "--since", "1d", "--logs").stdout)
    film = next(line for line in told["titles"] if line["title"] == "film")
    assert (film["last_state"], film["runs"], film["profile"]) == ("succeeded", 1, "tiny")
    assert told["codecs"]["h264"]["real_time_factor"] > 0
    assert film["delivered_bytes"] > 100_000
    assert {line["group"]: line["stored_bytes"] > 0 for line in told["groups"]}["renditions"]
    logs = {one["title"]: "\n".join(one["lines"]) for one in told["logs"]}
    assert "Materialized value release." in logs["film"]
    assert "opened smb://" in "".join(logs.values())
    assert PLANTED not in json.dumps(told)


def test_a_report_is_written_as_a_page_or_a_table_and_replaces_nothing(finished: Studio) -> None:
    page = finished.folder / "report.html"
    assert finished.vod("generate-report", "--format", "html", "--output", page).code == 0
    assert "<h2>Rungs and sounds</h2>" in page.read_text()
    assert "[output_taken]" in finished.vod("generate-report", "--format", "html", "--output", page).stderr
    told = finished.vod("generate-report", "--format", "csv", "--where", "profile=none")
    assert list(csv.DictReader(io.StringIO(told.stdout))) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--since", "soon"), "is no instant"),
        (("--since", "1d", "--until", "3d"), "is not before"),
        (("--format", "csv", "--logs"), "no room for logs"),
        (("--where", "colour=red"), "[bad_filter]"),
    ],
)
def test_what_cannot_be_reported_is_said_in_a_sentence(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    ended = Studio.make(tmp_path / "studio").vod("generate-report", *arguments)
    assert ended.code == 2
    assert said in ended.stderr
