"""What is black, still, a tone or silent at the two ends of a master, by FFmpeg's detectors."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from vod_assets.adapters.ffmpeg import programme
from vod_assets.adapters.ffmpeg.command import compile_ffmpeg
from vod_assets.adapters.ffmpeg.progress import STALL_SECONDS, ProgressReader
from vod_assets.adapters.tools import Tools
from vod_assets.adapters.transcode.memory import address_space_bytes
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.programme.composing import compose
from vod_assets.domain.programme.cutting import Programme
from vod_assets.domain.programme.files import Files
from vod_assets.domain.programme.points import Part
from vod_assets.domain.proposing import LOOKED_AT_SECONDS, Kind, Stretch
from vod_assets.ports import Limits, ToolRunner

SMALL_WIDTH = 320  # large enough to see black and movement, and a tenth of the work
LINE_UP_HERTZ = 1000  # EBU R 49, SMPTE RP 155
_BLACK = re.compile(r"black_start:([\d.]+) black_end:([\d.]+)")
_FREEZE = re.compile(r"freeze_(start|end): ?([\d.]+)")
_SILENCE = re.compile(r"silencedetect@(\w+) .*silence_(start|end): (-?[\d.]+)")
_ALL, _REST = "all", "rest"  # of the sound, and of what is left of it without the line-up tone


class EdgeFinder:
    """Looks at the first and the last minutes of a master."""

    def __init__(self, tools: Tools, runner: ToolRunner) -> None:
        self.tools, self.runner = tools, runner

    def found(self, source: Path, info: MediaInfo) -> list[Stretch]:
        """Return what was found at both ends, by the time since the first frame."""
        last = max(Fraction(0), info.duration_seconds - LOOKED_AT_SECONDS)
        windows = [(Fraction(0), min(info.duration_seconds, Fraction(LOOKED_AT_SECONDS)))]
        if last > 0:
            windows.append((max(last, windows[0][1]), info.duration_seconds))
        return [one for window in windows for one in self._window(source, info, window)]

    def _window(self, source: Path, info: MediaInfo, window: tuple[Fraction, Fraction]) -> Iterator[Stretch]:
        part = Part.model_validate({"in": window[0], "out": window[1]})
        cut = compose(Programme(parts=(part,)), Files(source.name, {source.name: info}, {}))
        reading, progress = _Reading(cut.duration_seconds), ProgressReader()
        self.runner.run(
            self.command(source, cut),
            limits=Limits(address_space_bytes=address_space_bytes(info.video), stall_seconds=STALL_SECONDS),
            on_line=progress.read,
            on_error_line=reading.read,
            pulse=progress.advance,
        )
        for one in reading.stretches():
            yield Stretch(one.kind, window[0] + one.start_seconds, window[0] + one.end_seconds)

    def command(self, source: Path, info: MediaInfo) -> list[str]:
        """Return the command line that looks at a stretch: one process for picture and sound."""
        picture = programme.picture(source, info).filter("scale", w=SMALL_WIDTH, h=-2)
        picture = picture.filter("blackdetect", d=0.1, pic_th=0.99, pix_th=0.08).filter("freezedetect", n=0.001, d=1)
        outputs = [picture.output("-", format="null")]
        if info.audio:
            copies = programme.sound(source, info, info.audio[0]).filter_multi_output("asplit", 2)
            rest = copies[1].filter("bandreject", frequency=LINE_UP_HERTZ, width_type="h", width=200)
            rest = rest.filter("bandreject", frequency=LINE_UP_HERTZ, width_type="h", width=200)
            for name, sound in ((_ALL, copies[0]), (_REST, rest)):
                quiet = sound.filter(f"silencedetect@{name}", noise="-50dB", duration=0.5)
                outputs.append(quiet.output("-", format="null"))
        return compile_ffmpeg(self.tools.ffmpeg, outputs, progress=True)


@dataclass
class _Reading:
    """Takes what the detectors say."""

    duration: Fraction
    black: list[tuple[Fraction, Fraction]] = field(default_factory=list)
    edges: dict[str, list[tuple[str, Fraction]]] = field(default_factory=dict)

    def read(self, line: str) -> None:
        """Take a line."""
        if found := _BLACK.search(line):
            self.black.append((Fraction(found[1]), Fraction(found[2])))
        elif found := _FREEZE.search(line):
            self.edges.setdefault("still", []).append((found[1], Fraction(found[2])))
        elif found := _SILENCE.search(line):
            self.edges.setdefault(found[1], []).append((found[2], max(Fraction(0), Fraction(found[3]))))

    def stretches(self) -> Iterator[Stretch]:
        """Yield what was found; where only the line-up tone is heard, taking it away leaves nothing."""
        yield from (Stretch("black", *one) for one in self.black)
        yield from self._all("still", "still")
        silent = list(self._all("silence", _ALL))
        yield from silent
        for one in self._all("tone", _REST):
            yield from _without(one, silent)

    def _all(self, kind: Kind, name: str) -> Iterator[Stretch]:
        began: Fraction | None = None
        for edge, at in self.edges.get(name, []):
            if edge == "start":
                began = at
            elif began is not None:
                yield Stretch(kind, began, at)
                began = None
        if began is not None:  # it lasts to the end
            yield Stretch(kind, began, self.duration)


def _without(stretch: Stretch, others: list[Stretch]) -> Iterator[Stretch]:
    """Yield what is left of a stretch between others."""
    begins = stretch.start_seconds
    for one in others:
        if one.end_seconds <= begins or one.start_seconds >= stretch.end_seconds:
            continue
        if one.start_seconds > begins:
            yield Stretch(stretch.kind, begins, one.start_seconds)
        begins = max(begins, one.end_seconds)
    if begins < stretch.end_seconds:
        yield Stretch(stretch.kind, begins, stretch.end_seconds)
