"""Looks at a small rendition with one FFmpeg process: black, stills, flashes and cadence, in one decode.

FFmpeg says where pictures are black or stand still, how much each frame differs from the one before, and hands over a
few luma cells a frame; what these mean, the domain decides.
"""

import re
from array import array
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from vod_assets.adapters.ffmpeg.command import artifact_input, compile_ffmpeg
from vod_assets.adapters.ffmpeg.progress import STALL_SECONDS, ProgressReader
from vod_assets.adapters.tools import Tools
from vod_assets.domain.cadence import find_cadences
from vod_assets.domain.flashes import FlashCounter
from vod_assets.domain.intervals import Interval
from vod_assets.domain.quality_control import Pictures
from vod_assets.ports import Limits, OnProgress, ToolRunner
from vod_assets.ports.control import Screening

COLUMNS, ROWS = 16, 9
LEAST_SECONDS = "0.2"  # shorter ones are cuts and fades
BLACK: dict[str, Any] = {"d": LEAST_SECONDS, "pic_th": "0.98", "pix_th": "0.06"}
STILL: dict[str, Any] = {"d": LEAST_SECONDS, "n": "0.0018"}  # -55 dB: a still that was encoded is never quite one
REFRESHED = 400  # thousandths of a per cent: what a new key frame changes of a still, at most
DIFFERENCE = "lavfi.scd.mafd"
DIFFERENCES_FILE, CELLS_FILE = "differences.txt", "cells.raw"
MOST_INTERVALS = 10_000
_BLACK = re.compile(r"black_start:([\d.]+) black_end:([\d.]+)")
_STILL = re.compile(r"freezedetect\.freeze_(start|end): ([\d.]+)")


class FfmpegPictureWatcher:
    """Looks at pictures with the FFmpeg of the settings."""

    def __init__(self, tools: Tools, runner: ToolRunner) -> None:
        self.tools, self.runner = tools, runner
        self.build_ids = {"ffmpeg": tools.build_id("ffmpeg")}

    def watch(self, screening: Screening, directory: Path, on_progress: OnProgress) -> Pictures:
        """Return what there is to be seen; see `vod_assets.ports.control.PictureWatcher`."""
        seen = _Seen(screening.frame_rate)
        progress = ProgressReader(screening.duration_seconds, on_progress)
        limits = Limits(stall_seconds=STALL_SECONDS)
        self.runner.run(
            self.command(screening.path, directory),
            limits=limits,
            on_line=progress.read,
            on_error_line=seen.read,
            pulse=progress.advance,
            cwd=directory,
        )
        differences = read_differences(directory / DIFFERENCES_FILE)
        flashes = FlashCounter(screening.frame_rate, screening.limits.flashes.most_per_second)
        for cells in _cells(directory / CELLS_FILE):
            flashes.take(cells)
        return Pictures(
            rendition=screening.name,
            frames=len(differences),
            black=seen.black(len(differences)),
            still=seen.still(differences),
            flashing=flashes.intervals,
            most_flashes=flashes.worst,
            cadences=find_cadences(differences, screening.frame_rate),
        )

    def command(self, path: Path, directory: Path) -> list[str]:
        """Return the command line; the files that it writes lie in its working directory."""
        picture = artifact_input(path, threads=1)["v:0"]
        picture = picture.filter("blackdetect", **BLACK).filter("freezedetect", **STILL).filter("scdet")
        picture = picture.filter("metadata", mode="print", key=DIFFERENCE, file=DIFFERENCES_FILE)
        cells = picture.filter("scale", w=COLUMNS, h=ROWS, flags="area").filter("format", "yuv420p")
        luma = cells.filter("extractplanes", "y")
        output = luma.output(str(directory / CELLS_FILE), f="rawvideo", **{"threads:v": 1, "fps_mode": "passthrough"})
        return compile_ffmpeg(self.tools.ffmpeg, [output], progress=True)


class _Seen:
    """Takes what the filters say, line by line, and knows where pictures are black or stand still, in frames."""

    def __init__(self, frame_rate: Fraction) -> None:
        self._rate = frame_rate
        self._black: list[tuple[int, int]] = []
        self._still: list[tuple[int, int]] = []
        self._began: int | None = None

    def read(self, line: str) -> None:
        """Take one line of FFmpeg's log."""
        if (black := _BLACK.search(line)) and len(self._black) < MOST_INTERVALS:
            self._black.append((self._frame(black[1]), self._frame(black[2])))
        elif (still := _STILL.search(line)) and len(self._still) < MOST_INTERVALS:
            if still[1] == "start":
                self._began = self._frame(still[2])
            elif self._began is not None:
                self._still.append((self._began, self._frame(still[2])))
                self._began = None

    def black(self, frames: int) -> tuple[Interval, ...]:
        """Return where it is black; what is so at the last frame is so to the end."""
        return tuple(self._span(start, frames if end >= frames - 1 else end) for start, end in self._black)

    def still(self, differences: Sequence[int]) -> tuple[Interval, ...]:
        """Return where it stands still; a still goes on where a key frame only refreshed it."""
        frames = len(differences)
        open_ones = [] if self._began is None else [(self._began, frames)]
        joined: list[tuple[int, int]] = []
        for start, end in (*self._still, *open_ones):
            last = joined[-1] if joined else None
            if last and max(differences[last[1] : start + 1], default=0) <= REFRESHED and start - last[1] <= 2:
                joined[-1] = (last[0], end)
            else:
                joined.append((start, end))
        return tuple(self._span(start, end) for start, end in joined)

    def _frame(self, text: str) -> int:
        return round(Fraction(text) * self._rate)

    def _span(self, start: int, end: int) -> Interval:
        return Interval(start_seconds=start / self._rate, end_seconds=end / self._rate)


def read_differences(path: Path) -> Sequence[int]:
    """Return how much each frame differs from the one before, in thousandths of a per cent of full scale."""
    found = array("i")
    with path.open(encoding="ascii") as lines:
        for line in lines:
            if line.startswith(DIFFERENCE):
                whole, _, rest = line.rstrip().rpartition("=")[2].partition(".")
                found.append(int(whole) * 1000 + int(rest or 0))
    return found


def _cells(path: Path) -> Iterator[bytes]:
    with path.open("rb") as frames:
        while cells := frames.read(COLUMNS * ROWS):
            yield cells
