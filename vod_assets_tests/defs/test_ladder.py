"""A title's ladder is chosen by what bits buy of it, when its profile asks for that, and nothing is probed twice."""

from pathlib import Path
from typing import Any

import pytest

from vod_assets.domain.ladder import Ladder
from vod_assets_tests.conftest import Finished
from vod_assets_tests.defs.test_planning import executed, plan_of
from vod_assets_tests.studio import Studio

pytestmark = pytest.mark.media
FEW = {"target": 90, "samples": 2, "sample_seconds": 1, "saves_percent": 5}


def per_title(**changes: Any) -> Any:
    def edit(profile: dict[str, Any]) -> None:
        profile["per_title"] = {**FEW, **changes}
        for rung, maxrate in zip(profile["video"][0]["rungs"], (4_000_000, 2_000_000), strict=True):
            rung |= {"maxrate": maxrate, "bufsize": 2 * maxrate}

    return edit


def ladder_of(studio: Studio) -> Ladder:
    with studio.session() as session:
        artifact = session.store.latest("film", "encoding_ladder")
    assert artifact is not None
    return artifact.read(Ladder)


def probes(calls: list[list[str]]) -> int:
    return sum("-dec" in call for call in calls)


def test_a_profile_without_per_title_probes_nothing(finished_once: Finished) -> None:
    assert "rate_quality" not in finished_once.first_run.executed
    with finished_once.studio.session() as session:
        assert session.store.latest("film", "rate_quality") is None


def test_rungs_are_chosen_by_probes_that_are_kept(finished: Studio) -> None:
    """Each title's own rate factors reach the encoder; a profile that differs in its target encodes samples no more."""
    finished.edit_profile(per_title())
    finished.calls()
    planned = executed(plan_of(finished))
    assert {"rate_quality", "encoding_ladder", "h264_360p"} <= planned
    first = finished.run()
    assert first.code == 0, first.stderr
    calls = finished.calls()
    assert probes(calls) >= 2
    ladder = ladder_of(finished)
    largest = ladder.made[0]
    assert largest.crf is not None
    encode = next(call for call in calls if any(word.endswith("video.mp4") for word in call))
    assert f"{float(largest.crf):g}" in encode
    assert str(largest.maxrate) in encode
    assert first.executed <= planned
    assert finished.run().executed == set()
    assert not plan_of(finished).needs_run

    finished.edit_profile(per_title(step=3))
    finished.run("--select", "rate_quality,encoding_ladder")
    assert probes(finished.calls()) == 0
    assert Path(finished.title / "rate_quality.probe").is_dir()
