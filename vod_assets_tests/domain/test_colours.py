"""What a source's colours mean."""

from fractions import Fraction

import pytest

from vod_assets.domain.colours import is_rgb, meaning, peak_nits
from vod_assets.domain.media_info import Colour, LightLevels
from vod_assets_tests.domain.coloured import PQ, stream


@pytest.mark.parametrize(
    ("size", "rate", "primaries"),
    [
        ((720, 576), Fraction(25), "bt470bg"),
        ((720, 480), Fraction(30000, 1001), "smpte170m"),
        ((720, 486), Fraction(25), "smpte170m"),
        ((960, 400), Fraction(24000, 1001), "bt709"),
        ((640, 480), Fraction(30), "bt709"),
        ((1280, 536), Fraction(25), "bt709"),
        ((1280, 720), Fraction(30000, 1001), "bt709"),
    ],
)
def test_what_a_source_leaves_open_follows_from_its_size_and_rate(
    size: tuple[int, int], rate: Fraction, primaries: str
) -> None:
    assert meaning(stream(*size, frame_rate=rate)).primaries == primaries


def test_small_pictures_that_say_nothing_have_the_matrix_of_bt601() -> None:
    assert meaning(stream(640, 480)).matrix == "bt470bg"
    assert meaning(stream(960, 400, frame_rate=Fraction(24000, 1001))).matrix == "smpte170m"
    assert meaning(stream(320, 240, colour=Colour(matrix="bt470bg", range="pc"))).primaries == "bt709"


def test_what_a_source_says_is_believed_before_its_size() -> None:
    assert meaning(stream(720, 576, colour=Colour(matrix="bt709"))).primaries == "bt709"


def test_the_brightest_light_is_that_of_the_title_then_of_its_display_then_a_usual_one() -> None:
    light = LightLevels(most_nits=Fraction(4000), max_cll=0)
    assert peak_nits(stream(colour=PQ, light=light.model_copy(update={"max_cll": 700}))) == 700
    assert peak_nits(stream(colour=PQ, light=light)) == 4000
    assert peak_nits(stream(colour=PQ)) == 1000


@pytest.mark.parametrize("name", ["rgb24", "bgra", "gbrp10le", "argb", "0rgb", "x2rgb10le", "pal8", "rgba64le"])
def test_formats_of_red_green_and_blue_are_known(name: str) -> None:
    assert is_rgb(name)
    assert not is_rgb("yuv422p10le")
