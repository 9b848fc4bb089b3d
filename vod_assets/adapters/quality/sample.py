"""One sample of a title as a command line, and what the files say that it leaves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vod_assets.adapters.ffmpeg.command import Looped, LoopedEncode, looped_command, source_words
from vod_assets.adapters.quality.comparing import vmaf_filter
from vod_assets.adapters.quality.places import place_of
from vod_assets.adapters.quality.scores import mean, read_vmaf, read_xpsnr, without_first
from vod_assets.domain.filter_text import chain_text
from vod_assets.domain.filters import Filter
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.probing import ProbedWindow
from vod_assets.ports import ProbeJob, Sampling

EVERY = 7  # odd: a step of 4 or 8 would meet the same picture of every mini-GOP
EARLY = 5  # so that the third counts first: those behind a key frame are better than the rest, and itself is by far
INPUT_THREADS = 2
MOST_PIXELS = 5 * 3840 * 2160  # of one process: an encode of UHD takes about 1 GB in H.264, and 3 in AV1
RESTAMPED = Filter(name="setpts", arguments={"expr": "PTS-STARTPTS"})


def grouped(jobs: Sequence[ProbeJob]) -> Iterator[list[ProbeJob]]:
    """Yield jobs in groups that one process has the memory for: each holds pictures as encoded and as viewed."""
    group: list[ProbeJob] = []
    taken = 0
    for job in jobs:
        pixels = job.viewed[0] * job.viewed[1] + job.coded[0] * job.coded[1]
        if group and taken + pixels > MOST_PIXELS:
            yield group
            group, taken = [], 0
        group.append(job)
        taken += pixels
    yield group


@dataclass(frozen=True)
class Sample:
    """One sample of a source, read from where its excerpt begins."""

    program: Path
    source: Path
    info: MediaInfo
    sampling: Sampling

    def command(self, jobs: Sequence[ProbeJob], directory: Path) -> list[str]:
        """Return the command line that encodes the sample in several ways and measures each."""
        sampling = self.sampling
        words, stream, shown = self._opened()
        shared = (*shown, Filter(name="trim", arguments={"end_frame": str(sampling.excerpt.total_frames)}))
        encodes = [
            LoopedEncode(chain_text((*shared, *job.filters)), job.options, directory / sizes_name(number))
            for number, job in enumerate(jobs)
        ]
        graph, sinks = self._graph(stream, shared, jobs)
        return looped_command(self.program, (*words, stream), Looped(encodes, graph, sinks, sampling.device))

    def decoding(self) -> list[str]:
        """Return the command line that decodes the sample and does nothing with it."""
        words, stream, shown = self._opened()
        only = Looped((), f"[0:{stream}]{chain_text((*shown, *self._own()))}[o]", ["o"])
        return looped_command(self.program, (*words, stream), only)

    def read(self, number: int, job: ProbeJob, directory: Path) -> ProbedWindow | None:
        """Return what a job came to, and remove its files; None when no frame of the sample came of it."""
        sizes, log = directory / sizes_name(number), directory / log_name(number)
        excerpt = self.sampling.excerpt
        coded = read_sizes(sizes)[excerpt.before_frames :][: excerpt.frames]
        scores = read_vmaf(log) if job.metric == "vmaf" else read_xpsnr(log)
        sizes.unlink(missing_ok=True)
        log.unlink(missing_ok=True)
        if not scores or not coded:
            return None
        score = mean(without_first(scores))
        return ProbedWindow(window=self.sampling.window, frames=len(coded), size_bytes=sum(coded), score=score)

    def _own(self, before_frames: int = 0) -> tuple[Filter, ...]:
        """What leaves the sample's own frames of its excerpt, and a few before them; others only the encoder sees."""
        first = self.sampling.excerpt.before_frames
        ends = {"start_frame": str(first - before_frames), "end_frame": str(first + self.sampling.excerpt.frames)}
        return Filter(name="trim", arguments=ends), RESTAMPED

    def _opened(self) -> tuple[list[str], str, tuple[Filter, ...]]:
        """Return the words that open the source, the stream, and the filters that all begin with."""
        sampling, rate = self.sampling, self.sampling.frame_rate
        begins = sampling.window.start_seconds - sampling.excerpt.before_frames / rate
        place = place_of(self.source, self.info, begins, sampling.excerpt.total_frames / rate)
        words = source_words(place.file, threads=INPUT_THREADS, **place.options)
        return words, str(place.stream), (*place.shown, *sampling.shared)

    def _graph(self, stream: str, shared: Sequence[Filter], jobs: Sequence[ProbeJob]) -> tuple[str, list[str]]:
        """Return the graph that compares every job's pictures with the source's, and the names of its outputs.

        VMAF of the first frame that is compared is not counted, so comparing begins with one of the run-up, if there is
        any.
        """
        excerpt = self.sampling.excerpt
        is_early = excerpt.before_frames >= EARLY and excerpt.frames > EVERY - EARLY
        own = self._own(EARLY if is_early and all(job.metric == "vmaf" for job in jobs) else 0)
        copies = "".join(f"[r{number}]" for number in range(len(jobs)))
        reference = (*shared, *own, *self.sampling.reference)
        chains = [f"[0:{stream}]{chain_text(reference)},split={len(jobs)}{copies}"]
        for number, job in enumerate(jobs):
            seen = f"[dec:{number}]{chain_text((*own, *job.seen))}[d{number}]"
            chains += [seen, f"[d{number}][r{number}]{chain_text([metric_filter(job, number)])}[o{number}]"]
        return ";".join(chains), [f"o{number}" for number in range(len(jobs))]


def sizes_name(number: int) -> str:
    """Return the name of the file that the sizes of a job's coded pictures go to."""
    return f"{number}.sizes"


def log_name(number: int) -> str:
    """Return the name of the file that a job's scores go to; relative, because filters' text must hold no path."""
    return f"{number}.log"


def metric_filter(job: ProbeJob, number: int) -> Filter:
    """Return the filter that scores a job's pictures."""
    if job.metric == "xpsnr":
        return Filter(name="xpsnr", arguments={"stats_file": log_name(number)})
    return vmaf_filter(EVERY, job.viewed, log_name(number))


def read_sizes(listing: Path) -> list[int]:
    """Return the bytes of every coded picture in coded order, as FFmpeg's framecrc lists them."""
    if not listing.exists():
        return []
    lines = listing.read_text().splitlines()
    return [int(line.split(",")[4]) for line in lines if line and not line.startswith("#")]
