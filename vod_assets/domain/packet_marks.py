"""What the packets of a picture are, without decoding: which of them a piece is made of, and whether they changed."""

import hashlib
from bisect import bisect_right
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import accumulate

from vod_assets.domain.pieces import Clock, Piece

LOOKED_BACK_FRAMES = 4  # filters look at the picture before, and a time may be rounded up to the next frame
LOOKED_AHEAD_PACKETS = 3  # at the picture after; and what is shown until when, the next one says


@dataclass
class PacketMarks:
    """Every packet of a stream, in the order they are decoded in.

    Attributes:
        header: Digest of what the container says of the stream for its decoder.
        times: When each is shown, in ticks.
        marks: Duration, flags and digest of each.
        keys: Which of them are key frames.
    """

    header: str = ""
    times: list[int] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)

    def digest(self, piece: Piece, clock: Clock, frame_rate: Fraction) -> str:
        """Return the SHA-256 of all that the pictures of a piece depend on: from the key frame before to the last."""
        first = self._key_before(self._tick(piece.first - LOOKED_BACK_FRAMES, clock, frame_rate))
        end = len(self.times) if piece.is_last else self._end(self._tick(piece.end, clock, frame_rate))
        digest = hashlib.sha256(f"{self.header} {clock.tick}".encode())
        for number in range(first, end):
            digest.update(f"\n{self.times[number] - clock.zero_ticks} {self.marks[number]}".encode())
        return digest.hexdigest()

    def _tick(self, frame: int, clock: Clock, frame_rate: Fraction) -> int:
        return clock.zero_ticks + clock.ticks(frame / frame_rate)

    def _key_before(self, tick: int) -> int:
        shown, latest = self._keys_by_time
        at = bisect_right(shown, tick)
        return latest[at - 1] if at else 0

    def _end(self, tick: int) -> int:
        shown, reached = self._by_time
        at = min(bisect_right(shown, tick) + LOOKED_AHEAD_PACKETS, len(shown)) - 1
        return reached[at] + 1

    @cached_property
    def _keys_by_time(self) -> tuple[list[int], list[int]]:
        """Return the times of the key frames in order, and the last key frame that is shown by each."""
        order = sorted(self.keys, key=self.times.__getitem__)
        return [self.times[number] for number in order], list(accumulate(order, max))

    @cached_property
    def _by_time(self) -> tuple[list[int], list[int]]:
        """Return the times in order, and the last packet that has to be decoded to show all up to each."""
        order = sorted(range(len(self.times)), key=self.times.__getitem__)
        return [self.times[number] for number in order], list(accumulate(order, max))
