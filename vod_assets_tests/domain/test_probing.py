"""Samples are whole GOPs, spread evenly, off scene cuts, and few of a short title."""

from fractions import Fraction

import pytest

from vod_assets.domain.ladder import Ladder
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.probing import (
    Excerpt,
    Probe,
    ProbedWindow,
    Window,
    around_words,
    choose_windows,
    excerpt_of,
    mean_rate,
    mean_score,
    survey,
)
from vod_assets.domain.quality_presets import PerTitlePreset
from vod_assets.domain.timeline import Picture, Span, Timeline
from vod_assets.domain.video_presets import VideoPreset
from vod_assets_tests.domain.test_ladder import video

LADDER = Ladder(frame_rate=Fraction(25), gop_frames=50, segment_frames=100, rungs=())


def info(seconds: Fraction | int, *cuts: Fraction | int) -> MediaInfo:
    stream = video(1920, 1080, duration_seconds=Fraction(seconds))
    cut = tuple(Fraction(one) for one in cuts)
    return MediaInfo(container="mp4", size_bytes=1, duration_seconds=Fraction(seconds), video=stream, scene_cuts=cut)


def starts(seconds: Fraction | int, *cuts: Fraction | int, **preset: object) -> list[int]:
    windows = choose_windows(info(seconds, *cuts), LADDER, PerTitlePreset.model_validate(preset))
    assert all(window.frames == 50 for window in windows)
    return [int(window.start_seconds) for window in windows]


def test_ten_minutes_get_ten_samples_in_the_middle_of_equal_parts() -> None:
    assert starts(600) == [28, 88, 148, 208, 268, 328, 388, 448, 508, 568]


@pytest.mark.parametrize(("seconds", "samples"), [(4, 2), (10, 5), (30, 10), (60, 10), (7200, 10)])
def test_samples_are_bounded_and_may_be_all_of_a_short_title(seconds: int, samples: int) -> None:
    assert len(starts(seconds)) == samples


def test_a_title_shorter_than_a_sample_is_a_sample() -> None:
    assert choose_windows(info(1), LADDER, PerTitlePreset()) == (Window(start_seconds=Fraction(0), frames=25),)
    assert choose_windows(info(Fraction(1, 25)), LADDER, PerTitlePreset())[0].frames == 1


def test_a_sample_that_a_scene_cut_goes_through_gives_way_to_its_neighbour() -> None:
    assert starts(60, 5, 29, samples=3) == [8, 30, 48]
    assert starts(60, samples=3) == [8, 28, 48]


def test_the_survey_takes_easy_middling_and_hard_samples() -> None:
    windows = choose_windows(info(600), LADDER, PerTitlePreset())
    scores = (7, 1, 9, 3, 5, 0, 8, 2, 6, 4)
    probed = tuple(
        ProbedWindow(window=window, frames=50, size_bytes=1000, score=Fraction(score))
        for window, score in zip(windows, scores, strict=True)
    )
    probe = Probe(
        codec="h264",
        width=64,
        height=36,
        crf=Fraction(24),
        metric="vmaf",
        viewed=(64, 36),
        frame_rate=Fraction(25),
        windows=probed,
    )
    chosen = survey(probe)
    assert sorted(scores[windows.index(one)] for one in chosen) == [1, 5, 8]
    assert mean_rate(probe, chosen) == 4000
    few = probe.model_copy(update={"windows": probed[:5]})
    assert survey(few) == windows[:5]  # a title of seconds is probed whole
    short = probed[2].model_copy(update={"frames": 25})
    assert mean_score(probe.model_copy(update={"windows": (probed[1], short)})) == pytest.approx((50 * 1 + 25 * 9) / 75)


X264 = VideoPreset.model_validate({"preset": "fast", "rungs": [{"name": "36p", "box": "64x36", "crf": 24}]})


def joined(*seconds: int) -> MediaInfo:
    """A programme of spans that last so long."""
    picture = Picture(stream=0, width=1920, height=1080, frame_rate=Fraction(25))
    spans = tuple(
        Span(file="reel.mov", from_seconds=Fraction(0), duration_seconds=Fraction(one), picture=picture)
        for one in seconds
    )
    timeline = Timeline(
        master="reel.mov", master_seconds=Fraction(9), frame_rate=Fraction(25), picture=picture, spans=spans
    )
    return info(sum(seconds)).model_copy(update={"timeline": timeline})


def excerpt(programme: MediaInfo, start: int, preset: VideoPreset = X264) -> Excerpt:
    return excerpt_of(Window(start_seconds=Fraction(start), frames=50), programme, LADDER, preset)


def test_an_encoder_sees_around_a_sample_what_it_sees_there_in_the_whole() -> None:
    assert excerpt(info(10), 0) == Excerpt(0, 50, 30)
    assert excerpt(info(10), 4) == Excerpt(6, 50, 30)
    assert excerpt(info(10), 8) == Excerpt(6, 50, 0)
    assert around_words(excerpt(info(10), 8), X264) == {"force_key_frames": "expr:eq(n,6)"}
    assert around_words(excerpt(info(10), 0), X264)["x264-params"].startswith("zones=50,80,")
    av1 = X264.model_copy(update={"codec": "av1", "preset": "8"})
    assert excerpt(info(10), 4, av1) == Excerpt(0, 50, 0)


def test_a_sample_takes_nothing_from_beyond_its_span() -> None:
    assert excerpt(joined(5, 20), 4) == Excerpt(6, 25, 0)
    assert excerpt(joined(4, 20), 4) == Excerpt(0, 50, 30)
    assert excerpt(joined(7, 20), 4) == Excerpt(6, 50, 25)


@pytest.mark.parametrize(
    ("title", "samples"),
    [
        (info(Fraction(14, 5)), [(0, 70)]),
        (info(Fraction(7, 2)), [(0, 50), (2, 38)]),
        (joined(1, 3), [(0, 25), (2, 50)]),  # a black ident says nothing of what comes after it
        (joined(2, 1, 4), [(0, 50), (2, 25), (4, 50), (6, 25)]),
    ],
)
def test_a_short_title_is_sampled_to_its_end(title: MediaInfo, samples: list[tuple[int, int]]) -> None:
    windows = choose_windows(title, LADDER, PerTitlePreset())
    assert [(window.start_seconds, window.frames) for window in windows] == samples


def test_a_sample_that_a_join_goes_through_gives_way_even_to_one_with_a_cut() -> None:
    programme = joined(9, 51).model_copy(update={"scene_cuts": (Fraction(7),)})
    (first, *_) = choose_windows(programme, LADDER, PerTitlePreset(samples=6))
    assert first.start_seconds == 4
    (first, *_) = choose_windows(joined(5, 55), LADDER, PerTitlePreset(samples=6))
    assert first.start_seconds in (2, 6)
