"""Sensors of watched places: what has come whole becomes a title, and a run of the whole graph is requested for it."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

import dagster as dg

from vod_assets.defs.arrival_ticks import Tick
from vod_assets.defs.jobs import title_graph
from vod_assets.defs.registration import Registrar
from vod_assets.domain.errors import StoreError
from vod_assets.domain.looks import Stand
from vod_assets.domain.watching import WatchedPlace
from vod_assets.ports.arrivals import Watcher

PATIENCE_SECONDS = 3.0  # with a storage that is away: Dagster ends a tick of more than 60 s
TICK_SECONDS = 8.0


@dataclass(frozen=True)
class ArrivalDesk:
    """What sensors of watched places work with.

    Attributes:
        watching: Lends what looks at a place.
        registrar: Returns what registering a title needs.
        borrowing: Lets go, at its end, of the local copies of sources that were read in between.
        patience: Cuts, in between, how long a storage that is away is waited for.
    """

    watching: Callable[[WatchedPlace], AbstractContextManager[Watcher]]
    registrar: Callable[[dg.DagsterInstance], Registrar]
    borrowing: Callable[[], AbstractContextManager[None]] = nullcontext
    patience: Callable[[float], AbstractContextManager[object]] = nullcontext

    @contextmanager
    def tick(self) -> Iterator[None]:
        """Let a tick be one: short, and leaving nothing behind but what is read in the background."""
        with self.borrowing(), self.patience(PATIENCE_SECONDS):
            yield


def arrival_sensors(places: Sequence[WatchedPlace]) -> list[dg.SensorDefinition]:
    """Return a sensor for each watched place."""
    return [arrival_sensor(place) for place in places]


def arrival_sensor(place: WatchedPlace) -> dg.SensorDefinition:
    """Return the sensor of a watched place."""

    @dg.sensor(
        name=f"arrivals_{place.name}",
        job=title_graph,
        minimum_interval_seconds=place.every_seconds,
        default_status=dg.DefaultSensorStatus.RUNNING if place.switched_on else dg.DefaultSensorStatus.STOPPED,
        description=f"Takes what arrives at {place.address}, and has everything made of it.",
    )
    def arrivals(context: dg.SensorEvaluationContext, desk: dg.ResourceParam[ArrivalDesk]) -> dg.SensorResult:
        try:
            with desk.tick(), desk.watching(place) as watcher:
                tick = Tick(watcher, lambda: desk.registrar(context.instance), time.monotonic() + TICK_SECONDS)
                stand = tick.go_on(Stand.from_cursor(context.cursor))
        except StoreError as error:
            return passed_over(context, error)
        for line in tick.said:
            context.log.warning(line)
        skipped = None if tick.requests else dg.SkipReason(_summary(tick, stand))
        return dg.SensorResult(run_requests=tick.requests, skip_reason=skipped, cursor=stand.as_cursor())

    return arrivals


def passed_over(context: dg.SensorEvaluationContext, error: StoreError) -> dg.SensorResult:
    """Return the result of a tick that met a storage which is away: what it had found, the next one finds again."""
    context.log.warning(str(error))
    return dg.SensorResult(skip_reason=dg.SkipReason(str(error)), cursor=context.cursor)


def _summary(tick: Tick, stand: Stand) -> str:
    far = f"{stand.files} files so far, more at the next tick" if stand.after else f"nothing new in {stand.files} files"
    return "; ".join([far, *tick.said[:3]])
