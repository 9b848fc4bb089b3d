"""Measures as Prometheus reads them; asking never waits long, and costs no more than one look in ten seconds."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from vod_assets import __version__
from vod_assets.domain.measures import Measure, gauge, gauges

FRESH_SECONDS, PATIENCE_SECONDS = 10.0, 3.0
Part = Callable[[], Sequence[Measure]]
_log = logging.getLogger(__name__)


class Looking:
    """Looks at the parts of a house, each by itself: one that fails or hangs keeps none of the others away.

    Args:
        parts: What measures each part, by its name.
        seconds: How long a look is believed.
    """

    def __init__(self, parts: Mapping[str, Part], seconds: float = FRESH_SECONDS) -> None:
        self.parts, self.seconds = parts, seconds
        self._known: dict[str, Sequence[Measure]] = {}
        self._looked: dict[str, float] = {}
        self._failed: dict[str, float] = {}
        self._busy: dict[str, threading.Thread] = {}
        self._lock = threading.Lock()

    def collect(self) -> Iterator[Metric]:
        """Yield what is known, after a look at what is not fresh, or as long as that may take."""
        yield from map(_metric, self.measures())

    def measures(self, patience_seconds: float = PATIENCE_SECONDS) -> list[Measure]:
        """Return what is known, after a look at what is not fresh."""
        until = time.monotonic() + patience_seconds
        for thread in self._begun():
            thread.join(max(0.0, until - time.monotonic()))
        with self._lock:
            said = [measure for part in self.parts for measure in self._known.get(part, ())]
            return [
                *said,
                gauges("vod_part_up", "Whether the last look at a part of the house was well.", "part", self._ups()),
                gauges("vod_part_looked_timestamp_seconds", "When a part was looked at last.", "part", self._looked),
                gauges("vod_info", "The version that measures.", "version", {__version__: 1.0}),
                gauge("vod_scrape_timestamp_seconds", "When this was asked.", time.time()),
            ]

    def _ups(self) -> dict[str, float]:
        return {part: float(part in self._known and not self._failed.get(part)) for part in self.parts}

    def _begun(self) -> list[threading.Thread]:
        """Begin to look at what is not fresh, and return all looks that go on."""
        with self._lock:
            now = time.time()
            for part, look in self.parts.items():
                is_fresh = now - self._looked.get(part, 0.0) < self.seconds
                if not is_fresh and not (part in self._busy and self._busy[part].is_alive()):
                    thread = threading.Thread(target=self._look, args=(part, look), daemon=True)
                    self._busy[part] = thread
                    thread.start()
            return list(self._busy.values())

    def _look(self, part: str, look: Part) -> None:
        try:
            found: Sequence[Measure] | None = look()
        except Exception as error:  # noqa: BLE001 - whatever it is, the other parts are measured
            found = None
            _log.warning("metrics: %s cannot be measured: %s", part, error)
        with self._lock:
            self._looked[part] = time.time()
            self._failed[part] = float(found is None)
            if found is not None:
                self._known[part] = found


def page(looking: Looking, patience_seconds: float = PATIENCE_SECONDS) -> bytes:
    """Return the measures as text, for a file that node_exporter's textfile collector reads."""

    class Once:
        def collect(self) -> Iterator[Metric]:
            yield from map(_metric, looking.measures(patience_seconds))

    registry = CollectorRegistry()
    registry.register(Once())
    text: bytes = generate_latest(registry)
    return text


def _metric(one: Measure) -> Metric:
    family = CounterMetricFamily if one.kind == "counter" else GaugeMetricFamily
    metric = family(one.name, one.said, labels=one.labels)
    for labels, value in one.values.items():
        metric.add_metric(labels, value)
    return metric
