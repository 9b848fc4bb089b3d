"""A clip that tells by numbers whether its picture and sound came out right.

Every frame says its number in blocks of black and white; there are ten patches of known colours, a circle, stripes that
go right by `SPEED` in a fiftieth of a second, and a flash at one second, with a beep. No turned or mirrored one reads.
"""

import cmath
from collections.abc import Sequence
from dataclasses import dataclass
from math import pi
from pathlib import Path
from typing import Any

import ffmpeg
from PIL import Image, ImageDraw

from vod_assets.adapters.ffmpeg.command import artifact_input, compile_ffmpeg, generated_input
from vod_assets.adapters.process import SupervisedRunner
from vod_assets_tests.adapters.transcode.clips import make, tools

WIDTH, HEIGHT, RATE, FRAMES = 320, 192, 50, 104
CELL = 32  # ten cells in a row: six bits of the number, the flash, and three that are black, black and white
BITS, FLASH = 6, 6
PATCHES = [(191, 191, 191), (191, 191, 0), (0, 191, 191), (0, 191, 0), (191, 0, 191), (191, 0, 0), (0, 0, 191)]
PATCHES += [(128, 128, 128), (153, 115, 89), (51, 77, 102)]  # and grey, skin, slate
STRIPES = (96, 96, 224, 96)  # left, top, width and height of their zone
PERIOD, SPEED = 32, 2
CIRCLE = (8, 104, 88, 184)
FLASH_FRAME = 25
SAMPLE_RATE = 48_000
BEEP = "if(between(t,1,1.02),0.5*sin(2*PI*1000*(t-1)),0)"
CODED = {"out_color_matrix": "bt709", "out_range": "tv", "flags": "accurate_rnd+full_chroma_int"}
BT709 = {"colorspace": "bt709", "color_primaries": "bt709", "color_trc": "bt709", "range": "tv"}


@dataclass(frozen=True)
class Seen:
    """What one frame shows.

    Attributes:
        number: Of the frame, modulo 64.
        is_flash: Whether the flash is on.
        stripes: Where the stripes are, 0 to `PERIOD`.
        combs: Levels by which lines of the stripes differ from their neighbours, at the worst place.
    """

    number: int
    is_flash: bool
    stripes: float
    combs: float


@dataclass(frozen=True)
class Played:
    """What a rendition shows, and lets hear.

    Attributes:
        circle: Its width in heights of it.
        colours: Of the patches, 0 to 255.
        beeps: Samples at which one begins.
        samples: How many there are.
    """

    size: tuple[int, int]
    frames: Sequence[Seen]
    circle: float
    colours: Sequence[tuple[float, float, float]]
    beeps: Sequence[int]
    samples: int

    @property
    def numbers(self) -> list[int]:
        return [frame.number for frame in self.frames]

    @property
    def flash_frame(self) -> int:
        return next(place for place, frame in enumerate(self.frames) if frame.is_flash)


def oracle(folder: Path) -> Path:
    """Write the clip, lossless, in RGB and PCM, at fifty frames a second of which two have each number."""
    still = Image.new("RGB", (WIDTH, HEIGHT))
    draw = ImageDraw.Draw(still)
    for at, colour in enumerate(PATCHES):
        draw.rectangle((at * CELL, CELL, at * CELL + CELL - 1, 3 * CELL - 1), colour)
    draw.ellipse(CIRCLE, "white")
    still.save(folder / "still.png")
    number, cell = "floor(N/2)", f"floor(X/{CELL})"
    lit = f"if(lt({cell},{BITS}),mod(floor({number}/pow(2,{cell})),2),"
    lit += f"if(eq({cell},{FLASH}),eq({number},{FLASH_FRAME}),eq({cell},9)))"
    left, top, width, height = STRIPES
    stripes = f"gte(mod(X-{SPEED}*N+{PERIOD * FRAMES},{PERIOD}),{PERIOD // 2})"
    picture = artifact_input(folder / "still.png", loop=1, framerate=RATE, t=FRAMES / RATE).filter("format", "gbrp")
    picture = ffmpeg.filter([picture, _drawn((WIDTH, CELL), lit)], "overlay", 0, 0, format="gbrp")
    moving = _drawn((width, 2), stripes).filter("scale", width, height, flags="neighbor")
    picture = ffmpeg.filter([picture, moving], "overlay", left, top, format="gbrp")
    sound = generated_input(f"aevalsrc=exprs='{BEEP}':s={SAMPLE_RATE}:d={FRAMES / RATE}")
    options = {"c:v": "ffv1", "pix_fmt": "gbrp", "c:a": "pcm_s16le", "frames:v": FRAMES}
    return make(folder / "oracle.mkv", picture, sound, **options)


def picture(clip: Path, pixel_format: str = "yuv420p", rate: int | str = 25, **said: str) -> Any:
    """Return the oracle's picture as tools code it: BT.709 in limited range unless it is said otherwise."""
    node = artifact_input(clip)["v"]
    if rate != RATE:
        node = node.filter("select", "not(mod(n,2))").filter("settb", "AVTB").filter("setpts", f"N/({rate})/TB")
        node = node.filter("fps", fps=rate)
    return coded(node, pixel_format, **said)


def coded(node: Any, pixel_format: str = "yuv420p", **said: str) -> Any:
    """Return RGB as luma and chroma."""
    return node.filter("scale", **CODED).filter("format", pixel_format).filter("setparams", **{**BT709, **said})


def _drawn(size: tuple[int, int], lit: str) -> Any:
    width, height = size
    node = generated_input(f"color=black:s={width}x{height}:r={RATE}:d={FRAMES / RATE}").filter("format", "gbrp")
    return node.filter("geq", **dict.fromkeys("rgb", f"255*({lit})"))


def played(video: Path, sound: Path, size: tuple[int, int]) -> Played:
    """Return what a rendition of the oracle shows, and lets hear."""
    folder = video.parent
    raw, heard = folder / "seen.yuv", folder / "heard.raw"
    outputs = [artifact_input(video)["v"].output(str(raw), f="rawvideo", pix_fmt="yuv420p", fps_mode="passthrough")]
    outputs.append(artifact_input(sound)["a:0"].output(str(heard), f="s16le", ac=1, ar=SAMPLE_RATE))
    SupervisedRunner().run(compile_ffmpeg(tools().ffmpeg, outputs))
    picture, (width, height) = memoryview(raw.read_bytes()), size
    length = width * height + 2 * (-(-width // 2) * -(-height // 2))
    frames = [Plane(picture[at : at + length], size) for at in range(0, len(picture), length)]
    samples = memoryview(heard.read_bytes()).cast("h")
    middle = frames[len(frames) // 2]
    return Played(
        size, [one.seen() for one in frames], middle.circle(), middle.colours(), _beeps(samples), len(samples)
    )


def _beeps(samples: Sequence[int]) -> list[int]:
    found: list[int] = []
    for at, level in enumerate(samples):
        if abs(level) > 3000 and (not found or at - found[-1] > SAMPLE_RATE // 20):
            found.append(at)
    return found


class Plane:
    """One frame in 4:2:0; places are those of the oracle's own size."""

    def __init__(self, data: memoryview, size: tuple[int, int]) -> None:
        (self.width, self.height), self.data = size, data

    def seen(self) -> Seen:
        cells = [self.luma(cell * CELL + CELL / 2, CELL / 2) > 127 for cell in range(10)]
        assert cells[7:] == [False, False, True], "the marks are not where they belong"
        number = sum(is_lit << bit for bit, is_lit in enumerate(cells[:BITS]))
        return Seen(number, cells[FLASH], self._stripes(), self._combs())

    def luma(self, x: float, y: float) -> int:
        column = min(self.width - 1, int(x * self.width / WIDTH))
        return self.data[min(self.height - 1, int(y * self.height / HEIGHT)) * self.width + column]

    def circle(self) -> float:
        """Return the width of the circle in heights of it, from its area's edges."""
        left, top, right, bottom = CIRCLE
        row = int((top + bottom) / 2 * self.height / HEIGHT) * self.width
        column = int((left + right) / 2 * self.width / WIDTH)
        across = self.data[row : row + int(STRIPES[0] * self.width / WIDTH)]
        down = self.data[int(STRIPES[1] * self.height / HEIGHT) * self.width + column :: self.width][
            : self.height - int(STRIPES[1] * self.height / HEIGHT)
        ]
        return (sum(across) - 16 * len(across)) / (sum(bytes(down)[: len(down)]) - 16 * len(down))

    def colours(self) -> list[tuple[float, float, float]]:
        """Return the colours of the patches as a display of BT.709 shows them."""
        return [self._colour(at) for at in range(len(PATCHES))]

    def _colour(self, at: int) -> tuple[float, float, float]:
        width, size = -(-self.width // 2), self.width * self.height
        x, y = int((at + 0.5) * CELL * self.width / WIDTH), int(2 * CELL * self.height / HEIGHT)
        reach, lines = self.width * 6 // WIDTH, self.height * 12 // HEIGHT
        luma = self._mean(0, self.width, (x - reach, x + reach), (y - lines, y + lines))
        chroma = ((x - reach) // 2, (x + reach) // 2), ((y - lines) // 2, (y + lines) // 2)
        blue = self._mean(size, width, *chroma)
        red = self._mean(size + width * -(-self.height // 2), width, *chroma)
        grey, blue, red = 255 * (luma - 16) / 219, 255 * (blue - 128) / 224, 255 * (red - 128) / 224
        return grey + 1.5748 * red, grey - 0.18733 * blue - 0.46813 * red, grey + 1.8556 * blue

    def _mean(self, begin: int, stride: int, columns: tuple[int, int], rows: tuple[int, int]) -> float:
        lines = [
            sum(self.data[begin + row * stride + columns[0] : begin + row * stride + columns[1]])
            for row in range(*rows)
        ]
        return sum(lines) / len(lines) / (columns[1] - columns[0])

    def _stripes(self) -> float:
        """Return the phase of the stripes, by their first Fourier component in the middle line."""
        left, top, width, height = STRIPES
        seen = [self.luma(left + x + 0.5, top + height / 2) * cmath.exp(-2j * pi * x / PERIOD) for x in range(width)]
        return cmath.phase(sum(seen)) * -PERIOD / 2 / pi % PERIOD

    def _combs(self) -> float:
        left, top, width, height = (
            round(one * side / whole)
            for one, side, whole in zip(STRIPES, (self.width, self.height) * 2, (WIDTH, HEIGHT) * 2, strict=True)
        )
        columns = range(left + 8, left + width - 8, 3)
        return max(self._comb(column, top + 8, top + height - 8) for column in columns)

    def _comb(self, column: int, first: int, last: int) -> float:
        line = self.data[first * self.width + column : last * self.width + column : self.width].tolist()
        pairs = zip(line, line[1:], line[2:], strict=False)
        return sum(abs(a - 2 * b + c) / 2 for a, b, c in pairs) / (len(line) - 2)
