"""The sensor of titles whose source was on tape or in an archive class: they go on when it is back."""

import time
from collections.abc import Callable

import dagster as dg

from vod_assets.defs.arrivals import TICK_SECONDS, ArrivalDesk, passed_over
from vod_assets.defs.jobs import TITLE_TAG, title_graph
from vod_assets.defs.registration import Registrar, register
from vod_assets.domain.codes import ARCHIVED
from vod_assets.domain.errors import StoreError, VodError

LOOK_SECONDS = 300  # what lies in an archive comes back in hours


def returned(registrar: Registrar, cursor: str, is_over: Callable[[], bool]) -> tuple[list[str], str]:
    """Return the titles whose source can be read again, all of them registered, and the title after which to go on.

    Args:
        registrar: What registering a title needs.
        cursor: As it was returned the last time; titles before it had their turn.
        is_over: Asked after every title.
    """
    waiting = {title: why for title, why in registrar.store.refusals().items() if why.get("code") == ARCHIVED}
    back: list[str] = []
    for title in sorted(title for title in waiting if title > cursor):
        if _is_back(registrar, title, str(waiting[title].get("source", ""))):
            back.append(title)
        if is_over():
            return back, title
    return back, ""


def _is_back(registrar: Registrar, title: str, source: str) -> bool:
    """Whether a title's source can be read; then the title is registered, and waits no longer."""
    record = registrar.store.record(title)
    try:
        if registrar.sources.is_archived(record.source if record else source):
            return False
        if record is None:
            register(registrar, source, title)
    except VodError:
        return False  # it waits on; or its refusal now says something else
    registrar.store.forgive(title)
    return True


@dg.sensor(
    job=title_graph,
    minimum_interval_seconds=LOOK_SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Goes on with titles whose source was on tape or in an archive class, when it is back.",
)
def restored_titles(context: dg.SensorEvaluationContext, desk: dg.ResourceParam[ArrivalDesk]) -> dg.SensorResult:
    """Have everything made of titles whose source has come back."""
    ends_at = time.monotonic() + TICK_SECONDS
    try:
        with desk.tick():
            registrar = desk.registrar(context.instance)
            back, cursor = returned(registrar, context.cursor or "", lambda: time.monotonic() > ends_at)
    except StoreError as error:
        return passed_over(context, error)
    requests = [dg.RunRequest(partition_key=title, tags={TITLE_TAG: title}) for title in back]
    skipped = None if requests else dg.SkipReason("no source has come back")
    return dg.SensorResult(run_requests=requests, skip_reason=skipped, cursor=cursor)
