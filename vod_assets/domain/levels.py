"""Levels: the largest picture, and the most of it a second, that a decoder of a level has to manage.

Numbers are those of Rec. ITU-T H.264 table A-1 (High profile), H.265 tables A.8 and A.9 (main tier) and the AV1
specification, A.3 (main tier).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Level:
    """One row: samples of luma in a picture and in a second, and bits a second."""

    name: str
    picture: int
    second: int
    bits_per_second: int


def _h264(name: str, macroblocks: int, macroblocks_a_second: int, kilobits: int) -> Level:
    return Level(name, macroblocks * 256, macroblocks_a_second * 256, kilobits * 1250)  # High takes 1.25 of Main


LEVELS: Mapping[str, tuple[Level, ...]] = {
    "h264": (
        _h264("3", 1620, 40_500, 10_000),
        _h264("3.1", 3600, 108_000, 14_000),
        _h264("3.2", 5120, 216_000, 20_000),
        _h264("4", 8192, 245_760, 20_000),
        _h264("4.1", 8192, 245_760, 50_000),
        _h264("4.2", 8704, 522_240, 50_000),
        _h264("5", 22_080, 589_824, 135_000),
        _h264("5.1", 36_864, 983_040, 240_000),
        _h264("5.2", 36_864, 2_073_600, 240_000),
        _h264("6", 139_264, 4_177_920, 240_000),
        _h264("6.1", 139_264, 8_355_840, 480_000),
        _h264("6.2", 139_264, 16_711_680, 800_000),
    ),
    "hevc": (
        Level("3", 552_960, 16_588_800, 6_000_000),
        Level("3.1", 983_040, 33_177_600, 10_000_000),
        Level("4", 2_228_224, 66_846_720, 12_000_000),
        Level("4.1", 2_228_224, 133_693_440, 20_000_000),
        Level("5", 8_912_896, 267_386_880, 25_000_000),
        Level("5.1", 8_912_896, 534_773_760, 40_000_000),
        Level("5.2", 8_912_896, 1_069_547_520, 60_000_000),
        Level("6", 35_651_584, 1_069_547_520, 60_000_000),
        Level("6.1", 35_651_584, 2_139_095_040, 120_000_000),
        Level("6.2", 35_651_584, 4_278_190_080, 240_000_000),
    ),
    "av1": (
        Level("3", 665_856, 19_975_680, 6_000_000),
        Level("3.1", 1_065_024, 31_950_720, 10_000_000),
        Level("4", 2_359_296, 70_778_880, 12_000_000),
        Level("4.1", 2_359_296, 141_557_760, 20_000_000),
        Level("5", 8_912_896, 267_386_880, 30_000_000),
        Level("5.1", 8_912_896, 534_773_760, 40_000_000),
        Level("5.2", 8_912_896, 1_069_547_520, 60_000_000),
        Level("6", 35_651_584, 1_069_547_520, 60_000_000),
        Level("6.1", 35_651_584, 2_139_095_040, 100_000_000),
        Level("6.2", 35_651_584, 4_278_190_080, 160_000_000),
    ),
}
BLOCK = {"h264": 16, "hevc": 8, "av1": 8}  # a picture is coded in whole ones of these


def level_of(codec: str, name: str = "") -> Level:
    """Return a codec's level of a name; of none, its highest.

    Raises:
        ValueError: There is none of this name.
    """
    found = [one for one in LEVELS[codec] if one.name in (name, name.removesuffix(".0")) or not name]
    if not found:
        raise ValueError(f"{codec} has no level {name}: it has {', '.join(one.name for one in LEVELS[codec])}")
    return found[-1]


def too_much(codec: str, level: Level, size: tuple[int, int], frame_rate: Fraction, bits_per_second: int) -> str:
    """Return what a level does not allow of a rendition, or nothing; a rate of zero is not judged."""
    width, height = (-(-side // BLOCK[codec]) * BLOCK[codec] for side in size)
    where = f"level {level.name} of {codec}"
    if width * height > level.picture:
        return f"{size[0]}x{size[1]} is larger than a picture of {where}, which ends at {level.picture} samples"
    if width * height * frame_rate > level.second:
        fps = f"{float(frame_rate):.5g} pictures a second"
        return f"{size[0]}x{size[1]} at {fps} is more than {where} decodes, {level.second} samples a second"
    if bits_per_second > level.bits_per_second:
        return f"{bits_per_second} bits a second are more than {where} takes, {level.bits_per_second}"
    return ""
