"""Renditions are measured against their source, frame by frame, and what is below a floor is not released."""

import io
from typing import Any

import pytest
from PIL import Image

from vod_assets.domain.quality_report import RenditionQuality
from vod_assets_tests.conftest import Finished
from vod_assets_tests.defs.test_planning import executed, plan_of
from vod_assets_tests.studio import Ended, Studio

pytestmark = pytest.mark.media
PACKAGES = ["hls_package.decodes", "dash_package.same_media"]
REMADE = "h264_360p,h264_180p,video_tracks,hls_package,dash_package,release,cms_entry"


def measuring(**floors: int) -> Any:
    def edit(profile: dict[str, Any]) -> None:
        profile["quality"] = {"every": 1, **floors}
        profile["required_checks"] = [*PACKAGES, "quality_control.black", "quality_report.floor"]

    return edit


def encode(crf: int) -> Any:
    def edit(profile: dict[str, Any]) -> None:
        for rung in profile["video"][0]["rungs"]:
            rung["crf"] = crf

    return edit


def refused_by_gate(ended: Ended, judged: str) -> bool:
    """Whether a release was refused, for a check that looked at other bytes or went by other demands."""
    error = ended.outcome["error"]
    assert (ended.code, error["code"], error["asset"]) == (1, "check_other_bytes", "release"), ended.stdout
    assert f"the required check {judged} (" in error["message"], error["message"]
    return True


def measured(studio: Studio) -> dict[str, RenditionQuality]:
    with studio.session() as session:
        index = session.store.latest("film", "quality_report")
        assert index is not None
        leaves = [session.store.load("film", one.asset, one.recipe) for one in index.entries]
        for leaf in leaves:
            sheet = session.store.local_path(leaf, "worst.webp")
            with Image.open(io.BytesIO(sheet.read_bytes())) as picture:
                assert picture.width == 960
    return {leaf.document["key"]: leaf.read(RenditionQuality) for leaf in leaves}


def end_waiver(studio: Studio) -> None:
    """Let the title's only waiver end, as time does."""
    with studio.session() as session:
        record = session.store.record("film")
        assert record is not None
        (one,) = record.waivers
        ended = one.model_copy(update={"until": "2020-01-01"})
        session.store.register(record.model_copy(update={"waivers": (ended,)}))


def test_a_profile_without_quality_measures_nothing(finished_once: Finished) -> None:
    assert "quality_report" not in finished_once.first_run.executed
    with finished_once.studio.session() as session:
        assert session.store.latest("film", "quality_report") is None


def test_renditions_are_measured_once_and_released_above_the_floor_only(finished: Studio) -> None:
    finished.edit_profile(measuring(floor_vmaf=20))
    planned = executed(plan_of(finished))
    assert "quality_report" in planned
    good = finished.run()
    assert good.code == 0, good.stderr
    assert {"quality_report", "release"} <= good.executed <= planned
    found = measured(finished)
    large, small = found["h264_360p"], found["h264_180p"]
    assert large.vmaf is not None
    assert small.vmaf is not None
    assert large.measured == 99  # every frame of four seconds but the first
    assert 60 < large.vmaf.lowest <= large.vmaf.first_percentile <= large.vmaf.harmonic_mean <= large.vmaf.mean
    assert small.viewed_vmaf is not None
    assert small.viewed_vmaf < small.vmaf.mean  # enlarged, it shows what it lacks
    assert large.xpsnr.mean > 25
    finished.calls()
    assert executed(plan_of(finished)) == set()

    finished.edit_profile(measuring(floor_vmaf=100))
    assert refused_by_gate(finished.run("--select", "release"), "quality_report.floor judged the floors of quality")
    refused = finished.run()
    assert refused.failed_with == "check_failed"
    assert finished.calls() == []  # measured already
    assert "h264_360p: mean VMAF is" in refused.stdout

    assert "quality_report.floor" in (shown := finished.vod("titles", "show", "film").stdout)
    assert "h264_360p: mean VMAF is" in shown
    until = ("--until", "2099-12-31", "--because", "shot on video", "--by", "mk")
    assert finished.vod("waive", "film", "quality_report.floor", *until).code == 0
    waived = finished.run()
    assert waived.code == 0, waived.stdout
    assert "by mk: shot on video" in finished.vod("titles", "show", "film").stdout

    finished.edit_profile(encode(40))
    assert refused_by_gate(finished.run("--select", REMADE), "quality_control.black judged h264_180p")
    again = finished.run("--select", "quality_control,release")  # what lets the report in the store pass is of better
    assert refused_by_gate(again, "quality_report.floor judged h264_180p")

    finished.edit_profile(encode(30))
    finished.captions.write_text("1\n00:00:00,500 --> 00:00:01,500\nOther words.\n")  # something to release
    end_waiver(finished)
    ended = finished.run()
    assert ended.failed_with == "check_failed"
    assert "quality_report.floor failed: h264_360p: mean VMAF is" in ended.stdout
    assert "(the waiver of mk ended on 2020-01-01)" in ended.stdout
