"""Flashes that can harm people with photosensitive epilepsy, counted in small pictures; indicative, no certificate.

The rule is that of ITU-R BT.1702 and Ofcom: a flash is a pair of opposing changes of luminance by 20 cd/m² or more
where the darker picture is below 160 cd/m²; more than three in a second over more than a quarter of the picture are too
many. Saturated red and regular patterns are not looked for.
"""

from collections import deque
from fractions import Fraction

from vod_assets.domain.intervals import Interval, joined

WHITE = 200  # cd/m² of the reference display
STEP = 20.0
BRIGHT = 160.0
LEAST_AREA = Fraction(1, 4)
GATHERED_SECONDS = Fraction(1, 10)  # cells whose change is spread over a few frames change together
LUMINANCE = [WHITE * max(0.0, min(1.0, (code - 16) / 219)) ** 2.4 for code in range(256)]  # BT.1886, limited range
UP, DOWN = 1, -1


class FlashCounter:
    """Takes a title's frames one by one, as a few luma cells each, and knows where it flashes too often.

    Args:
        frame_rate: Exact frames per second.
        most_per_second: How many flashes a second are allowed.

    Attributes:
        worst: The most flashes that there were within any second.
    """

    def __init__(self, frame_rate: Fraction, most_per_second: int = 3) -> None:
        self._rate, self._most = frame_rate, most_per_second
        self._before = b""
        self._extremes: list[float] = []
        self._directions: list[int] = []
        self._recent: deque[tuple[int, int, int]] = deque()  # frame, cells that turned up, cells that turned down
        self._changes: deque[int] = deque()  # frames of opposing changes within the last second
        self._last = 0
        self._harmful: list[Interval] = []
        self._frame = -1
        self.worst = 0

    @property
    def intervals(self) -> tuple[Interval, ...]:
        """Where there are more flashes than allowed."""
        return joined(self._harmful)

    def take(self, cells: bytes) -> None:
        """Look at the next frame."""
        self._frame += 1
        if cells == self._before:
            return
        self._before = cells
        luminance = [LUMINANCE[code] for code in cells]
        if not self._extremes:
            self._extremes, self._directions = luminance, [0] * len(luminance)
            return
        self._gather(*self._turned(luminance))

    def _turned(self, luminance: list[float]) -> tuple[int, int]:
        """Return how many cells have become brighter by a step, and darker, since they last turned."""
        extremes, directions, ups, downs = self._extremes, self._directions, 0, 0
        for cell, now in enumerate(luminance):
            then, direction = extremes[cell], directions[cell]
            if now - then >= STEP and direction != UP and then < BRIGHT:
                extremes[cell], directions[cell] = now, UP
                ups += 1
            elif then - now >= STEP and direction != DOWN and now < BRIGHT:
                extremes[cell], directions[cell] = now, DOWN
                downs += 1
            elif (direction == UP and now > then) or (direction == DOWN and now < then):
                extremes[cell] = now
        return ups, downs

    def _gather(self, ups: int, downs: int) -> None:
        if ups or downs:
            self._recent.append((self._frame, ups, downs))
        while self._recent and (self._frame - self._recent[0][0]) / self._rate > GATHERED_SECONDS:
            self._recent.popleft()
        least = LEAST_AREA * len(self._extremes)
        for direction, place in ((UP, 1), (DOWN, 2)):
            if sum(one[place] for one in self._recent) > least and direction != self._last:
                self._last = direction
                self._recent.clear()
                self._change()

    def _change(self) -> None:
        """Take note of a change of a quarter of the picture, against the one before."""
        self._changes.append(self._frame)
        while (self._frame - self._changes[0]) / self._rate > 1:
            self._changes.popleft()
        self.worst = max(self.worst, len(self._changes) // 2)
        if len(self._changes) > 2 * self._most:
            start, end = self._changes[0] / self._rate, (self._frame + 1) / self._rate
            self._harmful.append(Interval(start_seconds=start, end_seconds=end))
