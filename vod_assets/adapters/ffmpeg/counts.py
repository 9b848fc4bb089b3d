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
SIGNS = {
    "partial file": "cut",
    "File ended prematurely": "cut",
    "Packet corrupt": "packet",
    "corrupt input packet": "input",
    "concealing": "concealed",
}
KEPT_COMPLAINTS = 5


class DecodeCounter:
    """Takes standard error line by line, however long it is, and keeps only counts."""

    def __init__(self) -> None:
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
        return DecodeCounts(
            packets=dict(self._packets),
            frames=dict(self._frames),
            errors=dict(self._errors),
            corrupt=dict(self._corrupt),
            signs=dict(self._signs),
            complaints=tuple(self._complaints),
        )

    def _count(self, line: str, times: int) -> None:
        corrupt = _CORRUPT_FRAME.search(line)
        if corrupt:
            self._corrupt[int(corrupt[1])] += times
        self._signs.update({kind: times for phrase, kind in SIGNS.items() if phrase in line})
        if "Input stream #" in line:
            self._count_stream(line)
        elif _LEVEL.search(line) and len(self._complaints) < KEPT_COMPLAINTS:
            self._complaints.append(_PREFIX.sub("", line).strip())

    def _count_stream(self, line: str) -> None:
        found = _STREAM.search(line)
        if found and found[1] == "0":  # input 0 is the source; others are ours
            stream = int(found[2])
            self._packets[stream] = int(found[4])
            self._frames[stream] = int(found[5] or 0)
            self._errors[stream] = int(found[6] or 0)


def parse_counts(stderr: str) -> DecodeCounts:
    """Return the counts of a whole standard error."""
    counter = DecodeCounter()
    for line in stderr.splitlines():
        counter.read(line)
    return counter.counts
