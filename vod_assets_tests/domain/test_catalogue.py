"""Catalogue entries: what is shown, and what a person may write as metadata.json."""

import json
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest
from pydantic import BaseModel

import vod_assets
from vod_assets.domain.catalogue import Entry, ShownRelease, ShownTrack, describe, entry_for, json_schema, read_entry
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.metadata import Metadata
from vod_assets.domain.title import TitleRecord
from vod_assets_tests.releases import made

RECORD = TitleRecord(
    title_id="film", source="file:///film.mp4", names={"de": "Der Film", "en": "The film"}, language="en"
)


def url(title: str, path: str) -> str:
    return f"https://origin.example/{title}/{path}"


@pytest.fixture
def entry(tmp_path: Path) -> Entry:
    return entry_for(RECORD, made(tmp_path).release.with_number(3), url)


def test_an_entry_says_where_players_open_the_release(entry: Entry) -> None:
    assert entry.release is not None
    assert entry.release.variants["clear"].hls == "https://origin.example/film/releases/3/clear/master.m3u8"
    assert entry.release.variants["clear"].dash == "https://origin.example/film/releases/3/clear/manifest.mpd"
    assert entry.release.poster.endswith("/poster.jpg")
    assert entry.release.thumbnails == ""


def test_an_entry_leads_back_to_the_source(entry: Entry, tmp_path: Path) -> None:
    assert entry.source is not None
    assert entry.release is not None
    assert entry.source.sha256 == "e" * 64
    assert entry.release.digest == made(tmp_path).release.digest


def test_the_duration_is_that_of_the_longest_track_when_the_source_is_unknown(entry: Entry) -> None:
    assert entry.duration_seconds == Fraction(8)


def test_a_title_is_shown_in_its_own_language(entry: Entry) -> None:
    assert entry.name == "The film"
    assert Entry(title="film").name == "film"


def test_equal_entries_have_equal_bytes_and_read_back(entry: Entry, tmp_path: Path) -> None:
    assert entry.as_json() == entry_for(RECORD, made(tmp_path).release.with_number(3), url).as_json()
    assert read_entry(entry.as_json()) == entry
    assert Entry.model_validate(entry.as_document()) == entry


def test_a_description_names_no_release() -> None:
    assert describe(RECORD).release is None
    assert json.loads(describe(RECORD).as_json())["schema"] == "vod-assets/metadata/1"


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ({}, "title"),
        ({"title": "../film"}, "title"),
        ({"title": "film", "colour": "red"}, "colour"),
        ({"title": "film", "schema": "other/1"}, "schema"),
        ({"title": "film", "synopses": {"en": "x" * 20_001}}, "synopses"),
        ({"title": "film", "release": {"number": 0, "digest": "", "variants": {}}}, "release.number"),
        (
            {"title": "film", "release": {"number": 1, "digest": "", "variants": {}, "poster": "javascript:x"}},
            "release.poster",
        ),
    ],
)
def test_a_wrong_metadata_json_is_refused_by_the_name_of_the_field(document: object, named: str) -> None:
    with pytest.raises(ConfigError, match="bad_metadata") as refused:
        read_entry(json.dumps(document).encode(), "metadata.json")
    assert f"metadata.json: {named}: " in str(refused.value)


def test_text_that_is_no_json_is_refused() -> None:
    with pytest.raises(ConfigError, match="bad_metadata"):
        read_entry(b"<xml>", "metadata.json")


def test_the_schema_in_docs_is_that_of_the_code() -> None:
    """Regenerate it with `python -m vod_assets.domain.catalogue > docs/metadata.schema.json`."""
    page = Path(vod_assets.__file__).parents[1] / "docs/metadata.schema.json"
    assert page.read_text() == json_schema()


def test_the_schema_takes_what_a_release_carries_and_what_an_entry_shows(entry: Entry) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(json_schema()))
    for document in (Metadata.of(RECORD).as_document(), entry.as_document(), {"title": "film"}):
        validator.validate(document)
    for wrong in ({}, {"title": "film", "colour": "red"}, {"title": "film", "season": "two"}):
        assert not validator.is_valid(wrong)


@pytest.mark.parametrize("model", [Entry, ShownRelease, ShownTrack])
def test_every_field_is_documented(model: type[BaseModel]) -> None:
    page = (Path(vod_assets.__file__).parents[1] / "docs/metadata.md").read_text()
    names = [field.alias or name for name, field in model.model_fields.items()]
    assert [name for name in names if f"`{name}`" not in page] == []
