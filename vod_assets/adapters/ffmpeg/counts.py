"""Reads what ffmpeg says of its own decoding at ``-v level+verbose``: frames, errors, signs of damage."""

import re
from collections import Counter

from vod_assets.domain.acceptance import DecodeCounts

_STREAM = re.compile(
    r"Input stream #(\d+):(\d+) \((\w+)\): (\d+) packets read \(\d+ bytes\);"
    r"(?: (\d+) frames decoded; (\d+) decode errors)?"
)
_CORRUPT_FRAME = re.compile(r"\[[va]ist#\d+:(\d+)/.*corrupt decoded frame")
_REPEATED = re.compile(r"Last message repeated (\d+) times")
_PREFIX = re.compile(r"^(\[[^\]]*\] )+")  # context, memory address and level say nothing to a person
_LEVEL = re.compile(r"\[(?:warning|error|fatal|panic)\]")
_ARRIVED = re.compile(r"fps@span(\d+) .*\] (\d+) frames in, ")  # of `vod_assets.domain.timeline_filters`
SIGNS = {
    "partial file": "cut",
    "File ended prematurely": "cut",
    "Packet corrupt": "packet",
    "corrupt input packet": "input",
    "concealing": "concealed",
}
KEPT_COMPLAINTS = 5


class DecodeCounter:
    """Takes standard error line by line, however long it is, and keeps only counts.

    Args:
        programme: Index under which the streams of all inputs are counted together: they are spans of one programme.
            Of its picture, only frames that come to the spans count, not those before an in point.
    """

    def __init__(self, programme: int | None = None) -> None:
        self._programme = programme
        self._arrived: dict[int, int] = {}
        self._packets: dict[int, int] = {}
        self._frames: dict[int, int] = {}
        self._errors: dict[int, int] = {}
        self._corrupt: Counter[int] = Counter()
        self._signs: Counter[str] = Counter()
        self._complaints: list[str] = []
        self._last_line = ""

    def read(self, line: str) -> None:
        """Count one line."""
        repeated = _REPEATED.search(line)
        if repeated:
            self._count(self._last_line, int(repeated[1]))
            return
        self._last_line = line
        self._count(line, 1)

    @property
    def counts(self) -> DecodeCounts:
        """What was counted; the frames are there once ffmpeg has ended."""
        arrived = {self._programme: sum(self._arrived.values())} if self._programme is not None else {}
        return DecodeCounts(
            packets=dict(self._packets),
            frames=self._frames | (arrived if self._arrived else {}),
            errors=dict(self._errors),
            corrupt=dict(self._corrupt),
            signs=dict(self._signs),
            complaints=tuple(self._complaints),
        )

    def _count(self, line: str, times: int) -> None:
        corrupt = _CORRUPT_FRAME.search(line)
        if corrupt:
            self._corrupt[self._counted_as(int(corrupt[1]))] += times
        self._signs.update({kind: times for phrase, kind in SIGNS.items() if phrase in line})
        if "Input stream #" in line:
            self._count_stream(line)
        elif arrived := _ARRIVED.search(line):
            self._arrived[int(arrived[1])] = int(arrived[2])
        elif _LEVEL.search(line) and len(self._complaints) < KEPT_COMPLAINTS:
            self._complaints.append(_PREFIX.sub("", line).strip())

    def _count_stream(self, line: str) -> None:
        found = _STREAM.search(line)
        if found and (found[1] == "0" or self._programme is not None):  # otherwise input 0 is the source
            stream = self._counted_as(int(found[2]))
            for counts, group in ((self._packets, 4), (self._frames, 5), (self._errors, 6)):
                before = counts.get(stream, 0) if self._programme is not None else 0
                counts[stream] = before + int(found[group] or 0)

    def _counted_as(self, stream: int) -> int:
        return stream if self._programme is None else self._programme


def parse_counts(stderr: str) -> DecodeCounts:
    """Return the counts of a whole standard error."""
    counter = DecodeCounter()
    for line in stderr.splitlines():
        counter.read(line)
    return counter.counts
