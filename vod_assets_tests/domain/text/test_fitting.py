"""Captions are brought to their title's time, or refused with the reason."""

from fractions import Fraction

import pytest

from vod_assets.domain.errors import SourceError
from vod_assets.domain.text.captions import Captions, read_captions
from vod_assets.domain.text.fitting import earlier, fitted
from vod_assets_tests.domain.text.files import stl, ttml

NTSC = Fraction(24000, 1001)


def subrip(*starts: int) -> Captions:
    blocks = (f"{at // 3600:02}:{at // 60 % 60:02}:{at % 60:02},000" for at in starts)
    ends = (f"{at // 3600:02}:{at // 60 % 60:02}:{at % 60:02},900" for at in starts)
    data = "\n".join(f"{start} --> {end}\nx\n" for start, end in zip(blocks, ends, strict=True))
    return read_captions(data.encode(), "film.srt")


def codes(captions: Captions) -> list[str]:
    return [finding.code for finding in captions.findings]


def test_cues_are_cut_to_the_title() -> None:
    data = "".join(f"00:00:0{n},000 --> 00:00:0{n + 2},000\n{n}\n\n" for n in range(6))
    limit = Fraction(4)  # a part of a millisecond cannot be written
    captions = fitted(read_captions(data.encode(), "film.srt"), Fraction(40_009, 10_000))
    assert [(cue.text, cue.end_seconds) for cue in captions.cues][-2:] == [("2", limit), ("3", limit)]
    assert all(cue.start_seconds < cue.end_seconds <= limit for cue in captions.cues)
    assert codes(captions) == ["caption_cues_disordered", "caption_cue_dropped", "caption_cue_cut"]
    assert fitted(captions, limit).findings == captions.findings


@pytest.mark.parametrize("hour", [1, 10, 7])
def test_time_code_that_begins_at_a_whole_hour_is_taken_back(hour: int) -> None:
    captions = fitted(subrip(hour * 3600 + 5, hour * 3600 + 50), Fraction(60))
    assert [cue.start_seconds for cue in captions.cues] == [5, 50]
    assert captions.findings[-1].code == "caption_times_moved"
    assert f"begins at {hour:02}:00:00.000, for the title is shorter" in captions.findings[-1].cause


def test_first_cue_after_an_hour_of_a_long_title_stays() -> None:
    assert fitted(subrip(3700, 5000), Fraction(6000)).cues[0].start_seconds == 3700


def test_programme_start_of_teletext_subtitles_is_taken_from_every_cue() -> None:
    captions = read_captions(stl([("10000102", "10000200", b"x")], start=b"10000000"), "film.stl")
    assert captions.begins_at == 36000
    moved = fitted(captions, Fraction(60), Fraction(25))
    assert moved.cues[0].start_seconds == Fraction(27, 25)
    assert moved.findings[0].cause == (
        "film.stl: its time code begins at 10:00:00.000, as it says; taken from every cue"
    )


def test_captions_of_the_slower_cut_are_sped_up_with_the_title() -> None:
    """A film of 23.976 frames a second takes 1000 s; played at 25 it takes 959, and so must its captions."""
    title = Fraction(1000) * NTSC / 25
    captions = fitted(subrip(*range(10, 1000, 10)), title, Fraction(25))
    assert codes(captions) == ["caption_rate_converted"]
    assert abs(captions.cues[-1].start_seconds - 990 * NTSC / 25) < Fraction(1, 1000)
    assert len(captions.cues) == 99


def test_captions_of_another_cut_are_refused() -> None:
    with pytest.raises(SourceError, match="40 of its 100 cues begin after the end of the title at 00:10:00"):
        fitted(subrip(*range(0, 1000, 10)), Fraction(600), Fraction(25))


def test_another_rate_than_the_title_has_is_said() -> None:
    captions = read_captions(stl([("00000102", "00000200", b"x")]), "film.stl")
    assert codes(fitted(captions, Fraction(60), NTSC)) == ["caption_rate_differs"]
    assert codes(fitted(captions, Fraction(60), Fraction(50))) == []
    counted = read_captions(stl([("00000102", "00000200", b"x")], rate=b"30"), "film.stl")
    assert codes(fitted(counted, Fraction(60), NTSC)) == []


def test_cue_without_an_end_lasts_until_the_title_ends() -> None:
    captions = fitted(read_captions(ttml('<p begin="1s">x</p>'), "film.ttml"), Fraction(5, 2))
    assert (captions.cues[0].end_seconds, codes(captions)) == (Fraction(5, 2), [])


def test_moved_cues_begin_at_zero_or_are_gone() -> None:
    captions = earlier(subrip(1, 3, 9), Fraction(7, 2))
    assert [(cue.start_seconds, cue.end_seconds) for cue in captions.cues] == [
        (Fraction(0), Fraction(4, 10)),
        (Fraction(11, 2), Fraction(64, 10)),
    ]
    assert fitted(earlier(subrip(1, 3, 9), Fraction(10)), Fraction(60), Fraction(25)).cues == ()
