"""What comes back from services is refused by name when it is not what was ordered."""

from fractions import Fraction

import pytest

from vod_assets.domain.colours import BT709
from vod_assets.domain.service_output import OutputFacts, faults_of, key_frames_of, level_name
from vod_assets_tests.adapters.services.doubles import SPEC

GOOD = OutputFacts(
    codec="h264",
    width=640,
    height=360,
    sample_aspect=Fraction(1),
    frame_rate=Fraction(25),
    is_constant=True,
    frames=50,
    key_frames=(0, 25),
    is_closed=True,
    bit_depth=8,
    field_order="progressive",
    colour=BT709,
    bits_per_second=400_000,
    decoded_frames=50,
    level="3.0",
)
LONG = {"frames": 500, "decoded_frames": 500, "key_frames": tuple(range(0, 500, 25)), "bits_per_second": 2_100_000}


def test_what_was_ordered_is_taken() -> None:
    assert faults_of(SPEC, GOOD) == ()
    assert faults_of(SPEC, GOOD.model_copy(update={"frames": 49, "decoded_frames": 49})) == ()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"codec": "hevc"}, "it is hevc, not h264"),
        ({"width": 638}, "638x360 pixels, not 640x360"),
        ({"sample_aspect": Fraction(4, 3)}, "not square"),
        ({"bit_depth": 10}, "10 bits, not 8"),
        ({"level": "5.0"}, "level 5.0, over 4.1"),
        ({"field_order": "tt"}, "interlaced"),
        ({"colour": BT709.model_copy(update={"range": "pc"})}, "bt709/bt709/bt709/pc, not"),
        ({"frame_rate": Fraction(24)}, "24 frames a second, not 25"),
        ({"is_constant": False}, "not steady"),
        ({"frames": 48, "decoded_frames": 48}, "48 frames, not 50"),
        ({"key_frames": (0,)}, "frame 25 is no key frame (1 of 2 are not)"),
        ({"key_frames": (0, 13, 25)}, "frame 13 is a key frame"),
        ({"is_closed": False}, "not closed"),
        ({"decoded_frames": 31}, "31 of its 50 frames can be decoded"),
        ({"complaints": ("error while decoding MB 3 4",)}, "it is damaged: error while decoding"),
        (LONG, "over a cap of 1000000"),
    ],
)
def test_anything_else_is_named(changed: dict[str, object], words: str) -> None:
    assert words in "; ".join(faults_of(SPEC, GOOD.model_copy(update=changed)))


def test_key_frames_count_in_the_order_they_are_shown() -> None:
    reordered = [(0, True), (3, False), (1, False), (2, False), (4, True), (7, False), (5, False), (6, False)]
    assert key_frames_of(reordered) == ((0, 4), True)
    leading = [(0, True), (2, False), (1, False), (5, True), (3, False), (4, False)]
    assert key_frames_of(leading) == ((0, 5), False)


@pytest.mark.parametrize(
    ("codec", "number", "name"),
    [("h264", 41, "4.1"), ("hevc", 123, "4.1"), ("hevc", 153, "5.1"), ("av1", 8, "4.0"), ("h264", -99, "")],
)
def test_levels_have_the_names_that_profiles_say(codec: str, number: int, name: str) -> None:
    assert level_name(codec, number) == name
