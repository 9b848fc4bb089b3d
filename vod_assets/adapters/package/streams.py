"""Describe transport stream and packed audio segments: sizes of their own, times of their fragmented MP4 twins."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from vod_assets.adapters.package.cuts import CutTrack
from vod_assets.adapters.package.files import mapped, named
from vod_assets.adapters.package.shaka_command import STREAM_SUFFIXES
from vod_assets.adapters.package.whole_segments import encrypt_segment
from vod_assets.domain.isobmff import MalformedError
from vod_assets.domain.track import IFrame, Segment, Track
from vod_assets.domain.track_measures import average_bits_per_second, peak_bits_per_second
from vod_assets.domain.transport_stream import StreamSegment, read_stream_segment
from vod_assets.ports import Protection, TrackJob


def stream_segments(job: TrackJob, twin: CutTrack, timed: Sequence[Segment]) -> tuple[Segment, ...]:
    """Return the stream's segments, timed as their twins are.

    Raises:
        MalformedError: One does not hold what its twin holds.
    """
    paths = _paths(job)
    if len(paths) != len(timed):
        raise MalformedError(f"there are {len(paths)} segments, and {len(timed)} of their fragmented MP4 twin")
    for path, one in zip(paths, twin.cuts, strict=True):
        if (units := stream_segment_of(path).units) != len(one.media.samples):
            raise MalformedError(f"{path.name} has {units} pictures or frames, not {len(one.media.samples)}")
    return tuple(
        Segment(path=path.name, duration=segment.duration, size_bytes=path.stat().st_size)
        for path, segment in zip(paths, timed, strict=True)
    )


def stream_iframes(job: TrackJob, timed: Sequence[Segment]) -> tuple[IFrame, ...]:
    """Return the I-frame that each video segment starts with, with the tables (PAT, PMT) that stand before it.

    RFC 8216, 3.2, wants them in every segment without an ``EXT-X-MAP``, and a byte range counts as one.
    """
    if job.kind != "video":
        return ()
    found = ((path, stream_segment_of(path), segment) for path, segment in zip(_paths(job), timed, strict=True))
    return tuple(
        IFrame(path=path.name, offset_bytes=0, length_bytes=facts.first_unit_end, duration=segment.duration)
        for path, facts, segment in found
        if facts.opens_decoding
    )


def stream_segment_of(path: Path) -> StreamSegment:
    """Return what a clear segment holds.

    Raises:
        MalformedError: It is none; the message names the file.
    """
    with named(path.name):
        return read_stream_segment(mapped(path))


def sealed(track: Track, directory: Path, protection: Protection) -> Track:
    """Encrypt a track's whole segments and return it as it is now: nobody can play a byte range of it any more."""
    segments = _sealed(track, directory, protection)
    return track.model_copy(
        update={
            "segments": segments,
            "iframes": (),
            "scheme": protection.scheme,
            "kid": protection.key.kid,
            "track_class": protection.track_class,
            "iv": protection.iv.hex(),
            "clear_segments": clear_segments(track.segments, track.timescale, protection.clear_lead_seconds),
            "peak_bits_per_second": peak_bits_per_second(segments, track.timescale),
            "average_bits_per_second": average_bits_per_second(segments, track.timescale),
        }
    )


def _sealed(track: Track, directory: Path, protection: Protection) -> tuple[Segment, ...]:
    clear = clear_segments(track.segments, track.timescale, protection.clear_lead_seconds)
    for segment in track.segments[clear:]:
        encrypt_segment(directory / segment.path, protection.key, protection.iv)
    return tuple(
        segment.model_copy(update={"size_bytes": (directory / segment.path).stat().st_size})
        for segment in track.segments
    )


def clear_segments(segments: Sequence[Segment], timescale: int, lead_seconds: Fraction) -> int:
    """Return how many segments begin within the clear lead; the packager counts so too."""
    begin, count = 0, 0
    for segment in segments:
        if begin >= lead_seconds * timescale:
            break
        begin, count = begin + segment.duration, count + 1
    return count


def _paths(job: TrackJob) -> list[Path]:
    return sorted(job.directory.glob(f"*{STREAM_SUFFIXES[job.kind]}"))
