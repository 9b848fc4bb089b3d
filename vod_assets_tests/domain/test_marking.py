"""Markers lie on frames, in order, within the title; whatever does not is named and left out."""

from fractions import Fraction

import pytest

from vod_assets.domain.ladder import fit
from vod_assets.domain.markers import AdBreak, Chapter, Markers
from vod_assets.domain.marking import Timeline, mark, said_breaks, said_chapters
from vod_assets.domain.moments import moment
from vod_assets.domain.rendition import video_arguments
from vod_assets.domain.title_file import read_title_file
from vod_assets_tests.adapters.transcode.clips import described
from vod_assets_tests.domain.test_ladder import PROFILE

FILM = Timeline(Fraction(24000, 1001), Fraction(60))


def chapters(*seconds: str) -> tuple[list[Chapter], str]:
    return [Chapter(start_seconds=Fraction(one)) for one in seconds], "film.yaml"


def breaks(*seconds: str) -> tuple[list[AdBreak], str]:
    return [AdBreak(id="a", start_seconds=Fraction(one)) for one in seconds], "film.yaml"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("00:12:34.5", Fraction(1509, 2)),
        ("12:34,050", Fraction("754.05")),
        ("90", Fraction(90)),
        (90, Fraction(90)),
        ("-1.5", Fraction(-3, 2)),
        ("100:00:00", Fraction(360_000)),
    ],
)
def test_moments_are_exact(text: object, seconds: Fraction) -> None:
    assert moment(text) == seconds


@pytest.mark.parametrize("text", ["", "noon", "1:60", "0:60:00", "00:12:34:12", "1e3", "٣", True, None, 1.5])
def test_what_is_no_moment_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="is no time"):
        moment(text)


def test_markers_move_to_the_nearest_frame() -> None:
    marked = mark(chapters("0", "10"), breaks("20.02"), FILM)
    assert [one.start_seconds for one in marked.markers.chapters] == [0, Fraction(240 * 1001, 24000)]
    assert marked.markers.ad_breaks[0].start_seconds == Fraction(480 * 1001, 24000)
    assert marked.findings == ()


def test_markers_outside_the_title_and_doubles_are_left_out_by_name() -> None:
    marked = mark(chapters("-1", "5", "5.001", "60", "900"), breaks("61"), FILM)
    assert [one.start_seconds for one in marked.markers.chapters] == [Fraction(120 * 1001, 24000)]
    assert marked.markers.ad_breaks == ()
    assert [finding.code for finding in marked.findings] == ["marker_dropped"] * 5
    said = " ".join(finding.cause for finding in marked.findings)
    assert "film.yaml: the chapter at -00:00:01.000 lies before the beginning" in said
    assert "the chapter at 00:00:05.001 is left out: there is one on that frame already" in said
    assert "the ad break at 00:01:01.000 is left out: the title ends at 00:01:00.000" in said


def test_markers_in_disorder_are_sorted_and_said() -> None:
    marked = mark(chapters("20", "10"), breaks("60", "0"), FILM)
    assert [round(one.start_seconds) for one in marked.markers.chapters] == [10, 20]
    assert [round(one.start_seconds) for one in marked.markers.ad_breaks] == [0, 60], "before and behind is allowed"
    assert [one.id for one in marked.markers.ad_breaks] == ["a", "a-2"]
    assert [finding.code for finding in marked.findings] == ["markers_sorted"] * 2


def test_more_markers_than_anybody_needs_are_cut_off() -> None:
    marked = mark(chapters(*map(str, range(600))), breaks(), Timeline(Fraction(25), Fraction(700)))
    assert len(marked.markers.chapters) == 500
    assert "500 are the most" in marked.findings[0].cause


def test_only_a_break_that_replaces_picture_has_an_end_to_cut_at() -> None:
    spliced = AdBreak(id="a", start_seconds=Fraction(10), duration_seconds=Fraction("2.49"), scte35="fc")
    inserted = AdBreak(id="b", start_seconds=Fraction(20), duration_seconds=Fraction(30))
    late = AdBreak(id="c", start_seconds=Fraction(58), duration_seconds=Fraction(30), scte35="fc")
    markers = mark(chapters("5"), ([spliced, inserted, late], ""), Timeline(Fraction(25), Fraction(60))).markers
    assert [one.duration_seconds for one in markers.ad_breaks] == [Fraction(62, 25), 30, 2]
    assert markers.cues == (10, Fraction(312, 25), 20, 58, 60)
    assert markers.pins == (5, *markers.cues)


def test_a_title_file_names_chapters_and_breaks() -> None:
    data = """
    language: de
    chapters:
      - {at: 0, title: Anfang}
      - {at: "00:01:00", title: {de: Mitte, eng: Middle}}
      - 90
    ad_breaks: [00:00:30.5, {at: 45, duration: 1:30, id: second}]
    """
    said = read_title_file(data.encode(), "film.yaml")
    assert said_chapters(said.chapters or (), said.language) == [
        Chapter(start_seconds=Fraction(0), titles={"de": "Anfang"}),
        Chapter(start_seconds=Fraction(60), titles={"de": "Mitte", "en": "Middle"}),
        Chapter(start_seconds=Fraction(90)),
    ]
    assert said_breaks(said.ad_breaks or ()) == [
        AdBreak(id="break-1", start_seconds=Fraction(61, 2)),
        AdBreak(id="second", start_seconds=Fraction(45), duration_seconds=Fraction(90)),
    ]


def test_pinned_frames_are_exact_and_a_title_without_markers_is_encoded_as_ever() -> None:
    video = described(640, 360, 60, 1).video
    markers = Markers(
        chapters=tuple(Chapter(start_seconds=Fraction(one, 25)) for one in (0, 100, 131)),
        ad_breaks=(AdBreak(id="a", start_seconds=Fraction(777, 25)), AdBreak(id="b", start_seconds=Fraction(60))),
    )
    plain, pinned = fit(PROFILE, video), fit(PROFILE, video, markers)
    assert (pinned.pinned_frames, pinned.cue_frames) == ((131, 777), (777,))
    assert pinned.cues == (Fraction(777, 25),)
    preset = PROFILE.video[0]
    before, now = (video_arguments(video, preset, preset.rungs[0], one) for one in (plain, pinned))
    assert "force_key_frames" not in before
    assert now == before | {"force_key_frames": f"expr:not(mod(n,{plain.gop_frames}))+eq(n,131)+eq(n,777)"}
