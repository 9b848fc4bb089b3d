"""Still pictures: a poster worth looking at, and a small picture every few seconds, without decoding the whole film."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import PIL
from PIL import Image, ImageFilter, ImageStat

from vod_assets.adapters.ffmpeg import programme
from vod_assets.adapters.ffmpeg.command import compile_ffmpeg, source_input
from vod_assets.adapters.ffmpeg.progress import STALL_SECONDS, ProgressReader
from vod_assets.adapters.tools import Tools
from vod_assets.adapters.transcode.memory import address_space_bytes
from vod_assets.domain.colour_conversion import sdr_filters
from vod_assets.domain.colours import judge_range, meaning
from vod_assets.domain.errors import SourceError
from vod_assets.domain.filters import SCALING, seconds_text
from vod_assets.domain.media_info import MediaInfo, VideoStream
from vod_assets.domain.thumbnails import ThumbnailPreset
from vod_assets.domain.timeline_filters import conformed
from vod_assets.domain.whole_frames import PROGRESSIVE, believed_colour
from vod_assets.ports import Limits, ToolRunner

POSTER_SIDE = 1280
CANDIDATES = 6
LAST_CANDIDATE = Fraction(65, 100)  # of the duration: not the credits
DENSE_KEYFRAMES_SECONDS = 10
SEARCHED_SECONDS = 60  # of a source whose key frames are too rare to jump to
LARGEST_FILE_BYTES = 1 << 30
THRIFTY: dict[str, Any] = {"skip_frame:v": "noref", "threads:v": 2}
KEYFRAMES_ONLY: dict[str, Any] = {"skip_frame:v": "nokey", "discard:v": "nokey", "threads:v": 1}
JPEG: dict[str, Any] = {
    "c:v": "mjpeg",
    "threads:v": 1,
    "flags:v": "+bitexact",
    "fflags": "+bitexact",
    "strict": "unofficial",
    "q:v": 3,
}
PACING: dict[str, Any] = {
    "start_time": 0,
    "round": "near",
    "eof_action": "pass",
}  # the frame before the middle of each interval
JFIF: dict[str, Any] = {"out_color_matrix": "bt601", "out_range": "full"}


@dataclass(frozen=True)
class Effort:
    """How much is decoded for thumbnails: options of the input, and which frame of an interval ``fps`` takes."""

    options: Mapping[str, Any]
    rounding: str


class FfmpegPictureMaker:
    """Takes still pictures from a source with the FFmpeg of the settings."""

    def __init__(self, tools: Tools, runner: ToolRunner) -> None:
        self.tools, self.runner = tools, runner
        self.build_ids = {"ffmpeg": tools.build_id("ffmpeg"), "pillow": PIL.__version__}  # it chooses the poster

    def poster(self, source: Path, info: MediaInfo, target: Path) -> Fraction:
        """Write the most telling of a few frames as JPEG in display shape, no side over 1280; return its time.

        Candidates are spread over the title; flat, black and blown-out ones lose. The time is where the candidate was
        looked for: the frame may lie up to a key-frame distance before it.

        Raises:
            SourceError: ``no_video``: not one of them can be decoded.
        """
        with TemporaryDirectory(dir=target.parent, prefix=".poster_") as scratch:
            self._run(self.poster_command(source, info, Path(scratch)), info)
            paths = (
                (time, Path(scratch, f"{number}.jpg")) for number, time in enumerate(candidate_times(info), start=1)
            )
            found = [(telling(path), time, path) for time, path in paths if path.exists()]
            if not found:
                raise SourceError("no_video", "no frame can be decoded for a poster", file=source.name)
            _, time, best = max(found, key=lambda one: one[0])  # of equals, the earliest
            best.replace(target)
        return time

    def poster_command(self, source: Path, info: MediaInfo, directory: Path) -> list[str]:
        """Return the command line that writes the candidates, ``1.jpg`` on.

        Where key frames are dense, each candidate costs one seek and one decoded frame; elsewhere the first minute is
        decoded once, without the frames that no other frame needs.
        """
        size, times = fitted(info.video.display_size, POSTER_SIDE), candidate_times(info)
        outputs = []
        if keyframes_are_dense(info):
            for number, time in enumerate(times, start=1):
                still = _still(_candidate(source, info, time), info.video, size)
                once = {"frames:v": 1, "update": 1}
                outputs.append(still.output(str(directory / f"{number}.jpg"), **JPEG, **once, f="image2"))
        else:
            span = min(info.duration_seconds, Fraction(SEARCHED_SECONDS))
            rate = (len(times) / span).limit_denominator(1000)
            picture = _beginning(source, info, span).filter("fps", fps=str(rate), **PACING)
            few = {"frames:v": len(times), "start_number": 1}
            still = _still(picture, info.video, size)
            outputs.append(still.output(str(directory / "%d.jpg"), **JPEG, **few, f="image2"))
        return compile_ffmpeg(self.tools.ffmpeg, outputs, progress=True)

    def thumbnails(self, source: Path, info: MediaInfo, preset: ThumbnailPreset, directory: Path) -> int:
        """Write one small JPEG per interval, ``00001.jpg`` on, for the whole duration; return how many."""
        count, made = thumbnail_count(info, preset), 0
        for effort in efforts(info, preset):
            self._run(self.thumbnail_command(source, info, preset, directory, effort), info)
            made = len(list(directory.glob("[0-9]*.jpg")))
            if made == count:
                return count
        cause = f"{made} thumbnails could be taken instead of {count}"
        raise SourceError("source_damaged", cause, "Deliver the file again", file=source.name)

    def thumbnail_command(
        self, source: Path, info: MediaInfo, preset: ThumbnailPreset, directory: Path, effort: Effort
    ) -> list[str]:
        """Return the command line of all thumbnails, decoding as much as an effort says."""
        interval = preset.interval_seconds
        picture = _from_first(programme.picture(source, _for_stills(info), **effort.options), info)
        picture = picture.filter("fps", fps=f"1/{interval}", **PACING | {"round": effort.rounding})
        still = _still(picture, info.video, fitted(info.video.display_size, preset.width))
        lasting = still.filter("tpad", stop=-1, stop_mode="clone")  # a picture per interval to the very end
        frames = {"frames:v": thumbnail_count(info, preset), "start_number": 1}
        output = lasting.output(str(directory / "%05d.jpg"), **JPEG, **frames, f="image2")
        return compile_ffmpeg(self.tools.ffmpeg, [output], progress=True)

    def _run(self, argv: Sequence[str], info: MediaInfo) -> None:
        """Run a command that says nothing but its progress: a long film takes minutes."""
        progress, memory = ProgressReader(), address_space_bytes(info.video)
        limits = Limits(address_space_bytes=memory, file_bytes=LARGEST_FILE_BYTES, stall_seconds=STALL_SECONDS)
        self.runner.run(argv, limits=limits, on_line=progress.read, pulse=progress.advance)


def efforts(info: MediaInfo, preset: ThumbnailPreset) -> list[Effort]:
    """Return how thumbnails are tried to be taken, the cheapest way first.

    Where there is a key frame in every interval, the first one is decoded and nothing else is. An edit list may throw
    just that frame away; then all key frames are tried, and at last whatever the middle of an interval needs.
    """
    gap, interval = info.video.keyframe_gap_seconds, preset.interval_seconds
    thorough = Effort(THRIFTY, "near")
    if gap is None or gap > interval:
        return [thorough]
    fewest = [Effort({**KEYFRAMES_ONLY, "bsf:v": _one_keyframe_per(interval)}, "down")]  # by the clock of one file
    return [*([] if info.timeline else fewest), Effort(KEYFRAMES_ONLY, "near"), thorough]


def _one_keyframe_per(interval_seconds: int) -> str:
    """Return a bitstream filter that keeps all packets but the first key frame of each interval from the decoder.

    An intra-only mezzanine has nothing but key frames, and decoding them all for a few pictures costs as much as an
    encode's own decode. Packets without a time stamp (AVI) are kept. Register 0 holds where the next interval begins; a
    millisecond of grace covers time stamps that a container rounds.
    """
    time = "(pts-startpts)*tb"
    next_interval = rf"st(0\,{interval_seconds}*floor({time}/{interval_seconds}+1.0001))"
    return rf"noise=drop='if(eq(pts\,nopts)+key*gte({time}\,ld(0)-0.001)\,{next_interval}*0\,1)'"


def thumbnail_count(info: MediaInfo, preset: ThumbnailPreset) -> int:
    """Return how many intervals a title has, the last one perhaps shorter."""
    return max(1, ceil(info.duration_seconds / preset.interval_seconds))


def fitted(display_size: tuple[int, int], longest_side: int) -> tuple[int, int]:
    """Return an even size of the same shape with no side over ``longest_side``, never larger than the picture."""
    scale = min(Fraction(1), Fraction(longest_side, max(display_size)))
    width, height = (max(2, round(side * scale / 2) * 2) for side in display_size)
    return width, height


def keyframes_are_dense(info: MediaInfo) -> bool:
    """Whether jumping to key frames gives frames from all over the title."""
    gap = info.video.keyframe_gap_seconds
    return gap is not None and gap <= min(Fraction(DENSE_KEYFRAMES_SECONDS), info.duration_seconds / 4)


def candidate_times(info: MediaInfo) -> list[Fraction]:
    """Return where candidates for the poster are looked for, in seconds from the start of the file."""
    if keyframes_are_dense(info):
        span = info.duration_seconds * LAST_CANDIDATE
        return [span * number / CANDIDATES for number in range(1, CANDIDATES + 1)]
    span = min(info.duration_seconds, Fraction(SEARCHED_SECONDS))
    return [span * (2 * number - 1) / (2 * CANDIDATES) for number in range(1, CANDIDATES + 1)]


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


def _candidate(source: Path, info: MediaInfo, time: Fraction) -> Any:
    """Return a candidate for the poster as the only picture of a stream.

    Of one file it is the key frame before its time; that of a span might come before the in point, so it is what is
    shown then, and nothing where the span ends sooner.
    """
    if info.timeline is None:
        jump: dict[str, Any] = {"skip_frame:v": "nokey", "threads:v": 1, "noaccurate_seek": None}
        return source_input(source, ss=_seconds(info.video.start_seconds + time), **jump)[str(info.video.index)]
    span, at = info.timeline.at(time)
    begins, rest = span.picture.start_seconds + at, span.to_seconds - at
    path = programme.file_of(source, span.file)
    opened = source_input(path, ss=_seconds(begins), t=_seconds(rest), **THRIFTY)[str(span.picture.stream)]
    told = programme.chained(opened, span.picture.colour_filters)
    whole = told.filter("field", type="top") if span.picture.field_order not in PROGRESSIVE else told
    return programme.chained(whole, conformed(span.picture, info.timeline.picture))


def _beginning(source: Path, info: MediaInfo, span: Fraction) -> Any:
    """Return the picture up to a time, without the frames that no other frame needs."""
    if info.timeline is None:
        lasting = _seconds(info.first_shown_seconds + span)
        return _from_first(source_input(source, t=lasting, **THRIFTY)[str(info.video.index)], info)
    return programme.picture(source, _for_stills(info), **THRIFTY).filter("trim", end=_seconds(span))


def _from_first(picture: Any, info: MediaInfo) -> Any:
    """Return a picture that is counted from its first frame on."""
    late = info.first_shown_seconds
    return picture.filter("setpts", f"PTS-({seconds_text(late)})/TB") if late else picture


def _for_stills(info: MediaInfo) -> MediaInfo:
    """Return the same, whose spans, if there are any, are not put together with what only a moving picture needs."""
    return info.model_copy(update={"timeline": info.timeline.for_stills}) if info.timeline else info


def _still(picture: Any, video: VideoStream, size: tuple[int, int]) -> Any:
    """Return a frame as JPEG (JFIF) wants it: SDR, BT.601, full range, square pixels; FFmpeg has turned it already.

    Colours are believed, converted and tone-mapped as those of renditions are, but when the picture is small.

    Raises:
        SourceError: ``colours_unknown``.
    """
    judge_range(video, hdr_without_metadata="assume")
    if video.field_order not in PROGRESSIVE:
        picture = picture.filter("field", type="top")  # one field of one frame: no neighbours needed, no combing
    picture = programme.chained(picture, believed_colour(video))
    width, height = size
    arguments: dict[str, Any] = {"w": width, "h": height, "flags": SCALING}
    if converted := sdr_filters(video):
        picture = programme.chained(picture.filter("scale", **arguments), converted)
        arguments = JFIF | {"in_color_matrix": "bt709", "in_range": "tv", "flags": SCALING}
    elif meaning(video).matrix == "gbr":
        arguments |= JFIF
    else:
        arguments |= JFIF | {"in_color_matrix": "bt709", "in_range": meaning(video).range}
    return picture.filter("scale", **arguments).filter("setsar", 1).filter("format", "yuv420p")


def _seconds(time: Fraction) -> str:
    """Return a time for ``-ss``, cut to milliseconds."""
    return f"{int(time * 1000) / 1000:.3f}"
