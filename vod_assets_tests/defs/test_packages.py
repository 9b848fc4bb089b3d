"""A package's page shows what players may choose from."""

from typing import Any

import dagster as dg
import pytest

from vod_assets_tests.studio import Studio

pytestmark = pytest.mark.media


def rows(studio: Studio, asset: str, name: str) -> list[dict[str, Any]]:
    with studio.session() as session:
        event = session.instance.get_latest_materialization_event(dg.AssetKey(asset))
    assert event is not None
    assert event.asset_materialization is not None
    shown = event.asset_materialization.metadata[name]
    assert isinstance(shown, dg.TableMetadataValue)
    return [dict(record.data) for record in shown.records]


@pytest.mark.parametrize("asset", ["hls_package", "dash_package"])
def test_the_page_shows_variant_streams_and_tracks_as_tables(finished: Studio, asset: str) -> None:
    streams = rows(finished, asset, "variant streams")
    assert [(one["stream"], one["size"], one["fps"]) for one in streams] == [
        ("clear/h264_360p", "640x360", "25"),
        ("clear/h264_180p", "320x180", "25"),
    ]
    assert all(one["codecs"].startswith("avc1.") for one in streams)
    assert all(one["peak kbit/s"] >= one["average kbit/s"] > 0 for one in streams)
    tracks = rows(finished, asset, "tracks")
    assert [one["kind"] for one in tracks] == ["video", "video", "audio", "text", "image"]
    assert next(one["language"] for one in tracks if one["kind"] == "text") == "en"
