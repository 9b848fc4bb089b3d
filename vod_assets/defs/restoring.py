"""The sensor of titles whose source was on tape or in an archive class: they go on when it is back."""

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Self

import dagster as dg

from vod_assets.defs.arrivals import TICK_SECONDS, ArrivalDesk, passed_over
from vod_assets.defs.jobs import TITLE_TAG, title_graph
from vod_assets.defs.registration import Registrar, register
from vod_assets.domain.codes import ARCHIVED
from vod_assets.domain.errors import StoreError, VodError

LOOK_SECONDS = 300  # what lies in an archive comes back in hours


@dataclass(frozen=True)
class Round:
    """Where the looking stands between two ticks: what the sensor's cursor holds.

    Attributes:
        after: The last title that had its turn; empty: from the first.
        asked: Titles whose runs the last tick asked for; they wait on until it is known that the tick was kept.
        ticket: Part of the next tick's run keys: a tick that is done twice asks for each run once.
    """

    after: str = ""
    asked: tuple[str, ...] = ()
    ticket: str = field(default_factory=lambda: secrets.token_hex(8))

    @classmethod
    def from_cursor(cls, cursor: str | None) -> Self:
        """Return what a cursor says; a broken or missing one begins anew."""
        try:
            kept = json.loads(cursor or "{}")
            return cls(**{**kept, "asked": tuple(kept.get("asked", ()))})
        except (AttributeError, TypeError, ValueError):
            return cls()

    def as_cursor(self) -> str:
        """Return the cursor."""
        return json.dumps(asdict(self))


def returned(registrar: Registrar, before: Round, is_over: Callable[[], bool]) -> tuple[list[str], Round]:
    """Return the titles whose source can be read again, all of them registered, and where the next tick goes on.

    They wait on until the next tick: only then is it certain that their runs were asked for.

    Args:
        registrar: What registering a title needs.
        before: Where the last tick left off; titles up to there had their turn.
        is_over: Asked after every title.
    """
    waiting = {title: why for title, why in registrar.store.refusals().items() if why.get("code") == ARCHIVED}
    asked = [title for title in before.asked if title in waiting and not _is_settled(registrar, title)]
    back: list[str] = []
    for title in sorted(title for title in waiting if title > before.after and title not in before.asked):
        if _is_back(registrar, title, str(waiting[title].get("source", ""))):
            back.append(title)
        if is_over():
            return back, Round(after=title, asked=(*asked, *back))
    return back, Round(asked=(*asked, *back))


def _is_settled(registrar: Registrar, title: str) -> bool:
    """Let a title whose run was asked for wait no longer, and return whether that is done; one may sleep again."""
    record = registrar.store.record(title)
    try:
        if record is None or not registrar.sources.is_archived(record.source):
            registrar.store.forgive(title)
    except VodError:
        return False  # the next tick asks again
    return True


def _is_back(registrar: Registrar, title: str, source: str) -> bool:
    """Whether a title's source can be read; then the title is registered."""
    try:
        record = registrar.store.record(title)
        if registrar.sources.is_archived(record.source if record else source):
            return False
        if record is None:
            register(registrar, source, title)
    except VodError:
        return False  # it waits on; or its refusal now says something else
    return True


@dg.sensor(
    job=title_graph,
    minimum_interval_seconds=LOOK_SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Goes on with titles whose source was on tape or in an archive class, when it is back.",
)
def restored_titles(context: dg.SensorEvaluationContext, desk: dg.ResourceParam[ArrivalDesk]) -> dg.SensorResult:
    """Have everything made of titles whose source has come back."""
    before = Round.from_cursor(context.cursor)
    ends_at = time.monotonic() + TICK_SECONDS
    try:
        with desk.tick():
            registrar = desk.registrar(context.instance)
            back, stand = returned(registrar, before, lambda: time.monotonic() > ends_at)
    except StoreError as error:
        return passed_over(context, error)
    requests = [
        dg.RunRequest(f"{title}@restored-{before.ticket}", partition_key=title, tags={TITLE_TAG: title})
        for title in back
    ]
    skipped = None if requests else dg.SkipReason("no source has come back")
    return dg.SensorResult(run_requests=requests, skip_reason=skipped, cursor=stand.as_cursor())
