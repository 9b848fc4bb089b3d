"""Clips that say which frame is which, in blocks of black and white, with a beep at each whole second."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg

from vod_assets.adapters.ffmpeg.command import compile_ffmpeg, generated_input, source_input
from vod_assets.adapters.process import SupervisedRunner
from vod_assets_tests.adapters.transcode.clips import make, tools

BITS, SIDE = 10, 16
WIDTH, HEIGHT = BITS * SIDE, 96
BEEP_SECONDS = Fraction(1, 50)
SAMPLE_RATE = 48_000
X264 = {"c:v": "libx264", "preset": "ultrafast", "pix_fmt": "yuv420p", "threads": 1, "qp": 10}


def counted(target: Path, frames: int, rate: str = "25", first: int = 0, **options: Any) -> Path:
    """Write a clip whose frames carry their numbers as bits, the lowest at the left, and that beeps every second."""
    seconds = frames / Fraction(rate)
    number = f"floor((N+{first})/pow(2,floor(X/{SIDE})))"
    picture = generated_input(f"color=c=black:s={WIDTH}x{HEIGHT}:r={rate}").filter("trim", end_frame=frames)
    picture = picture.filter("geq", lum=f"255*mod({number},2)", cb="128", cr="128")
    beep = f"if(lt(mod(t,1),{float(BEEP_SECONDS)}),0.5*sin(2*PI*1000*t),0)"
    sound = generated_input(f"aevalsrc=exprs='{beep}':s={SAMPLE_RATE}:d={float(seconds)}")
    encoding = {} if "c:v" in options else X264
    return make(target, picture, sound, **{**encoding, **options})


def numbers(path: Path) -> list[int]:
    """Return the numbers that the frames of a clip carry, as they are decoded in order."""
    options = {"f": "rawvideo", "pix_fmt": "gray", "s": f"{WIDTH}x{HEIGHT}", "fps_mode": "passthrough"}
    data = _decoded(path, "v:0", options)
    size = WIDTH * HEIGHT
    return [_number(data[at : at + size]) for at in range(0, len(data), size)]


def _number(frame: bytes) -> int:
    row = frame[HEIGHT // 2 * WIDTH : (HEIGHT // 2 + 1) * WIDTH]
    return sum((row[bit * SIDE + SIDE // 2] > 127) << bit for bit in range(BITS))


def beeps(path: Path, stream: str = "a:0") -> list[int]:
    """Return the samples at which beeps begin."""
    data = memoryview(_decoded(path, stream, {"f": "s16le", "ac": 1, "ar": SAMPLE_RATE})).cast("h")
    found: list[int] = []
    for at in range(len(data)):
        if abs(data[at]) > 1500 and (not found or at - found[-1] > SAMPLE_RATE // 40):
            found.append(at)
    return found


def samples(path: Path, stream: str = "a:0") -> Sequence[int]:
    """Return the samples of a clip, mixed to one channel."""
    return memoryview(_decoded(path, stream, {"f": "s16le", "ac": 1, "ar": SAMPLE_RATE})).cast("h")


def _decoded(path: Path, stream: str, options: dict[str, Any]) -> bytes:
    target = path.parent / f"{path.name}.{stream[0]}.raw"
    node = source_input(path)[stream]
    output = ffmpeg.output(node, str(target), **options)
    SupervisedRunner().run(compile_ffmpeg(tools().ffmpeg, [output]))
    data = target.read_bytes()
    target.unlink()
    return data
