"""A title is made by a farm: RabbitMQ, PostgreSQL, Dagster's daemon, and workers of which one is killed."""

from pathlib import Path

import dagster as dg
import pytest

from vod_assets.defs.registration import register
from vod_assets_tests.deployment import deployed, without_waiting
from vod_assets_tests.farm import farm
from vod_assets_tests.studio import wait_until

pytestmark = [pytest.mark.media, pytest.mark.slow]

WORKERS = {"one": "encode=1", "two": "encode=1", "three": "package=1,default=2"}
MADE_SECONDS = 240.0


def test_a_title_is_published_though_the_worker_that_encodes_it_is_killed(film_source: Path, tmp_path: Path) -> None:
    with farm(tmp_path / "studio", film_source, WORKERS) as made:
        studio = made.studio
        with studio.session() as session:
            register(session.registrar(), str(studio.source))
        without_waiting(studio, runs_at_once=1)
        studio.hold()
        with studio.session() as session, deployed(studio, studio.folder / "daemon.log", with_ui=False):
            assert studio.vod("backfill").code == 0
            wait_until(studio.is_encoding, seconds=120)
            (doomed,) = [name for name in ("one", "two") if made.is_working(name)]
            (other,) = {"one", "two"} - {doomed}
            (tool,) = [one for one in studio.tools_running() if "libx264" in one.cmdline()]
            made.kill(doomed)
            wait_until(lambda: not tool.is_running(), seconds=10)
            wait_until(lambda: made.is_working(other), seconds=60)
            studio.release_hold()

            def status() -> dg.DagsterRunStatus:
                (run,) = session.instance.get_runs()
                return run.status

            wait_until(lambda: status() in (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE), MADE_SECONDS)
            assert status() == dg.DagsterRunStatus.SUCCESS
        verified = studio.vod("verify", "film")
        assert verified.code == 0, verified.stderr
        encodes = [call for call in studio.calls() if "libx264" in call]
        assert len(encodes) == 1  # the other one was killed, and has left no trace
