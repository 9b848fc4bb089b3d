"""What Dagster recorded is read quickly, and as Dagster itself reads it."""

import dagster as dg
import pytest

from vod_assets.defs import recorded_makes as module
from vod_assets.defs.recorded_makes import recorded_makes
from vod_assets.domain.operating_facts import MadeFact

FACTS = {
    "made": "made now",
    "profile": "tiny",
    "size_bytes": 449_479,
    "encode_cpu_seconds": 0.24,
    "encode_seconds": 0.1409,
    "media_seconds": 4.0,
    "cost": 0.02,
    "currency": "EUR",
    "poster": dg.MetadataValue.md("![x](y)"),
    "rows": dg.MetadataValue.table([dg.TableRecord({"a": 1})]),
}


def record(instance: dg.DagsterInstance, *assets: str, partition: str | None = "film") -> None:
    for asset in assets:
        instance.report_runless_asset_event(dg.AssetMaterialization(asset, metadata=FACTS, partition=partition))


def test_the_facts_are_those_that_dagster_reads() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        record(instance, "h264_360p")
        (fact,) = recorded_makes(instance, 0.0)
        (told,) = instance.fetch_materializations(dg.AssetKey("h264_360p"), limit=1).records
        materialization = told.asset_materialization
        assert materialization is not None
        said = {name: value.value for name, value in materialization.metadata.items()}
        assert fact == MadeFact(
            run=told.event_log_entry.run_id,
            title=str(materialization.partition),
            asset=materialization.asset_key.to_user_string(),
            profile=str(said["profile"]),
            size_bytes=FACTS["size_bytes"],  # type: ignore[arg-type]
            **{name: said[name] for name in ("encode_seconds", "media_seconds", "cost", "currency")},  # type: ignore[arg-type]
            cpu_seconds=said["encode_cpu_seconds"],  # type: ignore[arg-type]
        )


def test_all_pages_are_read_the_newest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROWS_AT_ONCE", 2)
    with dg.DagsterInstance.ephemeral() as instance:
        record(instance, "a", "b", "c", "d", "e")
        assert [fact.asset for fact in recorded_makes(instance, 0.0)] == ["e", "d", "c", "b", "a"]


def test_what_is_older_or_about_no_title_is_left_out() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        record(instance, "a")
        record(instance, "b", partition=None)
        assert [fact.asset for fact in recorded_makes(instance, 0.0)] == ["a"]
        assert list(recorded_makes(instance, 4_000_000_000.0)) == []
