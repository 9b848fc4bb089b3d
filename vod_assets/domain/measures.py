"""Measures of a house in operation, as Prometheus names them: few labels, of few values, and never a title."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Measure:
    """One metric.

    Attributes:
        name: With its unit, by Prometheus' conventions; of a counter without ``_total``.
        kind: A ``counter`` only ever grows.
        said: What it is, in one sentence.
        labels: Names of what tells its values apart.
        values: By the values of the labels.
    """

    name: str
    kind: Literal["gauge", "counter"]
    said: str
    labels: tuple[str, ...]
    values: Mapping[tuple[str, ...], float]


def gauge(name: str, said: str, value: float | None) -> Measure:
    """Return a gauge without labels; None: there is nothing to measure now."""
    return Measure(name, "gauge", said, (), {} if value is None else {(): value})


def gauges(name: str, said: str, label: str, values: Mapping[str, float]) -> Measure:
    """Return a gauge of one label."""
    return Measure(name, "gauge", said, (label,), {(one,): value for one, value in values.items()})


def counters(name: str, said: str, label: str, values: Mapping[str, float]) -> Measure:
    """Return a counter of one label."""
    return Measure(name, "counter", said, (label,), {(one,): value for one, value in values.items()})
