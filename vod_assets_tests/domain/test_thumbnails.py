"""The thumbnail index leads from every time to its tile."""

from fractions import Fraction

import pytest
import webvtt

from vod_assets.domain.thumbnails import SpriteSheets, compose_thumbnail_index, index_faults, sheet_names


def sheets(count: int) -> SpriteSheets:
    names = sheet_names(count, 6)
    return SpriteSheets(sheets=names, count=count, columns=3, rows=2, width=160, height=90, interval_seconds=5)


def test_tiles_fill_rows_then_sheets() -> None:
    assert [sheets(8).place(number) for number in (0, 4, 6, 7)] == [
        ("sheet_001.jpg", 0, 0),
        ("sheet_001.jpg", 160, 90),
        ("sheet_002.jpg", 0, 0),
        ("sheet_002.jpg", 160, 0),
    ]


def test_every_sheet_has_the_size_that_manifests_state() -> None:
    assert sheets(8).sheet_size == sheets(1).sheet_size == (480, 180)


def test_index_covers_the_title_and_ends_with_it() -> None:
    text = compose_thumbnail_index(sheets(3), Fraction(25, 2))
    captions = webvtt.from_string(text, strict=True).captions
    assert [caption.end for caption in captions] == ["00:00:05.000", "00:00:10.000", "00:00:12.500"]
    assert captions[1].raw_text == "sheet_001.jpg#xywh=160,0,160,90"


@pytest.mark.parametrize(("count", "seconds"), [(1, Fraction(1, 25)), (3, Fraction(25, 2)), (8, Fraction(40)), (8, 44)])
def test_an_index_as_it_is_composed_has_no_fault(count: int, seconds: Fraction) -> None:
    assert list(index_faults(compose_thumbnail_index(sheets(count), seconds), sheets(count), seconds)) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("sheet_002", "sheet_009"),
        ("sheet_001.jpg#xywh=160,0", "sheet_001.jpg#xywh=0,0"),
        ("160,90,160,90", "160,90,160,900"),
        ("00:00:05.000 -->", "00:00:06.000 -->"),
        ("--> 00:00:10.000", "--> 00:00:04.000"),
        ("--> 00:00:10.000", "--> later"),
        ("\n\n00:00:35.000 --> 00:00:40.000\nsheet_002.jpg#xywh=160,0,160,90", ""),
        ("#xywh=0,0,160,90", ""),
        ("WEBVTT", "STYLE"),
    ],
)
def test_an_index_that_leads_anywhere_else_is_faulty(right: str, wrong: str) -> None:
    index = compose_thumbnail_index(sheets(8), Fraction(40))
    assert right in index
    assert list(index_faults(index.replace(right, wrong, 1), sheets(8), Fraction(45)))


def test_an_index_of_more_tiles_than_the_sheets_have_is_faulty() -> None:
    index = compose_thumbnail_index(sheets(8), Fraction(40))
    assert list(index_faults(index, sheets(3), Fraction(40))) == ["it names 8 tiles, 1 sheets have fewer"]
