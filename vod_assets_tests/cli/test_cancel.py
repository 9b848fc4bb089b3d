"""A run that is no longer wanted ends at once, leaves nothing behind and says so."""

import shutil
import signal
import subprocess
import time
from pathlib import Path

import dagster as dg
import pytest

from vod_assets.cli.run_workflow import workflow
from vod_assets.defs.runs import ACTIVE
from vod_assets.ports import Progress, Transfer
from vod_assets_tests.conftest import Finished
from vod_assets_tests.studio import Ended, Studio, bytes_below, ended, wait_until

pytestmark = pytest.mark.media
LONGEST_SECONDS = 10


def latest_run(studio: Studio) -> dg.DagsterRun:
    with studio.session() as session:
        return session.instance.get_runs(limit=1)[0]


def published(studio: Studio) -> dict[str, bytes]:
    return {**bytes_below(studio.home / "origin"), **bytes_below(studio.home / "cms")}


def materialised(studio: Studio, run: dg.DagsterRun) -> set[str]:
    with studio.session() as session:
        records = session.instance.get_records_for_run(run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
    events = [record.event_log_entry.get_dagster_event() for record in records.records]
    return {event.asset_key.to_user_string() for event in events if event.asset_key}


def cancel(studio: Studio, way: str, process: "subprocess.Popen[str]") -> None:
    if way == "SIGINT":
        process.send_signal(signal.SIGINT)
    elif way == "SIGTERM":
        process.send_signal(signal.SIGTERM)
    elif way == "vod cancel":
        assert studio.vod("cancel", "film").code == 0
    else:
        with studio.session() as session:
            run = session.instance.get_runs(dg.RunsFilter(statuses=ACTIVE))[0]
            session.instance.report_run_canceling(run)
            session.instance.report_run_canceled(run)  # as Terminate with “force” does


@pytest.mark.parametrize("way", ["SIGINT", "SIGTERM", "vod cancel", "forced"])
def test_a_cancelled_encode_ends_within_ten_seconds_and_publishes_nothing(finished: Studio, way: str) -> None:
    finished.forget("h264_360p", "h264_180p")
    before = published(finished)
    finished.hold()
    process = finished.start_run()
    wait_until(finished.is_encoding)
    cancel(finished, way, process)
    wait_until(lambda: not finished.tools_running(), seconds=LONGEST_SECONDS)
    result = ended(process)
    assert result.code == 1
    assert result.failed_with == "cancelled", result.stdout
    assert result.outcome["status"] == "failure"
    assert published(finished) == before
    assert not list(finished.title.glob("h264_*p/*/*/video.mp4"))
    run = latest_run(finished)
    assert run.status == dg.DagsterRunStatus.CANCELED
    assert not materialised(finished, run) & {"h264_360p", "h264_180p", "video_tracks", "release", "cms_entry"}


class CancelsAt:
    """A display that cancels the run as soon as a step begins."""

    def __init__(self, instance: dg.DagsterInstance, step: str) -> None:
        self.instance, self.step = instance, step

    def started(self, title: str, step: str) -> None:
        if step == self.step:
            self.stop(self.instance.get_runs(dg.RunsFilter(statuses=ACTIVE))[0])

    def stop(self, run: dg.DagsterRun) -> None:
        self.instance.report_run_canceling(run)

    def progressed(self, title: str, step: str, progress: Progress) -> None:
        pass

    def moved(self, title: str, step: str, transfer: Transfer) -> None:
        pass

    def made(self, title: str, asset: str, reused: bool, empty: str = "") -> None:
        pass


class GivesUpAt(CancelsAt):
    """What Dagster's daemon does with a run that takes too long."""

    def stop(self, run: dg.DagsterRun) -> None:
        self.instance.report_run_failed(run, message="Exceeded maximum runtime of 3 seconds.")


class DeletesAt(CancelsAt):
    """What the UI does with a run that somebody deletes."""

    def stop(self, run: dg.DagsterRun) -> None:
        self.instance.delete_run(run.run_id)


@pytest.mark.parametrize("step", ["hls_package_decodes", "release", "cms_entry"])
def test_a_run_that_is_cancelled_after_the_encode_publishes_nothing(finished: Studio, step: str) -> None:
    finished.captions.write_text("1\n00:00:00,500 --> 00:00:01,500\nGood night.\n")
    before = published(finished)
    with finished.session() as session:
        outcome = workflow(session, str(finished.source), display=CancelsAt(session.instance, step))
    assert outcome.error is not None
    assert (outcome.error.code, outcome.exit_code) == ("cancelled", 1)
    cms_before = {path: data for path, data in before.items() if "entr" in path or path.startswith("titles/")}
    after = published(finished)
    assert {path: after[path] for path in cms_before} == cms_before
    if step != "cms_entry":
        assert after == before
    assert latest_run(finished).status == dg.DagsterRunStatus.CANCELED


def test_a_cancelled_title_runs_again(finished: Studio) -> None:
    finished.forget("h264_360p", "h264_180p")
    with finished.session() as session:
        outcome = workflow(session, str(finished.source), display=CancelsAt(session.instance, "h264_renditions"))
        assert outcome.exit_code == 1
    again: Ended = finished.run()
    assert again.code == 0, again.stderr
    assert {"h264_360p", "h264_180p"} <= again.executed


def test_cancelling_a_title_without_a_run_says_so(finished: Studio) -> None:
    started = time.monotonic()
    result = finished.vod("cancel", "film")
    assert result.code == 0
    assert "no run is active" in result.stdout
    assert time.monotonic() - started < LONGEST_SECONDS


def test_a_run_that_dagster_gave_up_publishes_nothing_and_stays_failed(finished: Studio) -> None:
    finished.captions.write_text("1\n00:00:00,500 --> 00:00:01,500\nGood night.\n")
    before = published(finished)
    with finished.session() as session:
        outcome = workflow(session, str(finished.source), display=GivesUpAt(session.instance, "release"))
    assert outcome.error is not None
    assert (outcome.error.code, outcome.exit_code) == ("cancelled", 1)
    assert "given up from outside: Exceeded maximum runtime of 3 seconds" in outcome.error.message
    assert published(finished) == before
    assert latest_run(finished).status == dg.DagsterRunStatus.FAILURE


def test_a_deleted_run_publishes_nothing(finished: Studio) -> None:
    finished.captions.write_text("1\n00:00:00,500 --> 00:00:01,500\nGood night.\n")
    before = published(finished)
    with finished.session() as session:
        outcome = workflow(session, str(finished.source), display=DeletesAt(session.instance, "release"))
    assert outcome.error is not None
    assert (outcome.error.code, outcome.exit_code, outcome.status) == ("cancelled", 1, "failure")
    assert published(finished) == before


@pytest.fixture(scope="module")
def killed_once(finished_once: Finished, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of a studio with a run whose process was killed while it encoded, and which nobody told Dagster of."""
    studio = finished_once.as_it_was()
    studio.forget("h264_360p", "h264_180p")
    studio.hold()
    process = studio.start_run()
    wait_until(studio.is_encoding)
    process.kill()
    assert ended(process).code == -signal.SIGKILL
    wait_until(lambda: not studio.tools_running(), seconds=LONGEST_SECONDS)
    studio.release_hold()
    assert latest_run(studio).status == dg.DagsterRunStatus.STARTED
    return Path(shutil.copytree(studio.folder, tmp_path_factory.mktemp("killed") / "studio"))


@pytest.fixture
def killed(finished_once: Finished, killed_once: Path) -> Studio:
    """A studio with a run whose process was killed."""
    return finished_once.as_it_was(killed_once)


def test_a_title_whose_run_was_killed_can_be_removed(killed: Studio) -> None:
    removed = killed.vod("titles", "remove", "film", "--yes")
    assert removed.code == 0, removed.stderr
    assert latest_run(killed).status == dg.DagsterRunStatus.FAILURE


def test_cancelling_a_killed_run_ends_it(killed: Studio) -> None:
    assert "1 run(s) ended" in killed.vod("cancel", "film").stdout
    assert latest_run(killed).status == dg.DagsterRunStatus.FAILURE
    assert "no run is active" in killed.vod("cancel", "film").stdout


def test_the_next_run_of_a_title_ends_the_killed_one(killed: Studio) -> None:
    died = latest_run(killed)
    again = killed.run("--select", "media_info")
    assert again.code == 0, again.stderr
    with killed.session() as session:
        settled = session.instance.get_run_by_id(died.run_id)
    assert settled is not None
    assert settled.status == dg.DagsterRunStatus.FAILURE
