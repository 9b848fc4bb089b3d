"""Counters of what was encoded and of what failed."""

from pathlib import Path

import dagster as dg

from vod_assets.defs.counting import Counting
from vod_assets.defs.guard import PARTITION_TAG


def encoded(instance: dg.DagsterInstance, asset: str, made: str = "made now") -> None:
    is_encoded = made == "made now" and asset != "release"
    facts = {"made": made} | ({"encode_seconds": 2.0, "media_seconds": 10.0} if is_encoded else {})
    instance.report_runless_asset_event(dg.AssetMaterialization(asset, metadata=facts, partition="film"))


def failed(instance: dg.DagsterInstance) -> None:
    run = instance.create_run_for_job(nothing, tags={PARTITION_TAG: "film"})
    instance.report_run_failed(run, message="It was killed.")


@dg.job
def nothing() -> None:
    """It has no step."""


def values(counting: Counting) -> dict[str, float]:
    return {
        f"{one.name}/{'/'.join(labels)}": value for one in counting.measures() for labels, value in one.values.items()
    }


def test_counters_go_on_where_they_were_also_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "cache" / "metrics.json"
    with dg.DagsterInstance.ephemeral() as instance:
        for asset in ("h264_1080p", "audio_aac", "release"):
            encoded(instance, asset)
        counting = Counting(instance, file)
        first = values(counting)
        assert first == values(counting)
        assert (first["vod_encodes/h264"], first["vod_media_seconds/h264"], first["vod_encode_seconds/h264"]) == (
            1,
            10,
            2,
        )
        assert "vod_encodes/release" not in first
        encoded(instance, "h264_720p")
        encoded(instance, "audio_aac", "reused")
        failed(instance)
        later = values(Counting(instance, file))
        assert (later["vod_encodes/h264"], later["vod_encode_seconds/h264"]) == (2, 4)
        assert (later["vod_encodes_reused/audio"], later["vod_encodes/audio"]) == (1, 1)
        assert later["vod_run_failures/step_failed"] == 1
        assert values(Counting(instance, file)) == later


def test_what_was_counted_and_cannot_be_read_begins_anew(tmp_path: Path) -> None:
    file = tmp_path / "metrics.json"
    file.write_text("{")
    with dg.DagsterInstance.ephemeral() as instance:
        encoded(instance, "h264_1080p")
        assert values(Counting(instance, file))["vod_encodes/h264"] == 1
