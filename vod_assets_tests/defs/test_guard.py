"""A run is wanted exactly while Dagster takes it for one that is starting or started."""

from collections.abc import Iterator

import dagster as dg
import pytest
from dagster._core.remote_origin import (  # no public names in 1.13; a queued run must have an origin
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)

from vod_assets.defs.guard import InstanceRunGuard
from vod_assets.domain.errors import Cancelled

Status = dg.DagsterRunStatus
ORIGIN = RemoteJobOrigin(RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("here"), "repository"), "nothing")
GOING_ON = [Status.NOT_STARTED, Status.STARTING, Status.STARTED]


@dg.job
def nothing() -> None:
    """Have no steps."""


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.mark.parametrize("status", GOING_ON)
def test_a_run_that_goes_on_is_wanted(instance: dg.DagsterInstance, status: Status) -> None:
    run = instance.create_run_for_job(nothing, status=status, remote_job_origin=ORIGIN)
    InstanceRunGuard(instance, run.run_id).check()


@pytest.mark.parametrize("status", [one for one in Status if one not in GOING_ON])
def test_any_other_run_is_not(instance: dg.DagsterInstance, status: Status) -> None:
    run = instance.create_run_for_job(nothing, status=status, remote_job_origin=ORIGIN)
    with pytest.raises(Cancelled):
        InstanceRunGuard(instance, run.run_id).check()


def test_a_run_that_was_given_up_stays_unwanted(instance: dg.DagsterInstance) -> None:
    run = instance.create_run_for_job(nothing, status=Status.STARTED)
    guard = InstanceRunGuard(instance, run.run_id)
    guard.check()
    instance.report_run_failed(run, message="Exceeded maximum runtime.")
    for _ in range(2):
        with pytest.raises(Cancelled, match="given up from outside"):
            guard.check()


def test_a_deleted_run_is_not_wanted(instance: dg.DagsterInstance) -> None:
    run = instance.create_run_for_job(nothing, status=Status.STARTED)
    guard = InstanceRunGuard(instance, run.run_id)
    instance.delete_run(run.run_id)
    with pytest.raises(Cancelled, match="deleted"):
        guard.check()
