"""A report of the operation as one HTML file: charts, and a table beside each; nothing is fetched from anywhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from vod_assets.domain.report_charts import Bar, bars_svg, days_svg
from vod_assets.domain.report_lines import OperatingReport, TitleLine, Work
from vod_assets.domain.report_rows import cost_text, shown
from vod_assets.domain.sizes import size_text

KINDS = ("succeeded", "failed", "cancelled", "running", "waiting")
MOST_TITLES = 1000  # a page of more opens slowly; the CSV has all
NONE = "–"


@dataclass(frozen=True)
class Section:
    """A chart and the table beside it; ``texts`` are the columns that are not numbers."""

    heading: str
    chart: Markup
    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[object]]
    texts: tuple[int, ...] = (0,)
    note: str = ""


def as_page(report: OperatingReport, logs: Sequence[Mapping[str, Any]] = ()) -> str:
    """Return the page; logs are those of `vod_assets.defs.run_logs`, at its end."""
    environment = Environment(
        loader=PackageLoader("vod_assets", "data"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    failed_first = sorted(report.titles, key=lambda line: line.last_state != "failed")
    return environment.get_template("report.html.j2").render(
        report=report,
        since=f"{report.window.since:%Y-%m-%d %H:%M}",
        until=f"{report.window.until:%Y-%m-%d %H:%M} UTC",
        kinds=KINDS,
        figures=_figures(report),
        sections=list(_sections(report)),
        titles=[_title(line) for line in failed_first[:MOST_TITLES]],
        left_out=max(0, len(report.titles) - MOST_TITLES),
        logs=[{**one, "lines": [shown(line) for line in one["lines"]]} for one in logs],
    )


def _figures(report: OperatingReport) -> list[tuple[str, str, str]]:
    said = ", ".join(f"{count} {state}" for state, count in report.states.items())
    share = report.reuse_share
    return [
        ("runs", str(report.runs), said or "none"),
        ("titles", str(len(report.titles)), f"{report.retries} runs tried again"),
        ("real-time factor", _factor(report.work), f"{clock(report.work.media_seconds)} encoded"),
        ("reused", NONE if share is None else f"{share:.0%}", f"{report.made} assets made"),
        ("waited", clock(report.waited.median), f"half of all; longest {clock(report.waited.longest)}"),
        ("stored", size_text(report.stored_bytes), f"{size_text(report.delivered_bytes)} delivered"),
        ("cost", cost_text(report.cost) or NONE, "where it was recorded"),
    ]


def _sections(report: OperatingReport) -> list[Section]:
    makers = (_runs, _codecs, _rungs, _failures, _storage)
    return [section for make in makers if (section := make(report)) is not None]


def _runs(report: OperatingReport) -> Section | None:
    if not report.days:
        return None
    chart = days_svg("runs", "Runs a day, by how they ended", [(one.day, one.states) for one in report.days], KINDS)
    rows = [[one.day, *(one.states.get(kind, 0) for kind in KINDS), clock(one.media_seconds)] for one in report.days]
    heads = ("day (UTC)", *KINDS, "encoded")
    return Section("Runs", Markup(chart), "Runs by the day of their creation", heads, rows)  # noqa: S704 - escaped


def _codecs(report: OperatingReport) -> Section | None:
    return _speeds("Codecs", "codec", report.codecs)


def _rungs(report: OperatingReport) -> Section | None:
    note = "Rungs of one codec are encoded together; each has its share of that time, by its pixels."
    return _speeds("Rungs and sounds", "asset", report.assets, note)


def _speeds(heading: str, what: str, works: Mapping[str, Work], note: str = "") -> Section | None:
    if not works:
        return None
    named = f"{heading}: real-time factor"
    bars = [Bar(name, work.real_time_factor or 0.0, _factor(work)) for name, work in works.items()]
    rows = [
        [
            *(name, work.makes, work.reused, clock(work.media_seconds), clock(work.encode_seconds)),
            *(clock(work.cpu_seconds), _factor(work)),
        ]
        for name, work in works.items()
    ]
    heads = (what, "encodes", "reused", "programme", "encoding", "CPU", "real-time factor")
    chart = Markup(bars_svg(f"speed-{what}", named, bars))  # noqa: S704 - every text in it is escaped
    return Section(heading, chart, "Seconds of programme for each second of encoding", heads, rows, note=note)


def _failures(report: OperatingReport) -> Section | None:
    if not report.failures:
        return None
    bars = [Bar(one.code, one.runs, f"{one.runs} runs") for one in report.failures]
    rows = [
        [one.code, one.who or NONE, one.runs, one.titles_count, shown(", ".join(one.titles)), shown(one.cause)]
        for one in report.failures
    ]
    heads = ("code", "who acts", "runs", "titles", "which", "what the last one said")
    chart = Markup(bars_svg("failures", "Failed runs by cause", bars))  # noqa: S704 - every text in it is escaped
    return Section("Failures by cause", chart, "Codes are those of docs/errors.md", heads, rows, (0, 1, 4, 5))


def _storage(report: OperatingReport) -> Section | None:
    if not report.groups:
        return None
    bars = [Bar(one.group, one.stored_bytes, size_text(one.stored_bytes)) for one in report.groups]
    rows = [[one.group, one.made, one.reused, size_text(one.stored_bytes)] for one in report.groups]
    chart = Markup(bars_svg("storage", "Bytes stored, by group of assets", bars))  # noqa: S704 - escaped
    note = "What was added to the store in this time; what `vod gc` removed since is counted still."
    heads = ("group", "made", "reused", "stored")
    return Section("Storage", chart, "Assets and bytes by group", heads, rows, note=note)


def _title(line: TitleLine) -> dict[str, object]:
    return {
        "title": line.title,
        "state": line.last_state,
        "runs": line.runs,
        "retries": line.retries,
        "waited": clock(line.waited_seconds),
        "worked": clock(line.worked_seconds),
        "factor": _factor(line.work),
        "reused": f"{line.reused} of {line.made + line.reused}",
        "stored": size_text(line.stored_bytes),
        "delivered": size_text(line.delivered_bytes),
        "cost": cost_text(line.cost) or NONE,
        "why": shown(f"{line.last_code}: {line.last_cause}") if line.last_code else "",
    }


def _factor(work: Work) -> str:
    factor = work.real_time_factor
    return NONE if factor is None else f"{factor:.2f}×"


def clock(seconds: float) -> str:
    """Return a duration as a person reads it: ``0.4 s``, ``42 s``, ``1:02:03``; days are hours."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, left = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{left:02}"
