"""What the gate asks of a release that is not the newest: the last result that judged what that one carries."""

from collections.abc import Iterator, Sequence
from time import time
from uuid import uuid4

import dagster as dg
import pytest

from vod_assets.defs.gate import FINDINGS, JUDGED, Gate, require_unfailed
from vod_assets.domain.errors import GateError
from vod_assets.domain.waivers import Waiver

OLDER = Gate("film", {"quality_control": "aaaa", "hls_package": "bbbb"})
CHECKS = ("quality_control.black", "hls_package.decodes")


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def record(
    instance: dg.DagsterInstance, name: str, digest: str, findings: Sequence[str] = (), title: str = "film"
) -> None:
    """Have Dagster keep a result of a check, of a run of its own."""
    asset, check = name.split(".")
    run, key = str(uuid4()), dg.AssetKey(asset)
    said = {JUDGED: dg.MetadataValue.json({asset: digest}), FINDINGS: "; ".join(findings)}
    evaluation = dg.AssetCheckEvaluation(key, check, not findings, said, partition=title)
    kind = dg.DagsterEventType.ASSET_CHECK_EVALUATION.value
    told = dg.DagsterEvent(kind, "run", event_specific_data=evaluation)
    instance.event_log_storage.store_event(dg.EventLogEntry(None, 20, "", run, time(), dagster_event=told))


def test_a_failure_on_newer_packages_says_nothing_of_it(instance: dg.DagsterInstance) -> None:
    record(instance, "hls_package.decodes", "bbbb")
    record(instance, "hls_package.decodes", "cccc", ["noise"])
    record(instance, "hls_package.decodes", "bbbb", ["noise"], title="another")
    require_unfailed(instance, OLDER, CHECKS)


def test_a_failure_on_what_it_carries_refuses_it_though_newer_packages_passed(instance: dg.DagsterInstance) -> None:
    record(instance, "hls_package.decodes", "bbbb")
    record(instance, "hls_package.decodes", "bbbb", ["noise"])
    record(instance, "hls_package.decodes", "cccc")
    with pytest.raises(GateError, match=r"hls_package\.decodes failed: noise \[check_failed\]"):
        require_unfailed(instance, OLDER, CHECKS)


def test_what_was_waived_then_is_to_be_waived_today(instance: dg.DagsterInstance) -> None:
    record(instance, "quality_control.black", "aaaa", ["black"])
    waiver = Waiver(check="quality_control.black", until="2099-12-31", because="on purpose", by="mk")  # type: ignore[arg-type]
    require_unfailed(instance, Gate("film", OLDER.published, waivers=[waiver]), CHECKS)
    with pytest.raises(GateError, match="or let it pass: vod waive film"):
        require_unfailed(instance, OLDER, CHECKS)
    ended = Waiver.model_validate(waiver.model_dump() | {"until": "2020-01-01"})
    with pytest.raises(GateError, match="the waiver of mk ended on 2020-01-01"):
        require_unfailed(instance, Gate("film", OLDER.published, waivers=[ended]), CHECKS)
