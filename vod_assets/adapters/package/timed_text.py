"""Package captions into an IMSC1 track: fragmented MP4 that HLS and DASH share."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from vod_assets.adapters.package.describe import describe_media
from vod_assets.adapters.package.shaka_command import INIT, SINGLE
from vod_assets.adapters.package.text_source import title_milliseconds
from vod_assets.domain.errors import SourceError, ToolError
from vod_assets.domain.isobmff import MalformedError
from vod_assets.domain.text import stpp
from vod_assets.domain.text.captions import read_captions
from vod_assets.domain.text.cue import Cue
from vod_assets.domain.track import Track
from vod_assets.ports import TrackJob


def package_timed_text(job: TrackJob) -> Track:
    """Write the segments of an IMSC1 track below the job's directory, or its one file, and describe them.

    The job's source is the WebVTT of the same cues. Equal jobs give equal bytes.

    Raises:
        ToolError: ``packaging_failed``.
    """
    times = stpp.borders(Fraction(title_milliseconds(job.duration_seconds), 1000), job.segment_seconds, job.cues)
    cues = _cues(job.source)
    segments = [
        stpp.media_segment(number, begin, end, cues, job.language)
        for number, (begin, end) in enumerate(pairwise(times), start=1)
    ]
    try:
        _write(job, stpp.init_segment(times[-1], job.language), segments, times)
        return describe_media(job)
    except (MalformedError, OSError) as error:
        cause = f"the IMSC1 track of {job.name} cannot be written: {error}"
        raise ToolError("packaging_failed", cause, "Check the free space of the store", file=job.source.name) from error


def _write(job: TrackJob, init: bytes, segments: Sequence[bytes], times: Sequence[int]) -> None:
    if job.layout == "ondemand":
        index = stpp.segment_index([len(segment) for segment in segments], times)
        (job.directory / SINGLE).write_bytes(b"".join((init, index, *segments)))
        return
    (job.directory / INIT).write_bytes(init)
    for number, segment in enumerate(segments, start=1):
        (job.directory / f"{number:05d}.m4s").write_bytes(segment)


def _cues(source: Path) -> Sequence[Cue]:
    text = source.read_bytes()
    if text.split() == [b"WEBVTT"]:
        return ()
    try:
        return read_captions(text, "captions.vtt").cues
    except SourceError as error:
        raise ToolError("packaging_failed", f"{source.name} is no WebVTT: {error.cause}", file=source.name) from error
