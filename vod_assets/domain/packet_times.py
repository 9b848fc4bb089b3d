"""What the times of a stream's packets say: when it begins and ends, its rhythm, its holes, its key frames.

Everything is counted in ticks of the stream's own time base and made into seconds at the end, so nothing is rounded.
Packets come one by one and are not kept; a film's worth of them costs no memory.
"""

import heapq
from collections import Counter
from fractions import Fraction
from typing import NamedTuple

REORDERED_FRAMES = 64  # more than any codec's reordering depth
KEPT_KEYS = 20_000  # places of key frames that are remembered; of more, every second one is forgotten
DISTINCT_STEPS = 4096  # different frame distances that are counted; a hostile file may have a million
FORWARD_JUMP_SECONDS = 10  # ffmpeg's dts_delta_threshold: in MPEG streams a longer step is a splice, not a pause
BACKWARD_JUMP_SECONDS = Fraction(1, 10)


class Packet(NamedTuple):
    """One packet, in ticks; a time is None where the container does not say."""

    pts: int | None
    dts: int | None
    duration: int
    size_bytes: int
    is_key: bool
    is_discarded: bool  # decoded for others' sake, never shown: an edit list leaves it out

    @property
    def time(self) -> int | None:
        """When it is shown, as far as one knows."""
        return self.dts if self.pts is None else self.pts


class Span:
    """Where a stream's packets begin and end.

    Args:
        tick: Seconds of one tick.
        mends_jumps: Whether a jump of time is a splice that ffmpeg stamps anew (MPEG-TS, MPEG-PS).
    """

    def __init__(self, tick: Fraction, *, mends_jumps: bool = False) -> None:
        self.tick, self.mends_jumps = tick, mends_jumps
        self.packets = 0
        self.size_bytes = 0
        self.first: int | None = None
        self.end = 0
        self.jumps: list[Fraction] = []
        self._offset = 0
        self._last_dts: int | None = None
        self._longest_forward = int(FORWARD_JUMP_SECONDS / tick)
        self._longest_backward = int(BACKWARD_JUMP_SECONDS / tick)

    def add(self, packet: Packet) -> None:
        """Count a packet."""
        self.packets += 1
        self.size_bytes += packet.size_bytes
        time = self._mended(packet)
        if time is not None and not packet.is_discarded:
            self._show(time, packet.duration)

    def finish(self) -> None:
        """Count what is still held back."""

    @property
    def start_seconds(self) -> Fraction | None:
        """When the first packet is shown; None when there is none."""
        return None if self.first is None else self.first * self.tick

    @property
    def duration_seconds(self) -> Fraction:
        """From the first packet's time to the end of the last."""
        return Fraction(0) if self.first is None else (self.end - self.first) * self.tick

    def _show(self, time: int, duration: int) -> None:
        self.first = time if self.first is None else min(self.first, time)
        self.end = max(self.end, time + duration)

    def _mended(self, packet: Packet) -> int | None:
        """Return the packet's time after all splices so far."""
        dts, time = packet.dts, packet.time
        if self.mends_jumps and dts is not None:
            if self._last_dts is not None:
                step = dts - self._last_dts
                if step > self._longest_forward or -step > self._longest_backward:
                    self._offset -= step - packet.duration
                    self.jumps.append(self.duration_seconds)
            self._last_dts = dts
        return None if time is None else time + self._offset


class FrameTimes(Span):
    """What a video stream's packets promise.

    Args:
        tick: Seconds of one tick.
        mends_jumps: As in `Span`.
        has_hidden_frames: Whether the codec stores frames that are never shown (VP8 and VP9); they share the time of
            the next one, within 2 ms.
        shows_leading: Whether the decoder shows frames that come after the first key frame but are shown before it
            (H.264 does, HEVC and MPEG-2 leave them out); they are not promised in any case.

    Attributes:
        shown: Frames that a decoder should put out: neither discarded nor before the first key frame.
        leading: Frames that cannot be decoded, because their key frame was cut off.
        steps: How often each distance between neighbouring frames occurs, in ticks.
        pairs: The same between a frame and the next but one.
        key_places: Ordinals (of packets) and times (in ticks) of key frames that are shown.
    """

    def __init__(
        self,
        tick: Fraction,
        *,
        mends_jumps: bool = False,
        has_hidden_frames: bool = False,
        shows_leading: bool = False,
    ) -> None:
        super().__init__(tick, mends_jumps=mends_jumps)
        self.shows_leading = shows_leading
        self.shown = self.leading = self.hidden = self.discarded = self.keys = self.untimed = 0
        self.steps: Counter[int] = Counter()
        self.pairs: Counter[int] = Counter()
        self._decode_steps: Counter[int] = Counter()
        self._decode_pairs: Counter[int] = Counter()
        self._step = self._decode_step = 0
        self._earlier_dts: int | None = None
        self._has_pts = False
        self.longest_gap, self.gap_at = 0, 0
        self._key_gap = 0
        self.key_places: list[tuple[int, int]] = []
        self._key_spacing = 1
        self._last: int | None = None
        self._last_key: int | None = None
        self._floor: int | None = None
        self._held: list[tuple[int, int]] = []
        self._same_frame = int(Fraction(2, 1000) / tick) if has_hidden_frames else 0

    def add(self, packet: Packet) -> None:
        """Count a packet."""
        self.packets += 1
        self.size_bytes += packet.size_bytes
        time = self._mended(packet)
        self._count_decode_step(packet)
        self._has_pts |= packet.pts is not None
        if packet.is_key:
            self._count_key(time, packet.is_discarded)
            self._keep_key(packet)
        if packet.is_discarded:
            self.discarded += 1
        elif not self.keys:
            self.leading += 1
        elif time is None or (packet.pts is None and self._has_pts):
            self.untimed += 1  # MPEG program streams stamp one picture of several
        elif self._floor is not None and time < self._floor and not self.shows_leading:
            self.leading += 1
        else:
            self.shown += self._floor is None or time >= self._floor
            heapq.heappush(self._held, (time, packet.duration))
            if len(self._held) > REORDERED_FRAMES:
                self._next_frame(*heapq.heappop(self._held))

    def finish(self) -> None:
        """Count the frames that are still held back for reordering."""
        while self._held:
            self._next_frame(*heapq.heappop(self._held))
        if self._last is not None and self._last_key is not None:
            self._key_gap = max(self._key_gap, self._last - self._last_key)
        if self.untimed and self._decode_steps and self.first is not None:
            self.steps, self.pairs = self._decode_steps, self._decode_pairs
            self.longest_gap = max(self.steps)
            span = sum(step * count for step, count in self.steps.items())
            self.end = max(self.end, self.first + span + min(self.steps))

    def duration_at(self, rate: Fraction) -> Fraction:
        """Return the duration with the last frame's, which some containers leave at zero."""
        if self.first is None or self._last is None or self.end > self._last:
            return self.duration_seconds
        return (self._last - self.first) * self.tick + 1 / rate

    @property
    def gap_seconds(self) -> Fraction:
        """The longest distance between two neighbouring frames."""
        return self.longest_gap * self.tick

    @property
    def gap_at_seconds(self) -> Fraction:
        """Where the longest distance begins, from the first frame on."""
        return (self.gap_at - (self.first or 0)) * self.tick

    @property
    def keyframe_gap_seconds(self) -> Fraction | None:
        """The longest distance between two key frames, or from the last one to the end; None without any."""
        return self._key_gap * self.tick if self._last_key is not None else None

    def _count_decode_step(self, packet: Packet) -> None:
        """Count distances in decoding order too: all that is left where presentation times are missing."""
        dts = None if packet.dts is None else packet.dts + self._offset
        if dts is not None and self._earlier_dts is not None and self.mends_jumps and dts > self._earlier_dts:
            step = dts - self._earlier_dts
            _count(self._decode_steps, step)
            _count(self._decode_pairs, step + self._decode_step if self._decode_step else 0)
            self._decode_step = step
        self._earlier_dts = dts

    def _count_key(self, time: int | None, is_discarded: bool) -> None:
        self.keys += 1
        if time is None:
            return
        if self.keys == 1 and not is_discarded:
            self._floor = time  # frames shown before the first key frame refer to what was cut off
        if self._last_key is not None:
            self._key_gap = max(self._key_gap, time - self._last_key)
        self._last_key = time

    def _keep_key(self, packet: Packet) -> None:
        """Remember where a key frame lies, by its own time stamp: that is the one a decoder puts out."""
        place = self.packets - 1
        if packet.time is None or packet.is_discarded:
            return
        if self.key_places and place < self.key_places[-1][0] + self._key_spacing:
            return
        self.key_places.append((place, packet.time))
        if len(self.key_places) > KEPT_KEYS:
            del self.key_places[1::2]
            self._key_spacing *= 2

    def _next_frame(self, time: int, duration: int) -> None:
        if self._last is not None:
            step = time - self._last
            if 0 <= step <= self._same_frame:
                self.shown -= 1
                self.hidden += 1
            elif step > 0:
                _count(self.steps, step)
                _count(self.pairs, step + self._step if self._step else 0)
                self._step = step
            if step > self.longest_gap:
                self.longest_gap, self.gap_at = step, self._last
        self._last = time
        self._show(time, duration)


def _count(counts: Counter[int], distance: int) -> None:
    """Count a distance, unless it is none, or one too many."""
    if distance and (distance in counts or len(counts) < DISTINCT_STEPS):
        counts[distance] += 1
