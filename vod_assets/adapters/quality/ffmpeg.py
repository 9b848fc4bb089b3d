"""Quality measured by FFmpeg: probes are encoded, decoded again and compared in one process, against one decode."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from vod_assets.adapters.ffmpeg.command import Looped, LoopedEncode, looped_command, source_words
from vod_assets.adapters.ffmpeg.progress import STALL_SECONDS, ProgressReader
from vod_assets.adapters.quality.comparing import SCORES_FILE, Comparison, vmaf_filter
from vod_assets.adapters.quality.contact_sheet import SHEET_FILE, ContactSheet
from vod_assets.adapters.quality.places import place_of
from vod_assets.adapters.quality.scores import mean, read_vmaf, read_xpsnr, without_first
from vod_assets.adapters.tools import Tools
from vod_assets.adapters.transcode.memory import LARGE_BYTES
from vod_assets.domain.errors import SourceError, ToolError
from vod_assets.domain.filter_text import chain_text
from vod_assets.domain.filters import Filter
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.probing import ProbedWindow, Window
from vod_assets.domain.quality_report import RenditionQuality
from vod_assets.ports import ComparedRendition, Comparing, Limits, OnProgress, ProbeJob, Sampling, ToolRunner

EVERY = 5
SLACK_SECONDS = Fraction(1, 2)  # read more than a sample is long, and cut by frames
INPUT_THREADS = 2


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
        argv = self.probe_command(source, info, sampling, jobs, directory)
        progress = ProgressReader(sampling.window.frames / sampling.frame_rate, on_progress)
        limits = Limits(address_space_bytes=LARGE_BYTES, stall_seconds=STALL_SECONDS)
        try:
            self.runner.run(argv, limits=limits, on_line=progress.read, pulse=progress.advance, cwd=directory)
        except ToolError as error:
            if error.code != "tool_failed":
                raise error.about(file=source.name) from error
            raise _unreadable(sampling.window, source.name, error.last_words) from error
        frames = progress.advance().frames or sampling.window.frames
        return [
            _Probed(directory, number, job).read(sampling.window, frames, source.name)
            for number, job in enumerate(jobs)
        ]

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

    def probe_command(
        self, source: Path, info: MediaInfo, sampling: Sampling, jobs: Sequence[ProbeJob], directory: Path
    ) -> list[str]:
        """Return the command line of one sample."""
        seconds = sampling.window.frames / sampling.frame_rate
        place = place_of(source, info, sampling.window.start_seconds)
        seek = {"ss": f"{float(place.seconds):.6f}"} if place.seconds else {}
        words = source_words(place.file, threads=INPUT_THREADS, **seek, t=f"{float(seconds + SLACK_SECONDS):.6f}")
        cut = Filter(name="trim", arguments={"end_frame": str(sampling.window.frames)})
        shared, stream = (*place.shown, *sampling.shared, cut), str(place.stream)
        encodes = [
            LoopedEncode(chain_text((*shared, *job.filters)), job.options, directory / coded_name(number))
            for number, job in enumerate(jobs)
        ]
        graph, sinks = comparing_graph(stream, (*shared, *sampling.reference), jobs)
        looped = Looped(encodes, graph, sinks, sampling.device)
        return looped_command(self.tools.ffmpeg, (*words, stream), looped)


def coded_name(number: int) -> str:
    """Return the name of the file that a job's coded pictures go to."""
    return f"{number}.coded"


def log_name(number: int) -> str:
    """Return the name of the file that a job's scores go to; relative, because filters' text must hold no path."""
    return f"{number}.log"


def comparing_graph(stream: str, reference: Sequence[Filter], jobs: Sequence[ProbeJob]) -> tuple[str, list[str]]:
    """Return the graph that compares every job's pictures with the source's, and the names of its outputs."""
    copies = "".join(f"[r{number}]" for number in range(len(jobs)))
    chains = [f"[0:{stream}]{chain_text(reference)},split={len(jobs)}{copies}"]
    for number, job in enumerate(jobs):
        seen = f"[dec:{number}]{chain_text((*job.seen, RESTAMPED))}[d{number}]"
        chains += [seen, f"[d{number}][r{number}]{chain_text([metric_filter(job, number)])}[o{number}]"]
    return ";".join(chains), [f"o{number}" for number in range(len(jobs))]


RESTAMPED = Filter(name="setpts", arguments={"expr": "PTS-STARTPTS"})


def metric_filter(job: ProbeJob, number: int) -> Filter:
    """Return the filter that scores a job's pictures."""
    if job.metric == "xpsnr":
        return Filter(name="xpsnr", arguments={"stats_file": log_name(number)})
    return vmaf_filter(EVERY, job.viewed, log_name(number))


@dataclass(frozen=True)
class _Probed:
    """The files that one job of a probe left."""

    directory: Path
    number: int
    job: ProbeJob

    def read(self, window: Window, frames: int, file: str) -> ProbedWindow:
        """Return what the job came to, and remove its files."""
        coded, log = self.directory / coded_name(self.number), self.directory / log_name(self.number)
        scores = read_vmaf(log) if self.job.metric == "vmaf" else read_xpsnr(log)
        size_bytes = coded.stat().st_size if coded.exists() else 0
        coded.unlink(missing_ok=True)
        log.unlink(missing_ok=True)
        if not scores or not size_bytes:
            raise _unreadable(window, file, "no frame came of it")
        return ProbedWindow(window=window, frames=frames, size_bytes=size_bytes, score=mean(without_first(scores)))


def _unreadable(window: Window, file: str, why: str) -> SourceError:
    begin, end = float(window.start_seconds), window.frames
    cause = f"the sample of {end} frames at {begin:.2f} s cannot be decoded, so no ladder can be chosen for it: {why}"
    return SourceError(
        "sample_unreadable", cause, "Deliver the source anew, or take a profile without per_title", file=file
    )
