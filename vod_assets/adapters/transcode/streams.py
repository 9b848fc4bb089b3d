"""Files for RTSP, made with FFmpeg of what was encoded: packets are copied where players will follow them."""

import json
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg

from vod_assets.adapters.ffmpeg.command import artifact_input, compile_ffmpeg, ffprobe_command
from vod_assets.adapters.ffmpeg.programme import chained
from vod_assets.adapters.ffmpeg.progress import STALL_SECONDS, ProgressReader
from vod_assets.adapters.tools import Tools
from vod_assets.domain.rtsp import (
    CONTAINER,
    Packet,
    StreamDemand,
    objections,
    picture_options,
    scaling_of,
    sound_options,
)
from vod_assets.ports import Limits, OnProgress, ToolRunner

PACKETS = ("-select_streams", "v:0", "-show_entries", "packet=pts_time,dts_time,size,flags", "-of", "json=compact=1")


class FfmpegStreamMaker:
    """Makes files for RTSP with the FFmpeg of the settings."""

    def __init__(self, tools: Tools, runner: ToolRunner) -> None:
        self.tools, self.runner = tools, runner

    @property
    def build_ids(self) -> dict[str, str]:
        """The builds of what encodes, and of what looks whether that is needed."""
        return {name: self.tools.build_id(name) for name in ("ffmpeg", "ffprobe")}

    def stream(
        self, picture: Path, sound: Path | None, demand: StreamDemand, target: Path, on_progress: OnProgress
    ) -> Mapping[str, Any]:
        """Write one file and return what was done; see `vod_assets.ports.streaming.StreamMaker`."""
        looks = demand.codec == "h264" and demand.scaled is None
        reasons = objections(self.packets(picture) if looks else (), demand)
        progress = ProgressReader(on_progress=on_progress)
        argv = self.command(picture, sound, demand, target, is_copied=not reasons)
        self.runner.run(argv, limits=Limits(stall_seconds=STALL_SECONDS), on_line=progress.read, pulse=progress.advance)
        return {"picture": "encoded" if reasons else "copied", "because": "; ".join(reasons)}

    def packets(self, picture: Path) -> list[Packet]:
        """Return the pictures of a rendition, in the order of decoding."""
        said = self.runner.run(ffprobe_command(self.tools.ffprobe, picture, *PACKETS)).stdout
        return [
            Packet(
                decoded=Fraction(one["dts_time"]),
                shown=Fraction(one["pts_time"]),
                is_key=one["flags"].startswith("K"),
                size_bytes=int(one["size"]),
            )
            for one in json.loads(said)["packets"]
        ]

    def command(
        self, picture: Path, sound: Path | None, demand: StreamDemand, target: Path, *, is_copied: bool
    ) -> list[str]:
        """Return the command line that writes the file."""
        shown = artifact_input(picture)["v:0"]
        streams = [shown if is_copied else chained(shown, scaling_of(demand))]
        streams += [artifact_input(sound)["a:0"]] if sound else []
        options = {**picture_options(demand, is_copied=is_copied), **sound_options(demand), **CONTAINER}
        return compile_ffmpeg(self.tools.ffmpeg, [ffmpeg.output(*streams, str(target), **options)], progress=True)
