"""A few glimpses of the pictures, in one FFmpeg process that decodes nothing else.

Packets that are not wanted are dropped before the decoder: it gets some runs of neighbouring frames, each from a key
frame on, for the order of fields, and lone key frames all over the title for light, bars and scenes.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from vod_assets.adapters.ffmpeg.command import compile_ffmpeg, source_input
from vod_assets.adapters.tools import Tools
from vod_assets.domain.errors import ToolError
from vod_assets.domain.glimpses import FieldGlimpse, Glimpses, KeyGlimpse, PictureGlimpse
from vod_assets.ports import Limits, ToolRunner

LIMITS = Limits(cpu_seconds=1800, wall_seconds=3 * 3600, stall_seconds=300)
KEY_SECONDS, KEY_SECONDS_OF_LONG, MOST_KEYS, MOST_PICTURES = 4, 6, 600, 16
FEWEST_FRAMES, MOST_FRAMES, FRAMES_SHARE = 18, 90, 20  # of the runs together: one frame in so many, within bounds
RUNS, RUNS_OF_LONG, LONG_FRAMES = 2, 6, 1500
GREY = (32, 18)
COMBING, COMBING_OF_DECLARED = 1.2, 1.04  # sharp graphics that move look like fields by less than 1.2
LEADING_SECONDS = Fraction(1, 2)
KEY = "lavfi.key"
PASS = {"fps_mode": "passthrough"}
_FRAME = re.compile(r"frame:\d+\s+pts:\S+\s+pts_time:(-?[\d.]+)")
_VALUE = re.compile(r"\[Parsed_metadata_\d+ @ \w+\].*? (lavfi\.[\w.]+)=(\S+)")
FIELD, REPEATED = "lavfi.idet.single.current_frame", "lavfi.idet.repeated.current_frame"
LEVELS = ("YMIN", "YLOW", "YAVG", "YHIGH", "YMAX")
EDGES = ("x1", "y1", "x2", "y2")


@dataclass(frozen=True)
class Route:
    """Which packets of a video stream are looked at.

    Attributes:
        stream: Its index.
        runs: Ordinal of the first packet of each run; the runs are of ``run_packets`` each.
        key_gap: Packets between two lone key frames.
        keys: How many of those there may be.
    """

    stream: int
    runs: tuple[int, ...]
    run_packets: int
    key_gap: int
    keys: int

    def dropped(self) -> str:
        """Return when a packet is dropped, in FFmpeg's terms: ``ld`` and ``st`` remember the next lone key frame."""
        runs = "".join(f"between(n,{start},{start + self.run_packets - 1})+" for start in self.runs)
        return f"not({runs}if(key*gte(n,ld(0)),st(0,n+{self.key_gap})))"

    def torn(self) -> tuple[int, ...]:
        """Return the runs whose packet before was dropped; others go on where one ends, as in a short clip."""
        return tuple(one for one in self.runs if not any(0 < one - other <= self.run_packets for other in self.runs))


@dataclass(frozen=True)
class Subject:
    """A video stream as far as it is known.

    Attributes:
        packets: How many it has.
        keys: Ordinals and times of key frames among them.
        rate: Frames per second.
        has_fields: Whether its frames may be made of fields; without, no runs are decoded.
        black: Luma up to which a line is black, as a share of the greatest value.
        combing: How much likelier fields have to be than whole frames.
        is_doubtful: Whether to look at more of its fields.
    """

    stream: int
    packets: int
    keys: Sequence[tuple[int, Fraction]]
    rate: Fraction
    has_fields: bool
    bit_depth: int
    black: float
    combing: float = COMBING
    is_doubtful: bool = False

    def route(self) -> Route:
        """Return what to look at."""
        is_long = self.packets >= LONG_FRAMES
        count = RUNS_OF_LONG if is_long or self.is_doubtful else RUNS
        wanted = [self.packets * (2 * number + 1) // (2 * count) for number in range(count)] if self.has_fields else []
        starts = sorted({max((key for key, _ in self.keys if key <= at), default=0) for at in wanted})
        fewest = MOST_FRAMES if self.is_doubtful else FEWEST_FRAMES
        frames = min(MOST_FRAMES, max(fewest, self.packets // FRAMES_SHARE))
        gap = max(
            1, round((KEY_SECONDS_OF_LONG if is_long else KEY_SECONDS) * self.rate), -(-self.packets // MOST_KEYS)
        )
        return Route(self.stream, tuple(starts), frames // max(1, len(starts)), gap, -(-self.packets // gap))


def glimpses_command(ffmpeg: Path, source: Path, way: Route, black: float, combing: float) -> list[str]:
    """Return the command line that prints what is seen to standard error, and grey key frames to standard output.

    Args:
        ffmpeg: The program.
        source: The file.
        way: What is looked at.
        black: Luma up to which a line is black, as a share of the greatest value.
        combing: How much likelier fields have to be than whole frames.
    """
    drop = {f"bsf:{way.stream}": f"noise=drop='{way.dropped()}'"}
    picture = source_input(source, threads="1", copyts=None, noautorotate=None, **drop)[str(way.stream)]
    copies = picture.filter_multi_output("split", 3 if way.runs else 2)
    every = -(-way.keys // MOST_PICTURES)
    light = copies[0].filter("select", f"key*not(mod(st(0,ld(0)+key)-1,{every}))")
    light = light.filter("cropdetect", limit=black, round=2, skip=0, reset=1).filter("signalstats")
    grey = copies[1].filter("select", "key").filter("metadata", "add", key=KEY, value=1)
    grey = grey.filter("metadata", "print").filter("scale", *GREY, flags="area").filter("format", "gray")
    outputs = [grey.output("pipe:1", format="rawvideo", **PASS)]
    outputs.append(light.filter("metadata", "print").output("-", format="null", **PASS))
    if way.runs:
        fields = copies[2].filter("idet", intl_thres=combing).filter("metadata", "print")
        outputs.append(fields.output("-", format="null", **PASS))
    return compile_ffmpeg(ffmpeg, outputs)


@dataclass
class GlimpseReader:
    """Takes what the command prints, line by line.

    Args:
        scale: Values of luma for each of eight bits.
    """

    scale: int = 1
    fields: list[FieldGlimpse] = field(default_factory=list)
    pictures: list[PictureGlimpse] = field(default_factory=list)
    keys: list[Fraction] = field(default_factory=list)
    _seconds: Fraction | None = None
    _values: dict[str, str] = field(default_factory=dict)

    def read(self, line: str) -> None:
        """Take one line; one that says nothing of a frame is passed over."""
        value = _VALUE.search(line)
        if value:
            self._values[value[1]] = value[2]
            return
        frame = _FRAME.search(line)
        if frame or "pts:NOPTS" in line:
            self.finish()
            self._seconds = Fraction(frame[1]) if frame else None

    def finish(self) -> None:
        """Take what was said of the last frame."""
        said, seconds = self._values, self._seconds
        self._values = {}
        if FIELD in said and seconds is not None:
            self.fields.append(FieldGlimpse(seconds, said[FIELD], said.get(REPEATED, "neither")))
        elif "lavfi.signalstats.YAVG" in said:
            self.pictures.append(self._picture(said))
        elif KEY in said:
            self.keys.append(seconds if seconds is not None else Fraction(-1))

    def _picture(self, said: Mapping[str, str]) -> PictureGlimpse:
        least, low, mean, high, most = (float(said[f"lavfi.signalstats.{name}"]) / self.scale for name in LEVELS)
        left, top, right, bottom = (int(said.get(f"lavfi.cropdetect.{name}", 0)) for name in EDGES)
        return PictureGlimpse(least, low, mean, high, most, left, top, right, bottom)

    def glimpses(self, grey: bytes, starts: Sequence[Fraction]) -> Glimpses:
        """Return everything that was seen.

        Args:
            grey: The grey key frames.
            starts: Times of the key frames that torn runs begin with. What is shown just before one refers to frames
                that were dropped.
        """
        size = GREY[0] * GREY[1]
        cut = [grey[at : at + size] for at in range(0, len(grey) - size + 1, size)]
        whole = (one for one in self.fields if not any(0 < start - one.seconds < LEADING_SECONDS for start in starts))
        keys = (KeyGlimpse(*pair) for pair in zip(self.keys, cut, strict=False))
        return Glimpses(tuple(whole), tuple(self.pictures), tuple(key for key in keys if key.seconds >= 0))


def glimpse(runner: ToolRunner, tools: Tools, source: Path, subject: Subject) -> Glimpses:
    """Return what is seen of a source's video; nothing where FFmpeg cannot decode it, which the encode will say."""
    way = subject.route()
    reader = GlimpseReader(1 << (subject.bit_depth - 8))
    try:
        argv = glimpses_command(tools.ffmpeg, source, way, subject.black, subject.combing)
        result = runner.run(argv, limits=LIMITS, on_error_line=reader.read)
    except ToolError as error:
        if error.code != "tool_failed":
            raise
        return Glimpses()
    reader.finish()
    torn = way.torn()
    return reader.glimpses(result.stdout, [seconds for place, seconds in subject.keys if place in torn])
