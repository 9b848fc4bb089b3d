"""What is said of a title reaches its release and its entry, and nothing else is made again when it changes."""

import json
from typing import Any

import pytest

from vod_assets_tests.domain.metadata_readers.test_reading import ADI, MAM_XML, XML_MAPPING
from vod_assets_tests.studio import Studio

pytestmark = pytest.mark.media
FOLLOWING = {"metadata", "release", "cms_entry"}


def released(studio: Studio, number: int) -> dict[str, Any]:
    path = studio.home / f"origin/film/releases/{number}/metadata.json"
    document: dict[str, Any] = json.loads(path.read_text())
    return document


def entry(studio: Studio) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((studio.home / "cms/titles/film.json").read_text())
    return document


def test_a_file_that_comes_later_changes_the_release_and_the_entry_alone(finished: Studio) -> None:
    assert released(finished, 1)["title"] == "film"
    (finished.folder / "film.xml").write_text(ADI.format(year=1999))
    changed = finished.run()
    assert (changed.code, changed.executed) == (0, FOLLOWING), changed.stderr
    assert not [call for call in finished.calls() if "ffmpeg" in call[0] and "-i" in call]
    assert released(finished, 2)["names"] == entry(finished)["names"] == {"en": "Home"}
    assert (entry(finished)["release"]["number"], entry(finished)["year"]) == (2, 1999)
    assert finished.run().executed == set()


def test_an_editors_words_win_over_those_of_a_system(finished: Studio) -> None:
    (finished.folder / "film.xml").write_text(ADI.format(year=1999))
    (finished.folder / "film.yaml").write_text("title: {en: Our own}\nseason: 3")
    assert finished.run("--select", "metadata").executed == {"metadata"}
    assert finished.run().executed == FOLLOWING - {"metadata"}
    said = released(finished, 2)
    assert (said["names"], said["season"], said["year"]) == ({"en": "Our own"}, 3, 1999)


def test_a_table_for_the_whole_folder_changes_those_whose_row_changes(finished: Studio) -> None:
    table = finished.folder / "metadata.csv"
    table.write_text("file,title.en\nfilm.mp4,Film\nother.mp4,Other\n")
    assert finished.run().executed == FOLLOWING
    table.write_text("file,title.en\nfilm.mp4,Film\nother.mp4,Another\n")
    assert finished.run().executed == set()
    table.write_text("file,title.en\nfilm.mp4,Another film\nother.mp4,Another\n")
    assert finished.run().executed == FOLLOWING


def test_a_mapping_reads_what_a_mam_exports(finished: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    mapping = finished.folder / "mapping.yaml"
    mapping.write_bytes(XML_MAPPING)
    monkeypatch.setenv("VOD_METADATA_MAPPING", str(mapping))
    (finished.folder / "film.xml").write_bytes(MAM_XML)
    assert finished.run().executed == FOLLOWING
    assert entry(finished)["names"] == {"en": "Film", "de": "Der Film"}
    mapping.write_bytes(XML_MAPPING.replace(b"season: //m:season", b""))
    assert finished.run().executed == FOLLOWING
    assert entry(finished)["season"] is None


def test_a_wrong_file_is_named_and_the_title_waits(finished: Studio) -> None:
    (finished.folder / "film.xml").write_text(ADI.format(year="soon"))
    failed = finished.run()
    assert (failed.code, failed.failed_with) == (1, "bad_metadata_file")
    assert "film: film.xml: line 14, year: " in failed.outcome["error"]["message"]
    assert entry(finished)["release"]["number"] == 1
    (finished.folder / "film.xml").unlink()
    assert finished.run().code == 0
