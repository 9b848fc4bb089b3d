"""Charts of reports: SVG that stands inside an HTML page, takes its colours, and says in words what it shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from xml.sax.saxutils import escape

WIDTH, ROW, LABEL, NUMBER = 640, 22, 150, 90
HEIGHT, FOOT = 160, 24
WIDEST_DAY = 80.0
MOST_BARS = 40


@dataclass(frozen=True)
class Bar:
    """One bar, its length, and what stands behind it."""

    label: str
    value: float
    said: str


def bars_svg(name: str, heading: str, bars: Sequence[Bar]) -> str:
    """Return lying bars, one below the other; those beyond the first forty are left to the table beside them.

    Args:
        name: Of the chart, unique in its page.
        heading: What is shown, for whoever hears the page.
        bars: At least one, none below 0.
    """
    shown = bars[:MOST_BARS]
    largest = max((bar.value for bar in shown), default=0.0) or 1.0
    room = WIDTH - LABEL - NUMBER
    rows = []
    for number, bar in enumerate(shown):
        y, length = number * ROW, max(0.0, bar.value) / largest * room
        rows.append(
            f'<text x="{LABEL - 8}" y="{y + 15}" text-anchor="end">{escape(_short(bar.label))}</text>'
            f'<rect class="bar" x="{LABEL}" y="{y + 4}" width="{length:.1f}" height="{ROW - 8}" rx="2"/>'
            f'<text x="{LABEL + length + 6:.1f}" y="{y + 15}">{escape(bar.said)}</text>'
        )
    described = "; ".join(f"{bar.label}: {bar.said}" for bar in shown)
    return _svg(name, heading, described, ROW * len(shown), rows)


def days_svg(name: str, heading: str, days: Sequence[tuple[str, Mapping[str, int]]], kinds: Sequence[str]) -> str:
    """Return standing bars, one a day, of which each is piled up of its kinds.

    Args:
        name: Of the chart, unique in its page.
        heading: What is shown.
        days: The oldest first, at least one; how many there were of each kind.
        kinds: In the order that they are piled up in; each is the class that the page colours it by.
    """
    largest = max((sum(counts.values()) for _, counts in days), default=0) or 1
    wide = min(WIDEST_DAY, WIDTH / len(days))
    bars = []
    for number, (day, counts) in enumerate(days):
        tops = list(accumulate(counts.get(kind, 0) for kind in kinds))
        for kind, top in zip(kinds, tops, strict=True):
            if not (count := counts.get(kind, 0)):
                continue
            y, high = HEIGHT * (1 - top / largest), HEIGHT * count / largest
            place = f'x="{number * wide:.1f}" y="{y:.1f}" width="{max(1.0, wide - 2):.1f}" height="{high:.1f}"'
            bars.append(
                f'<rect class="{escape(kind)}" {place}><title>{escape(f"{day}: {count} {kind}")}</title></rect>'
            )
    ends = f'<text x="0" y="{HEIGHT + 16}">{escape(days[0][0])}</text>'
    if len(days) > 1:
        end = f'x="{len(days) * wide:.1f}" y="{HEIGHT + 16}" text-anchor="{"end" if len(days) > 4 else "start"}"'
        ends += f"<text {end}>{escape(days[-1][0])}</text>"
    described = "; ".join(f"{day}: {', '.join(f'{count} {kind}' for kind, count in its.items())}" for day, its in days)
    return _svg(name, heading, described, HEIGHT + FOOT, [*bars, ends])


def _svg(name: str, heading: str, described: str, height: int, parts: Sequence[str]) -> str:
    names = f"{name}-title {name}-desc"
    return (
        f'<svg role="img" aria-labelledby="{names}" viewBox="0 0 {WIDTH} {height}" xmlns="http://www.w3.org/2000/svg">'
        f'<title id="{name}-title">{escape(heading)}</title><desc id="{name}-desc">{escape(described)}</desc>'
        f"{''.join(parts)}</svg>"
    )


def _short(label: str) -> str:
    return label if len(label) <= 24 else f"{label[:23]}…"
