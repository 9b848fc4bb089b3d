"""Movies in one file: previews with burnt-in text, and renditions joined with their sound, without another encode."""

import hashlib
import shutil
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ffmpeg
from PIL import ImageFont

from vod_assets.adapters.ffmpeg.command import artifact_input, compile_ffmpeg
from vod_assets.adapters.ffmpeg.progress import STALL_SECONDS, ProgressReader
from vod_assets.adapters.tools import Tools
from vod_assets.domain.errors import ToolError
from vod_assets.domain.movies import BurntIn
from vod_assets.ports import Limits, OnProgress, ToolRunner

FONT_PACKAGE, FONT = "font_source_sans_pro", "files/SourceSansPro-Regular.ttf"
NO_CHARACTER = "\uffff"  # what no font has: its picture is that of a missing letter
MUXING = {"movflags": "+faststart", "fflags": "+bitexact", "map_metadata": -1, "map_chapters": -1}
ENCODING: dict[str, Any] = {
    "c:v": "libx264",
    "preset": "veryfast",
    "threads:v": 2,  # a number: the same recipe gives the same bytes on every machine
    "flags:v": "+bitexact",
    "bsf:v": "filter_units=remove_types=6",  # x264's words about itself
    "pix_fmt": "yuv420p",
}


class FfmpegMovieMaker:
    """Makes movies with the FFmpeg of the settings and a font that comes as a package."""

    def __init__(self, tools: Tools, runner: ToolRunner) -> None:
        self.tools, self.runner = tools, runner

    @cached_property
    def build_ids(self) -> dict[str, str]:
        """The builds of FFmpeg and the font."""
        return {"ffmpeg": self.tools.build_id("ffmpeg"), "font": hashlib.sha256(font().read_bytes()).hexdigest()}

    def preview(self, picture: Path, sound: Path | None, text: BurntIn, target: Path, on_progress: OnProgress) -> None:
        """Encode a small movie with text in every picture; see `vod_assets.ports.movies.MovieMaker`."""
        progress = ProgressReader(on_progress=on_progress)
        with TemporaryDirectory(dir=target.parent.parent, prefix=".scratch-") as folder:
            scratch = Path(folder)
            shutil.copyfile(font(), scratch / "font.ttf")
            (scratch / "title.txt").write_text(text.title if has_letters(text.title) else text.instead, "utf-8")
            (scratch / "notice.txt").write_text(text.notice, "utf-8")
            limits = Limits(stall_seconds=STALL_SECONDS)
            argv = self.preview_command(picture, sound, text, target)
            self.runner.run(argv, limits=limits, on_line=progress.read, pulse=progress.advance, cwd=scratch)

    def preview_command(self, picture: Path, sound: Path | None, text: BurntIn, target: Path) -> list[str]:
        """Return the command line of a preview; words come from files in its working directory, and mean nothing."""
        small = artifact_input(picture)["v:0"].filter("scale", w=text.width, h=text.height, flags="bicubic+bitexact")
        letters = {"fontfile": "font.ttf", "fontsize": text.font_pixels, "fontcolor": "white", "box": 1}
        letters |= {"boxcolor": "black@0.55", "boxborderw": text.font_pixels // 4}
        words = {**letters, "expansion": "none"}
        margin = text.font_pixels // 2
        small = small.filter("drawtext", textfile="title.txt", x=margin, y=margin, **words)
        small = small.filter("drawtext", textfile="notice.txt", x="(w-tw)/2", y=f"h-th-{margin}", **words)
        small = small.filter("drawtext", text="%{pts:hms}", x=f"w-tw-{margin}", y=text.font_pixels * 2, **letters)
        if text.timecode:
            label = {"timecode": text.timecode, "timecode_rate": str(text.frame_rate), "tc24hmax": 1}
            small = small.filter("drawtext", x=f"w-tw-{margin}", y=text.font_pixels * 4, **label, **letters)
        streams = [small, *([artifact_input(sound)["a:0"]] if sound else [])]
        copied = {"c:a": "copy"} if sound else {}
        output = ffmpeg.output(*streams, str(target), **ENCODING, crf=text.crf, **copied, **MUXING)
        return compile_ffmpeg(self.tools.ffmpeg, [output], progress=True)

    def join(self, picture: Path, sound: Path | None, target: Path) -> None:
        """Put picture and sound into one file; see `vod_assets.ports.movies.MovieMaker`."""
        progress = ProgressReader()
        argv = self.join_command(picture, sound, target)
        self.runner.run(argv, limits=Limits(stall_seconds=STALL_SECONDS), on_line=progress.read, pulse=progress.advance)

    def progressive(self, source: Path, kind: str, target: Path) -> None:
        """Write one track, ``video`` or ``audio``, with the index before its packets, which stay as they are."""
        progress = ProgressReader()
        stream = artifact_input(source)["v:0" if kind == "video" else "a:0"]
        output = ffmpeg.output(stream, str(target), c="copy", f="mp4", **MUXING)
        argv = compile_ffmpeg(self.tools.ffmpeg, [output], progress=True)
        self.runner.run(argv, limits=Limits(stall_seconds=STALL_SECONDS), on_line=progress.read, pulse=progress.advance)

    def join_command(self, picture: Path, sound: Path | None, target: Path) -> list[str]:
        """Return the command line that copies packets, their times and edit lists with them."""
        streams = [artifact_input(picture)["v:0"], *([artifact_input(sound)["a:0"]] if sound else [])]
        return compile_ffmpeg(
            self.tools.ffmpeg, [ffmpeg.output(*streams, str(target), c="copy", **MUXING)], progress=True
        )


def font() -> Path:
    """Return the font that previews are written in.

    Raises:
        ToolError: ``tool_missing``.
    """
    package = find_spec(FONT_PACKAGE)
    path = Path(package.origin).parent / FONT if package and package.origin else None
    if path is None or not path.is_file():
        raise ToolError("tool_missing", "the font of previews is not installed", "pip install font-source-sans-pro")
    return path


def has_letters(text: str) -> bool:
    """Whether the font has every letter of a text: Chinese, Arabic and many others it has not."""
    face = ImageFont.truetype(str(font()), 24)
    missing = bytes(face.getmask(NO_CHARACTER))
    return all(char.isspace() or bytes(face.getmask(char)) != missing for char in set(text))
