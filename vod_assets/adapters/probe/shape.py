"""The shape of a picture: which way up it is, and how wide its pixels are."""

import re
from fractions import Fraction
from math import atan2, degrees

from vod_assets.adapters.probe.raw import Json, fraction
from vod_assets.domain.acceptance import normalised, warning
from vod_assets.domain.media_info import Finding

WIDEST_SAMPLE = 100  # a sample aspect beyond 100:1 is a mistake


def is_on_its_side(raw: Json) -> bool:
    """Whether players turn the picture by a right angle."""
    return turning(raw)[0] in (90, 270)


def turning(raw: Json) -> tuple[int, bool, list[Finding]]:
    """Return degrees clockwise, whether mirrored, and findings, from the display matrix (14496-12, 6.2.2)."""
    matrix = next((item for item in raw.get("side_data_list", ()) if "displaymatrix" in item), None)
    if matrix is None:
        return 0, False, []
    a, b, _, c, d, *_ = [int(number) for number in re.findall(r"(?<![\w:])-?\d+(?![\w:])", matrix["displaymatrix"])]
    is_mirrored = a * d - b * c < 0
    angle = degrees(atan2(-b, -a) if is_mirrored else atan2(b, a)) % 360
    turned = round(angle / 90) * 90 % 360
    if abs((angle - turned + 180) % 360 - 180) > 1:
        return (
            0,
            False,
            [warning("rotation_not_right_angle", f"the display matrix turns by {angle:.0f}°; it was ignored")],
        )
    if not turned and not is_mirrored:
        return 0, False, []
    mirrored = " and mirrored" if is_mirrored else ""
    return turned, is_mirrored, [normalised("rotated", f"the picture is turned by {turned}° clockwise{mirrored}")]


def sample_aspect(raw: Json) -> tuple[Fraction, list[Finding]]:
    """Return the width of a pixel by its height, and findings; an impossible one is square."""
    stated = fraction(str(raw.get("sample_aspect_ratio", "1:1")).replace(":", "/"))
    if not stated or stated == 1:
        return Fraction(1), []
    if stated > WIDEST_SAMPLE or stated < Fraction(1, WIDEST_SAMPLE):
        return Fraction(1), [warning("bad_sample_aspect", f"sample aspect {stated} is impossible; 1:1 was used")]
    return stated, [normalised("anamorphic", f"pixels are {stated.numerator}:{stated.denominator}")]
