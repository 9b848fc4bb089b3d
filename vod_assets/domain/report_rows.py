"""A report of the operation as rows and objects: what its CSV and its JSON hold."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from vod_assets.domain.report_lines import OperatingReport, TitleLine, Work

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")  # spreadsheets execute what begins so (OWASP, CSV injection)
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def as_csv(report: OperatingReport) -> str:
    """Return the titles as one table by RFC 4180, a line each; texts that a spreadsheet would execute are quoted."""
    out = io.StringIO(newline="")
    rows = [title_row(line) for line in report.titles]
    writer = csv.DictWriter(out, list(rows[0] if rows else title_row(_NOBODY)))
    writer.writeheader()
    writer.writerows({name: _safe(value) for name, value in row.items()} for row in rows)
    return out.getvalue()


def title_row(line: TitleLine) -> dict[str, str | int | float | None]:
    """Return one title as a flat row; a cost in several currencies is one text."""
    return {
        "title": line.title,
        "profile": line.profile,
        "last_state": line.last_state,
        "last_run": line.last_run,
        "last_ended_at": line.last_ended_at,
        "runs": line.runs,
        "succeeded": line.succeeded,
        "failed": line.failed,
        "cancelled": line.cancelled,
        "retries": line.retries,
        "waited_seconds": round(line.waited_seconds, 3),
        "worked_seconds": round(line.worked_seconds, 3),
        **work_object(line.work),
        "assets_made": line.made,
        "assets_reused": line.reused,
        "stored_bytes": line.stored_bytes,
        "delivered_bytes": line.delivered_bytes,
        "cost": cost_text(line.cost),
        "last_code": line.last_code,
        "last_cause": line.last_cause,
    }


def work_object(work: Work) -> dict[str, int | float | None]:
    """Return what encoding came to."""
    factor = work.real_time_factor
    return {
        "encodes": work.makes,
        "encodes_reused": work.reused,
        "media_seconds": round(work.media_seconds, 3),
        "encode_seconds": round(work.encode_seconds, 3),
        "encode_cpu_seconds": round(work.cpu_seconds, 3),
        "real_time_factor": None if factor is None else round(factor, 3),
    }


def cost_text(cost: Mapping[str, float]) -> str:
    """Return a cost as a person reads it; empty: none was recorded."""
    return " + ".join(f"{value:.2f} {currency}".strip() for currency, value in cost.items())


def as_object(report: OperatingReport) -> dict[str, Any]:
    """Return the whole report for machines."""
    share = report.reuse_share
    return {
        "since": report.window.since.isoformat(),
        "until": report.window.until.isoformat(),
        "runs": {"total": report.runs, **report.states, "retries": report.retries},
        "waited_seconds": {name: round(value, 3) for name, value in asdict(report.waited).items()},
        "work": work_object(report.work),
        "assets_made": report.made,
        "assets_reused": report.reused,
        "reuse_share": None if share is None else round(share, 4),
        "stored_bytes": report.stored_bytes,
        "delivered_bytes": report.delivered_bytes,
        "cost": dict(report.cost),
        "codecs": {name: work_object(work) for name, work in report.codecs.items()},
        "assets": {name: work_object(work) for name, work in report.assets.items()},
        "failures": [asdict(line) for line in report.failures],
        "groups": [asdict(line) for line in report.groups],
        "days": [asdict(line) for line in report.days],
        "titles": [{**title_row(line), "cost": dict(line.cost)} for line in report.titles],
    }


def shown(text: str) -> str:
    """Return text without what no page may hold."""
    return _NOT_XML.sub("�", text)


def _safe(value: str | float | None) -> str | float | None:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULAS) else value


_NOBODY = TitleLine("", "", "", "", "", "", "", 0, 0, 0, 0, 0, 0.0, 0.0, Work(), 0, 0, 0, 0, {})
