"""A small sample of the benchmark of a catalogue: the counts must be exact whatever the machine; nothing is timed."""

from pathlib import Path

import pytest

from benchmarks.catalogue import trial

pytestmark = [pytest.mark.media, pytest.mark.slow]
TITLES, FORCED = 2, 1


def test_an_unchanged_catalogue_starts_nothing_and_a_changed_rung_only_its_encodes(tmp_path: Path) -> None:
    told: dict[str, float] = {}
    facts = trial(tmp_path / "catalogue", TITLES, FORCED, told.__setitem__)
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
