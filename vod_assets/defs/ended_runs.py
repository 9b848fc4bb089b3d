"""What is told of a run that has ended, whoever executed it and whoever looks: one event, by the run's id."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import dagster as dg

from vod_assets.defs.backfills import BACKFILL_TAG, GOING_ON
from vod_assets.defs.gate import FINDINGS
from vod_assets.defs.guard import PARTITION_TAG, REFUSED_OPEN, REFUSED_TAG
from vod_assets.defs.run_endings import STEP_PROBLEM, first_failure
from vod_assets.defs.runs import DIED_TAG, WISH_TAG
from vod_assets.domain import events
from vod_assets.domain.errors import StoreError, VodError
from vod_assets.domain.events import Event, Severity
from vod_assets.domain.leases import Quarantine
from vod_assets.domain.release import Release
from vod_assets.ports import ArtifactStore, Origin, Outbox

TOLD_OF = {
    dg.DagsterEventType.STEP_FAILURE,
    dg.DagsterEventType.RUN_FAILURE,
    dg.DagsterEventType.ASSET_CHECK_EVALUATION,
}
DIED = ("run_stranded", "the process of its run died; the run is tried again")
CANCELLED = ("cancelled", "its run was cancelled")


@dataclass(frozen=True)
class Teller:
    """Tells of runs that have ended.

    Attributes:
        origin: Knows the addresses of releases.
    """

    instance: dg.DagsterInstance
    store: ArtifactStore
    origin: Origin
    outbox: Outbox

    def tell(self, run_id: str) -> int:
        """Put what there is to tell of a run that has ended, and return how many events of it were new."""
        record = self.instance.get_run_record_by_id(run_id)
        title = record.dagster_run.tags.get(PARTITION_TAG, "") if record else ""
        known = self.store.record(title) if title else None
        if record is None or known is None or not record.dagster_run.is_finished:
            return 0
        wish = record.dagster_run.tags.get(WISH_TAG, "")
        callback = self.outbox.wished(wish) or known.callback
        if not (callback or self.outbox.is_read):
            return 0
        is_fulfilled, new = False, 0
        for event in self._events(record, title, has_callback=bool(callback)):
            is_end = event.id.startswith("run-") and event.facts.get("code") != DIED[0]
            is_new = self.outbox.put(event.with_callback(callback) if is_end else event)
            new += is_new
            is_fulfilled |= is_end
        if is_fulfilled:
            self.outbox.fulfil(wish)
        return new

    def tell_of_quarantine(self, one: Quarantine) -> None:
        """Put that no run of a title is started any more, also for whoever wants to be told of the last one's end."""
        last = one.runs[-1] if one.runs else ""
        told = events.quarantined(one.title, one.cause, last or one.title, datetime.now(UTC))
        run, known = self.instance.get_run_by_id(last) if last else None, self.store.record(one.title)
        wished = self.outbox.wished(run.tags.get(WISH_TAG, "")) if run else ""
        self.outbox.put(told.with_callback(wished or (known.callback if known else "")))

    def _events(self, record: dg.RunRecord, title: str, *, has_callback: bool) -> Iterator[Event]:
        run = record.dagster_run
        if REFUSED_TAG in run.tags and run.remote_job_origin is not None and run.tags[REFUSED_TAG] == REFUSED_OPEN:
            return  # it waits for its title
        at = datetime.fromtimestamp(record.end_time or record.update_timestamp.timestamp(), UTC)
        batch = run.tags.get(BACKFILL_TAG, "")
        if run.status == dg.DagsterRunStatus.CANCELED:
            if has_callback:
                yield events.run_ended(run.run_id, at, CANCELLED, title=title, severity="info", batch=batch)
            return
        happened = self._recorded(run.run_id)
        if run.is_success:
            yield from _failed_checks(run.run_id, happened, title, at, batch)
            facts, links = self._release(title)
            yield events.run_ended(run.run_id, at, None, title=title, facts=facts, links=links, batch=batch)
            return
        failure, asset, severity = failure_of_run(run, happened, title)
        facts = {"asset": asset} if asset else {}
        yield events.run_ended(run.run_id, at, failure, title=title, severity=severity, facts=facts, batch=batch)

    def _recorded(self, run_id: str) -> list[dg.DagsterEvent]:
        records = self.instance.get_records_for_run(run_id, of_type=TOLD_OF).records
        found = (record.event_log_entry.get_dagster_event() for record in records)
        return [event for event in found if event is not None]

    def _release(self, title: str) -> tuple[dict[str, str], dict[str, str]]:
        """Return the number and the addresses of the latest release, if there is one."""
        made = self.store.latest(title, "release")
        if made is None or "release" not in made.document:
            return {}, {}
        release = Release.model_validate(made.document["release"])
        variant = release.open_variant
        shown = {"hls": variant.hls, "dash": variant.dash}
        links = {name: self.origin.url(title, release.below_title(path)) for name, path in shown.items() if path}
        return {"release": str(release.number)}, links


def failure_of_run(
    run: dg.DagsterRun, happened: list[dg.DagsterEvent], title: str
) -> tuple[tuple[str, str], str, Severity]:
    """Return code and sentence of a failure, the asset, and how bad it is."""
    if DIED_TAG in run.tags:
        return DIED, "", "warning"
    failed = first_failure(happened, title)
    if failed is None:
        why = next((one.message or "" for one in happened if one.event_type == dg.DagsterEventType.RUN_FAILURE), "")
        return (STEP_PROBLEM, f"its run failed{f': {why}' if why else ''}"), "", "error"
    said = failed.message.removeprefix(f"{title}: ")
    return (failed.code, said), failed.asset or "", "error"


def _failed_checks(run: str, happened: list[dg.DagsterEvent], title: str, at: datetime, batch: str) -> Iterator[Event]:
    """Yield what required checks found that stopped nothing, for nothing was to be published."""
    for one in happened:
        if one.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            said = one.asset_check_evaluation_data
            if not said.passed and said.severity == dg.AssetCheckSeverity.ERROR:
                check = f"{said.asset_key.to_user_string()}.{said.check_name}"
                found = said.metadata.get(FINDINGS)
                yield events.check_failed(run, check, str(found.value) if found else "", at, title=title, batch=batch)


def tells_of_refusals(outbox: Outbox, callback: str = "") -> Callable[[VodError, str, str], None]:
    """Return what registration tells of refusals; a storage that is away keeps nothing from being registered.

    Args:
        outbox: Where they are put.
        callback: Address that is told, whatever the title says.
    """

    def refused(error: VodError, identity: str, kept_callback: str) -> None:
        now = datetime.now(UTC)
        said = str(type(error)(error.code, error.cause, error.remedy))
        event = events.source_refused(error.title, error.file, error.code, said, now, identity)
        with suppress(StoreError):
            outbox.put(event.with_callback(callback or kept_callback))

    return refused


def has_ended(instance: dg.DagsterInstance, backfill_id: str) -> bool:
    """Whether a backfill launches and executes no more runs."""
    backfill = instance.get_backfill(backfill_id)
    return backfill is None or backfill.status not in GOING_ON
