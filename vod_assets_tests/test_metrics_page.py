"""Measures as Prometheus reads them."""

import threading
import time
from collections.abc import Iterator, Sequence

import pytest
from prometheus_client.parser import text_string_to_metric_families

from vod_assets.domain.measures import Measure, counters, gauge, gauges
from vod_assets.metrics_page import Looking, page


def parsed(text: bytes) -> dict[tuple[str, str], float]:
    """Return every sample by its name and the value of its label."""
    families = text_string_to_metric_families(text.decode())
    samples = (sample for family in families for sample in family.samples)
    return {(sample.name, "/".join(sample.labels.values())): sample.value for sample in samples}


def runs() -> Sequence[Measure]:
    return [
        gauges("vod_runs", "Runs.", "state", {"failed": 2.0}),
        counters("vod_encodes", "Some.", "codec", {"av1": 3}),
    ]


@pytest.fixture
def hung() -> Iterator[threading.Event]:
    """What a part of the house waits for, until the test is over."""
    event = threading.Event()
    yield event
    event.set()


def test_prometheus_reads_the_page() -> None:
    samples = parsed(page(Looking({"runs": runs})))
    assert samples["vod_runs", "failed"] == 2.0
    assert samples["vod_encodes_total", "av1"] == 3.0
    assert samples["vod_part_up", "runs"] == 1.0


def test_a_part_that_fails_or_hangs_keeps_no_other_away(hung: threading.Event) -> None:
    def broken() -> Sequence[Measure]:
        raise OSError("the broker is away")

    def hanging() -> Sequence[Measure]:
        hung.wait(60)
        return []

    samples = parsed(page(Looking({"hanging": hanging, "broken": broken, "runs": runs}), patience_seconds=0.5))
    ups = {part: samples["vod_part_up", part] for part in ("hanging", "broken", "runs")}
    assert ups == {"hanging": 0.0, "broken": 0.0, "runs": 1.0}
    assert samples["vod_runs", "failed"] == 2.0


def test_a_part_that_fails_later_keeps_what_it_knew_and_is_marked() -> None:
    answers = [[gauge("vod_x", "X.", 1.0)]]
    looking = Looking({"x": lambda: answers.pop()}, seconds=0.0)
    page(looking)
    samples = parsed(page(looking))
    assert (samples["vod_x", ""], samples["vod_part_up", "x"]) == (1.0, 0.0)


def test_asking_again_soon_costs_no_look() -> None:
    looks: list[float] = []

    def look() -> Sequence[Measure]:
        looks.append(time.monotonic())
        return []

    looking = Looking({"x": look}, seconds=3600)
    for _ in range(5):
        page(looking)
    assert len(looks) == 1
