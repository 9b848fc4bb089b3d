"""The reaper: ends runs that died with their process, and has what they were to make tried again, three times in all.

Dagster's own monitoring asks a launcher whether a run's process lives; the default one cannot tell, so a run that was
killed together with daemon and code server stays STARTED for ever. Here every run gives signs of life.
"""

import json
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import dagster as dg

from vod_assets.defs.executors import Executor
from vod_assets.defs.guard import PARTITION_TAG, REFUSED_OPEN, REFUSED_TAG
from vod_assets.defs.jobs import title_graph
from vod_assets.defs.leases import is_gone
from vod_assets.defs.partitions import TITLES
from vod_assets.defs.runs import ACTIVE, DIED_OPEN, DIED_TAG, PROCESS_GONE, end_dead_run, is_executor_gone
from vod_assets.defs.selection import WHOLE_TAG
from vod_assets.domain.leases import Beat, DeadRun, LaterRun, Quarantine, Watch, Watched, answer
from vod_assets.ports import Leases

REAP_SECONDS = 30
TRY_TAG = "vod/try"
AFTER_TAG = "vod/after"  # on a run that tries again: the run that died, or was not let in
NO_SIGN = "it gave no sign of life"
IMPLICIT_JOB = "__ASSET_JOB"
WATCHED = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
KEPT_TAGS = ("vod/", "dagster/priority")
OWN_TAGS = (
    *("vod/host", "vod/machine", "vod/boot_id", "vod/pid_namespace", "vod/pid", "vod/process_started"),
    *(DIED_TAG, REFUSED_TAG),
)


@dataclass(frozen=True)
class Reaper:
    """Looks after this project's runs of a Dagster instance, which other projects may share.

    Attributes:
        home: Whose runs are looked after, as ``repository@code location``; and those that have given signs of life
            where this project keeps them, or that one of its commands executes.
    """

    instance: dg.DagsterInstance
    leases: Leases
    home: str

    def end_dead_runs(self, watch: Watch, now: float) -> tuple[Watch, list[str]]:
        """End every run that has certainly died, and return what was seen, and who was ended.

        Args:
            watch: What was seen the last time.
            now: Seconds by the clock of whoever watches; compared with its own earlier looks only.
        """
        beats = {beat.run: beat for beat in self.leases.beats()}
        active = self.instance.get_runs(dg.RunsFilter(statuses=WATCHED))
        runs = {run.run_id: run for run in active if run.run_id in beats or self._is_ours(run)}
        after = watch.after(_signs(runs, beats), now)
        gone = [run_id for run_id, run in runs.items() if is_executor_gone(run, self.leases)]
        silent = [run_id for run_id in after.dead() if run_id in runs]
        for run_id, cause in {**dict.fromkeys(silent, NO_SIGN), **dict.fromkeys(gone, PROCESS_GONE)}.items():
            if (run := self.instance.get_run_by_id(run_id)) and not run.is_finished:
                end_dead_run(self.instance, run, cause)
        self._bury([beat for beat in beats.values() if is_gone(beat) or beat.run in after.dead()])
        return after, sorted({*gone, *silent})

    def requests(self, silent: Collection[str] = ()) -> Iterator[dg.RunRequest]:
        """Yield a run for everything that died or was not let in; quarantine what died too often.

        Args:
            silent: Runs that have given no sign of life for too long, whoever's they are.
        """
        asked: set[str] = set()
        for request in self._of_dead():
            asked.add(request.partition_key or "")
            yield request
        yield from self._of_refused(asked, silent)

    def _of_dead(self) -> Iterator[dg.RunRequest]:
        dead = self.instance.get_run_records(
            dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE], tags={DIED_TAG: DIED_OPEN}), ascending=True
        )
        for record in dead:
            run = record.dagster_run
            found, is_open = answer(self._described(run), self._later(record))
            if found == "again" and is_open:
                yield _request(run, _tries(run) + 1)
                continue
            if found == "quarantined":
                self._quarantine(run)
            self.instance.add_run_tags(run.run_id, {DIED_TAG: found})

    def _of_refused(self, asked: set[str], silent: Collection[str]) -> Iterator[dg.RunRequest]:
        """Yield a run for what was not let in, once its title is free: one for each title, and it counts as no try."""
        refused = self.instance.get_run_records(
            dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE], tags={REFUSED_TAG: REFUSED_OPEN}), ascending=True
        )
        for record in refused:
            run = record.dagster_run
            described = replace(self._described(run), tries=0)
            title = run.tags.get(PARTITION_TAG, "")
            if DIED_TAG in run.tags or run.remote_job_origin is None:  # tried again as a dead one, or a person was told
                self.instance.add_run_tags(run.run_id, {REFUSED_TAG: "left"})
                continue
            if described.is_wanted and (title in asked or not self._is_free(title, silent)):
                continue
            found, is_open = answer(described, self._later(record))
            if is_open:
                asked.add(title)
                yield _request(run, _tries(run))
                continue
            self.instance.add_run_tags(run.run_id, {REFUSED_TAG: found})

    def _is_free(self, title: str, silent: Collection[str]) -> bool:
        """Whether a run that is started now would get the title."""
        if self.instance.get_runs_count(dg.RunsFilter(statuses=ACTIVE, tags={PARTITION_TAG: title})):
            return False
        if self.leases.quarantine_of(title):
            return False
        held = self.leases.holder(title)
        beat = self.leases.beat_of(held.run) if held else None
        return beat is None or is_gone(beat) or beat.run in silent

    def _is_ours(self, run: dg.DagsterRun) -> bool:
        """Whether a run is this project's; one that anybody executes by hand must say by whom."""
        if run.remote_job_origin is None:
            return Executor.from_tags(run.tags) is not None
        return run.remote_job_origin.repository_origin.get_label() == self.home

    def _bury(self, beats: Sequence[Beat]) -> None:
        """Take away what runs that died left behind; one that Dagster found dead by itself is tried again too."""
        for beat in beats:
            run = self.instance.get_run_by_id(beat.run)
            if not (run.is_finished if run else beat.is_of_a_command and is_gone(beat)):
                continue  # it lives after all, or is another deployment's
            if run and run.status == dg.DagsterRunStatus.FAILURE and DIED_TAG not in run.tags:
                self.instance.add_run_tags(run.run_id, {DIED_TAG: DIED_OPEN})
            held = self.leases.holder(beat.title) if beat.title else None
            if held is not None and held.run == beat.run:
                self.leases.let_go(held)
            self.leases.stop(beat.run)

    def _described(self, run: dg.DagsterRun) -> DeadRun:
        title = run.tags.get(PARTITION_TAG)
        is_ours = run.job_name.startswith(IMPLICIT_JOB) or run.job_name == title_graph.name
        is_wanted = is_ours and title is not None and self.instance.has_dynamic_partition(TITLES, title)
        return DeadRun(run.run_id, _tries(run), _assets(run), is_wanted)

    def _later(self, record: dg.RunRecord) -> list[LaterRun]:
        """Return the runs of the same title that were created after one that died."""
        run, since = record.dagster_run, record.create_timestamp
        tags = {PARTITION_TAG: run.tags.get(PARTITION_TAG, "")}
        later = self.instance.get_runs(dg.RunsFilter(tags=tags, created_after=since))
        return [
            LaterRun(one.tags.get(AFTER_TAG, ""), _assets(one), _is_void(one))
            for one in later
            if one.run_id != run.run_id
        ]

    def _quarantine(self, run: dg.DagsterRun) -> None:
        runs, before = [run.run_id], self._before(run)
        while before is not None and len(runs) < _tries(run):
            runs[:0] = [before.run_id] if DIED_TAG in before.tags else []  # not one that was not let in
            before = self._before(before)
        cause = f"{len(runs)} runs of it died{self._where(run)}, the last one was {run.run_id}"
        self.leases.quarantine(Quarantine(title=run.tags[PARTITION_TAG], cause=cause, runs=tuple(runs)))

    def _before(self, run: dg.DagsterRun) -> dg.DagsterRun | None:
        return self.instance.get_run_by_id(run.tags[AFTER_TAG]) if AFTER_TAG in run.tags else None

    def _where(self, run: dg.DagsterRun) -> str:
        steps = self.instance.get_run_step_stats(run.run_id)
        begun = sorted(step.step_key for step in steps if step.end_time is None)
        return f" (while making {', '.join(begun)})" if begun else ""


def try_again(instance: dg.DagsterInstance, leases: Leases, title: str) -> bool:
    """Lift a title's quarantine and have what died tried again from the first; False when it was in none."""
    quarantine = leases.quarantine_of(title)
    if quarantine is None:
        return False
    leases.lift(title)
    if run := instance.get_run_by_id(quarantine.runs[-1]) if quarantine.runs else None:
        instance.add_run_tags(run.run_id, {DIED_TAG: DIED_OPEN, TRY_TAG: "0"})
    return True


@dg.sensor(
    job=title_graph,
    minimum_interval_seconds=REAP_SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def reaper(context: dg.SensorEvaluationContext, leases: dg.ResourceParam[Leases]) -> dg.SensorResult | dg.SkipReason:
    """End runs that died with their process, and launch what they were to make again, three times in all."""
    looks = Reaper(context.instance, leases, _home(context))
    watch, ended = looks.end_dead_runs(_remembered(context.cursor), time.time())
    for run_id in ended:
        context.log.info(f"run {run_id} died; it was ended")
    return dg.SensorResult(run_requests=list(looks.requests(watch.dead())), cursor=json.dumps(asdict(watch)))


def _home(context: dg.SensorEvaluationContext) -> str:
    location = context.code_location_origin.location_name if context.code_location_origin else ""
    return f"{context.repository_name}@{location}"


def _remembered(cursor: str | None) -> Watch:
    if not cursor:
        return Watch.new()
    kept = json.loads(cursor)
    return Watch({run: Watched(**one) for run, one in kept["seen"].items()}, kept["looked_at"])


def _signs(runs: Mapping[str, dg.DagsterRun], beats: Mapping[str, Beat]) -> dict[str, str]:
    """Return the last sign of life of every run; one that has not been launched yet gives none."""
    signs = {run: f"beat {beat.count}" for run, beat in beats.items()}
    for run_id, run in runs.items():
        if run.status in (dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING):
            signs.setdefault(run_id, "silent")
        elif run.status == dg.DagsterRunStatus.STARTING:
            signs.setdefault(run_id, "unborn")
    return signs


def _is_void(run: dg.DagsterRun) -> bool:
    """Whether a command's run ended because it was not let in: its person was told; nobody starts it again."""
    return REFUSED_TAG in run.tags and run.is_finished and run.remote_job_origin is None


def _request(run: dg.DagsterRun, tries: int) -> dg.RunRequest:
    tags = {name: value for name, value in run.tags.items() if name.startswith(KEPT_TAGS) and name not in OWN_TAGS}
    assets = _assets(run)
    return dg.RunRequest(
        run_key=f"{run.run_id}:{tries}",
        tags={**tags, TRY_TAG: str(tries), AFTER_TAG: run.run_id},
        asset_selection=None if assets is None else [dg.AssetKey.from_user_string(asset) for asset in sorted(assets)],
        partition_key=run.tags.get(PARTITION_TAG),
    )


def _tries(run: dg.DagsterRun) -> int:
    return int(run.tags.get(TRY_TAG, "1"))


def _assets(run: dg.DagsterRun) -> frozenset[str] | None:
    """Return the assets of a run; None: all, or all that its title's profile asked for: that may be another one now."""
    if run.asset_selection is None or WHOLE_TAG in run.tags:
        return None
    return frozenset(key.to_user_string() for key in run.asset_selection)
