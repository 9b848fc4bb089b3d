"""A backfill never launches what its budget in money does not hold."""

import uuid
from collections.abc import Iterator
from decimal import Decimal

import dagster as dg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vod_assets.defs.backfills import BACKFILL_TAG
from vod_assets.defs.money_budgets import keep_quotes, kept_quotes, withhold
from vod_assets.domain.backfilling import UNQUOTED, Gathering, Limits
from vod_assets.domain.plan import PlannedAsset, TitlePlan
from vod_assets_tests.defs.test_guard import ORIGIN

Status = dg.DagsterRunStatus
AMOUNTS = st.decimals(min_value="0.01", max_value="9", places=2)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as made:
        yield made


def plan(title: str) -> TitlePlan:
    return TitlePlan(title=title, assets=(PlannedAsset(asset="h264_360p", reason="never made"),))


def run_of(instance: dg.DagsterInstance, title: str, status: Status) -> str:
    tags = {BACKFILL_TAG: "b", "dagster/partition": title}
    run = dg.DagsterRun("job", str(uuid.uuid4()), status=status, tags=tags, remote_job_origin=ORIGIN)
    instance.add_run(run)
    return run.run_id


def costs(instance: dg.DagsterInstance, run: str, amount: float) -> None:
    """Record what an asset of a run cost."""
    made = dg.AssetMaterialization("h264_360p", partition="a", metadata={"cost": amount, "currency": "EUR"})
    event = dg.DagsterEvent(
        "ASSET_MATERIALIZATION", "job", step_key="s", event_specific_data=_materialized(made), message=""
    )
    entry = dg.EventLogEntry(
        error_info=None, level="debug", user_message="", run_id=run, timestamp=1.0, dagster_event=event
    )
    instance.event_log_storage.store_event(entry)


def _materialized(made: dg.AssetMaterialization) -> object:
    from dagster._core.events import StepMaterializationData  # no public name in 1.13

    return StepMaterializationData(made, [])


@given(st.lists(AMOUNTS, max_size=12), AMOUNTS)
def test_what_is_launched_is_never_quoted_more_than_the_budget(quoted: list[Decimal], budget: Decimal) -> None:
    plans = [plan(f"t{number}") for number in range(len(quoted))]
    of_title = dict(zip((one.title for one in plans), quoted, strict=True))
    gathering = Gathering(Limits(100, amount=budget), lambda _: 0.0, cost=lambda one: of_title[one.title])
    found = gathering.gather(list(of_title), plans, {})
    assert sum((of_title[title] for title in found.titles), Decimal(0)) <= budget
    assert len(found.titles) + found.unlooked == len(quoted)


def test_what_nobody_can_price_is_left_out_by_name() -> None:
    found = Gathering(Limits(9, amount=Decimal(1)), lambda _: 0.0, cost=lambda _: None).gather(["a"], [plan("a")], {})
    assert found.titles == []
    assert found.left_out == {"a": UNQUOTED}


def test_what_waits_is_cancelled_when_what_ended_was_dearer(instance: dg.DagsterInstance) -> None:
    keep_quotes(instance, "b", {"a": Decimal(2), "b": Decimal(2), "c": Decimal(2), "d": Decimal(1)})
    assert kept_quotes(instance, "b")["d"] == 1
    costs(instance, run_of(instance, "a", Status.SUCCESS), 3.5)
    run_of(instance, "b", Status.STARTED)
    dear, cheap = run_of(instance, "c", Status.QUEUED), run_of(instance, "d", Status.QUEUED)
    assert withhold(instance, "b", Decimal(7)) == 1
    after = {run: instance.get_run_by_id(run).status for run in (dear, cheap)}  # type: ignore[union-attr]
    assert after == {dear: Status.CANCELED, cheap: Status.QUEUED}


def test_what_fits_is_left_alone(instance: dg.DagsterInstance) -> None:
    keep_quotes(instance, "b", {"a": Decimal(2)})
    run_of(instance, "a", Status.QUEUED)
    assert withhold(instance, "b", Decimal(2)) == 0
