"""Killing daemon, code server and run together leaves no run STARTED, and the title goes on by itself."""

import time

import dagster as dg
import pytest
from dagster._daemon.daemon import SensorDaemon

from vod_assets.defs.reaper import AFTER_TAG
from vod_assets.defs.registration import register
from vod_assets_tests.deployment import deployed, without_waiting
from vod_assets_tests.studio import Studio, wait_until

pytestmark = [pytest.mark.media, pytest.mark.slow]

STRANDED_SECONDS = 60.0  # after the deployment is back
MADE_SECONDS = 240.0
ENDED = (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE)


def test_a_killed_deployment_goes_on_where_it_stopped(studio: Studio) -> None:
    with studio.session() as session:
        register(session.registrar(), str(studio.source))
    without_waiting(studio, runs_at_once=1)
    studio.hold()
    with studio.session() as session, deployed(studio, studio.folder / "first.log", with_ui=False) as first:
        assert studio.vod("backfill").code == 0
        wait_until(studio.is_encoding, seconds=120)
        (run,) = [one.run_id for one in session.instance.get_runs()]
        first.kill()
        killed_at = time.time()
        wait_until(lambda: not studio.tools_running(), seconds=10)
    studio.release_hold()
    with studio.session() as session, deployed(studio, studio.folder / "second.log", with_ui=False):

        def status() -> dg.DagsterRunStatus:
            found = session.instance.get_run_by_id(run)
            assert found is not None
            return found.status

        def later() -> list[dg.DagsterRunStatus]:
            return [one.status for one in session.instance.get_runs(dg.RunsFilter(tags={AFTER_TAG: run}))]

        wait_until(lambda: looked_at(session.instance) > killed_at, seconds=120)
        wait_until(lambda: status() == dg.DagsterRunStatus.FAILURE, seconds=STRANDED_SECONDS)
        wait_until(later, seconds=STRANDED_SECONDS)
        wait_until(lambda: all(one in ENDED for one in later()), seconds=MADE_SECONDS)
        assert later() == [dg.DagsterRunStatus.SUCCESS]
        wait_until(lambda: not [*(studio.home / "store").glob("beats/*.json")], seconds=10)
    assert not [*(studio.home / "store").glob("leases/*/*.json")]
    verified = studio.vod("verify", "--all")
    assert verified.code == 0, verified.stdout


def looked_at(instance: dg.DagsterInstance) -> float:
    """Return when the daemon has last said that it looks at sensors."""
    heartbeat = instance.get_daemon_heartbeats().get(SensorDaemon.daemon_type())
    return heartbeat.timestamp if heartbeat else 0.0
