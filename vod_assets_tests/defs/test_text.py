"""A caption file that cannot be read costs that file, and says so."""

import dagster as dg
import pytest

from vod_assets_tests.studio import Studio

pytestmark = pytest.mark.media


def findings(studio: Studio) -> str:
    with studio.session() as session:
        event = session.instance.get_latest_materialization_event(dg.AssetKey("captions"))
    assert event is not None
    assert event.asset_materialization is not None
    return str(event.asset_materialization.metadata["findings"].value)


def vanish(studio: Studio) -> None:
    studio.captions.unlink()


def grow(studio: Studio) -> None:
    with studio.captions.open("wb") as file:
        file.truncate(10_000_001)


def become_a_folder(studio: Studio) -> None:
    studio.captions.unlink()
    studio.captions.mkdir()


@pytest.mark.parametrize("change", [vanish, grow, become_a_folder])
def test_a_caption_file_that_cannot_be_read_is_a_finding(finished: Studio, change: object) -> None:
    assert callable(change)
    change(finished)
    result = finished.vod("task", "transcode", "film", "--json")
    assert result.code == 0, result.stdout
    assert "`caption_file_refused` film.en.srt: " in findings(finished)
    assert "; the title goes on without it" in findings(finished)
