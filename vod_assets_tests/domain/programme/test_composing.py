"""What a title file says of a programme fits its files, or is refused with the file's name and the numbers."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest

from vod_assets.domain.errors import ConfigError
from vod_assets.domain.markers import AdBreak, Chapter, breaks_along
from vod_assets.domain.media_info import AudioStream, Colour, MediaInfo
from vod_assets.domain.programme.composing import compose
from vod_assets.domain.programme.cutting import SaidProgramme
from vod_assets.domain.programme.files import Files
from vod_assets.domain.programme.frames import burnt_label
from vod_assets.domain.timeline import Timeline
from vod_assets.domain.timeline_filters import conformed, sample_span, span_filters
from vod_assets_tests.adapters.transcode.clips import described


def info(seconds: int = 10, audio: int = 1, **changes: Any) -> MediaInfo:
    sound = tuple(
        AudioStream(index=1 + one, codec="aac", channels=2, sample_rate=48000, duration_seconds=Fraction(seconds))
        for one in range(audio)
    )
    base = described(320, 180, seconds, 1, promised_frames=25 * seconds)
    return base.model_copy(update={"audio": sound, **changes})


def composed(said: Mapping[str, Any], **pictures: MediaInfo) -> MediaInfo:
    words = SaidProgramme.model_validate(said).programme
    assert words is not None
    return compose(words, Files("film", {"film": info(), **pictures}, {}))


def timeline(said: Mapping[str, Any], **pictures: MediaInfo) -> Timeline:
    found = composed(said, **pictures).timeline
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ({"master": {"in": 99}}, "film: frames 2475 to 250 were asked for, and the file has 250"),
        ({"master": {"in": "10:00:00:00"}}, "film: 10:00:00:00 is asked for, and it has no time code"),
        ({"parts": [{"file": "reel"}]}, "film: no part is of the master itself"),
        ({"idents": {"head": {"file": "hdr"}}}, "hdr: the dynamic range of hdr is not that of film"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(said: Mapping[str, Any], cause: str) -> None:
    video = info().video.model_copy(update={"colour": Colour(transfer="smpte2084")})
    with pytest.raises(ConfigError, match=cause) as caught:
        composed(said, reel=info(), hdr=info(video=video))
    assert caught.value.code == "bad_programme"


def test_a_chapter_that_goes_on_at_the_in_point_begins_there() -> None:
    chapters = tuple(Chapter(start_seconds=Fraction(at)) for at in (0, 3, 8))
    found = compose(
        SaidProgramme.model_validate({"master": {"in": 2, "out": 6}}).programme,  # type: ignore[arg-type]
        Files("film", {"film": info(chapters=chapters)}, {}),
    )
    assert [one.start_seconds for one in found.chapters] == [0, 1]


def test_splices_before_the_in_point_are_dropped_and_crossing_ones_are_cut() -> None:
    said = {"parts": [{"in": 2, "out": 4}, {"in": 6, "out": 9}]}
    breaks = [
        AdBreak(id=str(at), start_seconds=Fraction(at), duration_seconds=Fraction(lasts), scte35="fc")
        for at, lasts in ((0, 1), (1, 2), (3, 4), (8, 5))
    ]
    found = breaks_along(breaks, timeline(said))
    assert [(one.id, one.start_seconds, one.duration_seconds) for one in found] == [
        ("1", 0, 1),
        ("3", 1, 2),
        ("8", 4, 1),
    ]


def test_a_splice_over_pictures_that_are_shown_apart_becomes_a_break_for_each_run() -> None:
    said = {"parts": [{"in": 0, "out": 4}, {"file": "reel"}, {"in": 6, "out": 9}]}
    one = AdBreak(id="a", start_seconds=Fraction(3), duration_seconds=Fraction(5), scte35="fc")
    found = breaks_along([one], timeline(said, reel=info()))
    assert [(one.id, one.start_seconds, one.duration_seconds) for one in found] == [("a", 3, 1), ("a-2", 14, 2)]


def labelled(rate: int | Fraction, timecode: str, base: int = 0) -> MediaInfo:
    """Return ten seconds that have a time code."""
    fast = info().video.model_copy(update={"frame_rate": Fraction(rate), "promised_frames": None})
    return info(video=fast, timecode=timecode, timecode_base=base)


@pytest.mark.parametrize(
    ("film", "at", "seconds", "first"),
    [
        (labelled(50, "10:00:00:00", 25), "10:00:02:20", Fraction("2.8"), "10:00:02:20"),
        (labelled(50, "10:00:00:00", 50), "10:00:02:20", Fraction("2.4"), "10:00:02:20"),
        (labelled(50, "10:00:00:49"), "10:00:02:49", Fraction(2), "10:00:02:49"),
        (labelled(50, "10:00:00:00", 25), "2.82", Fraction("2.82"), "10:00:02:20"),
        (labelled(25, "01:00:00:27"), "2.4", Fraction("2.4"), ""),
        (labelled(Fraction(24000, 1001), "01:00:00;00"), "1.001", Fraction("1.001"), ""),
    ],
)
def test_labels_count_as_their_track_says_or_as_nobody_can(
    film: MediaInfo, at: str, seconds: Fraction, first: str
) -> None:
    found = composed({"master": {"in": at}}, film=film)
    assert found.timeline is not None
    assert (found.timeline.spans[0].from_seconds, found.timecode) == (seconds, first)
    assert ("timecode_unclear" in [one.code for one in found.findings]) == (not first)
    is_counted = first and film.timecode_base != 25  # pairs have a label, and no single frame
    assert burnt_label(found, film.video.frame_rate) == (first if is_counted else "")


@pytest.mark.parametrize(
    ("film", "cause"),
    [
        (labelled(50, "10:00:00:00"), "may count every frame or every pair of them"),
        (labelled(50, "10:00:00:00", 30), "counts 30 frames a second, and the picture has 50"),
    ],
)
def test_points_by_labels_that_nobody_can_count_are_refused(film: MediaInfo, cause: str) -> None:
    with pytest.raises(ConfigError, match=cause):
        composed({"master": {"in": "10:00:02:20"}}, film=film)


def test_an_ad_break_where_the_programme_ends_stays() -> None:
    end = AdBreak(id="end", start_seconds=Fraction(6))
    assert [one.start_seconds for one in breaks_along([end], timeline({"master": {"in": 2, "out": 6}}))] == [4]


def test_a_part_without_sound_is_silent_and_said_so_and_an_ident_goes_with_every_track() -> None:
    said = {"parts": [{}, {"file": "mute"}], "idents": {"head": {"file": "ident"}}}
    found = composed(said, film=info(audio=2), mute=info(audio=0), ident=info())
    assert found.timeline is not None
    heard = [[feeds[0].stream if feeds else None for feeds in span.sound] for span in found.timeline.spans]
    assert heard == [[1, 1], [1, 2], [None, None]]
    assert "mute has no sound for 2 of 2 tracks" in [one.cause for one in found.findings]


def test_samples_of_spans_add_up_without_a_rest() -> None:
    rate = Fraction(30000, 1001)
    base = info()
    video = base.video.model_copy(update={"frame_rate": rate, "duration_seconds": 300 / rate})
    master = base.model_copy(update={"video": video, "duration_seconds": 300 / rate})
    points = [{"in": float(at / rate), "out": float((at + 7) / rate)} for at in range(0, 70, 7)]
    said = {"parts": [{name: f"{value:.9f}" for name, value in one.items()} for one in points]}
    made = timeline(said, film=master)
    assert sum(sample_span(made, number, 48_000) for number in range(10)) == round(70 / rate * 48_000)


def test_an_ident_of_another_shape_keeps_it_between_bars() -> None:
    tall = info(video=info().video.model_copy(update={"width": 200, "height": 200}))
    made = timeline({"idents": {"head": {"file": "ident"}}}, ident=tall)
    scale, pad, aspect = conformed(made.spans[0].picture, made.picture)
    assert (scale.arguments["w"], scale.arguments["h"]) == ("180", "180")
    assert (pad.arguments["w"], pad.arguments["h"], pad.arguments["x"]) == ("320", "180", "70")
    assert aspect.arguments == {"sar": "1"}
    assert conformed(made.spans[1].picture, made.picture) == ()


def test_parts_are_deinterlaced_each_by_itself() -> None:
    fields = info(video=info().video.model_copy(update={"field_order": "tt"}))
    found = composed({"parts": [{}, {"file": "reel"}]}, film=fields, reel=info())
    assert found.timeline is not None
    weaves = [any(one.name == "bwdif" for one in span_filters(found.timeline, number)) for number in (0, 1)]
    assert weaves == [True, False]
    assert found.video.field_order == "progressive"


def test_a_track_whose_file_ends_before_the_out_point_is_said_to_end_there() -> None:
    """What quality control compares: behind its end the programme is silent."""
    base = info()
    ended = tuple(one.model_copy(update={"duration_seconds": Fraction(8)}) for one in base.audio)
    film = base.model_copy(update={"audio": ended})
    lasts = [composed({"master": {"in": 2, "out": out}}, film=film).audio[0].duration_seconds for out in (7, 9)]
    assert lasts == [5, 6]
