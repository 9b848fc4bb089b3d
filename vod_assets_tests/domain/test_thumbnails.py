"""The thumbnail index leads from every time to its tile."""

from fractions import Fraction

import webvtt

from vod_assets.domain.thumbnails import SpriteSheets, compose_thumbnail_index, sheet_names


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
