"""What a plan says is what a run then does."""

import random
import shutil
from collections.abc import Callable
from typing import Any

import pytest

from vod_assets.cli.plan import plans
from vod_assets.definitions import build_definitions
from vod_assets.defs.planning import open_planner
from vod_assets.defs.registration import register
from vod_assets.domain.plan import TitlePlan
from vod_assets_tests.studio import Studio

pytestmark = pytest.mark.media


def plan_of(studio: Studio) -> TitlePlan:
    with (
        studio.session() as session,
        open_planner(build_definitions(session.settings), session.store, session.settings) as planner,
    ):
        return planner.plan("film")


def register_again(studio: Studio) -> None:
    """Have the title's record name what is beside the source now, as a run does first of all."""
    with studio.session() as session:
        register(session.registrar(), str(studio.source))


def executed(plan: TitlePlan) -> set[str]:
    """Return the assets that would be made, without the checks, which a run does not list."""
    return {asset for asset in plan.executed if "." not in asset}


def test_nothing_is_planned_for_an_unchanged_title(finished: Studio) -> None:
    plan = plan_of(finished)
    assert {planned.asset: planned.reason for planned in plan.assets if planned.executes} == {}
    assert finished.calls() == []


def lose_a_file(studio: Studio, asset: str) -> None:
    """Take one file of an asset's artifacts away."""
    files = [path for path in (studio.title / asset).glob("*/2*/**/*") if path.is_file()]
    files[0].unlink()


def lose_the_commit(studio: Studio, asset: str) -> None:
    next((studio.title / asset).glob("*/artifact.json")).unlink()


def lose_everything(studio: Studio, asset: str) -> None:
    shutil.rmtree(studio.title / asset)


def edited(change: Callable[[dict[str, Any]], None]) -> Callable[[Studio], None]:
    return lambda studio: studio.edit_profile(change)


def rung(number: int, **changes: object) -> Callable[[Studio], None]:
    return edited(lambda profile: profile["video"][0]["rungs"][number].update(changes))


def write_captions(text: str) -> Callable[[Studio], None]:
    return lambda studio: studio.captions.write_text(f"1\n00:00:00,100 --> 00:00:00,900\n{text}\n")


CHANGES: dict[str, Callable[[Studio], None]] = {
    "an edited rung": rung(0, crf=33),
    "another edited rung": rung(1, crf=34),
    "another preset for all rungs": edited(lambda profile: profile["video"][0].update(preset="superfast")),
    "a lower audio bit rate": edited(lambda profile: profile["audio"].update(bits_per_second="48k")),
    "other thumbnails": edited(lambda profile: profile["thumbnails"].update(columns=3)),
    "no captions": edited(lambda profile: profile.update(captions=False)),
    "longer segments": edited(lambda profile: profile.update(segment_seconds=4)),
    "other words": write_captions("Other words."),
    "a lost rendition": lambda studio: lose_a_file(studio, "h264_180p"),
    "a lost commit of a rendition": lambda studio: lose_the_commit(studio, "h264_360p"),
    "a lost track": lambda studio: lose_a_file(studio, "video_tracks"),
    "a lost poster": lambda studio: lose_a_file(studio, "poster"),
    "lost thumbnails": lambda studio: lose_everything(studio, "thumbnails"),
    "a lost playlist": lambda studio: lose_a_file(studio, "hls_package"),
    "a lost inspection": lambda studio: lose_everything(studio, "media_info"),
    "a lost ladder": lambda studio: lose_the_commit(studio, "encoding_ladder"),
    "a lost origin": lambda studio: shutil.rmtree(studio.home / "origin"),
    "a lost site": lambda studio: shutil.rmtree(studio.home / "cms"),
}


PAIRS = [  # of changes that lead to different assets, so that neither hides what the other one leads to
    ("an edited rung", "a lost poster"),
    ("another edited rung", "other thumbnails"),
    ("another preset for all rungs", "other words"),
    ("a lower audio bit rate", "a lost track"),
    ("no captions", "a lost rendition"),
    ("longer segments", "a lost commit of a rendition"),
    ("a lost playlist", "lost thumbnails"),
    ("a lost inspection", "a lost site"),
    ("a lost ladder", "a lost origin"),
]


@pytest.mark.parametrize("pair", PAIRS, ids=" and ".join)
def test_what_is_planned_is_what_a_run_makes(finished: Studio, pair: tuple[str, str]) -> None:
    for change in pair:
        CHANGES[change](finished)
    register_again(finished)
    finished.calls()
    plan = plan_of(finished)
    assert finished.calls() == []
    assert finished.run().executed == executed(plan), plan.model_dump_json(indent=1)


def test_every_change_is_planned() -> None:
    assert sorted(change for pair in PAIRS for change in pair) == sorted(CHANGES)


def test_one_change_after_another_is_planned(finished: Studio) -> None:
    for change in random.Random(7).sample(sorted(CHANGES), 3):  # noqa: S311 - any changes do
        CHANGES[change](finished)
        register_again(finished)
        plan = plan_of(finished)
        assert finished.run().executed == executed(plan), plan.model_dump_json(indent=1)


def test_a_forced_asset_is_made_again_and_nothing_else(finished: Studio) -> None:
    with finished.session() as session:
        plan = next(plans(session, ["film"], force=("h264_180p", "poster")))
    assert {asset.asset: asset.reason for asset in plan.assets if asset.executes} == {
        "h264_180p": "forced",
        "poster": "forced",
    }
    assert finished.run("--force", "h264_180p", "--force", "poster").executed == executed(plan)
    assert any("libx264" in call for call in finished.calls())
    assert not plan_of(finished).needs_run


def test_a_pattern_that_forces_nothing_is_refused(finished: Studio) -> None:
    ended = finished.run("--force", "h265_*")
    assert ended.failed_with == "bad_selection"


def test_what_a_missing_source_stops_is_said_to_wait(finished: Studio) -> None:
    made = {path.parent.name for path in finished.title.glob("*/latest.json")}
    finished.source.unlink()
    plan = plan_of(finished)
    assert "there is no such file" in plan.obstacle
    assert not plan.needs_run
    assert [asset.asset for asset in plan.assets if asset.asset in made and not asset.obstacle] == ["metadata"]
    assert not (finished.home / "store" / "refused").exists()
