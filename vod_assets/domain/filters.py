"""Filters and options of FFmpeg as plain data, as recipes hold them."""

from fractions import Fraction

from vod_assets.domain.documents import Document

# No creation time, no encoder's name, no source metadata: equal input gives equal bytes.
DETERMINISTIC_MP4 = {
    "map_metadata": "-1",
    "map_chapters": "-1",
    "fflags": "+bitexact",
    "flags:v": "+bitexact",
    "flags:a": "+bitexact",
    "f": "mp4",
}
# Without the last three, bytes depend on the processor's instructions. All of a ladder's CPU stays the same within 1 %.
SCALING = "bicubic+accurate_rnd+full_chroma_int+bitexact"


class Filter(Document):
    """One filter of a graph with its named arguments, as FFmpeg spells them."""

    name: str
    arguments: dict[str, str] = {}


def seconds_text(value: Fraction) -> str:
    """Return seconds with microseconds, FFmpeg's own resolution of durations."""
    return f"{round(value * 1_000_000) / 1_000_000:.6f}"
