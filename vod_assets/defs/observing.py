"""What Dagster's badge goes by when something has changed that Dagster does not see: a source, a lost artifact.

Every asset follows `title_state`, which nobody makes: whoever plans a title and finds that a run would make what
Dagster takes for fresh observes it anew. Dagster looks one step back only, so that what follows from a changed asset
would not be stale unless it followed the state, too. That calls stale all of the title, needed or not.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import dagster as dg
from dagster._core.definitions.data_version import DATA_VERSION_TAG  # no public name in 1.13

from vod_assets.defs.partitions import TITLE_STATE
from vod_assets.domain.plan import FORCED, TitlePlan

AT_ONCE = 100  # titles that the event log is asked about together


def ensure_observed(instance: dg.DagsterInstance, title: str) -> None:
    """Observe a title's state if none ever was: to what was made before the first one, Dagster compares nothing."""
    if not instance.fetch_observations(TITLE_STATE, limit=1).records:
        _observe(instance, title, {})


def told(instance: Callable[[], dg.DagsterInstance], plans: Iterable[TitlePlan]) -> Iterator[TitlePlan]:
    """Yield plans, and see to it that Dagster calls nothing fresh that they name.

    Args:
        instance: Opens the instance that knows what was made; not asked for while there is nothing to make.
        plans: Plans of titles.
    """
    waiting: list[TitlePlan] = []
    try:
        for plan in plans:
            yield plan
            waiting += [plan] if _reasons(plan) else []
            if len(waiting) >= AT_ONCE:
                _tell(instance(), waiting)
                waiting = []
    finally:  # also when nobody wants to know of more
        if waiting:
            _tell(instance(), waiting)


def _tell(instance: dg.DagsterInstance, plans: Sequence[TitlePlan]) -> None:
    reasons = {plan.title: _reasons(plan) for plan in plans}
    log, names = instance.event_log_storage, {*reasons}
    observed = log.get_latest_storage_id_by_partition(TITLE_STATE, dg.DagsterEventType.ASSET_OBSERVATION, names)
    fresh: dict[str, None] = {}
    for asset in sorted({asset for found in reasons.values() for asset in found}):
        asked = {title for title, found in reasons.items() if asset in found and title not in fresh}
        if asked:
            kind = dg.DagsterEventType.ASSET_MATERIALIZATION
            made = log.get_latest_storage_id_by_partition(dg.AssetKey(asset), kind, asked)
            fresh |= dict.fromkeys(title for title in sorted(asked) if made.get(title, 0) > observed.get(title, 0))
    for title in fresh:
        ensure_observed(instance, title)
        _observe(instance, title, reasons[title])


def _reasons(plan: TitlePlan) -> Mapping[str, str]:
    """Return why assets would be made; checks have no badge, and what somebody wishes is nothing that has changed."""
    said = {one.asset: one.reason for one in plan.assets if one.executes and one.reason != FORCED}
    return {asset: reason for asset, reason in said.items() if "." not in asset}


def _observe(instance: dg.DagsterInstance, title: str, reasons: Mapping[str, str]) -> None:
    observed = dg.AssetObservation(
        TITLE_STATE,
        partition=title,
        description="A run would make what is named." if reasons else "The first look.",
        metadata=dict(reasons),
        tags={DATA_VERSION_TAG: uuid.uuid4().hex},
    )
    instance.report_runless_asset_event(observed)
