"""Measure tracks from their segments' headers: presented times, bit rates, I-frames."""

from collections.abc import Sequence
from fractions import Fraction

from vod_assets.domain.init_segment import InitSegment
from vod_assets.domain.isobmff import MediaSegment
from vod_assets.domain.track import IFrame, Segment


def presented(media: MediaSegment, start: int) -> tuple[int, int]:
    """Return when a segment's presentation begins and ends, in ticks; what lies before time zero is not presented.

    Args:
        media: The segment.
        start: Media time at which the edit list starts. AAC keeps its priming before it, B-frames their delay, so a
            first segment is not always presented as long as its samples last.
    """
    first, last = None, 0
    for fragment in media.fragments:
        decode_time = fragment.decode_time
        for sample in fragment.samples:
            shown = decode_time + sample.composition_offset - start
            first = shown if first is None else min(first, shown)
            last = max(last, shown + sample.duration)
            decode_time += sample.duration
    return max(0, first or 0), last


def frame_rate(init: InitSegment, segments: Sequence[MediaSegment]) -> Fraction | None:
    """Return the exact frame rate of a video track, or None when its frames last differently.

    The last frame is not asked: it may be cut to the title's end.
    """
    durations = {sample.duration for media in segments for sample in media.samples}
    all_samples = [sample.duration for media in segments for sample in media.samples]
    if len(durations) > 1:
        durations = set(all_samples[:-1])
    return Fraction(init.timescale, durations.pop()) if len(durations) == 1 and 0 not in durations else None


def first_iframe(path: str, media: MediaSegment, duration: int) -> IFrame | None:
    """Return the I-frame that a segment starts with, or None when it starts with no sync sample.

    The byte range runs from the fragment's ``moof`` to the end of the frame, so a player can decode it with the init
    segment alone (RFC 8216, 4.3.3.6).
    """
    fragment = media.fragments[0]
    if not fragment.samples or not fragment.samples[0].is_sync:
        return None
    end = fragment.data_offset + fragment.samples[0].size
    return IFrame(
        path=path, offset_bytes=fragment.moof_offset, length_bytes=end - fragment.moof_offset, duration=duration
    )


def average_bits_per_second(segments: Sequence[Segment], timescale: int) -> int:
    """Return all segments' bits over their duration, rounded up."""
    return _rate(segments, timescale)


def peak_bits_per_second(segments: Sequence[Segment], timescale: int) -> int:
    """Return the peak segment bit rate of RFC 8216, 4.1, rounded up.

    It is the highest rate of any run of segments that lasts between half and one and a half target durations, so a
    short last segment does not decide alone.
    """
    longest = max((segment.duration for segment in segments), default=0)
    peaks = [0]
    for begin in range(len(segments)):
        for end in range(begin + 1, len(segments) + 1):
            duration = sum(segment.duration for segment in segments[begin:end])
            if 2 * duration > 3 * longest:
                break
            if 2 * duration >= longest:
                peaks.append(_rate(segments[begin:end], timescale))
    return max(peaks)


def _rate(segments: Sequence[Segment], timescale: int) -> int:
    ticks = sum(segment.duration for segment in segments)
    bits = 8 * sum(segment.size_bytes for segment in segments)
    return -(-bits * timescale // ticks) if ticks else 0
