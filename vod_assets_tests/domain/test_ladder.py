"""Ladders follow the box rule: nothing is enlarged, nothing is made twice, every source gets one."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vod_assets.domain.ladder import fit, size_inside
from vod_assets.domain.media_info import VideoStream
from vod_assets.domain.profile import Profile
from vod_assets.domain.variants import Variant
from vod_assets.domain.video_presets import RungPreset, VideoPreset

BOXES = {"2160p": (3840, 2160), "1080p": (1920, 1080), "720p": (1280, 720), "480p": (854, 480), "240p": (426, 240)}


def profile_of(**boxes: tuple[int, int]) -> Profile:
    rungs = tuple(RungPreset(name=name.removeprefix("r"), box=box, crf=23) for name, box in boxes.items())
    return Profile(name="test", video=(VideoPreset(rungs=rungs),), variants=(Variant(name="clear"),))


PROFILE = profile_of(**{f"r{name}": box for name, box in BOXES.items()})


def video(width: int, height: int, rate: str = "25", **fields: object) -> VideoStream:
    return VideoStream.model_validate(
        {"index": 0, "codec": "h264", "width": width, "height": height, "frame_rate": Fraction(rate)}
        | {"duration_seconds": Fraction(10)}
        | fields
    )


def sizes(stream: VideoStream, profile: Profile = PROFILE) -> dict[str, tuple[int, int]]:
    return {rung.name: (rung.width, rung.height) for rung in fit(profile, stream).made}


def test_full_hd_gets_every_rung_up_to_its_size() -> None:
    assert sizes(video(1920, 1080)) == {
        "1080p": (1920, 1080),
        "720p": (1280, 720),
        "480p": (854, 480),
        "240p": (426, 240),
    }


def test_a_tiny_clip_gets_the_smallest_rung_at_its_own_size() -> None:
    assert sizes(video(66, 64)) == {"240p": (66, 64)}


def test_a_wide_film_keeps_its_shape_in_every_box() -> None:
    assert sizes(video(1920, 804)) == {
        "1080p": (1920, 804),
        "720p": (1280, 536),
        "480p": (854, 358),
        "240p": (426, 178),
    }


def test_a_portrait_phone_video_turns_the_boxes() -> None:
    assert sizes(video(1920, 1080, rotation=90))["720p"] == (720, 1280)


def test_anamorphic_pixels_are_made_square_before_fitting() -> None:
    assert sizes(video(720, 576, sample_aspect=Fraction(64, 45)))["480p"] == (854, 480)


def test_a_rung_that_a_smaller_one_carries_already_says_so() -> None:
    ladder = fit(PROFILE, video(1280, 720))
    assert {rung.name: rung.empty for rung in ladder.rungs}[
        "1080p"
    ] == "720p already carries the source's full size, 1280x720"


def test_two_rungs_of_one_size_are_both_made() -> None:
    profile = profile_of(r1080p=(1920, 1080), r1080p_hi=(1920, 1080), r480p=(854, 480))
    assert sizes(video(1920, 1080), profile) == {"1080p": (1920, 1080), "1080p_hi": (1920, 1080), "480p": (854, 480)}


@pytest.mark.parametrize(
    ("rate", "gop", "segment"),
    [
        ("24000/1001", 48, "1001/250"),
        ("25", 50, "4"),
        ("30000/1001", 60, "1001/250"),
        ("50", 100, "4"),
        ("10", 20, "4"),
    ],
)
def test_gops_are_whole_frames_and_segments_whole_gops(rate: str, gop: int, segment: str) -> None:
    ladder = fit(PROFILE, video(640, 360, rate))
    assert (ladder.gop_frames, ladder.segment_frames, ladder.segment_seconds) == (gop, 2 * gop, Fraction(segment))


def test_a_thousand_frames_a_second_become_sixty() -> None:
    assert fit(PROFILE, video(66, 64, "1000")).frame_rate == 60


@given(st.integers(16, 8192), st.integers(16, 8192))
def test_every_size_gets_an_even_ladder_without_enlargement(width: int, height: int) -> None:
    made = fit(PROFILE, video(width, height)).made
    assert made
    for rung in made:
        assert rung.width % 2 == rung.height % 2 == 0
        assert 2 <= rung.width <= width
        assert 2 <= rung.height <= height


@given(st.integers(64, 4096), st.integers(64, 4096))
def test_a_picture_keeps_its_shape_to_a_pixel_and_a_half(width: int, height: int) -> None:
    fitted_width, fitted_height = size_inside((854, 480), (width, height))
    scale = min(
        Fraction(1), Fraction(854 if width >= height else 480, width), Fraction(480 if width >= height else 854, height)
    )
    assert abs(fitted_width - width * scale) <= 2
    assert abs(fitted_height - height * scale) <= 2
