"""A rendition shows the colours of its source, whatever these were coded in, and says what its own are."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest

from vod_assets.adapters.ffmpeg.command import artifact_input, generated_input
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.transcode.ffmpeg import FfmpegTranscoder
from vod_assets.domain.ladder import Ladder, Rung
from vod_assets.domain.media_info import Colour, MediaInfo
from vod_assets.domain.video_presets import RungPreset, VideoPreset
from vod_assets.ports import CodecJob, RungJob
from vod_assets_tests.adapters.transcode.clips import described, make, tools

Vector = list[float]
Matrix = list[list[float]]
SIDE = 32
BARS = [(0.75, 0.75, 0.75), (0.75, 0.75, 0), (0, 0.75, 0.75), (0, 0.75, 0), (0.75, 0, 0.75), (0.75, 0, 0), (0, 0, 0.75)]
BARS += [(0.5, 0.5, 0.5), (0.6, 0.45, 0.35), (0.2, 0.3, 0.4)]  # and grey, skin, slate
WIDTH = SIDE * len(BARS)
LUMA = {"bt709": (0.2126, 0.0722), "smpte170m": (0.299, 0.114), "bt470bg": (0.299, 0.114), "bt2020nc": (0.2627, 0.0593)}
WHITE = (0.3127, 0.3290)
PRIMARIES = {
    "bt709": ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)),
    "smpte170m": ((0.63, 0.34), (0.31, 0.595), (0.155, 0.07)),
    "bt470bg": ((0.64, 0.33), (0.29, 0.60), (0.15, 0.06)),
    "bt2020": ((0.708, 0.292), (0.17, 0.797), (0.131, 0.046)),
}
TOLERANCE = 3  # of 255
RED_709 = (63, 102, 240)  # ITU-R BT.709: luma 16 + 219 x 0.2126, and so on; BT.601 would be 81, 90, 240
BT709 = Colour(primaries="bt709", transfer="bt709", matrix="bt709", range="tv")


@dataclass(frozen=True)
class Coded:
    """How bars are coded: what is said of it, and what it is, which differs where nothing is said."""

    said: Colour
    primaries: str
    matrix: str
    is_full: bool = False
    rate: Fraction = Fraction(25)
    pixel_format: str = "yuv444p"
    width: int = WIDTH
    height: int = 64  # as it is described: the file has no more


def said(primaries: str, transfer: str, matrix: str, reach: str) -> Colour:
    return Colour(primaries=primaries, transfer=transfer, matrix=matrix, range=reach)


CODED = {
    "BT.709": Coded(BT709, "bt709", "bt709"),
    "BT.601, 525 lines": Coded(said("smpte170m", "smpte170m", "smpte170m", "tv"), "smpte170m", "smpte170m"),
    "BT.601, 625 lines": Coded(said("bt470bg", "bt470bg", "bt470bg", "tv"), "bt470bg", "bt470bg"),
    "BT.2020": Coded(said("bt2020", "bt2020-10", "bt2020nc", "tv"), "bt2020", "bt2020nc"),
    "full range": Coded(said("bt709", "bt709", "bt709", "pc"), "bt709", "bt709", is_full=True),
    "a telephone's": Coded(said("bt709", "bt709", "smpte170m", "pc"), "bt709", "smpte170m", is_full=True),
    "a camera's": Coded(
        said("bt470bg", "smpte170m", "smpte170m", "pc"), "bt470bg", "smpte170m", is_full=True, pixel_format="yuvj444p"
    ),
    "undeclared, small": Coded(Colour(), "bt709", "bt470bg"),
    "undeclared, of broadcasting": Coded(Colour(), "bt470bg", "bt470bg", width=720, height=576),
    "undeclared, large": Coded(Colour(), "bt709", "bt709", width=4 * WIDTH),
}


def code(rgb: Sequence[float], coded: Coded) -> tuple[int, int, int]:
    """Return luma and chroma of a colour in 8 bits (ITU-R BT.709 and the like, 3)."""
    kr, kb = LUMA[coded.matrix]
    luma = kr * rgb[0] + (1 - kr - kb) * rgb[1] + kb * rgb[2]
    blue, red = (rgb[2] - luma) / 2 / (1 - kb), (rgb[0] - luma) / 2 / (1 - kr)
    if coded.is_full:
        return round(255 * luma), round(128 + 255 * blue), round(128 + 255 * red)
    return round(16 + 219 * luma), round(128 + 224 * blue), round(128 + 224 * red)


def shown(samples: Sequence[float]) -> Vector:
    """Return the colour of a rendition's samples, which are BT.709 in limited range."""
    kr, kb = LUMA["bt709"]
    luma, blue, red = (samples[0] - 16) / 219, (samples[1] - 128) / 224, (samples[2] - 128) / 224
    r, b = luma + 2 * (1 - kr) * red, luma + 2 * (1 - kb) * blue
    return clipped([r, (luma - kr * r - kb * b) / (1 - kr - kb), b])


def clipped(values: Sequence[float]) -> Vector:
    return [min(1.0, max(0.0, value)) for value in values]


def times(matrix: Matrix, vector: Sequence[float]) -> Vector:
    return [sum(one * other for one, other in zip(row, vector, strict=True)) for row in matrix]


def inverse(matrix: Matrix) -> Matrix:
    """Return the inverse of three by three by its adjugate."""
    minors = [
        [
            matrix[(c + 1) % 3][(r + 1) % 3] * matrix[(c + 2) % 3][(r + 2) % 3]
            - matrix[(c + 1) % 3][(r + 2) % 3] * matrix[(c + 2) % 3][(r + 1) % 3]
            for c in range(3)
        ]
        for r in range(3)
    ]
    determinant = sum(matrix[0][at] * minors[at][0] for at in range(3))
    return [[one / determinant for one in row] for row in minors]


def to_xyz(primaries: str) -> Matrix:
    """Return the matrix from linear light of these primaries to CIE XYZ (SMPTE RP 177)."""
    points = [[x / y, 1, (1 - x - y) / y] for x, y in PRIMARIES[primaries]]
    columns = [list(row) for row in zip(*points, strict=True)]
    scale = times(inverse(columns), [WHITE[0] / WHITE[1], 1, (1 - sum(WHITE)) / WHITE[1]])
    return [[one * by for one, by in zip(row, scale, strict=True)] for row in columns]


def meant(rgb: Sequence[float], primaries: str) -> Vector:
    """Return how a display of BT.709 shows a colour that was made for one of other primaries (BT.1886)."""
    light = times(inverse(to_xyz("bt709")), times(to_xyz(primaries), [one**2.4 for one in rgb]))
    return [one ** (1 / 2.4) for one in clipped(light)]


def distance(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the largest difference of two colours, in 255ths."""
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) * 255


def bars(target: Path, coded: Coded) -> Path:
    """Write ten patches side by side, coded by hand."""
    width = coded.width // len(BARS)
    planes = zip(*(code(rgb, coded) for rgb in BARS), strict=True)
    luma, blue, red = ("+".join(f"{v}*eq(floor(X/{width}),{n})" for n, v in enumerate(plane)) for plane in planes)
    picture = generated_input(f"nullsrc=s={coded.width}x64:r={coded.rate}:d=0.2").filter("format", "yuv444p")
    picture = picture.filter("geq", lum=luma, cb=blue, cr=red)
    if coded.said != Colour():
        names = {"color_primaries": coded.said.primaries, "color_trc": coded.said.transfer, "range": coded.said.range}
        picture = picture.filter("setparams", colorspace=coded.said.matrix, **names)
    options = {"c:v": "libx264", "qp": 0, "preset": "ultrafast", "pix_fmt": coded.pixel_format}
    lossless = options if coded.pixel_format.startswith("yuvj") else {"c:v": "ffv1"}
    return make(target, picture, **{**lossless, "color_range": "pc" if coded.is_full else "tv"})


def encoded(source: Path, folder: Path, info: MediaInfo) -> Path:
    """Encode a clip as the graph does, in its own size."""
    rung = Rung(key="h264_64p", codec="h264", name="64p", width=info.video.width, height=64)
    asked = RungPreset(name="64p", box=(2048, 64), crf=1)
    ladder = Ladder(frame_rate=info.video.frame_rate, gop_frames=25, segment_frames=25, rungs=(rung,))
    preset, job = VideoPreset(preset="veryfast", threads=1, rungs=(asked,)), RungJob(rung, asked, folder)
    FfmpegTranscoder(tools(), SupervisedRunner()).encode_video(
        source, info, CodecJob(ladder, preset, [job]), lambda _: None
    )
    return folder / "video.mp4"


def middles(video: Path, width: int, patches: int) -> list[Vector]:
    """Return the means of luma and chroma amid each patch of the first picture, dither evened out."""
    raw = make(video.with_suffix(".yuv"), artifact_input(video), **{"frames:v": 1, "f": "rawvideo"}).read_bytes()
    planes = ((0, width), (64 * width, width // 2), (80 * width, width // 2))
    return [
        [_mean(raw[begin:], stride, (2 * number + 1) * stride // patches // 2) for begin, stride in planes]
        for number in range(patches)
    ]


def _mean(plane: bytes, stride: int, column: int) -> float:
    return sum(plane[row * stride + at] for row in range(12, 20) for at in range(column - 4, column + 4)) / 64


def tags(video: Path) -> set[str]:
    entries = "stream=color_primaries,color_transfer,color_space"
    command = [str(tools().ffprobe), "-v", "error", "-show_entries", entries, "-of", "json", str(video)]
    stream = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["streams"][0]
    return {stream.get(key, "") for key in ("color_primaries", "color_transfer", "color_space")}


@pytest.mark.media
@pytest.mark.parametrize("name", CODED)
def test_colours_are_those_of_the_source_whatever_they_are_coded_in(tmp_path: Path, name: str) -> None:
    coded = CODED[name]
    picture = {"pixel_format": coded.pixel_format, "colour": coded.said}
    info = described(coded.width, coded.height, Fraction(1, 5), 1, **picture)
    info = info.model_copy(update={"video": info.video.model_copy(update={"frame_rate": coded.rate})})
    video = encoded(bars(tmp_path / "bars.mkv", coded), tmp_path, info)
    assert tags(video) == {"bt709"}
    for rgb, samples in zip(BARS, middles(video, coded.width, len(BARS)), strict=True):
        assert distance(shown(samples), meant(rgb, coded.primaries)) <= TOLERANCE, (rgb, samples)


@pytest.mark.media
@pytest.mark.parametrize(("codec", "pixel_format"), [("png", "rgb24"), ("qtrle", "argb"), ("ffv1", "bgr0")])
def test_red_of_an_rgb_source_is_the_red_of_bt709(tmp_path: Path, codec: str, pixel_format: str) -> None:
    picture = generated_input("color=red:s=64x64:r=25:d=1").filter("format", pixel_format)
    source = make(tmp_path / "c.mov" if codec != "ffv1" else tmp_path / "c.mkv", picture, **{"c:v": codec})
    video = encoded(source, tmp_path, described(64, 64, 1, 1, pixel_format=pixel_format))
    assert middles(video, 64, 1) == [pytest.approx(list(RED_709), abs=2)]
    assert tags(video) == {"bt709"}


@pytest.mark.media
def test_an_rgb_source_of_other_primaries_is_converted(tmp_path: Path) -> None:
    picture = generated_input("color=0x80604c:s=64x64:r=25:d=0.2").filter("format", "gbrp")
    source = make(tmp_path / "c.mkv", picture, **{"c:v": "ffv1"})
    colour = said("bt2020", "unknown", "gbr", "pc")
    video = encoded(source, tmp_path, described(64, 64, Fraction(1, 5), 1, pixel_format="gbrp", colour=colour))
    wanted = meant([0x80 / 255, 0x60 / 255, 0x4C / 255], "bt2020")
    assert distance(shown(middles(video, 64, 1)[0]), wanted) <= TOLERANCE


@pytest.mark.media
@pytest.mark.parametrize("transfer", ["smpte2084", "arib-std-b67"])
def test_tones_of_hdr_up_to_half_of_white_are_kept_and_highlights_pressed_below_white(
    tmp_path: Path, transfer: str
) -> None:
    """The light of each patch is known: of PQ by BT.2100, of HLG by BT.2408 (38 % is 26, 75 % is 203 cd/m²)."""
    coded = {"smpte2084": (0.3772, 0.4404, 0.5081, 0.5807, 0.7518), "arib-std-b67": (0.38, 0.50, 0.60, 0.75, 1.0)}
    nits = {"smpte2084": (26, 50, 100, 203, 1000), "arib-std-b67": (26, 50.6, 91, 203, 1000)}
    hdr = said("bt2020", transfer, "bt2020nc", "tv")
    luma = "+".join(f"{round(64 + 876 * one)}*eq(floor(X/64),{at})" for at, one in enumerate(coded[transfer]))
    picture = generated_input("nullsrc=s=320x64:r=25:d=0.2").filter("format", "yuv420p10le")
    picture = picture.filter("geq", lum=luma, cb="512", cr="512")
    names = {"color_primaries": hdr.primaries, "color_trc": hdr.transfer, "range": hdr.range}
    source = make(tmp_path / "c.mkv", picture.filter("setparams", colorspace=hdr.matrix, **names), **{"c:v": "ffv1"})
    info = described(320, 64, Fraction(1, 5), 1, pixel_format="yuv420p10le", colour=hdr)
    video = encoded(source, tmp_path, info)
    assert tags(video) == {"bt709"}
    found = [shown(one)[1] for one in middles(video, 320, 5)]
    for level, wanted in zip(found[:2], nits[transfer][:2], strict=True):
        assert abs(level - (wanted / 203) ** (1 / 2.4)) * 255 <= TOLERANCE
    assert found == sorted(found)
    assert 0.8 < found[3] < 0.95
    assert 0.97 < found[4] <= 1
