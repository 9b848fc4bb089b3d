"""Levels: the largest picture, and the most of it a second, that a decoder of a level has to manage.

Numbers are those of Rec. ITU-T H.264 table A-1 (High profile), H.265 tables A.8 and A.9 (main tier) and the AV1
specification, A.3 (main tier).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

HIGH = 1250  # bits that High takes for each 1000 of table A-1, which are for Main


@dataclass(frozen=True)
class Level:
    """One row: samples of luma in a picture and in a second, and bits a second.

    Attributes:
        buffer_bits: The largest buffer of coded bits (MaxCPB); zero: not judged.
        kept_samples: Of the pictures that a decoder keeps to predict others from (MaxDpbMbs); zero: not bounded so.
    """

    name: str
    picture: int
    second: int
    bits_per_second: int
    buffer_bits: int = 0
    kept_samples: int = 0


@dataclass(frozen=True)
class Demand:
    """What a rendition asks of a decoder; bits of zero are not judged."""

    size: tuple[int, int]
    frame_rate: Fraction
    bits_per_second: int = 0
    buffer_bits: int = 0


def _h264(name: str, macroblocks: int, a_second: int, kilobits: tuple[int, int], kept: int) -> Level:
    """Return a row, given MaxFS, MaxMBPS, MaxBR and MaxCPB, and MaxDpbMbs."""
    rate, buffer = kilobits
    return Level(name, macroblocks * 256, a_second * 256, rate * HIGH, buffer * HIGH, kept * 256)


def _hevc(name: str, picture: int, second: int, bits: int) -> Level:
    return Level(name, picture, second, bits, buffer_bits=bits)  # the main tier's buffers hold a second


LEVELS: Mapping[str, tuple[Level, ...]] = {
    "h264": (
        _h264("3", 1620, 40_500, (10_000, 10_000), 8100),
        _h264("3.1", 3600, 108_000, (14_000, 14_000), 18_000),
        _h264("3.2", 5120, 216_000, (20_000, 20_000), 20_480),
        _h264("4", 8192, 245_760, (20_000, 25_000), 32_768),
        _h264("4.1", 8192, 245_760, (50_000, 62_500), 32_768),
        _h264("4.2", 8704, 522_240, (50_000, 62_500), 34_816),
        _h264("5", 22_080, 589_824, (135_000, 135_000), 110_400),
        _h264("5.1", 36_864, 983_040, (240_000, 240_000), 184_320),
        _h264("5.2", 36_864, 2_073_600, (240_000, 240_000), 184_320),
        _h264("6", 139_264, 4_177_920, (240_000, 240_000), 696_320),
        _h264("6.1", 139_264, 8_355_840, (480_000, 480_000), 696_320),
        _h264("6.2", 139_264, 16_711_680, (800_000, 800_000), 696_320),
    ),
    "hevc": (
        _hevc("3", 552_960, 16_588_800, 6_000_000),
        _hevc("3.1", 983_040, 33_177_600, 10_000_000),
        _hevc("4", 2_228_224, 66_846_720, 12_000_000),
        _hevc("4.1", 2_228_224, 133_693_440, 20_000_000),
        _hevc("5", 8_912_896, 267_386_880, 25_000_000),
        _hevc("5.1", 8_912_896, 534_773_760, 40_000_000),
        _hevc("5.2", 8_912_896, 1_069_547_520, 60_000_000),
        _hevc("6", 35_651_584, 1_069_547_520, 60_000_000),
        _hevc("6.1", 35_651_584, 2_139_095_040, 120_000_000),
        _hevc("6.2", 35_651_584, 4_278_190_080, 240_000_000),
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


def too_much(codec: str, level: Level, demand: Demand) -> str:
    """Return what a level does not allow of a rendition, or nothing."""
    (width, height), samples = demand.size, _coded_samples(codec, demand.size)
    where = f"level {level.name} of {codec}"
    if samples > level.picture:
        return f"{width}x{height} is larger than a picture of {where}, which ends at {level.picture} samples"
    if samples * demand.frame_rate > level.second:
        fps = f"{float(demand.frame_rate):.5g} pictures a second"
        return f"{width}x{height} at {fps} is more than {where} decodes, {level.second} samples a second"
    if demand.bits_per_second > level.bits_per_second:
        return f"{demand.bits_per_second} bits a second are more than {where} takes, {level.bits_per_second}"
    if level.buffer_bits and demand.buffer_bits > level.buffer_bits:
        return f"a buffer of {demand.buffer_bits} bits is more than {where} has, {level.buffer_bits}"
    return ""


def kept_pictures(codec: str, level: Level, size: tuple[int, int]) -> int:
    """Return how many pictures of a size a decoder of a level keeps to predict others from; zero: it bounds none."""
    return level.kept_samples // _coded_samples(codec, size)


def _coded_samples(codec: str, size: tuple[int, int]) -> int:
    width, height = (-(-side // BLOCK[codec]) * BLOCK[codec] for side in size)
    return width * height
