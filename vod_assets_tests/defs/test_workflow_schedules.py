"""The daemon's sensor begins what is due, once, whatever happens to it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from vod_assets.adapters.schedules.blobs import BlobSchedules
from vod_assets.defs.workflow_schedules import SCHEDULE_TAG, next_due, require_cron, workflow_schedules
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.workflow_schedules import WorkflowSchedule
from vod_assets_tests.fakes import MemoryBlobs
from vod_assets_tests.studio import Studio

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as made:
        yield made


@pytest.fixture
def schedules() -> BlobSchedules:
    return BlobSchedules(MemoryBlobs())


def tick(instance: dg.DagsterInstance, schedules: BlobSchedules) -> list[dg.RunRequest]:
    """Return what one look of the sensor asks for."""
    context = dg.build_sensor_context(instance=instance, resources={"schedules": schedules})
    return [one for one in workflow_schedules(context) if isinstance(one, dg.RunRequest)]


def launch(instance: dg.DagsterInstance, request: dg.RunRequest) -> None:
    """Record the run of a request, as Dagster's daemon does."""
    tags = {**request.tags, "dagster/run_key": str(request.run_key)}
    instance.add_run(dg.DagsterRun(job_name="register_title", tags=tags))


def once(**more: object) -> WorkflowSchedule:
    return WorkflowSchedule.model_validate({"source": "file:///a.mov", "at": LONG_AGO, "created": LONG_AGO, **more})


def test_what_is_due_begins_once(instance: dg.DagsterInstance, schedules: BlobSchedules) -> None:
    schedules.add(once(title="film", profile="seed"))
    (request,) = tick(instance, schedules)
    config = {"source": "file:///a.mov", "title": "film", "profile": "seed"}
    assert request.run_config == {"ops": {"register_source": {"config": config}}}
    assert request.tags[SCHEDULE_TAG] == once(title="film", profile="seed").id
    launch(instance, request)
    assert tick(instance, schedules) == []


def test_a_daemon_that_died_behind_its_claim_begins_it_after_all(
    instance: dg.DagsterInstance, schedules: BlobSchedules
) -> None:
    schedules.add(once())
    first, again = tick(instance, schedules), tick(instance, schedules)
    assert [one.run_key for one in first] == [one.run_key for one in again]


def test_of_two_deployments_one_begins_it(instance: dg.DagsterInstance, schedules: BlobSchedules) -> None:
    schedules.add(once())
    assert len(tick(instance, schedules)) == 1
    with dg.instance_for_test() as other:
        assert tick(other, schedules) == []


def test_hours_that_were_missed_are_made_up_for_once(instance: dg.DagsterInstance, schedules: BlobSchedules) -> None:
    now = datetime.now(tz=UTC)
    hourly = WorkflowSchedule(source="file:///a.mov", every="0 * * * *", created=now - timedelta(hours=5))
    schedules.add(hourly)
    (request,) = tick(instance, schedules)
    launch(instance, request)
    assert tick(instance, schedules) == []
    due = next_due(hourly, schedules.begun(hourly), now)
    assert due is not None
    assert now < due <= now + timedelta(hours=1)


def test_what_is_yet_to_come_waits(instance: dg.DagsterInstance, schedules: BlobSchedules) -> None:
    schedules.add(once(at=datetime.now(tz=UTC) + timedelta(hours=1)))
    assert tick(instance, schedules) == []


@pytest.mark.parametrize("text", ["* * * *", "61 * * * *", "@daily", "every day", "* * * * * *"])
def test_what_is_no_cron_expression_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="no cron expression"):
        require_cron(text)


def test_a_workflow_is_scheduled_listed_and_cancelled(studio: Studio) -> None:
    made = studio.vod("schedule-workflow", "film.mp4", "--at", "2099-01-01T10:00", "--timezone", "Europe/Berlin")
    assert made.code == 0, made.stderr
    schedule = made.stdout.partition(":")[0]
    listed = studio.vod("schedules", "list").stdout
    assert schedule in listed
    assert "2099-01-01T10:00:00+01:00" in listed
    assert studio.vod("schedules", "cancel", schedule).code == 0
    assert "No workflow" in studio.vod("schedules", "list").stdout
    assert studio.vod("schedules", "cancel", schedule).code == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--at", "2020-01-01T10:00"], "is past"),
        ([], "either --at or --every"),
        (["--at", "2099-01-01", "--every", "* * * * *"], "either --at or --every"),
        (["--every", "often"], "no cron expression"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused_in_a_sentence(studio: Studio, arguments: list[str], said: str) -> None:
    refused = studio.vod("schedule-workflow", "film.mp4", *arguments)
    assert refused.code == 2
    assert said in refused.stderr
