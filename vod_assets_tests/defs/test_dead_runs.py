"""Runs whose process is gone hold no title; those that nobody executes end as soon as they are cancelled."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import dagster as dg
import pytest
from dagster._core.remote_origin import (  # no public names in 1.13; a queued run must have an origin
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)

from vod_assets.defs.executors import Executor
from vod_assets.defs.runs import PARTITION_TAG, active_runs, cancel_runs

Status = dg.DagsterRunStatus
HERE = Executor.this_process()
ALIVE = HERE.as_tags()
DEAD = replace(HERE, started_ticks=HERE.started_ticks - 1).as_tags()
ELSEWHERE = replace(HERE, host="another").as_tags()
ORIGIN = RemoteJobOrigin(RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("here"), "repository"), "nothing")
NOBODY: Mapping[str, str] = {}


@dg.job
def nothing() -> None:
    """Have no steps."""


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def make_run(
    instance: dg.DagsterInstance, status: Status, tags: Mapping[str, str] = NOBODY, title: str = "film"
) -> dg.DagsterRun:
    all_tags = {PARTITION_TAG: title, **tags}
    return instance.create_run_for_job(nothing, status=status, tags=all_tags, remote_job_origin=ORIGIN)


def status_of(instance: dg.DagsterInstance, run: dg.DagsterRun) -> Status:
    now = instance.get_run_by_id(run.run_id)
    assert now is not None
    return now.status


@pytest.mark.parametrize(
    ("status", "tags", "becomes"),
    [
        (Status.STARTED, DEAD, Status.FAILURE),
        (Status.NOT_STARTED, DEAD, Status.FAILURE),
        (Status.CANCELING, DEAD, Status.CANCELED),
        (Status.SUCCESS, DEAD, Status.SUCCESS),
    ],
)
def test_a_run_whose_process_is_gone_is_ended(
    instance: dg.DagsterInstance, status: Status, tags: Mapping[str, str], becomes: Status
) -> None:
    run = make_run(instance, status, tags)
    assert active_runs(instance, "film") == []
    assert status_of(instance, run) == becomes


@pytest.mark.parametrize("tags", [ALIVE, ELSEWHERE, NOBODY])
def test_a_run_that_may_be_alive_is_active(instance: dg.DagsterInstance, tags: Mapping[str, str]) -> None:
    run = make_run(instance, Status.STARTED, tags)
    assert active_runs(instance, "film") == [run.run_id]
    assert status_of(instance, run) == Status.STARTED


def test_another_titles_dead_run_is_left_to_it(instance: dg.DagsterInstance) -> None:
    run = make_run(instance, Status.STARTED, DEAD, title="other")
    assert active_runs(instance, "film") == []
    assert status_of(instance, run) == Status.STARTED


@pytest.mark.parametrize(
    ("status", "tags", "becomes"),
    [
        (Status.QUEUED, NOBODY, Status.CANCELED),
        (Status.NOT_STARTED, NOBODY, Status.CANCELED),
        (Status.STARTED, DEAD, Status.FAILURE),
        (Status.CANCELING, DEAD, Status.CANCELED),
    ],
)
def test_cancelling_ends_at_once_what_nobody_executes(
    instance: dg.DagsterInstance, status: Status, tags: Mapping[str, str], becomes: Status
) -> None:
    run = make_run(instance, status, tags)
    cancelled = cancel_runs(instance, "film")
    assert (cancelled.ended, cancelled.asked) == ((run.run_id,), ())
    assert status_of(instance, run) == becomes
    assert active_runs(instance, "film") == []


@pytest.mark.parametrize(
    ("status", "tags"),
    [
        (Status.NOT_STARTED, ALIVE),
        (Status.STARTED, ALIVE),
        (Status.STARTED, ELSEWHERE),
        (Status.STARTED, NOBODY),
        (Status.CANCELING, ALIVE),
    ],
)
def test_cancelling_asks_what_may_be_executed_to_stop(
    instance: dg.DagsterInstance, status: Status, tags: Mapping[str, str]
) -> None:
    run = make_run(instance, status, tags)
    cancelled = cancel_runs(instance, "film")
    assert (cancelled.ended, cancelled.asked) == ((), (run.run_id,))
    assert status_of(instance, run) == Status.CANCELING


def test_force_ends_a_run_of_a_machine_that_is_gone(instance: dg.DagsterInstance) -> None:
    run = make_run(instance, Status.STARTED, ELSEWHERE)
    assert cancel_runs(instance, "film", force=True).ended == (run.run_id,)
    assert status_of(instance, run) == Status.CANCELED
