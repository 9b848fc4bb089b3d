"""A backfill whose hours of encoding are spent launches no more runs; what works, goes on."""

import json
import time
from collections.abc import Iterator

import dagster as dg
import pytest
from dagster._core.events import StepMaterializationData  # likewise
from dagster._core.remote_origin import (  # no public names in 1.13; a queued run must have an origin
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)

from vod_assets.defs.backfills import BACKFILL_TAG, Wish, busy_titles, launch, launch_no_more, standing
from vod_assets.defs.budgets import Meter, backfill_budgets, encode_hours, encode_seconds, expected_hours
from vod_assets.defs.crew import helped_tag
from vod_assets.defs.partitions import TITLES, titles
from vod_assets.domain.estimates import Estimate
from vod_assets.domain.plan import PlannedAsset, TitlePlan

Status = dg.DagsterRunStatus
ORIGIN = RemoteJobOrigin(RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("here"), "repository"), "encoding")
ENCODE_SECONDS = 0.5  # so long that a busy machine takes no such time besides


@dg.op
def h264_renditions() -> None:
    """Take a while."""
    time.sleep(ENCODE_SECONDS)


@dg.op
def poster() -> None:
    """Take as long, which is no encoding."""
    time.sleep(ENCODE_SECONDS)


@dg.job
def encoding() -> None:
    """Have an encoding step and another one."""
    h264_renditions()
    poster()


@dg.asset(partitions_def=titles)
def film() -> None:
    """Be what backfills are launched over."""


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(TITLES, ["a", "b", "c"])
        yield instance


def launched(instance: dg.DagsterInstance, budget_hours: float | None) -> str:
    return launch(instance, dg.Definitions(assets=[film]), ["a", "b", "c"], Wish(budget_hours=budget_hours))


def encoded(instance: dg.DagsterInstance, backfill: str, title: str) -> None:
    encoding.execute_in_process(instance=instance, tags={BACKFILL_TAG: backfill, "dagster/partition": title})


def waiting(instance: dg.DagsterInstance, backfill: str, title: str, status: Status = Status.QUEUED) -> dg.DagsterRun:
    tags = {BACKFILL_TAG: backfill, "dagster/partition": title}
    return instance.create_run_for_job(encoding, status=status, tags=tags, remote_job_origin=ORIGIN)


def status_of(instance: dg.DagsterInstance, run: dg.DagsterRun) -> Status:
    now = instance.get_run_by_id(run.run_id)
    assert now is not None
    return now.status


def look(instance: dg.DagsterInstance, cursor: str | None = None) -> str:
    with dg.build_sensor_context(instance=instance, cursor=cursor) as context:
        result = backfill_budgets(context)
    assert isinstance(result, dg.SensorResult)
    assert result.cursor is not None
    return result.cursor


def test_only_encoding_is_counted_and_every_run_once(instance: dg.DagsterInstance) -> None:
    backfill = launched(instance, budget_hours=1)
    meter = Meter()
    for title in ("a", "b"):
        encoded(instance, backfill, title)
        meter = meter.after(instance, backfill)
    meter = meter.after(instance, backfill)
    assert 2 * ENCODE_SECONDS <= meter.seconds < 3 * ENCODE_SECONDS
    assert encode_hours(instance, backfill) == pytest.approx(meter.seconds / 3600)


def test_what_other_workers_encode_for_a_run_is_counted(instance: dg.DagsterInstance) -> None:
    backfill = launched(instance, budget_hours=1)
    run = waiting(instance, backfill, "a", Status.SUCCESS)
    instance.add_run_tags(run.run_id, {**helped_tag("h264_renditions", run.run_id, 90), "vod/helped/x": "another 9"})
    assert Meter().after(instance, backfill).seconds == 90


def test_what_waits_is_not_launched_once_the_budget_is_spent(instance: dg.DagsterInstance) -> None:
    backfill = launched(instance, budget_hours=ENCODE_SECONDS / 2 / 3600)
    queued, working = waiting(instance, backfill, "b"), waiting(instance, backfill, "c", Status.STARTED)
    cursor = look(instance)
    assert status_of(instance, queued) == Status.QUEUED
    encoded(instance, backfill, "a")
    cursor = look(instance, cursor)
    assert status_of(instance, queued) == Status.CANCELED
    assert status_of(instance, working) == Status.STARTED
    later = waiting(instance, backfill, "b")  # the daemon had not come to it yet
    look(instance, cursor)
    assert status_of(instance, later) == Status.CANCELED


def test_a_backfill_without_a_budget_is_left_alone(instance: dg.DagsterInstance) -> None:
    backfill = launched(instance, budget_hours=None)
    encoded(instance, backfill, "a")
    queued = waiting(instance, backfill, "b")
    assert json.loads(look(instance)) == {}
    assert status_of(instance, queued) == Status.QUEUED


def test_titles_of_a_backfill_are_busy_until_their_run_has_ended(instance: dg.DagsterInstance) -> None:
    backfill = launched(instance, budget_hours=None)
    assert busy_titles(instance) == dict.fromkeys("abc", f"backfill {backfill}")
    encoded(instance, backfill, "a")
    run = waiting(instance, backfill, "b")
    assert busy_titles(instance) == {"b": f"run {run.run_id[:8]} of it", "c": f"backfill {backfill}"}
    assert launch_no_more(instance, backfill) == 1
    shown = standing(instance, backfill)
    assert (shown.titles, shown.left, shown.runs["made"], shown.runs["cancelled"]) == (3, 2, 1, 1)


PLAN = TitlePlan(title="c", assets=(PlannedAsset(asset="h264_360p", reason="never made"),))
UNKNOWN = Estimate(unknown=("h264_360p",))


def test_a_plan_is_expected_to_take_as_long_as_it_is_estimated(instance: dg.DagsterInstance) -> None:
    estimate = Estimate({"h264_360p": 7200.0, "audio_aac": 60.0}, {"h264_360p": 1, "audio_aac": 1})
    assert expected_hours(instance, ["h264_360p"], lambda _: estimate)(PLAN) == 2.0


def test_a_plan_without_an_estimate_is_expected_to_take_what_the_last_encodes_took(
    instance: dg.DagsterInstance,
) -> None:
    other_plan = TitlePlan(title="c", assets=(PlannedAsset(asset="poster", reason="never made"),))
    assert expected_hours(instance, ["h264_360p"], lambda _: UNKNOWN)(PLAN) is None
    for title, metadata in (("a", {"encode_cpu_seconds": 3.0}), ("b", {})):  # b was found made
        run = encoding.execute_in_process(instance=instance, tags={"dagster/partition": title}).run_id
        made = dg.AssetMaterialization("h264_360p", partition=title, metadata=metadata)
        instance.report_dagster_event(
            dg.DagsterEvent(
                dg.DagsterEventType.ASSET_MATERIALIZATION.value,
                "encoding",
                event_specific_data=StepMaterializationData(made),
            ),
            run,
        )
    hours = expected_hours(instance, ["h264_360p"], lambda _: UNKNOWN)
    assert hours(PLAN) == pytest.approx(encode_seconds(instance, [first_run(instance)]) / 3600)
    assert hours(other_plan) == 0.0


def first_run(instance: dg.DagsterInstance) -> str:
    return next(iter(instance.get_runs(ascending=True))).run_id
