"""Runs and makes of a house that reports are tried on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from vod_assets.domain.operating_facts import MadeFact, RunFact
from vod_assets.domain.operating_report import report_of
from vod_assets.domain.report_lines import OperatingReport, Window

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
WINDOW = Window(MONDAY, MONDAY + timedelta(days=7))


def at(days: float, seconds: float = 0.0) -> float:
    """Return seconds since the epoch, so long after Monday's midnight."""
    return (MONDAY + timedelta(days=days, seconds=seconds)).timestamp()


RUNS = [
    RunFact("r1", "alpha", "succeeded", at(0), at(0, 10), at(0, 110)),
    RunFact("r2", "beta", "failed", at(1), at(1, 30), at(1, 40), "source_not_media", "it is noise"),
    RunFact("r3", "beta", "succeeded", at(1, 60), at(1, 62), at(1, 262), is_retry=True),
    RunFact("r4", "gamma", "waiting", at(2)),
    RunFact("r5", "alpha", "failed", at(9), at(9, 1), at(9, 2), "disk_full", "no space"),
]
RUNG = MadeFact("r1", "alpha", "h264_1080p", False, "default", 4000, 0, 30.0, 90.0, 120.0, 0.5, "EUR")
MADE = [
    replace(RUNG, run="r3", title="beta", is_reused=True, encode_seconds=None, cpu_seconds=None, media_seconds=None),
    MadeFact("r3", "beta", "release", delivered_bytes=700),
    MadeFact("r1", "alpha", "release", delivered_bytes=900),
    replace(RUNG, asset="h264_720p", encode_seconds=10.0, size_bytes=1000, cost=0.25),
    RUNG,
    replace(RUNG, asset="av1_720p", encode_seconds=80.0, cpu_seconds=160.0, size_bytes=500, cost=None),
    replace(RUNG, run="r5", size_bytes=9999),
]


def report(*wanted: str) -> OperatingReport:
    """Return the report of a week; titles: only those."""
    return report_of(WINDOW, RUNS, MADE, frozenset(wanted) if wanted else None)
