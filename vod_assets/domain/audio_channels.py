"""Channels: where each one of a layout is heard from, and how many become few.

What FFmpeg would do by itself depends on the sample format: it makes a mix of integers quieter, and lets one of
floating point clip. So every coefficient is named here.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Literal

from vod_assets.domain.audio_presets import Downmix
from vod_assets.domain.filters import Filter

Layout = Literal["mono", "stereo", "5.1"]
DELIVERED: Mapping[Layout, tuple[str, ...]] = {
    "mono": ("FC",),
    "stereo": ("FL", "FR"),
    "5.1": ("FL", "FR", "FC", "LFE", "SL", "SR"),
}
STEREO, SURROUND = 2, 6
_FRONT, _SIDE, _BACK, _TOP, _TOP_BACK = ("FL", "FR"), ("SL", "SR"), ("BL", "BR"), ("TFL", "TFR"), ("TBL", "TBR")
POSITIONS: Mapping[str, tuple[str, ...]] = {  # of FFmpeg's layouts, in the order of their channels
    "mono": ("FC",),
    "stereo": _FRONT,
    "downmix": _FRONT,
    "2.1": (*_FRONT, "LFE"),
    "3.0": (*_FRONT, "FC"),
    "3.0(back)": (*_FRONT, "BC"),
    "3.1": (*_FRONT, "FC", "LFE"),
    "quad": (*_FRONT, *_BACK),
    "quad(side)": (*_FRONT, *_SIDE),
    "4.0": (*_FRONT, "FC", "BC"),
    "4.1": (*_FRONT, "FC", "LFE", "BC"),
    "5.0": (*_FRONT, "FC", *_BACK),
    "5.0(side)": (*_FRONT, "FC", *_SIDE),
    "5.1": (*_FRONT, "FC", "LFE", *_BACK),
    "5.1(side)": (*_FRONT, "FC", "LFE", *_SIDE),
    "6.0": (*_FRONT, "FC", "BC", *_SIDE),
    "6.1": (*_FRONT, "FC", "LFE", "BC", *_SIDE),
    "6.1(back)": (*_FRONT, "FC", "LFE", *_BACK, "BC"),
    "7.0": (*_FRONT, "FC", *_BACK, *_SIDE),
    "7.1": (*_FRONT, "FC", "LFE", *_BACK, *_SIDE),
    "7.1(wide)": (*_FRONT, "FC", "LFE", *_BACK, "FLC", "FRC"),
    "7.1(wide-side)": (*_FRONT, "FC", "LFE", "FLC", "FRC", *_SIDE),
    "binaural": _FRONT,
    "6.0(front)": (*_FRONT, "FLC", "FRC", *_SIDE),
    "hexagonal": (*_FRONT, "FC", *_BACK, "BC"),
    "6.1(front)": (*_FRONT, "LFE", "FLC", "FRC", *_SIDE),
    "7.0(front)": (*_FRONT, "FC", "FLC", "FRC", *_SIDE),
    "octagonal": (*_FRONT, "FC", *_BACK, "BC", *_SIDE),
    "3.1.2": (*_FRONT, "FC", "LFE", *_TOP),
    "5.1.2": (*_FRONT, "FC", "LFE", *_SIDE, *_TOP),
    "5.1.2(back)": (*_FRONT, "FC", "LFE", *_BACK, *_TOP),
    "5.1.4": (*_FRONT, "FC", "LFE", *_SIDE, *_TOP, *_TOP_BACK),
    "7.1.2": (*_FRONT, "FC", "LFE", *_BACK, *_SIDE, *_TOP),
    "7.1.4": (*_FRONT, "FC", "LFE", *_BACK, *_SIDE, *_TOP, *_TOP_BACK),
    "7.2.3": (*_FRONT, "FC", "LFE", *_BACK, *_SIDE, *_TOP, "TBC", "LFE2"),
    "9.1.4": (*_FRONT, "FC", "LFE", *_BACK, "FLC", "FRC", *_SIDE, *_TOP, *_TOP_BACK),
    "9.1.6": (*_FRONT, "FC", "LFE", *_BACK, "FLC", "FRC", *_SIDE, *_TOP, *_TOP_BACK, "TSL", "TSR"),
    "cube": (*_FRONT, *_BACK, *_TOP, *_TOP_BACK),
}
MIXED = frozenset({*_FRONT, *_SIDE, *_BACK, "FC", "LFE", "BC", "FLC", "FRC"})  # others are in no mix that is delivered
USUAL: Mapping[int, tuple[str, ...]] = {  # of so many channels of which nothing is said (SMPTE ST 2067-8 and R 123)
    1: ("FC",),
    2: _FRONT,
    3: (*_FRONT, "FC"),
    4: (*_FRONT, *_SIDE),
    5: (*_FRONT, "FC", *_SIDE),
    6: (*_FRONT, "FC", "LFE", *_SIDE),
    7: (*_FRONT, "FC", "LFE", "BC", *_SIDE),
    8: (*_FRONT, "FC", "LFE", *_BACK, *_SIDE),
}
HALF_POWER_DB = Fraction(-3)
Coefficients = dict[str, Fraction]  # decibels by where a channel is heard from


def layout_for(positions: Sequence[str], *, is_stereo: bool) -> Layout:
    """Return the layout that channels are delivered in: mono stays mono, and more than two need 5.1."""
    heard = [position for position in positions if position]
    if len(heard) == 1:
        return "mono"
    return "stereo" if is_stereo or len(heard) <= STEREO else "5.1"


def mix_filters(positions: Sequence[str], layout: Layout, downmix: Downmix, *, is_measured: bool) -> list[Filter]:
    """Return the filters that make a layout of channels; none where they are that layout already.

    Args:
        positions: Where each channel of the input is heard from; empty: it is left out.
        layout: What is made.
        downmix: The coefficients.
        is_measured: Whether a gain that was measured behind this mix keeps it from clipping; otherwise all of it is
            made as much quieter as its coefficients could add up to.
    """
    outputs = DELIVERED[layout]
    if _is_the_same(positions, outputs):
        return []
    heard = [_heard(position, positions, layout, downmix) for position in positions]
    rows = [{number: one[output] for number, one in enumerate(heard) if output in one} for output in outputs]
    loudest = max(sum(factor(level) for level in row.values()) for row in rows)
    trim = 1 / max(1.0, loudest) if not is_measured else 1.0
    terms = ["+".join(f"{factor(level) * trim:.6f}*c{number}" for number, level in row.items()) for row in rows]
    channels = "|".join(f"c{number}={term or '0*c0'}" for number, term in enumerate(terms))
    return [
        Filter(name="aformat", arguments={"sample_fmts": "fltp"}),  # integers would clip here
        Filter(name="pan", arguments={"args": f"{layout}|{channels}"}),
    ]


def routing_filters(positions: Sequence[str], layout: Layout) -> list[Filter]:
    """Return the filter that says of channels which are a layout already that they are."""
    channels = "|".join(f"c{number}=c{number}" for number in range(len(positions)))
    return [Filter(name="pan", arguments={"args": f"{layout}|{channels}"})]


def factor(decibels: Fraction) -> float:
    """Return what samples are multiplied by; -3 dB is half the power, exactly, as the standards mean it."""
    return float(0.5**0.5 if decibels == HALF_POWER_DB else 10 ** (decibels / 20))


def _is_the_same(positions: Sequence[str], outputs: Sequence[str]) -> bool:
    sides = {"BL": "SL", "BR": "SR"} if "SL" not in positions else {}
    return tuple(sides.get(one, one) for one in positions) == tuple(outputs)


def _heard(position: str, positions: Sequence[str], layout: Layout, downmix: Downmix) -> Coefficients:
    """Return how loud a channel is heard in each output."""
    if not position or layout == "mono":
        return {"FC": Fraction(0)} if position else {}
    return _in_stereo(position, downmix) if layout == "stereo" else _in_surround(position, positions)


def _in_stereo(position: str, downmix: Downmix) -> Coefficients:
    centre, surround = downmix.centre_db, downmix.surround_db
    sides: Mapping[str, Coefficients] = {
        **{name: {"FL": Fraction(0)} for name in ("FL", "FLC")},
        **{name: {"FR": Fraction(0)} for name in ("FR", "FRC")},
        **{name: {"FL": surround} for name in ("SL", "BL")},
        **{name: {"FR": surround} for name in ("SR", "BR")},
        "FC": {"FL": centre, "FR": centre},
        "BC": {"FL": surround + HALF_POWER_DB, "FR": surround + HALF_POWER_DB},
        "LFE": {} if downmix.lfe_db is None else {"FL": downmix.lfe_db, "FR": downmix.lfe_db},
    }
    return sides.get(position, {})


def _in_surround(position: str, positions: Sequence[str]) -> Coefficients:
    """Return where a channel goes in 5.1: four surround channels share two, and one is shared by them."""
    beside = HALF_POWER_DB if {"SL", "BL"} <= {*positions} else Fraction(0)
    places: Mapping[str, Coefficients] = {
        **{name: {"SL": beside} for name in ("SL", "BL")},
        **{name: {"SR": beside} for name in ("SR", "BR")},
        "BC": {"SL": HALF_POWER_DB, "SR": HALF_POWER_DB},
        "FLC": {"FL": Fraction(0)},
        "FRC": {"FR": Fraction(0)},
    }
    return places.get(position, {position: Fraction(0)})
