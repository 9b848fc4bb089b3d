"""Embedded text: one stream of a source becomes one caption file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vod_assets.adapters.ffmpeg.command import compile_ffmpeg, source_input
from vod_assets.adapters.tools import Tools
from vod_assets.adapters.transcode.closed_captions import closed_captions
from vod_assets.domain.errors import SourceError
from vod_assets.domain.filters import seconds_text
from vod_assets.domain.media_info import TextStream
from vod_assets.domain.text.closed_captions import ClosedCaptions
from vod_assets.ports import Limits, ToolRunner

# Copied where the format is the file's own, so that odd bytes reach our reader, which knows character sets.
TARGETS = {"subrip": ("srt", "copy"), "webvtt": ("webvtt", "copy"), "ass": ("ass", "copy"), "ssa": ("ass", "copy")}
OTHERWISE = ("srt", "srt")
# A page lasts until the next.
TELETEXT: Mapping[str, Any] = {"txt_page": "subtitle", "txt_format": "text", "fix_sub_duration": None}
SUFFIXES = {"srt": ".srt", "webvtt": ".vtt", "ass": ".ass"}
LIMITS = Limits(address_space_bytes=2 << 30, file_bytes=64 << 20)


class FfmpegTextExtractor:
    """Takes embedded text out of a source with the FFmpeg of the settings."""

    def __init__(self, tools: Tools, runner: ToolRunner) -> None:
        self.tools, self.runner = tools, runner
        self.build_ids = {"ffmpeg": tools.build_id("ffmpeg"), "ffprobe": tools.build_id("ffprobe")}

    def extract_text(self, source: Path, stream: TextStream, directory: Path) -> Path:
        """Write one embedded text stream as SRT, WebVTT or ASS below a directory; return its path.

        Times count from the zero of the file, or from the start of a stream that begins before; see
        `vod_assets.domain.media_info.MediaInfo.first_picture_in`.

        Raises:
            SourceError: ``subtitle_bitmap_unsupported``. It costs the stream, not the title.
        """
        if not stream.is_text:
            raise SourceError(
                "subtitle_bitmap_unsupported",
                f"stream {stream.index} ({stream.codec}, {stream.language}) is made of pictures",
                "Deliver these subtitles as SRT or WebVTT beside the file",
                file=source.name,
            )
        kind, codec = TARGETS.get(stream.codec, OTHERWISE)
        target = directory / f"text_{stream.index}{SUFFIXES[kind]}"
        options = dict(TELETEXT) if stream.codec == "dvb_teletext" else {}
        if stream.start_seconds < 0:  # caption files know no such times
            options["itsoffset"] = seconds_text(-stream.start_seconds)
        output = source_input(source, **options)[str(stream.index)].output(
            str(target), **{"c:s": codec}, f=kind, flags="+bitexact"
        )
        self.runner.run(compile_ffmpeg(self.tools.ffmpeg, [output]), limits=LIMITS)
        return target

    def closed_captions(self, source: Path, stream: TextStream, directory: Path) -> ClosedCaptions:
        """Return what the pictures of a video stream say; see `vod_assets.ports.TextExtractor`."""
        return closed_captions(self.tools, self.runner, source, stream.index, directory)
