"""What sounds there are in a source: a stream each, or one of many mono streams that belong together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from vod_assets.domain.acceptance import normalised
from vod_assets.domain.audio_channels import MIXED, POSITIONS, STEREO, SURROUND, USUAL
from vod_assets.domain.media_info import AudioStream, Finding, MediaInfo

PROGRAMME = USUAL[SURROUND]
UNLIKE_SECONDS = Fraction(1, 10)  # mono streams of one programme end together
NOTHING_SAID = ("", "unknown")


@dataclass(frozen=True)
class SourceSound:
    """One sound of a source.

    Attributes:
        streams: The streams that it is made of, in order; the first one stands for all in what is said.
        positions: Where each of their channels is heard from, those of all streams one after another; empty: nowhere.
        findings: What was taken for granted.
    """

    streams: tuple[AudioStream, ...]
    positions: tuple[str, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def stream(self) -> AudioStream:
        """The first stream."""
        return self.streams[0]

    @property
    def is_known(self) -> bool:
        """Whether it is one stream that says itself what its channels are."""
        return len(self.streams) == 1 and bool(known_positions(self.stream))

    @property
    def channels(self) -> int:
        """How many channels are heard."""
        return sum(bool(position) for position in self.positions)


def source_sounds(info: MediaInfo) -> list[SourceSound]:
    """Return the sounds of a source, in the order of their first streams.

    Mono streams that follow one another and differ in nothing are one sound: two are stereo; of six or more the first
    six are 5.1 in the order of SMPTE (L, R, C, LFE, Ls, Rs) and the others pairs; of fewer, all are pairs. A stream of
    eight channels or more of which nothing is said is cut likewise.
    """
    groups: list[list[AudioStream]] = []
    for stream in info.audio:
        if groups and _goes_with(groups[-1][0], stream):
            groups[-1].append(stream)
        else:
            groups.append([stream])
    return [sound for streams in groups for sound in _of_alike(tuple(streams))]


def stream_sound(stream: AudioStream) -> SourceSound:
    """Return the sound of one stream, all of whose channels are one programme."""
    positions = known_positions(stream)
    if positions:
        return SourceSound((stream,), positions, _left_out(stream, positions))
    if stream.layout.startswith("ambisonic"):
        return _ambisonic(stream)
    usual = (*PROGRAMME, *[""] * (stream.channels - SURROUND)) if _is_many(stream) else USUAL[stream.channels]
    said = f"stream {stream.index} has {stream.channels} channels and does not say which; they were taken for"
    found = (normalised("channels_assumed", f"{said} {_names(usual)}"),) if stream.channels > STEREO else ()
    return SourceSound((stream,), usual, found)


def known_positions(stream: AudioStream) -> tuple[str, ...]:
    """Return where a stream's channels are heard from, as it says itself; empty where it does not."""
    if stream.layout in POSITIONS:
        found = POSITIONS[stream.layout]
    elif "(" in stream.layout:  # FFmpeg's “4 channels (FL+FR+BL+BR)”
        found = tuple(stream.layout.partition("(")[2].rstrip(")").split("+"))
    else:
        found = ()
    return found if len(found) == stream.channels else ()


def _ambisonic(stream: AudioStream) -> SourceSound:
    """Return the sound of a sphere: its first channel is all of it in mono, the others only say from where."""
    cause = f"stream {stream.index} is {stream.layout}; its first channel is heard, without directions"
    positions = ("FC", *[""] * (stream.channels - 1))
    return SourceSound((stream,), positions, (normalised("channels_left_out", cause),))


def _left_out(stream: AudioStream, positions: Sequence[str]) -> tuple[Finding, ...]:
    dropped = [position for position in positions if position not in MIXED]
    if not dropped:
        return ()
    return (normalised("channels_left_out", f"stream {stream.index} ({stream.layout}): {_names(dropped)}"),)


def _goes_with(first: AudioStream, other: AudioStream) -> bool:
    """Whether two streams may be of one sound: mono, without words of their own, and as long."""
    alone = any(one.channels != 1 or one.label or one.role != "main" for one in (first, other))
    kinds = {(one.codec, one.sample_rate, one.language) for one in (first, other)}
    ends = [one.start_seconds + one.duration_seconds for one in (first, other)]
    return not alone and len(kinds) == 1 and abs(ends[0] - ends[1]) <= UNLIKE_SECONDS


def _of_alike(streams: tuple[AudioStream, ...]) -> Iterator[SourceSound]:
    if len(streams) == 1 and not _is_many(streams[0]):
        yield stream_sound(streams[0])
        return
    named = tuple(position for stream in streams for position in known_positions(stream))
    if len(streams) > 1 and len({*named}) == len(streams):
        yield SourceSound(streams, named)  # each says its own place
        return
    total = sum(stream.channels for stream in streams)
    for first, count in _cuts(total):
        yield _cut(streams, first, count, total)


def _is_many(stream: AudioStream) -> bool:
    """Whether a stream holds more channels than one programme has, and does not say what they are."""
    is_named = stream.layout not in NOTHING_SAID and not stream.layout.endswith(" channels")
    return stream.channels > SURROUND + 1 and not is_named


def _cuts(total: int) -> Iterator[tuple[int, int]]:
    """Yield the first channel and the number of channels of each sound."""
    at = 0
    if total >= SURROUND:
        yield 0, SURROUND
        at = SURROUND
    while at < total:
        yield at, min(STEREO, total - at)
        at += STEREO


def _cut(streams: Sequence[AudioStream], first: int, count: int, total: int) -> SourceSound:
    """Return the sound of some channels of streams that follow one another."""
    wanted = USUAL[count]
    many = "one stream" if len(streams) == 1 else f"{len(streams)} streams"
    where = f"channels {first + 1} to {first + count}" if count > 1 else f"channel {first + 1}"
    cause = f"{where} of {total} in {many} (from stream {streams[0].index}) were taken for {_names(wanted)}"
    found = (normalised("channels_assumed", cause),)
    if len(streams) == 1:
        left, right = [""] * first, [""] * (total - first - count)
        return SourceSound((streams[0],), (*left, *wanted, *right), found)
    return SourceSound(tuple(streams[first : first + count]), wanted, found)


def _names(positions: Sequence[str]) -> str:
    return " ".join(position for position in positions if position)
