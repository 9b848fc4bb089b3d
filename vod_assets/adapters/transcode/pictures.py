"""Still pictures: a poster worth looking at, and a small picture every few seconds, without decoding the whole film."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image, ImageFilter, ImageStat

from vod_assets.adapters.ffmpeg.command import compile_ffmpeg, source_input
from vod_assets.adapters.tools import Tools
from vod_assets.domain.errors import SourceError
from vod_assets.domain.media_info import MediaInfo, VideoStream
from vod_assets.domain.profile import ThumbnailPreset
from vod_assets.ports import Limits, ToolRunner

POSTER_WIDTH = 1280
POSTER_TIMES = tuple(Fraction(percent, 100) for percent in (10, 20, 30, 40, 50, 65))  # not the credits
DENSE_KEYFRAMES_SECONDS = 10
SEARCHED_SECONDS = 60  # of a source whose key frames are too rare to jump to
LIMITS = Limits(address_space_bytes=4 << 30, file_bytes=1 << 30)
HDR_TRANSFERS = {"smpte2084": 100, "arib-std-b67": 100}  # with the light level, cd/m², that becomes white
JPEG = {"c:v": "mjpeg", "threads:v": 1, "flags:v": "+bitexact", "fflags": "+bitexact", "strict": "unofficial"}
SCALING = "bicubic+accurate_rnd+full_chroma_int+bitexact"  # the same bytes on every processor


class FfmpegPictureMaker:
    """Takes still pictures from a source with the FFmpeg of the settings."""

    def __init__(self, tools: Tools, runner: ToolRunner) -> None:
        self.tools, self.runner = tools, runner
        self.build_ids = {"ffmpeg": tools.build_id("ffmpeg")}

    def poster(self, source: Path, info: MediaInfo, target: Path) -> Fraction:
        """Write the most telling of a few frames as JPEG in display shape, at most 1280 wide; return its time.

        Candidates are frames spread over the title; flat, black and blown-out ones lose. The time is that of the
        candidate: a key frame may lie a little before it.

        Raises:
            SourceError: ``no_video``: not one of them can be decoded.
        """
        times = candidate_times(info)
        with TemporaryDirectory(dir=target.parent, prefix=".poster_") as scratch:
            paths = [Path(scratch, f"{number}.jpg") for number in range(len(times))]
            self.runner.run(self.poster_command(source, info, times, paths), limits=LIMITS)
            found = [(telling(path), time, path) for time, path in zip(times, paths, strict=True) if path.exists()]
            if not found:
                raise SourceError("no_video", "no frame can be decoded for a poster", file=source.name)
            _, time, best = max(found, key=lambda one: one[0])  # of equals, the earliest
            best.replace(target)
        return time

    def poster_command(
        self, source: Path, info: MediaInfo, times: Sequence[Fraction], targets: Sequence[Path]
    ) -> list[str]:
        """Return the command line that takes one frame at each time: every one is a seek and, mostly, one decode."""
        jump: dict[str, Any] = {"skip_frame:v": "nokey", "noaccurate_seek": None} if keyframes_are_dense(info) else {}
        size = fitted(info.video.display_size, POSTER_WIDTH)
        outputs = []
        for time, target in zip(times, targets, strict=True):
            picture = source_input(source, ss=_seconds(time), **jump, **{"threads:v": 1})[str(info.video.index)]
            still = _still(picture, info.video, size)
            outputs.append(still.output(str(target), **JPEG, **{"q:v": 3, "frames:v": 1, "update": 1}, f="image2"))
        return compile_ffmpeg(self.tools.ffmpeg, outputs)

    def thumbnails(self, source: Path, info: MediaInfo, preset: ThumbnailPreset, directory: Path) -> int:
        """Write one small JPEG per interval, ``00001.jpg`` on, for the whole duration; return how many."""
        self.runner.run(self.thumbnail_command(source, info, preset, directory), limits=LIMITS)
        count = thumbnail_count(info, preset)
        made = len(list(directory.glob("[0-9]*.jpg")))
        if made != count:
            cause = f"{made} thumbnails could be taken instead of {count}"
            raise SourceError("source_damaged", cause, "Deliver the file again", file=source.name)
        return count

    def thumbnail_command(self, source: Path, info: MediaInfo, preset: ThumbnailPreset, directory: Path) -> list[str]:
        """Return the command line of all thumbnails.

        Each is the last usable frame before the middle of its interval. Key frames alone are enough when there is one
        per interval: the demuxer passes on nothing else. Otherwise frames that no other frame needs are left out.
        """
        gap, interval = info.video.keyframe_gap_seconds, preset.interval_seconds
        cheap: dict[str, Any] = {"skip_frame:v": "noref", "skip_loop_filter:v": "noref", "threads:v": 2}
        if gap is not None and gap <= interval:
            cheap = {"skip_frame:v": "nokey", "discard:v": "nokey", "threads:v": 1}
        picture = source_input(source, **cheap)[str(info.video.index)]
        paced = picture.filter("fps", fps=f"1/{interval}", start_time=0, round="near")
        still = _still(paced, info.video, fitted(info.video.display_size, preset.width))
        lasting = still.filter("tpad", stop=-1, stop_mode="clone")  # a picture per interval to the very end
        frames = {"q:v": 3, "frames:v": thumbnail_count(info, preset), "start_number": 1}
        output = lasting.output(str(directory / "%05d.jpg"), **JPEG, **frames, f="image2")
        return compile_ffmpeg(self.tools.ffmpeg, [output])


def thumbnail_count(info: MediaInfo, preset: ThumbnailPreset) -> int:
    """Return how many intervals a title has, the last one perhaps shorter."""
    return max(1, ceil(info.duration_seconds / preset.interval_seconds))


def fitted(display_size: tuple[int, int], width: int) -> tuple[int, int]:
    """Return an even size of the same shape, at most ``width`` wide, never larger than the picture."""
    shown_width, shown_height = display_size
    scale = min(Fraction(1), Fraction(width, shown_width))
    return max(2, round(shown_width * scale / 2) * 2), max(2, round(shown_height * scale / 2) * 2)


def keyframes_are_dense(info: MediaInfo) -> bool:
    """Whether jumping to key frames gives frames from all over the title."""
    gap = info.video.keyframe_gap_seconds
    return gap is not None and gap <= min(Fraction(DENSE_KEYFRAMES_SECONDS), info.duration_seconds / 8)


def candidate_times(info: MediaInfo) -> list[Fraction]:
    """Return the times to look at, in seconds from the start of the video."""
    span = (
        info.duration_seconds if keyframes_are_dense(info) else min(info.duration_seconds, Fraction(SEARCHED_SECONDS))
    )
    return [span * part for part in POSTER_TIMES]


@dataclass(frozen=True, order=True)
class Telling:
    """How much there is to see in a picture; more is better."""

    is_exposed: bool
    score: int


def telling(path: Path) -> Telling:
    """Return how telling a picture is: contrast, detail and colour, and whether it is neither black nor white."""
    with Image.open(path) as picture:
        small = picture.convert("RGB").resize((96, 54), Image.Resampling.BOX)
    grey = small.convert("L")
    light = ImageStat.Stat(grey)
    detail = ImageStat.Stat(grey.filter(ImageFilter.FIND_EDGES).crop((1, 1, 95, 53))).mean[0]
    colour = ImageStat.Stat(small.convert("HSV")).mean[1]
    exposed = 24 <= light.mean[0] <= 232 and light.stddev[0] >= 8
    return Telling(exposed, round(10 * (light.stddev[0] + 2 * detail + colour / 8)))


def _still(picture: Any, video: VideoStream, size: tuple[int, int]) -> Any:
    """Return a frame as JPEG (JFIF) wants it: SDR, BT.601, full range, square pixels; FFmpeg has turned it already."""
    if video.field_order not in ("progressive", "unknown", ""):
        picture = picture.filter("field", type="top")  # one field of one frame: no neighbours needed, no combing
    hdr = video.colour.transfer in HDR_TRANSFERS
    width, height = size
    arguments: dict[str, Any] = {"w": width, "h": height, "flags": SCALING}
    if not hdr:
        arguments |= {"in_color_matrix": _matrix(video), "out_color_matrix": "bt601", "out_range": "full"}
    picture = picture.filter("scale", **arguments)
    if hdr:
        picture = _tone_mapped(picture, video)
    return picture.filter("setsar", 1).filter("format", "yuvj420p" if hdr else "yuv420p")


def _matrix(video: VideoStream) -> str:
    known = {"bt709": "bt709", "bt470bg": "bt601", "smpte170m": "bt601", "bt2020nc": "bt2020", "smpte240m": "smpte240m"}
    return known.get(video.colour.matrix, "bt709" if video.height >= 720 else "bt601")


def _tone_mapped(picture: Any, video: VideoStream) -> Any:
    """Return an HDR picture in BT.709 colours; what is missing of its description is taken to be BT.2020."""
    source = {"tin": video.colour.transfer, "min": "bt2020nc", "pin": "bt2020", "rin": "tv"}
    linear = picture.filter("zscale", **source, t="linear", npl=HDR_TRANSFERS[video.colour.transfer])
    linear = linear.filter("format", "gbrpf32le").filter("zscale", p="bt709")
    mapped = linear.filter("tonemap", tonemap="hable", desat=0)
    return mapped.filter("zscale", t="bt709", m="smpte170m", r="pc")


def _seconds(time: Fraction) -> str:
    """Return a time for ``-ss``, cut to milliseconds."""
    return f"{int(time * 1000) / 1000:.3f}"
