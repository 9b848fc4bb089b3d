"""Contact sheets: the worst frames of a rendition, each beside what it was made from."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ffmpeg
import PIL.WebPImagePlugin  # noqa: F401 - otherwise the first WebP imports what Pillow has for every format
from PIL import Image

from vod_assets.adapters.ffmpeg.command import artifact_input, compile_ffmpeg, source_input
from vod_assets.adapters.ffmpeg.programme import chained, file_of
from vod_assets.adapters.ffmpeg.progress import STALL_SECONDS
from vod_assets.adapters.quality.places import from_zero, jump_to, run_up_seconds
from vod_assets.adapters.transcode.memory import LARGE_BYTES
from vod_assets.domain.filters import Filter
from vod_assets.domain.media_info import MediaInfo, VideoStream
from vod_assets.domain.quality_report import WorstFrame
from vod_assets.domain.timeline import Picture
from vod_assets.domain.timeline_filters import RUN_UP_FRAMES, conformed
from vod_assets.domain.whole_frames import Fielded, whole_frames
from vod_assets.ports import ComparedRendition, Comparing, Limits, ToolRunner

SHEET_FILE = "worst.webp"
PICTURE_WIDTH = 480
WEBP_QUALITY = 70
SMALL = (
    Filter(name="scale", arguments={"w": str(PICTURE_WIDTH), "h": "-2"}),
    Filter(name="format", arguments={"pix_fmts": "rgb24"}),
)


@dataclass(frozen=True)
class ContactSheet:
    """Takes the pictures of one source."""

    program: Path
    runner: ToolRunner
    source: Path
    info: MediaInfo

    def paint(
        self, rendition: ComparedRendition, comparing: Comparing, worst: Sequence[WorstFrame], target: Path
    ) -> None:
        """Write a sheet with a row a frame: the source on the left, the rendition on the right."""
        with TemporaryDirectory(dir=target.parent, prefix=".scratch-") as folder:
            rows = []
            for number, frame in enumerate(worst):
                row = Path(folder) / f"{number}.png"
                self._take(rendition, comparing, frame, row)
                rows += [row] if row.exists() else []
            if rows:
                _stacked(rows, target)

    def _take(self, rendition: ComparedRendition, comparing: Comparing, frame: WorstFrame, row: Path) -> None:
        early = max(Fraction(0), frame.seconds - 1 / (2 * comparing.frame_rate))
        made = artifact_input(rendition.path, **jump_to(early, Fraction(0))[0])["v:0"]
        pictures = [
            chained(self._original(early, comparing.shared), (*rendition.reference, *SMALL)),
            chained(made, SMALL),
        ]
        side_by_side = ffmpeg.filter(pictures, "hstack")
        output = side_by_side.output(str(row), **{"frames:v": 1, "update": 1})
        limits = Limits(address_space_bytes=LARGE_BYTES, stall_seconds=STALL_SECONDS)
        self.runner.run(compile_ffmpeg(self.program, [output], verbosity="level+warning"), limits=limits)

    def _original(self, seconds: Fraction, shared: Sequence[Filter]) -> Any:
        """Return the source from a moment on; that of a programme as the span of that moment is shown in it."""
        timeline = self.info.timeline
        if timeline is None:
            video = self.info.video
            early = _run_up(video, seconds)
            return chained(self._opened(self.source, video.index, video, seconds, early), (*shared, *_without(early)))
        span, at = timeline.for_stills.at(seconds)
        early = _run_up(span.picture, at)
        opened = self._opened(file_of(self.source, span.file), span.picture.stream, span.picture, at, early)
        whole = (*span.picture.colour_filters, *whole_frames(span.picture), *_without(early))
        return chained(opened, (*whole, *conformed(span.picture, timeline.picture), *shared))

    def _opened(self, file: Path, stream: int, picture: VideoStream | Picture, seconds: Fraction, early: int) -> Any:
        """Return a stream of a file from so many frames before a moment on."""
        begins = picture.start_seconds + seconds - early / picture.frame_rate
        jump, shifted = jump_to(begins, run_up_seconds(self.info))
        return chained(source_input(file, **jump)[str(stream)], from_zero(shifted))


def _run_up(video: Fielded, seconds: Fraction) -> int:
    """Return how many frames before a moment are read besides: a deinterlacer looks at them, too."""
    is_fields = whole_frames(video) and not video.telecine
    return min(RUN_UP_FRAMES, int(seconds * video.frame_rate)) if is_fields else 0


def _without(frames: int) -> tuple[Filter, ...]:
    if not frames:
        return ()
    restamped = Filter(name="setpts", arguments={"expr": "PTS-STARTPTS"})
    return Filter(name="trim", arguments={"start_frame": str(frames)}), restamped


def _stacked(rows: Sequence[Path], target: Path) -> None:
    pictures = []
    for row in rows:
        with Image.open(row) as opened:
            pictures.append(opened.convert("RGB"))
    sheet = Image.new("RGB", (pictures[0].width, sum(picture.height for picture in pictures)))
    top = 0
    for picture in pictures:
        sheet.paste(picture, (0, top))
        top += picture.height
    sheet.save(target, "WEBP", quality=WEBP_QUALITY, method=4)
