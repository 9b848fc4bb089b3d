"""Runs that died are ended, tried again three times in all, and then the title is put into quarantine."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import dagster as dg
import pytest
from dagster._core.remote_origin import (  # no public names in 1.13; a queued run must have an origin
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)

from vod_assets.adapters.leases.blobs import BlobLeases
from vod_assets.defs.executors import Executor
from vod_assets.defs.guard import PARTITION_TAG, REFUSED_OPEN, REFUSED_TAG
from vod_assets.defs.partitions import TITLES
from vod_assets.defs.reaper import AFTER_TAG, TRY_TAG, Reaper, try_again
from vod_assets.defs.runs import DIED_TAG, active_runs, cancel_runs
from vod_assets.domain.leases import Beat, Watch
from vod_assets_tests.fakes import MemoryBlobs

Status = dg.DagsterRunStatus
HERE = Executor.this_process()
ALIVE = HERE.as_tags()
DEAD = replace(HERE, started_ticks=HERE.started_ticks - 1).as_tags()
ELSEWHERE = replace(HERE, host="another").as_tags()
OURS = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("here"), "repository").get_job_origin("title_graph")
THEIRS = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("there"), "repository").get_job_origin("their_job")
NO_TAGS: Mapping[str, str] = {}


@dg.job
def title_graph() -> None:
    """Have no steps."""


@dataclass
class Ward:
    """An instance with one title, its leases, and the reaper with its memory."""

    instance: dg.DagsterInstance
    leases: BlobLeases
    watch: Watch
    now: float = 1000.0

    @property
    def reaper(self) -> Reaper:
        return Reaper(self.instance, self.leases, "repository@here")

    def run(
        self,
        status: Status = Status.STARTED,
        tags: Mapping[str, str] = NO_TAGS,
        executor: Mapping[str, str] | None = None,
        holds: bool = True,
        origin: RemoteJobOrigin | None = OURS,
    ) -> dg.DagsterRun:
        run = self.instance.create_run_for_job(
            title_graph, status=status, tags={PARTITION_TAG: "film", **tags}, remote_job_origin=origin
        )
        if executor is not None:
            self.leases.beat(Beat(run=run.run_id, title="film", executor=dict(executor)))
            if holds:
                assert self.leases.take("film", run.run_id, "here", self.leases.holder("film"))
        return run

    def look(self, later: float = 0.0) -> list[str]:
        self.now += later
        self.watch, ended = self.reaper.end_dead_runs(self.watch, self.now)
        return ended

    def status(self, run: dg.DagsterRun) -> Status:
        return self.again(run).status

    def again(self, run: dg.DagsterRun) -> dg.DagsterRun:
        now = self.instance.get_run_by_id(run.run_id)
        assert now is not None
        return now

    def obey(self) -> list[dg.DagsterRun]:
        """Create the runs that the reaper asks for, as the daemon would."""
        return [self.run(tags=request.tags, executor=DEAD) for request in self.reaper.requests()]


REFUSED = {REFUSED_TAG: REFUSED_OPEN}


@pytest.fixture
def ward() -> Iterator[Ward]:
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(TITLES, ["film"])
        yield Ward(instance, BlobLeases(MemoryBlobs()), Watch.new())


@pytest.mark.parametrize(("status", "becomes"), [(Status.STARTED, Status.FAILURE), (Status.CANCELING, Status.CANCELED)])
def test_a_run_whose_process_was_killed_here_is_ended_at_the_first_look(
    ward: Ward, status: Status, becomes: Status
) -> None:
    run = ward.run(status, executor=DEAD)
    assert ward.look() == [run.run_id]
    assert ward.status(run) == becomes
    assert ward.leases.beats() == []
    assert ward.leases.holder("film") is None


def test_a_run_elsewhere_is_ended_at_the_second_look(ward: Ward) -> None:
    run = ward.run(executor=ELSEWHERE)
    assert ward.look() == []
    assert ward.look(30) == [run.run_id]
    assert ward.status(run) == Status.FAILURE


@pytest.mark.parametrize("executor", [ALIVE, ELSEWHERE])
def test_a_run_that_counts_on_is_left_alone(ward: Ward, executor: Mapping[str, str]) -> None:
    run = ward.run(executor=executor)
    for count in range(1, 4):
        assert ward.look(30) == []
        ward.leases.beat(Beat(run=run.run_id, title="film", count=count, executor=dict(executor)))
    assert ward.status(run) == Status.STARTED


def test_a_run_that_was_killed_before_its_first_sign_is_ended(ward: Ward) -> None:
    run = ward.run()
    assert ward.look() == []
    assert ward.look(30) == [run.run_id]
    assert ward.status(run) == Status.FAILURE


@pytest.mark.parametrize("origin", [THEIRS, None])
def test_another_projects_runs_are_left_alone(ward: Ward, origin: RemoteJobOrigin | None) -> None:
    runs = [ward.run(status, origin=origin) for status in (Status.STARTED, Status.STARTING)]
    assert [ward.look(), *(ward.look(30) for _ in range(5))] == [[]] * 6
    assert [ward.status(run) for run in runs] == [Status.STARTED, Status.STARTING]


def test_a_commands_run_that_gave_no_sign_yet_is_looked_after(ward: Ward) -> None:
    run = ward.run(tags=DEAD, origin=None)
    assert ward.look() == [run.run_id]


def test_a_run_that_gave_signs_of_life_is_looked_after_wherever_it_was_launched(ward: Ward) -> None:
    """The code location may have another name since."""
    run = ward.run(executor=DEAD, origin=THEIRS)
    assert ward.look() == [run.run_id]


def test_a_run_whose_launch_died_is_ended(ward: Ward) -> None:
    run = ward.run(Status.STARTING)
    assert [ward.look(), *(ward.look(30) for _ in range(3))] == [[], [], [], [run.run_id]]
    assert ward.status(run) == Status.FAILURE


@pytest.mark.parametrize("status", [Status.QUEUED, Status.NOT_STARTED])
def test_a_run_that_waits_is_left_waiting(ward: Ward, status: Status) -> None:
    run = ward.run(status)
    assert [ward.look(), *(ward.look(30) for _ in range(5))] == [[]] * 6
    assert ward.status(run) == status


def test_what_died_is_requested_once_with_its_priority(ward: Ward) -> None:
    run = ward.run(tags={"dagster/priority": "5", "vod/title": "film", **DEAD}, executor=DEAD)
    ward.look()
    first, second = list(ward.reaper.requests()), list(ward.reaper.requests())
    assert [request.run_key for request in first] == [request.run_key for request in second] == [f"{run.run_id}:2"]
    assert first[0].partition_key == "film"
    assert first[0].tags == {"dagster/priority": "5", "vod/title": "film", TRY_TAG: "2", AFTER_TAG: run.run_id}
    ward.obey()
    assert list(ward.reaper.requests()) == []
    assert ward.again(run).tags[DIED_TAG] == "again"


def test_after_three_deaths_the_title_is_put_into_quarantine(ward: Ward) -> None:
    runs = [ward.run(executor=DEAD)]
    for _ in range(2):
        ward.look(30)
        runs += ward.obey()
    ward.look(30)
    assert ward.obey() == []
    (quarantine,) = ward.leases.quarantines()
    assert quarantine.runs == tuple(run.run_id for run in runs)
    assert "3 runs of it died" in quarantine.cause
    assert ward.again(runs[-1]).tags[DIED_TAG] == "quarantined"


def test_a_title_is_released_from_quarantine_with_all_its_tries(ward: Ward) -> None:
    ward.run(tags={TRY_TAG: "3"}, executor=DEAD)
    ward.look()
    assert ward.obey() == []
    assert try_again(ward.instance, ward.leases, "film")
    assert ward.leases.quarantines() == []
    (run,) = ward.obey()
    assert run.tags[TRY_TAG] == "1"
    assert not try_again(ward.instance, ward.leases, "film")


def test_a_run_that_dagster_found_dead_is_tried_again_too(ward: Ward) -> None:
    """A code server that outlives its run's process marks the run within a second."""
    run = ward.run(Status.FAILURE, executor=DEAD)
    ward.look()
    assert [request.tags[AFTER_TAG] for request in ward.reaper.requests()] == [run.run_id]


def test_a_run_that_failed_by_itself_is_not_tried_again(ward: Ward) -> None:
    ward.run(Status.FAILURE)
    ward.run(Status.FAILURE, executor=ALIVE)  # its end is being written down
    ward.look()
    assert list(ward.reaper.requests()) == []


def test_a_title_that_another_run_made_since_is_not_made_again(ward: Ward) -> None:
    run = ward.run(executor=DEAD)
    ward.look()
    ward.run(Status.SUCCESS)
    assert list(ward.reaper.requests()) == []
    assert ward.again(run).tags[DIED_TAG] == "superseded"


def test_a_title_that_was_removed_is_not_made_again(ward: Ward) -> None:
    ward.run(executor=DEAD)
    ward.look()
    ward.instance.delete_dynamic_partition(TITLES, "film")
    assert list(ward.reaper.requests()) == []


def test_a_dead_run_that_somebody_cancels_is_not_tried_again(ward: Ward) -> None:
    run = ward.run(executor=DEAD)
    assert cancel_runs(ward.instance, "film", ward.leases).ended == (run.run_id,)
    ward.look()
    assert [request.run_key for request in ward.reaper.requests()] == []


def test_commands_see_a_dead_run_that_dagster_launched(ward: Ward) -> None:
    run = ward.run(executor=DEAD)
    assert active_runs(ward.instance, "film", ward.leases) == []
    assert ward.status(run) == Status.FAILURE


def test_another_deployments_runs_are_left_to_it(ward: Ward) -> None:
    ward.leases.beat(Beat(run="of-another-instance", title="film", executor=DEAD))
    ward.look()
    assert [beat.run for beat in ward.leases.beats()] == ["of-another-instance"]


def test_what_a_killed_command_held_is_free_again(ward: Ward) -> None:
    ward.leases.beat(Beat(run="vod-gc-1", title="film", executor=DEAD))
    ward.leases.beat(Beat(run="vod-gc-2", title="film-2", executor=ALIVE))
    assert ward.leases.take("film", "vod-gc-1", "here", None)
    ward.look()
    assert [beat.run for beat in ward.leases.beats()] == ["vod-gc-2"]
    assert ward.leases.holder("film") is None


def test_a_run_that_was_not_let_in_is_started_once_when_its_title_is_free(ward: Ward) -> None:
    first = ward.run(executor=ALIVE)
    refused = ward.run(Status.FAILURE, tags={**REFUSED, "dagster/priority": "5", TRY_TAG: "2"})
    assert list(ward.reaper.requests()) == []
    ward.instance.report_run_canceled(first)
    ward.leases.stop(first.run_id)
    (request,) = ward.reaper.requests()
    assert request.partition_key == "film"
    assert request.tags == {"dagster/priority": "5", TRY_TAG: "2", AFTER_TAG: refused.run_id}
    ward.run(Status.SUCCESS, tags=request.tags)
    assert list(ward.reaper.requests()) == []
    assert ward.again(refused).tags[REFUSED_TAG] == "again"


def test_what_was_not_let_in_waits_while_another_deployment_works_on_the_title(ward: Ward) -> None:
    ward.leases.beat(Beat(run="of-another-instance", title="film", executor=ELSEWHERE))
    assert ward.leases.take("film", "of-another-instance", "another", None)
    refused = ward.run(Status.FAILURE, tags=REFUSED)
    assert list(ward.reaper.requests()) == []
    (request,) = ward.reaper.requests(silent=["of-another-instance"])
    assert request.tags[AFTER_TAG] == refused.run_id


def test_of_several_runs_that_were_not_let_in_one_is_started(ward: Ward) -> None:
    refused = [ward.run(Status.FAILURE, tags=REFUSED) for _ in range(3)]
    assert [request.tags[AFTER_TAG] for request in ward.reaper.requests()] == [refused[-1].run_id]
    assert ward.again(refused[0]).tags[REFUSED_TAG] == "superseded"


@pytest.mark.parametrize("origin", [OURS, None])
def test_a_released_title_goes_on_though_runs_were_refused_meanwhile(
    ward: Ward, origin: RemoteJobOrigin | None
) -> None:
    """What a command asked for is not started again, for its person was told; what died is."""
    died = ward.run(tags={TRY_TAG: "3"}, executor=DEAD)
    ward.look()
    assert ward.obey() == []
    refused = ward.run(Status.FAILURE, tags=REFUSED, origin=origin)
    assert ward.obey() == []
    assert try_again(ward.instance, ward.leases, "film")
    (run,) = ward.obey()
    assert run.tags[AFTER_TAG] == (refused if origin else died).run_id
    assert run.tags[TRY_TAG] == "1"


def test_a_refusal_between_two_deaths_is_not_counted_among_them(ward: Ward) -> None:
    first = ward.run(executor=DEAD)
    ward.look()
    (second,) = ward.obey()
    ward.instance.report_run_failed(second)
    ward.instance.add_run_tags(second.run_id, REFUSED)
    ward.leases.stop(second.run_id)
    (third,) = ward.obey()
    assert third.tags[TRY_TAG] == second.tags[TRY_TAG] == "2"
    ward.look()
    (fourth,) = ward.obey()
    ward.look()
    assert ward.obey() == []
    (quarantine,) = ward.leases.quarantines()
    assert quarantine.runs == tuple(run.run_id for run in (first, third, fourth))
