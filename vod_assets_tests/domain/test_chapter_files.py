"""Chapters as WebVTT files, one a language."""

from fractions import Fraction

import webvtt

from vod_assets.domain.chapter_files import chapter_language, compose_chapters
from vod_assets.domain.markers import Chapter


def test_each_language_has_a_file_that_names_every_chapter() -> None:
    chapters = [
        Chapter(start_seconds=Fraction(0), titles={"en": "A < B\n--> & so on", "pt-BR": "Abertura"}),
        Chapter(start_seconds=Fraction(1001, 24), titles={"und": "Second"}),
        Chapter(start_seconds=Fraction(90)),
    ]
    files = compose_chapters(chapters, Fraction(100))
    assert [chapter_language(name) for name in files] == ["en", "pt-BR"]
    cues = webvtt.from_string(files["chapters.en.vtt"].decode(), strict=True).captions
    assert [(cue.start, cue.end, cue.text) for cue in cues] == [
        ("00:00:00.000", "00:00:41.708", "A &lt; B --&gt; &amp; so on"),
        ("00:00:41.708", "00:01:30.000", "Second"),
        ("00:01:30.000", "00:01:40.000", "3"),
    ]


def test_titles_in_no_language_make_one_file_and_no_chapters_none() -> None:
    assert list(compose_chapters([Chapter(start_seconds=Fraction(0))], Fraction(1))) == ["chapters.und.vtt"]
    assert compose_chapters([], Fraction(1)) == {}
    assert chapter_language("clear/chapters.en.vtt") == ""
