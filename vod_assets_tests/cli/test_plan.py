"""`vod plan` says how long encodes will take, and plans large catalogues with two processes."""

import json
import re
from typing import Any

import dagster as dg
import pytest

from vod_assets.cli import planning
from vod_assets.defs.sealing import SealedPlanner
from vod_assets.domain.estimates import said
from vod_assets.domain.plan import NEVER_MADE, TitlePlan
from vod_assets.domain.selecting import Asked
from vod_assets.domain.title import TitleRecord
from vod_assets_tests.studio import Studio

RUNGS = ("h264_360p", "h264_180p")


def planned(studio: Studio, *arguments: str) -> dict[str, Any]:
    ended = studio.vod("plan", "--json", *arguments)
    assert ended.code == 0, ended.stderr
    told: dict[str, Any] = json.loads(ended.stdout)
    return told


def recorded(studio: Studio, asset: str) -> dict[str, Any]:
    """Return what Dagster shows of an asset's last make."""
    with studio.session() as session:
        event = session.instance.get_latest_materialization_event(dg.AssetKey(asset))
    assert event is not None
    assert event.asset_materialization is not None
    return {name: value.value for name, value in event.asset_materialization.metadata.items()}


@pytest.mark.media
def test_a_plan_estimates_its_encodes_from_earlier_runs(finished: Studio) -> None:
    made = {asset: recorded(finished, asset) for asset in (*RUNGS, "audio_aac")}
    told = planned(finished, "--force", "h264_*", "--force", "audio_aac")
    took = sum(facts["encode_seconds"] for facts in made.values())
    assert told["estimated_encode_seconds"] == pytest.approx(took, abs=0.002)
    assert told["estimated_from"] == dict.fromkeys(made, 1)
    together = sum(made[rung]["encode_seconds"] for rung in RUNGS)  # they shared one process
    assert together * made["h264_360p"]["encode_speed_x"] == pytest.approx(made["h264_360p"]["media_seconds"], rel=0.02)
    assert finished.calls() == []


@pytest.mark.media
def test_the_last_line_of_a_plan_adds_up_the_encodes(finished: Studio) -> None:
    first, *_, last = finished.vod("plan", "--force", "h264_*").stdout.splitlines()
    about = said(sum(recorded(finished, rung)["encode_seconds"] for rung in RUNGS))
    assert re.fullmatch(r"about 0:00:\d\d", about)
    assert first.endswith(f" to reuse, encoding {about}")
    assert last == f"encoding of 1 titles: {about}, from 1 earlier makes of each asset"
    assert "encoding" not in finished.vod("plan", "--force", "poster").stdout


TITLES = [f"film-{number}" for number in range(7)]


@pytest.fixture
def catalogue(studio: Studio) -> Studio:
    """A studio with seven titles of one source, but that of the fourth is gone."""
    with studio.session() as session:
        for title in TITLES:
            source = session.sources.canonical(str(studio.source)) + (".gone" if title == TITLES[3] else "")
            session.store.register(TitleRecord(title_id=title, source=source, profile="tiny"))
    return studio


def plans_of(studio: Studio) -> list[TitlePlan]:
    with studio.session() as session:
        return list(planning.planned(session, TITLES, Asked("*")))


@pytest.mark.media
def test_many_titles_are_planned_by_other_processes_as_this_one_plans_them(
    catalogue: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(planning, "FEW_TITLES", 2)
        patch.setattr(planning, "TITLES_AT_ONCE", 2)
        patch.setattr(SealedPlanner, "plan", lambda _planner, title: pytest.fail(f"{title} was planned here"))
        by_others = plans_of(catalogue)
    assert by_others == plans_of(catalogue)
    assert [plan.title for plan in by_others] == TITLES
    assert "no such file" in by_others[3].obstacle.lower()
    assert by_others[4].assets[0].reason == NEVER_MADE


@pytest.mark.media
def test_titles_that_nobody_has_looked_into_are_not_estimated(catalogue: Studio) -> None:
    lines = catalogue.vod("plan").stdout.splitlines()
    assert lines[-1] == "encoding of 6 titles: unknown"
    assert sum(line.endswith("to reuse, encoding unknown") for line in lines) == 6
