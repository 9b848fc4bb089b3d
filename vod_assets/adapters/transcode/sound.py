"""Encoding sound with FFmpeg: one process a track."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ffmpeg

from vod_assets.adapters.ffmpeg import programme
from vod_assets.adapters.ffmpeg.command import compile_ffmpeg
from vod_assets.adapters.ffmpeg.counts import DecodeCounter
from vod_assets.adapters.ffmpeg.progress import STALL_SECONDS, ProgressReader
from vod_assets.adapters.tools import Tools
from vod_assets.domain.acceptance import judge_audio_decode, judge_failed_decode
from vod_assets.domain.audio_presets import AUDIO_CODECS, AudioPreset
from vod_assets.domain.audio_rendition import (
    ENCODERS,
    SoundPlan,
    audio_arguments,
    clock_filters,
    length_filters,
    level_filters,
)
from vod_assets.domain.errors import ConfigError, ToolError
from vod_assets.domain.media_info import MediaInfo
from vod_assets.ports import EncodeReport, Limits, ToolRunner

AUDIO_FILE = "audio.mp4"


class SoundEncoder:
    """Makes audio tracks with the FFmpeg of the settings."""

    def __init__(self, tools: Tools, runner: ToolRunner) -> None:
        self.tools, self.runner = tools, runner

    def encode(self, source: Path, info: MediaInfo, plan: SoundPlan, target: Path) -> EncodeReport:
        """Encode one sound, from the video's first frame to its last."""
        argv = self.command(source, info, plan, target)
        progress, stream = ProgressReader(), plan.sound.stream
        counter = DecodeCounter(stream.index if info.timeline else None)
        try:
            result = self.runner.run(
                argv,
                limits=Limits(stall_seconds=STALL_SECONDS),
                on_line=progress.read,
                on_error_line=counter.read,
                pulse=progress.advance,
            )
        except ToolError as error:
            if "Unknown encoder" in error.stderr:
                raise _encoder_missing(plan.preset) from error
            raise judge_failed_decode(error, stream.index, counter.counts, source.name) from error
        counts = counter.counts
        judged = [judge_audio_decode(one, counts, source.name) for one in plan.sound.streams]
        return EncodeReport(
            decoded_frames=counts.frames.get(stream.index, 0),
            encoded_frames=0,
            cpu_seconds=result.cpu_seconds,
            wall_seconds=result.wall_seconds,
            findings=tuple(finding for findings in judged for finding in findings),
            argv=tuple(argv),
        )

    def command(self, source: Path, info: MediaInfo, plan: SoundPlan, target: Path) -> list[str]:
        """Return the command line of one audio track's encode."""
        parts = [
            programme.chained(programme.sound(source, info, one), clock_filters(info.video, plan.preset.sample_rate))
            for one in plan.sound.streams
        ]
        levelled = programme.chained(merged(parts, info), level_filters(plan))
        output = programme.chained(levelled, length_filters(info.video)).output(str(target), **audio_arguments(plan))
        return compile_ffmpeg(self.tools.ffmpeg, [output], progress=True, verbosity="level+verbose")


def _encoder_missing(preset: AudioPreset) -> ConfigError:
    name = AUDIO_CODECS[preset.codec]
    return ConfigError(
        "encoder_missing",
        f"the profile asks for {name}, and this FFmpeg was built without {ENCODERS[preset.codec]}",
        f"Name a build that has it in VOD_FFMPEG, or leave {preset.codec} out of the profile’s audio",
    )


def merged(parts: Sequence[Any], info: MediaInfo) -> Any:
    """Return one stream with the channels of all mono ones, as long as the picture: the shortest counts."""
    if len(parts) == 1:
        return parts[0]
    whole = [
        programme.chained(part, length_filters(info.video)).filter("aformat", channel_layouts="mono") for part in parts
    ]
    return ffmpeg.filter(whole, "amerge", inputs=len(parts))
