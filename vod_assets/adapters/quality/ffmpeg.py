"""Quality measured by FFmpeg: probes are encoded, decoded again and compared in one process, against one decode."""

from collections.abc import Sequence
from pathlib import Path

from vod_assets.adapters.ffmpeg.progress import STALL_SECONDS, ProgressReader
from vod_assets.adapters.quality.comparing import SCORES_FILE, Comparison
from vod_assets.adapters.quality.contact_sheet import SHEET_FILE, ContactSheet
from vod_assets.adapters.quality.sample import Sample, grouped
from vod_assets.adapters.tools import Tools
from vod_assets.adapters.transcode.memory import LARGE_BYTES
from vod_assets.domain.errors import SourceError, ToolError
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.probing import ProbedWindow
from vod_assets.domain.quality_report import RenditionQuality
from vod_assets.ports import ComparedRendition, Comparing, Limits, OnProgress, ProbeJob, Sampling, ToolRunner


class FfmpegQualityMeter:
    """Measures with the FFmpeg of the settings."""

    def __init__(self, tools: Tools, runner: ToolRunner) -> None:
        self.tools, self.runner = tools, runner
        self.build_ids = {"ffmpeg": tools.build_id("ffmpeg")}

    def probe(
        self,
        source: Path,
        info: MediaInfo,
        sampling: Sampling,
        jobs: Sequence[ProbeJob],
        directory: Path,
        on_progress: OnProgress,
    ) -> list[ProbedWindow]:
        """Encode one sample in several ways, measure each against the same pictures, and return what each came to."""
        sample = Sample(self.tools.ffmpeg, source, info, sampling)
        return [one for group in grouped(jobs) for one in self._probed(sample, group, directory, on_progress)]

    def compare(
        self,
        source: Path,
        info: MediaInfo,
        comparing: Comparing,
        renditions: Sequence[ComparedRendition],
        scratch: Path,
        on_progress: OnProgress,
    ) -> list[RenditionQuality]:
        """Measure whole renditions in one process, then take pictures of the worst frames of each."""
        comparison = Comparison(source, info, comparing, renditions)
        progress = ProgressReader(info.duration_seconds, on_progress)
        limits = Limits(address_space_bytes=LARGE_BYTES, stall_seconds=STALL_SECONDS)
        argv = comparison.command(self.tools.ffmpeg)
        self.runner.run(argv, limits=limits, on_line=progress.read, pulse=progress.advance, cwd=scratch)
        found = []
        for rendition, (quality, scores) in zip(renditions, comparison.read(scratch), strict=True):
            (rendition.directory / SCORES_FILE).write_bytes(scores)
            sheet = ContactSheet(self.tools.ffmpeg, self.runner, source, info)
            sheet.paint(rendition, comparing, quality.worst, rendition.directory / SHEET_FILE)
            found.append(quality)
        return found

    def _probed(
        self, sample: Sample, jobs: Sequence[ProbeJob], directory: Path, on_progress: OnProgress
    ) -> list[ProbedWindow]:
        sampling, limits = sample.sampling, Limits(address_space_bytes=LARGE_BYTES, stall_seconds=STALL_SECONDS)
        progress = ProgressReader(sampling.excerpt.total_frames / sampling.frame_rate, on_progress)
        argv = sample.command(jobs, directory)
        try:
            self.runner.run(argv, limits=limits, on_line=progress.read, pulse=progress.advance, cwd=directory)
        except ToolError as error:
            if error.code == "tool_failed" and not self._is_readable(sample):
                raise _unreadable(sampling, sample.source.name, error.last_words) from error
            raise error.about(file=sample.source.name) from error
        found = [sample.read(number, job, directory) for number, job in enumerate(jobs)]
        came = [one for one in found if one is not None]
        if len(came) < len(jobs):
            raise _unreadable(sampling, sample.source.name, "no frame came of it")
        return came

    def _is_readable(self, sample: Sample) -> bool:
        """Whether any frame of a sample can be decoded: what fails then is not the source's fault."""
        progress = ProgressReader()
        limits = Limits(address_space_bytes=LARGE_BYTES, stall_seconds=STALL_SECONDS)
        try:
            self.runner.run(sample.decoding(), limits=limits, on_line=progress.read, pulse=progress.advance)
        except ToolError:
            return False
        return progress.advance().frames > 0


def _unreadable(sampling: Sampling, file: str, why: str) -> SourceError:
    begin, end = float(sampling.window.start_seconds), sampling.excerpt.frames
    cause = f"the sample of {end} frames at {begin:.2f} s cannot be decoded, so no ladder can be chosen for it: {why}"
    return SourceError(
        "sample_unreadable", cause, "Deliver the source anew, or take a profile without per_title", file=file
    )
