"""What display HDR was made for, in the words of encoders."""

from collections.abc import Mapping
from fractions import Fraction

from vod_assets.domain.colours import ASSUMED_NITS
from vod_assets.domain.media_info import LightLevels

ASSUMED_LIGHT = LightLevels(
    primaries=tuple(Fraction(one, 10_000) for one in (7080, 2920, 1700, 7970, 1310, 460, 3127, 3290)),
    least_nits=Fraction(1, 10_000),
    most_nits=Fraction(ASSUMED_NITS),
)


def mastering_words(light: LightLevels, style: str) -> Mapping[str, str]:
    """Return the mastering display and the light levels among the words of x265 or SVT-AV1."""
    if style == "x265":
        words = {"hdr10": "1", "hdr10-opt": "1", "repeat-headers": "1"}
        display, levels = ("master-display", "max-cll")
    else:
        words = {}
        display, levels = ("mastering-display", "content-light")
    if len(light.primaries) == 8 and light.most_nits is not None:
        words[display] = _display_text(light, style)
    if light.max_cll:
        words[levels] = f"{light.max_cll},{light.max_fall or 0}"
    return words


def _display_text(light: LightLevels, style: str) -> str:
    """Return ``G(x,y)B(x,y)R(x,y)WP(x,y)L(most,least)``: in SMPTE ST 2086's own units for x265, else in decimals."""

    def written(value: Fraction | None, units: int) -> str:
        number = value or Fraction(0)
        return str(round(number * units)) if style == "x265" else f"{float(number):.5f}"

    red, green, blue, white = (light.primaries[at : at + 2] for at in (0, 2, 4, 6))
    points = (("G", green), ("B", blue), ("R", red), ("WP", white))
    said = "".join(f"{name}({written(x, 50_000)},{written(y, 50_000)})" for name, (x, y) in points)
    return f"{said}L({written(light.most_nits, 10_000)},{written(light.least_nits, 10_000)})"
