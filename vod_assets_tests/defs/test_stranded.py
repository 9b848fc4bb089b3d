"""Killing daemon, code server and run together leaves no run STARTED, and the title goes on by itself."""

import dagster as dg
import pytest

from vod_assets.defs.reaper import AFTER_TAG
from vod_assets.defs.registration import register
from vod_assets_tests.deployment import deployed
from vod_assets_tests.studio import Studio, wait_until

pytestmark = [pytest.mark.media, pytest.mark.slow]

STRANDED_SECONDS = 60.0  # after the deployment is back
MADE_SECONDS = 240.0


def test_a_killed_deployment_goes_on_where_it_stopped(studio: Studio) -> None:
    with studio.session() as session:
        register(session.registrar(), str(studio.source))
    studio.hold()
    with deployed(studio, studio.folder / "first.log") as first:
        run = first.launch("film")
        wait_until(studio.is_encoding, seconds=120)
        first.kill()
        wait_until(lambda: not studio.tools_running(), seconds=10)
    studio.release_hold()
    assert status_of(studio, run) == dg.DagsterRunStatus.STARTED
    with deployed(studio, studio.folder / "second.log") as second:

        def runs_of(title_run: str) -> list[str]:
            return [status for status, tags in second.runs().values() if tags.get(AFTER_TAG) == title_run]

        wait_until(lambda: second.runs()[run][0] == "FAILURE", seconds=STRANDED_SECONDS)
        wait_until(lambda: runs_of(run), seconds=STRANDED_SECONDS)
        wait_until(lambda: runs_of(run) in (["SUCCESS"], ["FAILURE"]), seconds=MADE_SECONDS)
        assert runs_of(run) == ["SUCCESS"]
        wait_until(lambda: not [*(studio.home / "store").glob("beats/*.json")], seconds=10)
    assert not [*(studio.home / "store").glob("leases/*/*.json")]
    verified = studio.vod("verify", "--all")
    assert verified.code == 0, verified.stdout


def status_of(studio: Studio, run_id: str) -> dg.DagsterRunStatus:
    with studio.session() as session:
        run = session.instance.get_run_by_id(run_id)
    assert run is not None
    return run.status
