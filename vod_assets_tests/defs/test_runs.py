"""How a run ended is told as it was."""

import shutil
from pathlib import Path

import dagster as dg
import m3u8
import pytest

from vod_assets.cli.progress import Lines
from vod_assets.definitions import build_definitions
from vod_assets.defs.runs import Tally, run_title
from vod_assets.domain.selecting import Asked
from vod_assets_tests.studio import Studio

pytestmark = pytest.mark.media


def broken(_context: dg.InitResourceContext) -> None:
    raise ZeroDivisionError("the prober has a bug")


def test_a_run_that_fails_before_its_first_step_was_not_cancelled(finished: Studio) -> None:
    with finished.session() as session:
        tally = Tally(Lines())
        whole = build_definitions(session.settings, tally)
        definitions = dg.Definitions(
            assets=whole.assets,
            resources={**(whole.resources or {}), "prober": dg.ResourceDefinition(broken)},
            executor=whole.executor,
        )
        result = run_title(definitions, session.instance, "film", Asked("media_info"), tally)
        run = session.instance.get_run_by_id(result.run_id)
    assert not result.is_cancelled
    assert run is not None
    assert run.status == dg.DagsterRunStatus.FAILURE
    assert result.failure is not None
    assert "the prober has a bug" in result.failure.message


def test_a_release_takes_the_tracks_that_its_packages_play(finished: Studio) -> None:
    """The tracks were made again since, and the packages, which passed their checks, were not."""
    finished.edit_profile(lambda profile: profile["video"][0]["rungs"][1].update(crf=36))
    tracks = finished.run("--select", "encoding_ladder,group:renditions,video_tracks")
    assert tracks.code == 0, tracks.stderr
    shutil.rmtree(finished.home / "origin")
    released = finished.run("--select", "release")
    assert released.code == 0, released.stdout
    playlist = Path(released.outcome["hls"])
    for media in m3u8.loads(playlist.read_text()).playlists:
        segments = m3u8.loads((playlist.parent / media.uri).read_text()).segments
        assert segments
        assert all((playlist.parent / segment.uri).is_file() for segment in segments)
