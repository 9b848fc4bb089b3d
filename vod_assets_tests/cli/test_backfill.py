"""`vod backfill` says which titles it takes, which it leaves, and why."""

import json
from typing import Any

import pytest

from vod_assets.domain.leases import Quarantine
from vod_assets_tests.studio import Studio

pytestmark = pytest.mark.media


def backfill(studio: Studio, *arguments: str) -> dict[str, Any]:
    ended = studio.vod("backfill", "--json", *arguments)
    assert ended.code == 0, ended.stderr
    told: dict[str, Any] = json.loads(ended.stdout)
    return told


def test_a_title_that_needs_nothing_starts_no_run_unless_all_are_asked_for(finished: Studio) -> None:
    assert "nothing to do: no run is started" in finished.vod("backfill").stdout
    told = backfill(finished)
    assert (told["backfill"], told["titles"], told["nothing_to_do"]) == (None, [], 1)
    assert backfill(finished, "--all", "--dry-run")["titles"] == ["film"]
    assert backfill(finished, "--force", "poster", "--dry-run")["titles"] == ["film"]
    assert finished.vod("backfill", "list").stdout == "No backfill was ever launched.\n"
    assert finished.calls() == []


def test_a_backfill_is_launched_listed_shown_and_stopped(finished: Studio) -> None:
    finished.forget("poster")
    launched = backfill(finished, "--priority", "-20", "--budget-hours", "2", "--where", "state=published")
    assert launched["titles"] == ["film"]
    shown = json.loads(finished.vod("backfill", "show", launched["backfill"], "--json").stdout)
    assert (shown["state"], shown["titles"], shown["priority"], shown["budget_hours"]) == ("going on", 1, -20, 2.0)
    again = backfill(finished, "--where", "state=published")
    assert again["left_out"] == {"film": f"backfill {launched['backfill']} does it already"}
    assert again["continues"] == launched["backfill"]
    assert "the daemon ends its runs" in finished.vod("backfill", "stop", launched["backfill"]).stdout
    assert "it goes on no longer" in finished.vod("backfill", "stop", launched["backfill"]).stdout
    (listed,) = finished.vod("backfill", "list").stdout.splitlines()
    assert listed.startswith(f"{launched['backfill']}  stopping, 1 titles: no run yet")


def test_an_unknown_backfill_is_named(finished: Studio) -> None:
    for command in ("show", "stop"):
        ended = finished.vod("backfill", command, "nosuch")
        assert ended.code == 2
        assert "there is no backfill “nosuch”" in ended.stderr


def test_a_title_in_quarantine_or_without_its_source_is_left_out(finished: Studio) -> None:
    finished.forget("poster")
    with finished.session() as session:
        session.leases.quarantine(Quarantine(title="film", cause="3 runs of it died", runs=()))
    assert backfill(finished)["left_out"] == {"film": "in quarantine: 3 runs of it died; vod titles retry film"}
    with finished.session() as session:
        session.leases.lift("film")
    finished.source.unlink()
    assert "no such file" in backfill(finished)["left_out"]["film"].lower()


@pytest.mark.parametrize(
    ("where", "titles"),
    [
        ("profile=tiny", ["film"]),
        ("state=published title=f*", ["film"]),
        ("series=", ["film"]),
        ("owner=somebody", []),
        ("state=refused", []),
        ("profile=default", []),
    ],
)
def test_a_filter_says_which_titles_are_meant(finished: Studio, where: str, titles: list[str]) -> None:
    finished.forget("poster")
    assert backfill(finished, "--dry-run", "--where", where)["titles"] == titles


def test_hours_of_encoding_are_expected_only_of_what_is_encoded(finished: Studio) -> None:
    finished.forget("poster")
    assert (told := backfill(finished, "--dry-run"))["encode_hours"] == told["not_estimated"] == 0
    told = backfill(finished, "--dry-run", "--force", "h264_180p")
    assert told["encode_hours"] > 0
    assert told["not_estimated"] == 0
