"""Encoding with FFmpeg: one process a codec, all its rungs; sound is made in modules of its own."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vod_assets.adapters.ffmpeg import programme
from vod_assets.adapters.ffmpeg.command import compile_ffmpeg
from vod_assets.adapters.ffmpeg.counts import DecodeCounter
from vod_assets.adapters.ffmpeg.programme import chained
from vod_assets.adapters.ffmpeg.progress import STALL_SECONDS, ProgressReader
from vod_assets.adapters.tools import Tools
from vod_assets.adapters.transcode.encoder_trial import require_encoder
from vod_assets.adapters.transcode.levels import LevelMeter
from vod_assets.adapters.transcode.memory import address_space_bytes
from vod_assets.adapters.transcode.sound import SoundEncoder
from vod_assets.domain.acceptance import judge_decode, judge_failed_decode
from vod_assets.domain.audio_levels import AudioLevels
from vod_assets.domain.audio_rendition import SoundPlan
from vod_assets.domain.colours import range_findings
from vod_assets.domain.errors import ToolError
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.rendition import range_filters, rung_filters, shared_filters, video_arguments
from vod_assets.domain.video_presets import VideoPreset
from vod_assets.ports import CodecJob, EncodeReport, Limits, OnProgress, ToolRunner

VIDEO_FILE = "video.mp4"


class FfmpegTranscoder:
    """Makes renditions and audio with the FFmpeg of the settings."""

    def __init__(self, tools: Tools, runner: ToolRunner) -> None:
        self.tools, self.runner = tools, runner
        self.build_ids = {"ffmpeg": tools.build_id("ffmpeg")}

    def require_encoder(self, preset: VideoPreset, profile: str) -> None:
        """Return when the encoder that a profile names runs here.

        Raises:
            ConfigError: ``encoder_missing`` or ``encoder_cannot_run``.
        """
        if preset.encoder:  # those of software were looked for when FFmpeg was
            require_encoder(self.tools, self.runner, preset, profile)

    def encode_video(
        self,
        source: Path,
        info: MediaInfo,
        job: CodecJob,
        on_progress: OnProgress,
    ) -> EncodeReport:
        """Encode all rungs in one process with one decode, and judge the counts of this very decode."""
        argv = self.video_command(source, info, job)
        progress = ProgressReader(info.duration_seconds, on_progress)
        memory = address_space_bytes(info.video, [one.rung for one in job.rungs])
        limits = Limits(address_space_bytes=memory, stall_seconds=STALL_SECONDS)
        counter = DecodeCounter(info.video.index if info.timeline else None)
        try:
            result = self.runner.run(
                argv,
                limits=limits,
                on_line=progress.read,
                on_error_line=counter.read,
                pulse=progress.advance,
            )
        except ToolError as error:
            raise judge_failed_decode(error, info.video.index, counter.counts, source.name) from error
        counts = counter.counts
        return EncodeReport(
            decoded_frames=counts.frames.get(info.video.index, 0),
            encoded_frames=progress.advance().frames,
            cpu_seconds=result.cpu_seconds,
            wall_seconds=result.wall_seconds,
            findings=(*judge_decode(info, counts, source.name), *range_findings(info.video)),
            argv=tuple(argv),
        )

    def video_command(self, source: Path, info: MediaInfo, job: CodecJob) -> list[str]:
        """Return the command line of one codec's encode."""
        shared = chained(programme.picture(source, info), shared_filters(info.video, job.ladder))
        outputs = rung_outputs(shared, info, job)
        return compile_ffmpeg(
            self.tools.ffmpeg, outputs, progress=True, verbosity="level+verbose", device=job.preset.tool.device
        )

    def encode_audio(self, source: Path, info: MediaInfo, plan: SoundPlan, target: Path) -> EncodeReport:
        """Encode one sound, from the video's first frame to its last."""
        return SoundEncoder(self.tools, self.runner).encode(source, info, plan, target)

    def measure_audio(self, source: Path, info: MediaInfo, plans: Mapping[str, Sequence[SoundPlan]]) -> AudioLevels:
        """Measure all sounds in one process, each in every layout that its plans deliver."""
        return LevelMeter(self.tools, self.runner).measure(source, info, plans)


def rung_outputs(shared: Any, info: MediaInfo, job: CodecJob) -> list[Any]:
    """Return an output node for each rung of a codec, from the picture that all of them share."""
    ranges = list(dict.fromkeys(one.preset.dynamic_range for one in job.rungs))
    made: dict[str, Any] = {}
    for dynamic_range, copy in zip(ranges, _copies(shared, len(ranges)), strict=True):
        alike = [one for one in job.rungs if one.preset.dynamic_range == dynamic_range]
        ready = chained(copy, range_filters(info.video, dynamic_range))
        for one, picture in zip(alike, _copies(ready, len(alike)), strict=True):
            filtered = chained(picture, rung_filters(info.video, one.rung, job.preset))
            arguments = video_arguments(info.video, job.preset, one.preset, job.ladder)
            made[one.rung.key] = filtered.output(str(one.directory / VIDEO_FILE), **arguments)
    return list(made.values())


def _copies(stream: Any, count: int) -> list[Any]:
    if count == 1:
        return [stream]
    split = stream.filter_multi_output("split", count)
    return [split[number] for number in range(count)]
