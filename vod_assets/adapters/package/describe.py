"""Describe a track that was just packaged, from its own bytes and not from what the packager says of it."""

from collections.abc import Sequence
from itertools import dropwhile
from typing import Any

from vod_assets.adapters.package.cuts import CutTrack, cut_track
from vod_assets.adapters.package.shaka_command import TWIN, common_encryption
from vod_assets.adapters.package.streams import clear_segments, stream_iframes, stream_segments
from vod_assets.adapters.package.text_source import title_milliseconds
from vod_assets.domain.init_segment import InitSegment
from vod_assets.domain.isobmff import MalformedError
from vod_assets.domain.track import IFrame, Segment, Track
from vod_assets.domain.track_measures import average_bits_per_second, first_iframe, frame_rate, peak_bits_per_second
from vod_assets.ports import TrackJob


def describe_media(job: TrackJob) -> Track:
    """Return the descriptor of a video or audio track whose whole segments are not encrypted yet.

    Raises:
        MalformedError: A file is not what it should be.
    """
    cut = cut_track(job.directory / TWIN if job.layout == "ts" else job.directory, job.layout)
    segments, iframes = _segments(job, cut)
    return Track(
        **_said(job),
        **_place(job, cut),
        **_protection(job, cut),
        codecs=cut.init.codecs,
        timescale=cut.init.timescale,
        segments=segments,
        iframes=iframes,
        frame_rate=frame_rate(cut.init, [one.media for one in cut.cuts]) if cut.init.kind == "video" else None,
        **rates(segments, cut.init.timescale),
        **_shape(cut.init),
    )


def describe_text(job: TrackJob, paths: Sequence[str]) -> Track:
    """Return the descriptor of a text track: WebVTT segments timed as their fragmented MP4 twins are.

    Args:
        job: What was packaged, and where.
        paths: Its WebVTT segments in order, below the job's directory.

    Raises:
        MalformedError: A file is not what it should be.
    """
    cut = cut_track(job.directory / TWIN if job.layout == "ts" else job.directory, job.layout)
    dash = _cut(cut.segments(), title_milliseconds(job.duration_seconds))
    segments = tuple(
        Segment(path=path, duration=twin.duration, size_bytes=(job.directory / path).stat().st_size)
        for path, twin in zip(paths, dash, strict=True)
    )
    is_for_dash = job.layout != "ts"
    return Track(
        **_said(job),
        timescale=cut.init.timescale,
        segments=segments,
        **({} if "text_format" in job.extra else {"text_format": "webvtt"}),
        dash_codecs=cut.init.codecs if is_for_dash else "",
        dash_timescale=cut.init.timescale if is_for_dash else 0,
        dash_init=cut.path if is_for_dash else "",
        dash_segments=dash if is_for_dash else (),
        init_range=cut.init_range,
        index_range=cut.index_range,
        **rates(segments, cut.init.timescale),
    )


def rates(segments: Sequence[Segment], timescale: int) -> dict[str, int]:
    """Return the bit rates of a track's segments, as fields of its descriptor."""
    return {
        "peak_bits_per_second": peak_bits_per_second(segments, timescale),
        "average_bits_per_second": average_bits_per_second(segments, timescale),
    }


def _segments(job: TrackJob, cut: CutTrack) -> tuple[tuple[Segment, ...], tuple[IFrame, ...]]:
    segments = cut.segments()
    if job.layout == "ts":
        return stream_segments(job, cut, segments), stream_iframes(job, segments)
    return segments, _iframes(segments, cut) if cut.init.kind == "video" else ()


def _iframes(segments: Sequence[Segment], cut: CutTrack) -> tuple[IFrame, ...]:
    found = []
    for segment, one in zip(segments, cut.cuts, strict=True):
        iframe = first_iframe(segment.path, one.media, segment.duration)
        if iframe:
            begin = iframe.offset_bytes + (segment.offset_bytes or 0)
            found.append(iframe.model_copy(update={"offset_bytes": begin}))
    return tuple(found)


def _place(job: TrackJob, cut: CutTrack) -> dict[str, Any]:
    if job.layout == "ts":
        return {}
    return {
        "init": cut.path,
        "init_range": cut.init_range,
        "index_range": cut.index_range,
    }


def _protection(job: TrackJob, cut: CutTrack) -> dict[str, Any]:
    """Return what manifests say of a track's encryption, read from its bytes.

    Raises:
        MalformedError: They are not encrypted as was asked.
    """
    wanted, found = common_encryption(job), cut.init.encryption[0]
    asked = (wanted.scheme, wanted.key.kid, wanted.pssh) if wanted else ("none", "", ())
    made = (found.scheme, found.kid, cut.init.pssh) if found else ("none", "", cut.init.pssh)
    if asked != made or (wanted and found and found.constant_iv not in (b"", wanted.iv)):
        raise MalformedError(f"it is encrypted as {made[:2]} with {len(made[2])} PSSH boxes, not as was asked")
    if wanted is None or found is None:
        return {}
    is_clear = [cut.init.encryption_of(one.media.fragments[0]) is None for one in cut.cuts]
    most = clear_segments(cut.segments(), cut.init.timescale, wanted.clear_lead_seconds)
    if any(dropwhile(bool, is_clear)) or sum(is_clear) > most:
        raise MalformedError("segments after the clear lead are not encrypted")
    return {
        "scheme": found.scheme,
        "kid": found.kid,
        "track_class": wanted.track_class,
        "iv": found.constant_iv.hex(),
        "clear_segments": sum(is_clear),
    }


def _cut(segments: Sequence[Segment], end: int) -> tuple[Segment, ...]:
    """Return the segments with the last one ending at a time: the packager fills it up to a whole one with nothing."""
    *whole, last = segments
    left = end - sum(segment.duration for segment in whole)
    return (*whole, last.model_copy(update={"duration": min(last.duration, left)}) if left > 0 else last)


def _shape(init: InitSegment) -> dict[str, Any]:
    if init.kind == "video":
        return {"width": init.width, "height": init.height, "video_range": init.video_range or "SDR"}
    return {"channels": init.channels, "sample_rate": init.sample_rate}


def _said(job: TrackJob) -> dict[str, Any]:
    names = ("name", "kind", "source_asset", "language", "label", "role", "is_default", "is_forced", "layout")
    return {
        **{name: getattr(job, name) for name in names},
        "is_hearing_impaired": job.is_hearing_impaired,
        **{name: value for name, value in job.extra.items() if name in Track.model_fields},
    }
