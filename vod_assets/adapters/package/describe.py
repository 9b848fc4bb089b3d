"""Describe a track that was just packaged, from its own bytes and not from what the packager says of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vod_assets.adapters.package.files import init_of, segment_of
from vod_assets.adapters.package.text_source import title_milliseconds
from vod_assets.domain.init_segment import InitSegment
from vod_assets.domain.isobmff import MediaSegment
from vod_assets.domain.track import IFrame, Segment, Track
from vod_assets.domain.track_measures import (
    average_bits_per_second,
    first_iframe,
    frame_rate,
    peak_bits_per_second,
    presented,
)
from vod_assets.ports import TrackJob

INIT = "init.mp4"


def describe_media(job: TrackJob, paths: Sequence[str]) -> Track:
    """Return the descriptor of a video or audio track.

    Args:
        job: What was packaged, and where.
        paths: Its media segments in order, below the job's directory.

    Raises:
        MalformedError: A file is not what it should be.
    """
    init = init_of(job.directory / INIT)
    media = [segment_of(job.directory / path, init.defaults) for path in paths]
    segments = _segments(job.directory, paths, media, init.start)
    is_video = init.kind == "video"
    return Track(
        **_said(job),
        codecs=init.codecs,
        timescale=init.timescale,
        init=INIT,
        segments=segments,
        iframes=_iframes(segments, media) if is_video else (),
        frame_rate=frame_rate(init, media) if is_video else None,
        **_rates(segments, init.timescale),
        **_shape(init),
    )


def describe_text(job: TrackJob, paths: Sequence[str], dash_paths: Sequence[str]) -> Track:
    """Return the descriptor of a text track: WebVTT segments timed as their fragmented MP4 twins are.

    Raises:
        MalformedError: A file is not what it should be.
    """
    init = init_of(job.directory / INIT)
    media = [segment_of(job.directory / path, init.defaults) for path in dash_paths]
    dash = _cut(_segments(job.directory, dash_paths, media, init.start), title_milliseconds(job.duration_seconds))
    segments = tuple(
        Segment(path=path, duration=twin.duration, size_bytes=(job.directory / path).stat().st_size)
        for path, twin in zip(paths, dash, strict=True)
    )
    return Track(
        **_said(job),
        timescale=init.timescale,
        segments=segments,
        dash_codecs=init.codecs,
        dash_timescale=init.timescale,
        dash_init=INIT,
        dash_segments=dash,
        **_rates(segments, init.timescale),
    )


def _segments(directory: Path, paths: Sequence[str], media: Sequence[MediaSegment], start: int) -> tuple[Segment, ...]:
    """Return the segments with the times they take in the presentation, which touch one another."""
    spans = [presented(one, start) for one in media]
    ends = [begin for begin, _ in spans[1:]] + [spans[-1][1]]
    return tuple(
        Segment(path=path, duration=end - begin, size_bytes=(directory / path).stat().st_size)
        for path, (begin, _), end in zip(paths, spans, ends, strict=True)
    )


def _cut(segments: Sequence[Segment], end: int) -> tuple[Segment, ...]:
    """Return the segments with the last one ending at a time: the packager fills it up to a whole one with nothing."""
    *whole, last = segments
    left = end - sum(segment.duration for segment in whole)
    return (*whole, last.model_copy(update={"duration": min(last.duration, left)}) if left > 0 else last)


def _iframes(segments: Sequence[Segment], media: Sequence[MediaSegment]) -> tuple[IFrame, ...]:
    found = [first_iframe(segment.path, one, segment.duration) for segment, one in zip(segments, media, strict=True)]
    return tuple(iframe for iframe in found if iframe)


def _rates(segments: Sequence[Segment], timescale: int) -> dict[str, int]:
    return {
        "peak_bits_per_second": peak_bits_per_second(segments, timescale),
        "average_bits_per_second": average_bits_per_second(segments, timescale),
    }


def _shape(init: InitSegment) -> dict[str, int]:
    if init.kind == "video":
        return {"width": init.width, "height": init.height}
    return {"channels": init.channels, "sample_rate": init.sample_rate}


def _said(job: TrackJob) -> dict[str, Any]:
    names = ("name", "kind", "source_asset", "language", "label", "role", "is_default", "is_forced")
    return {
        **{name: getattr(job, name) for name in names},
        "is_hearing_impaired": job.is_hearing_impaired,
        **{name: value for name, value in job.extra.items() if name in Track.model_fields},
    }
