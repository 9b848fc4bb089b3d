"""Captions become SubRip that says the same, at the same times."""

from vod_assets.domain.text.blocks import subrip_cues, webvtt_cues
from vod_assets.domain.text.subrip_file import subrip_of

WEBVTT = (
    "WEBVTT\n\n00:00:01.500 --> 00:00:02.000 line:0\n<i>Tom &amp; Jerry</i>\nrun\n\n"
    "01:00:00.000 --> 01:00:01.000\na &lt; b\n"
)


def test_cues_are_numbered_and_keep_words_times_style_and_place() -> None:
    assert subrip_of(WEBVTT.encode()).decode() == (
        "1\n00:00:01,500 --> 00:00:02,000\n{\\an8}<i>Tom & Jerry</i>\nrun\n\n2\n01:00:00,000 --> 01:00:01,000\na < b\n"
    )


def test_it_is_read_back_as_the_same_cues() -> None:
    back = list(subrip_cues(subrip_of(WEBVTT.encode()).decode()))
    assert back == list(webvtt_cues(WEBVTT))


def test_no_cues_are_an_empty_file() -> None:
    assert subrip_of(b"WEBVTT\n") == b""
