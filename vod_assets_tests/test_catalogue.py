"""A small sample of the benchmark of a catalogue: the counts must be exact whatever the machine; nothing is timed."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from benchmarks.catalogue import trial
from benchmarks.measure import Measurement
from vod_assets_tests.studio import run_here

pytestmark = [pytest.mark.media, pytest.mark.slow]
TITLES, FORCED = 2, 1


def in_this_process(arguments: Sequence[str | Path], folder: Path, environment: Mapping[str, str]) -> Measurement:
    """Run ``vod`` here: what a process of its own costs is not asked, and importing Dagster is most of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, value in environment.items():
            patch.setenv(name, value)
        ended = run_here(*arguments)
    return Measurement(0.0, 0.0, 0, ended.code, ended.stdout, ended.stderr)


def test_an_unchanged_catalogue_starts_nothing_and_a_changed_rung_only_its_encodes(tmp_path: Path) -> None:
    told: dict[str, float] = {}
    facts = trial(tmp_path / "catalogue", TITLES, FORCED, told.__setitem__, in_this_process)
    counts = {name.partition(" (")[0]: value for name, value in told.items()}
    assert counts["first: rungs encoded"] == 2 * TITLES
    assert counts["second backfill: runs started"] == 0
    assert counts["second backfill: titles that need nothing"] == TITLES
    assert counts["second backfill: tools started"] == 0
    assert counts["forced: titles taken"] == FORCED
    assert counts["forced: tools started"] == counts["forced: assets made"] == 0
    assert counts["changed rung: titles to make"] == TITLES
    assert counts["changed rung: encodes of that rung"] == TITLES
    assert counts["changed rung: encodes of others"] == 0
    assert facts["changed rung: assets made besides what follows"] == []
