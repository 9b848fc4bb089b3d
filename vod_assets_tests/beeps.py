"""A beep at a known time, and the very sample at which it is heard."""

import cmath
from array import array
from fractions import Fraction
from typing import Any

from vod_assets.adapters.ffmpeg.command import compile_ffmpeg
from vod_assets.adapters.process import SupervisedRunner
from vod_assets_tests.adapters.transcode.clips import tools

RATE, PITCH = 48_000, 1000
BEEP = (Fraction(5, 4), Fraction(2))  # when it begins and ends, in seconds


def late_by(stream: Any) -> float:
    """Return by how many samples a beep comes late on the clock of the presentation: by onset, then phase."""
    on_clock = stream.filter("aresample", first_pts=0, **{"async": 1, "min_hard_comp": 0.0001})
    argv = compile_ffmpeg(tools().ffmpeg, [on_clock.output("pipe:", f="f32le", ac=1, copyts=None)])
    samples = array("f", SupervisedRunner().run(argv).stdout)
    loudest, begin = max(samples), int(BEEP[0] * RATE)
    onset = next(place for place, sample in enumerate(samples) if abs(sample) > loudest / 4) - begin
    first = begin + RATE // 10
    turned = sum(
        sample * cmath.exp(-2j * cmath.pi * PITCH * (first + place - begin) / RATE)
        for place, sample in enumerate(samples[first : first + RATE // 10])
    )
    period = RATE / PITCH
    fine = -(cmath.phase(turned) + cmath.pi / 2) / (2 * cmath.pi) * period
    return float(fine + round((onset - 2 - fine) / period) * period)  # the onset is found two samples into the beep
