"""What a scenario cost: processes by kind, bytes kept for each byte that is delivered, as a table and as JSON."""

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePath

REPORT_VARIABLE = "VOD_TEST_FIGURES"  # names a file that gets the figures as JSON
ENCODERS = {"libx264": "h264", "libx265": "hevc", "libsvtav1": "av1", "aac": "aac", "eac3": "eac3"}


def kind(argv: Sequence[str]) -> str:
    """Return what a tool's process was for.

    >>> kind(["/bin/ffmpeg", "-i", "film.mp4", "-c:v:0", "libx264"]), kind(["/bin/ffprobe"]), kind(["/bin/ffmpeg"])
    ('h264 encoder', 'ffprobe', 'ffmpeg')
    """
    found = [name for word, name in ENCODERS.items() if word in argv]
    return f"{found[0]} encoder" if found else PurePath(argv[0]).name.partition("-")[0]  # -linux-x64


@dataclass(frozen=True)
class Station:
    """What one station took."""

    name: str
    seconds: float
    runs: int
    processes: Mapping[str, int]


@dataclass
class Figures:
    """What all stations took together, and what lies where at the end."""

    scenario: str
    stations: list[Station] = field(default_factory=list)
    stored_bytes: dict[str, int] = field(default_factory=dict)
    delivered_bytes: int = 0

    @property
    def processes(self) -> dict[str, int]:
        """How many processes of each kind there were."""
        return dict(sum((Counter(station.processes) for station in self.stations), Counter()))

    @property
    def stored_to_delivered(self) -> float:
        """How many bytes are kept for each that viewers can fetch."""
        return round(sum(self.stored_bytes.values()) / max(1, self.delivered_bytes), 2)

    def as_document(self) -> dict[str, object]:
        """Return everything as plain values."""
        return asdict(self) | {"processes": self.processes, "stored_to_delivered": self.stored_to_delivered}

    def keep(self) -> None:
        """Write the document to the file that the environment names, if it names one."""
        if target := os.environ.get(REPORT_VARIABLE):
            Path(target).write_text(json.dumps(self.as_document(), indent=1) + "\n")

    def table(self) -> list[str]:
        """Return the lines of a table."""
        kinds = sorted(self.processes)
        widths = [max(7, len(name)) for name in kinds]
        lines = [f"{'station':<34} {'s':>6} {'runs':>5}" + _row(kinds, widths)]
        for one in self.stations:
            counts = [one.processes.get(name, 0) for name in kinds]
            lines.append(f"{one.name:<34} {one.seconds:>6.1f} {one.runs:>5}" + _row(counts, widths))
        all_seconds, all_runs = sum(one.seconds for one in self.stations), sum(one.runs for one in self.stations)
        lines.append(
            f"{'in all':<34} {all_seconds:>6.1f} {all_runs:>5}" + _row((self.processes[name] for name in kinds), widths)
        )
        lines += [f"stored    {size:>12,} bytes  {place}" for place, size in self.stored_bytes.items()]
        return [*lines, f"delivered {self.delivered_bytes:>12,} bytes; stored ÷ delivered {self.stored_to_delivered}"]


def _row(cells: Iterable[object], widths: Sequence[int]) -> str:
    return "".join(f"  {cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
