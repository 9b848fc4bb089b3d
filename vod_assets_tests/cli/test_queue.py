"""What waits, what is stuck, and what is made again."""

import json
import uuid
from collections.abc import Iterator

import dagster as dg
import pytest

from vod_assets.cli.session import Session
from vod_assets.cli.watching import watch_all
from vod_assets.defs.executors import Executor
from vod_assets.domain.leases import Beat
from vod_assets_tests.defs.test_guard import ORIGIN
from vod_assets_tests.studio import Studio

GONE = {  # a process of this machine that has ended; its boot is another one
    "vod/boot_id": "another",
    "vod/pid_namespace": "",
    "vod/pid": "1",
    "vod/process_started": "1",
}


@pytest.fixture
def session(studio: Studio) -> Iterator[Session]:
    with studio.session() as opened:
        yield opened


def add(session: Session, status: dg.DagsterRunStatus, title: str = "film", **tags: str) -> str:
    """Record a run, and return its id."""
    named = {"dagster/partition": title, **tags}
    run = dg.DagsterRun("title_graph", str(uuid.uuid4()), status=status, tags=named, remote_job_origin=ORIGIN)
    session.instance.add_run(run)
    return run.run_id


def test_the_queue_is_shown_in_its_order_and_with_what_holds_it(studio: Studio, session: Session) -> None:
    add(session, dg.DagsterRunStatus.STARTED, "busy")
    add(session, dg.DagsterRunStatus.QUEUED, "busy", **{"dagster/priority": "5"})
    add(session, dg.DagsterRunStatus.QUEUED, "late", **{"dagster/priority": "-10"})
    add(session, dg.DagsterRunStatus.QUEUED, "first")
    seen = json.loads(studio.vod("inspect-queue", "--json").stdout)
    assert [(one["title"], one["priority"]) for one in seen["waiting"]] == [("busy", 5), ("first", 0), ("late", -10)]
    assert "works on the title" in seen["waiting"][0]["why"]
    assert seen["waiting"][1]["why"] == ""


def test_runs_of_processes_that_are_gone_are_stuck_and_those_that_live_are_not(
    studio: Studio, session: Session
) -> None:
    here = Executor.this_process().as_tags()
    dead = add(session, dg.DagsterRunStatus.STARTED, **{**here, **GONE})
    alive = add(session, dg.DagsterRunStatus.STARTED, "other", **here)
    waiting = add(session, dg.DagsterRunStatus.QUEUED, "third")
    dry = json.loads(studio.vod("clear-stuck-tasks", "--dry-run", "--json").stdout)
    assert [(one["kind"], one["name"]) for one in dry["stuck"]] == [("run", dead)]
    assert status_of(session, dead) == dg.DagsterRunStatus.STARTED
    assert "film" in studio.vod("clear-stuck-tasks").stdout
    assert status_of(session, dead) == dg.DagsterRunStatus.FAILURE
    assert status_of(session, alive) == dg.DagsterRunStatus.STARTED
    assert status_of(session, waiting) == dg.DagsterRunStatus.QUEUED
    assert "Nothing is stuck" in studio.vod("clear-stuck-tasks").stdout


def test_slots_and_titles_that_ended_runs_hold_are_free_again(studio: Studio, session: Session) -> None:
    over = add(session, dg.DagsterRunStatus.FAILURE)
    storage = session.instance.event_log_storage
    storage.set_concurrency_slots("encode", 1)
    assert storage.claim_concurrency_slot("encode", over, "h264_renditions").is_claimed
    gone = {**Executor.this_process().as_tags(), **GONE}
    session.leases.beat(Beat(run=over, title="film", count=1, executor=gone))
    session.leases.take("film", over, "here", None)
    said = studio.vod("clear-stuck-tasks").stdout
    assert "pool slot encode: h264_renditions (film): its run has ended" in said
    assert session.leases.holder("film") is None
    assert storage.get_concurrency_info("encode").claimed_slots == []


def test_what_is_going_on_is_printed_when_it_changes(
    studio: Studio, session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    add(session, dg.DagsterRunStatus.QUEUED)
    left = iter([True, True, False])
    with studio.entered():
        watch_all("", 0.01, lambda: next(left))
    assert capsys.readouterr().out.count("waits    film") == 1


@pytest.mark.parametrize(
    ("status", "said"),
    [(dg.DagsterRunStatus.STARTED, "has not ended"), (dg.DagsterRunStatus.SUCCESS, "succeeded")],
)
def test_what_goes_on_or_went_well_is_not_made_again(
    studio: Studio, session: Session, status: dg.DagsterRunStatus, said: str
) -> None:
    run = add(session, status)
    refused = studio.vod("replay", run)
    assert refused.code == 2
    assert said in refused.stderr


def test_what_nobody_knows_is_not_made_again(studio: Studio) -> None:
    refused = studio.vod("replay", "nothing-like-it")
    assert refused.code == 2
    assert "no run, no task and no title" in refused.stderr


def status_of(session: Session, run: str) -> dg.DagsterRunStatus:
    found = session.instance.get_run_by_id(run)
    assert found is not None
    return found.status


@pytest.mark.media
def test_a_failed_run_is_made_again_from_the_step_that_failed(studio: Studio) -> None:
    encoder = studio.ffmpeg.read_text()
    studio.ffmpeg.write_text(encoder.replace("#!/bin/sh\n", '#!/bin/sh\ncase "$*" in *libx264*) exit 3 ;; esac\n'))
    failed = studio.run()
    assert failed.code == 1
    run = failed.outcome["run_id"]
    studio.ffmpeg.write_text(encoder)
    studio.calls()
    again = studio.vod("replay", f"{run}/h264_renditions", "--here", "--json")
    assert again.code == 0, again.stderr
    assert "h264_360p" in again.executed
    assert "audio_aac" not in again.executed
    assert studio.vod("verify", "film").code == 0
