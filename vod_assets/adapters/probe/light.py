"""HDR: what stream headers and the first frame say of the display, the light and Dolby Vision."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from vod_assets.adapters.probe.raw import Json, fraction
from vod_assets.domain.media_info import DynamicRange, LightLevels

MASTERING, LEVELS = "Mastering display metadata", "Content light level metadata"
DYNAMIC, DOVI = "HDR Dynamic Metadata SMPTE2094-40 (HDR10+)", "DOVI configuration record"
PRIMARIES = ("red", "green", "blue", "white_point")
NO_BASE = 0  # dv_bl_signal_compatibility_id: the base layer is in Dolby's own colours


def light_levels(*sides: Json) -> LightLevels | None:
    """Return mastering display and light levels of the first of several places that has them."""
    display, levels = _first(sides, MASTERING), _first(sides, LEVELS)
    said: dict[str, Any] = {
        "primaries": _primaries(display),
        "least_nits": fraction(display.get("min_luminance")),
        "most_nits": fraction(display.get("max_luminance")),
        "max_cll": levels.get("max_content") or None,
        "max_fall": levels.get("max_average") or None,
    }
    return LightLevels(**said) if any(said.values()) else None


def dolby_vision(raw: Json) -> tuple[int | None, bool]:
    """Return the profile of Dolby Vision, and whether what is below it can be shown without it."""
    record = _first((raw,), DOVI)
    if "dv_profile" not in record:
        return None, True
    return int(record["dv_profile"]), record.get("dv_bl_signal_compatibility_id") != NO_BASE


def dynamic_range(transfer: str, *sides: Json, has_base: bool) -> DynamicRange:
    """Return the dynamic range of what FFmpeg decodes: that of the base layer, where Dolby Vision has one."""
    if not has_base:
        return "dolby_vision"
    if transfer == "arib-std-b67":
        return "hlg"
    if transfer != "smpte2084":
        return "sdr"
    return "hdr10plus" if _first(sides, DYNAMIC) else "hdr10"


def _first(sides: Iterable[Json], kind: str) -> Json:
    found = (item for side in sides for item in side.get("side_data_list", ()) if item.get("side_data_type") == kind)
    return next(found, {})


def _primaries(display: Json) -> tuple[Fraction, ...]:
    points: Sequence[Fraction | None] = [fraction(display.get(f"{name}_{axis}")) for name in PRIMARIES for axis in "xy"]
    return tuple(point for point in points if point is not None) if None not in points else ()
