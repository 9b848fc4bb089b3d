"""A preview comes of the rung that is just large enough, and its text fits."""

from fractions import Fraction

import pytest

from vod_assets.domain.ladder import Ladder, Rung
from vod_assets.domain.movie_presets import PreviewMovie
from vod_assets.domain.movies import burnt_in, default_sound, downloaded, preview_source

SIZES = {"h264_1080p": (1920, 1080), "h264_480p": (854, 480), "h264_240p": (426, 240), "hevc_360p": (640, 360)}
LADDER = Ladder(
    frame_rate=Fraction(25),
    gop_frames=50,
    segment_frames=100,
    rungs=tuple(
        Rung(key=key, codec=key.split("_")[0], name=key.split("_")[1], width=size[0], height=size[1])
        for key, size in SIZES.items()
    ),
)


@pytest.mark.parametrize(
    ("keys", "side", "chosen"),
    [
        (list(SIZES), 360, "h264_480p"),
        (["h264_240p"], 360, "h264_240p"),
        (["h264_240p", "h264_1080p"], 240, "h264_240p"),
        (["hevc_360p"], 360, "hevc_360p"),
    ],
)
def test_the_smallest_rung_that_is_large_enough_is_taken(keys: list[str], side: int, chosen: str) -> None:
    found = preview_source(LADDER, keys, side)
    assert found is not None
    assert found.key == chosen
    assert preview_source(LADDER, [], side) is None


def test_nothing_is_enlarged_and_a_long_name_is_cut() -> None:
    small = LADDER.rungs[2]
    text = burnt_in(small, Fraction(25), PreviewMovie(), "A very\nlong name " * 9, "film")
    assert (text.width, text.height) == (426, 240)
    assert len(text.title) == 60
    assert "\n" not in text.title
    large = burnt_in(LADDER.rungs[0], Fraction(25), PreviewMovie(side=360), "Film", "film")
    assert (large.width, large.height) == (640, 360)


def test_the_default_track_is_heard() -> None:
    assert default_sound({"aac_de": {"is_default": False}, "aac_en": {"is_default": True}}) == "aac_en"
    assert default_sound({"aac_de": {}}) == "aac_de"
    assert default_sound({}) == ""
    assert downloaded(LADDER, ["h264_480p", "h264_2160p"]) == ["h264_480p"]
