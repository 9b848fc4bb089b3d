"""Two runs of one title at once: one works, the other says who does; one that lost the title publishes nothing."""

import json

import dagster as dg
import pytest

from vod_assets.defs import leases
from vod_assets.defs.guard import REFUSED_OPEN, REFUSED_TAG
from vod_assets.defs.leases import Pulse
from vod_assets_tests.studio import Studio, ended, wait_until

pytestmark = pytest.mark.media


def test_a_second_run_names_the_first_and_leaves_it_alone(finished: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "BUSY_AFTER_SECONDS", 0.5)
    with finished.session() as session:
        first = Pulse(session.leases, "the-first-run", "film", lambda _: False, beat_seconds=0.1)
        first.start()
        try:
            first.require(lambda: None)
            second = finished.run()
            first.require(lambda: None)
        finally:
            first.let_go()
        (refused,) = session.instance.get_runs(dg.RunsFilter(tags={REFUSED_TAG: REFUSED_OPEN}))
        assert refused.status == dg.DagsterRunStatus.FAILURE
    assert (second.code, second.failed_with) == (1, "title_busy")
    assert "run the-first-run on " in second.outcome["error"]["message"]
    assert finished.run().code == 0
    assert not [*(finished.home / "store").glob("leases/*/*.json"), *(finished.home / "store").glob("beats/*.json")]


def test_a_run_whose_title_was_taken_over_publishes_nothing(studio: Studio) -> None:
    """As after a machine that stood still for a minute: its run goes on, and somebody else has the title."""
    studio.hold()
    first = studio.start_run()
    wait_until(studio.is_encoding)
    with studio.session() as session:
        held = session.leases.holder("film")
        assert held is not None
        assert session.leases.take("film", "another-run", "another", after=held)
    stopped = ended(first)
    assert stopped.code == 1
    assert json.loads(stopped.stdout)["error"]["code"] == "lease_lost"
    assert not studio.tools_running()
    assert not (studio.home / "cms" / "titles" / "film.json").exists()
    assert not [*studio.title.glob("h264_360p/*/artifact.json")]
