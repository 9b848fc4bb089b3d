"""Comparing sources, partitions, runs, artifacts, releases and CMS entries, and repairing where they differ."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import dagster as dg
from dagster._core.definitions.data_version import CODE_VERSION_TAG, DATA_VERSION_TAG  # no public name in 1.13

from vod_assets.defs.collecting import Collector
from vod_assets.defs.guard import PARTITION_TAG
from vod_assets.defs.partitions import TITLES
from vod_assets.defs.runs import PROCESS_GONE, end_dead_run, is_executor_gone, withdraw
from vod_assets.domain.errors import ConfigError, SourceError, StoreError
from vod_assets.domain.orders import number_to_show
from vod_assets.domain.problems import Problem
from vod_assets.domain.reconciling import (
    REPAIRS,
    Difference,
    Pointed,
    Shown,
    SourceFault,
    TitleFacts,
    differences,
    without_echoes,
)
from vod_assets.domain.title import Fingerprint
from vod_assets.end_state import GRACE_SECONDS, EndState
from vod_assets.ports import ArtifactStore, Cms, Leases, Origin, SourceStore
from vod_assets.releasing import digests

RUNNING = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
WAITING = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED]
ARCHIVED = "source_archived"  # it is there, and cannot be compared as long as it is away on tape

HELD = ("register", "withdraw", "report", "sweep", "make")  # repairs that write to a title

Make = Callable[[str], object]


@dataclass
class Reconciler:
    """Looks at everything that is known of titles.

    Attributes:
        assets: Keys of all assets.
    """

    instance: dg.DagsterInstance
    store: ArtifactStore
    sources: SourceStore
    origin: Origin
    cms: Cms
    leases: Leases
    assets: Sequence[str]
    _away: dict[tuple[str, ...], SourceFault] = field(default_factory=dict, init=False)  # a minute of waiting is enough

    def differences(self) -> list[Difference]:
        """Return everything that does not agree, title by title, then what killed writers left behind."""
        self.__dict__.pop("_events", None)
        self._away.clear()
        stranded, busy = self._runs()
        partitions = set(self.instance.get_dynamic_partitions(TITLES))
        quarantined = {one.title for one in self.leases.quarantines()}
        spared = {*busy, *stranded, *quarantined}
        state = EndState(self.store, self.origin, self.cms, busy=spared)
        refused = set(self.store.refusals())
        found: list[Difference] = []
        for title in sorted({*state.titles(), *partitions, *stranded}):
            facts = self._facts(title, partitions, refused, stranded.get(title, ()), title in busy)
            of_title = list(differences(facts))
            if not facts.is_left_alone and (facts.is_registered or title not in partitions):
                of_title += [_difference(problem) for problem in state.check_title(title)]
            found += without_echoes(of_title, is_begun=bool(facts.assets))
        left = [*self.store.unreferenced(GRACE_SECONDS), *self.origin.leftovers(GRACE_SECONDS)]
        cause, remedy = "a writer that was killed left it more than a day ago", "Use --repair, or: vod gc"
        return found + [Difference("leftover", "", place, cause, remedy) for place in sorted(left)]

    def repair(self, found: Sequence[Difference], make: Make) -> list[Difference]:
        """Repair what can be, and return what differs afterwards.

        Args:
            found: What differs.
            make: Makes a title's whole graph; what is whole is reused.
        """
        kinds = {one: REPAIRS.get(one.code, "") for one in found}
        for one in found:
            if kinds[one] == "end" and (run := self.instance.get_run_by_id(one.subject)) and not run.is_finished:
                end_dead_run(self.instance, run, PROCESS_GONE)
        ports, age = (self.store, self.origin, self.leases), GRACE_SECONDS
        collector = Collector(self.instance, *ports, age, age, who="reconcile")
        for title in sorted({one.title for one in found if kinds[one] in HELD} - {""}):
            with collector.hold(title) as is_held:
                for one in found:
                    if one.title == title and kinds[one] in HELD and is_held():
                        self._repaired(one)
        if "sweep" in kinds.values():
            collector.sweep()
        for title in sorted({one.title for one in found if kinds[one] == "make"}):
            make(title)
        return self.differences()

    def _repaired(self, one: Difference) -> None:
        """Repair a difference of a title that is held."""
        kind = REPAIRS.get(one.code, "")
        if kind == "register":
            self.instance.add_dynamic_partitions(TITLES, [one.title])
        elif kind == "withdraw" and self.store.record(one.title) is None:
            withdraw(self.instance, one.title)
        elif kind == "report":
            self._report(one.title, one.subject)
        elif kind == "sweep":
            self.origin.remove_track(one.title, one.subject.rpartition("/")[2])
        elif one.damaged_track:
            self.origin.distrust_track(one.title, one.damaged_track)

    def _report(self, title: str, asset: str) -> None:
        artifact = self.store.latest(title, asset)
        if artifact is not None:
            event = dg.AssetMaterialization(
                asset,
                partition=title,
                description="Reported anew by vod reconcile: the event was lost.",
                # nobody knows what it was made of: without a code version, Dagster would call it fresh for ever
                tags={DATA_VERSION_TAG: artifact.digest, CODE_VERSION_TAG: "unknown"},
            )
            self.instance.report_runless_asset_event(event)

    def _runs(self) -> tuple[dict[str, list[str]], set[str]]:
        """Return the runs that nobody executes, by title, and the titles that a living run works on or waits for."""
        stranded: dict[str, list[str]] = {}
        busy: set[str] = set()
        for run in self.instance.get_runs(dg.RunsFilter(statuses=[*RUNNING, *WAITING])):
            title = run.tags.get(PARTITION_TAG, "")
            if run.status in RUNNING and is_executor_gone(run, self.leases):
                stranded.setdefault(title, []).append(run.run_id)
            elif title:
                busy.add(title)
        return stranded, busy

    def _facts(
        self, title: str, partitions: Collection[str], refused: Collection[str], stranded: Collection[str], busy: bool
    ) -> TitleFacts:
        record = self.store.record(title) if title else None
        if record is None or busy:
            return TitleFacts(
                title,
                record is not None,
                title in partitions,
                title in refused,
                stranded=stranded,
                is_left_alone=busy or not title,
            )
        entry = self.cms.entry(title)
        release = (entry or {}).get("release")
        published = self.store.latest(title, "cms_entry")
        return TitleFacts(
            title,
            is_registered=True,
            is_partition=title in partitions,
            is_refused=title in refused,
            assets=self._pointed(title),
            events={asset: versions[title] for asset, versions in self._events.items() if title in versions},
            source=self._source(title, record.source),
            shown=Shown(int(release["number"]), str(release["digest"])) if release else None,
            published=number_to_show(published.document["release"], record.held_back) if published else None,
            released=digests(self.origin, title),
            stranded=stranded,
        )

    def _pointed(self, title: str) -> dict[str, Pointed]:
        named = [asset for asset in self.assets if self.store.pointed(title, asset) is not None]
        latest = {asset: self.store.latest(title, asset) for asset in named}
        return {asset: Pointed(artifact.digest if artifact else "") for asset, artifact in latest.items()}

    def _source(self, title: str, address: str) -> SourceFault | None:
        if fault := self._away.get(_place(address)):
            return fault
        mezzanine = self.store.latest(title, "mezzanine")
        try:
            now = self.sources.known_fingerprint(address)
        except SourceError as error:
            return SourceFault(error.code, error.cause) if error.code != ARCHIVED else None
        except (StoreError, ConfigError) as error:
            fault = SourceFault(error.code, error.cause, error.remedy)
            if error.code == "store_unreachable":
                self._away[_place(address)] = fault
            return fault
        if mezzanine is not None and not _agree(mezzanine.document, now):
            return SourceFault("source_changed", "the source has other bytes than the title was made from")
        return None

    @cached_property
    def _events(self) -> Mapping[str, Mapping[str, str]]:
        """Data versions of the last materialisations, by asset and title; one query an asset."""
        log = self.instance.event_log_storage
        kind, wanted = dg.DagsterEventType.ASSET_MATERIALIZATION, [DATA_VERSION_TAG]
        found = {asset: log.get_latest_tags_by_partition(dg.AssetKey(asset), kind, wanted) for asset in self.assets}
        return {
            asset: {title: tags[DATA_VERSION_TAG] for title, tags in versions.items() if DATA_VERSION_TAG in tags}
            for asset, versions in found.items()
        }


def _place(address: str) -> tuple[str, ...]:
    """Return the bucket, server or share of an address, which is there or away as one."""
    scheme, _, rest = address.partition("://")
    return (scheme, *rest.split("/")[: 2 if scheme == "smb" else 1])


def _agree(document: Mapping[str, object], now: Fingerprint) -> bool:
    """Whether a source is what a mezzanine says, as far as that is known without reading it."""
    agrees = document.get("size_bytes") in (None, now.size_bytes)
    return agrees and (not now.sha256 or document.get("sha256") in (None, now.sha256))


def _difference(problem: Problem) -> Difference:
    return Difference(problem.code, problem.title, problem.file, problem.cause, problem.remedy)
