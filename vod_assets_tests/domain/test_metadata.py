"""What is said of a title: files are laid over one another, and wrong fields are named."""

import json

import pytest
from pydantic import ValidationError

from vod_assets.domain.metadata import Description, Metadata, combined, window
from vod_assets.domain.title import TitleRecord

RECORD = TitleRecord(title_id="film", source="file:///film.mp4", names={"en": "Remembered"}, language="en")


def test_the_first_file_that_says_something_wins() -> None:
    title_file = Description(names={"en": "Ours"}, genres=("Drama",), policy={"a": 1})
    export = Description(
        names={"en": "Theirs", "de": "Ihrer"}, year=1999, genres=("Comedy", "War"), policy={"a": 2, "b": 3}
    )
    both = combined([title_file, export])
    assert both.names == {"en": "Ours", "de": "Ihrer"}
    assert both.genres == ("Drama",)
    assert both.year == 1999
    assert both.policy == {"a": 1, "b": 3}


def test_the_record_says_what_no_file_says() -> None:
    assert Metadata.of(RECORD).names == {"en": "Remembered"}
    said = Metadata.of(RECORD, [Description(names={"de": "Neu"})])
    assert (said.title, said.names, said.language) == ("film", {"de": "Neu"}, "en")


def test_equal_metadata_have_equal_bytes_and_read_back() -> None:
    said = Metadata.of(RECORD, [Description(cast=({"name": "Jane Doe", "character": "Anna"},))])  # type: ignore[arg-type]
    document = json.loads(said.as_json())
    assert Metadata.model_validate(document) == said
    assert Metadata.model_validate(document).as_json() == said.as_json()
    assert list(document)[:2] == ["schema", "title"]


def test_tags_are_kept_in_one_spelling() -> None:
    said = Description.model_validate({"language": "ger", "names": {"pt_br": " Filme "}, "series": "Reihe"})
    assert said.language == "de"
    assert said.names == {"pt-BR": "Filme"}
    assert list(said.series.values()) == ["Reihe"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("season", "two"),
        ("season", -1),
        ("year", 1066),
        ("kind", "movie"),
        ("names", {"klingonese": "Hab"}),
        ("eidr", "10.5240/7791-8534-2C23-9030-8610-6"),
        ("cast", [{"name": ""}]),
        ("crew", ["John Roe"]),
        ("artwork", [{"file": "javascript:alert(1)"}]),
        ("genres", ["x"] * 2_001),
        ("colour", "red"),
    ],
)
def test_a_wrong_field_is_refused(field: str, value: object) -> None:
    with pytest.raises(ValidationError) as refused:
        Description.model_validate({field: value})
    assert refused.value.errors()[0]["loc"][0] == field


def test_numbers_are_words_where_words_are_meant() -> None:
    said = Description.model_validate({"ratings": [{"system": "FSK", "value": 12}], "house_id": 4711})
    assert (said.ratings[0].value, said.house_id) == ("12", "4711")


def test_a_window_may_be_open() -> None:
    assert window("2026-01-31", "") == {"from": "2026-01-31"}
    assert window("2026-01-31T18:00:00Z", "2026-02-01") == {"from": "2026-01-31T18:00:00Z", "until": "2026-02-01"}


@pytest.mark.parametrize(("begins", "ends"), [("31.1.2026", ""), ("2026-02-01", "2026-01-31")])
def test_a_wrong_window_is_refused(begins: str, ends: str) -> None:
    with pytest.raises(ValueError, match=r"31\.1\.2026|it ends on"):
        window(begins, ends)
