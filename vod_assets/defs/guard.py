"""Knowing whether a run is still wanted.

Dagster cannot stop a run that a command-line process executes: it only marks it. So the run looks at its own status,
and whoever works for it (the tool supervisor, the store) asks here before going on. The first step's question takes the
title's lease; from then on, whatever commits asks whether the run still holds it.
"""

import time
from abc import ABC, abstractmethod

import dagster as dg

from vod_assets.defs.leases import Pulse, end_pulse, is_gone, pulse_of
from vod_assets.defs.observing import ensure_observed
from vod_assets.domain.errors import Cancelled
from vod_assets.ports.leases import Leases

POLL_SECONDS = 2.0
PARTITION_TAG = "dagster/partition"
REFUSED_TAG = "vod/refused"  # on a run that was not let in, for another one had the title: what has become of it
REFUSED_OPEN = "open"  # the reaper has not answered yet
REFUSALS = ("title_busy", "title_quarantined")
WANTED = frozenset(
    {
        dg.DagsterRunStatus.NOT_STARTED,  # while its first resources open
        dg.DagsterRunStatus.STARTING,
        dg.DagsterRunStatus.STARTED,
    }
)


class Guarding(ABC):
    """What the resource `guard` gives."""

    @abstractmethod
    def check(self) -> None:
        """Return while the work is wanted; raise `Cancelled` once it is not."""

    def look(self) -> None:
        """Return while the work is wanted, as far as is known without asking a store; for who asks often."""
        self.check()


class InstanceRunGuard(Guarding):
    """Asks the Dagster instance for the run's status, each time: whoever commits or publishes must not be late.

    A run that was cancelled is not wanted, nor is one that Dagster's daemon has given up (``max_runtime_seconds``,
    ``start_timeout_seconds``) or that was deleted: somebody may be making the title again.

    Args:
        instance: Where the run is recorded.
        run_id: The run.
        pulse: Its signs of life and its lease; None: nobody asks for a lease.
    """

    def __init__(self, instance: dg.DagsterInstance, run_id: str, pulse: Pulse | None = None) -> None:
        self.instance, self.run_id, self.pulse = instance, run_id, pulse
        self._wanted = dg.RunsFilter(run_ids=[run_id], statuses=list(WANTED))
        self._ending = ""

    def check(self) -> None:
        """Return while the run is wanted and holds its title; the first time, it takes it.

        Raises:
            Cancelled: The run is no longer wanted.
            ConfigError: ``title_busy``, ``title_quarantined``.
            StoreError: ``lease_lost``.
        """
        self._require_wanted()
        if self.pulse is not None:
            self.pulse.require(self._require_wanted)

    def look(self) -> None:
        """Return while the run is wanted and nobody is known to have taken its title; asks no store, and takes nothing.

        A store that is away for a minute does not end an encode that goes on without it.
        """
        self._require_wanted()
        if self.pulse is not None:
            self.pulse.require_unlost()

    def _require_wanted(self) -> None:
        if not self._ending:
            if self.instance.get_run_ids(self._wanted):  # reads no run: it is long, and asked about at every commit
                return
            self._ending = _ending(self.instance.get_run_by_id(self.run_id))
        raise Cancelled(cause=self._ending)


class PatientGuard:
    """Asks another guard at most every two seconds; for the supervisor of tools, which asks four times a second."""

    def __init__(self, guard: Guarding) -> None:
        self.guard = guard
        self._asked_at = float("-inf")

    def check(self) -> None:
        """Return while the run was wanted two seconds ago; raise `Cancelled` once it is not."""
        now = time.monotonic()
        if now - self._asked_at >= POLL_SECONDS:
            self.guard.look()
            self._asked_at = now


class Wanted(Guarding):
    """The guard of work that no run does, and nobody cancels."""

    def check(self) -> None:
        """Return: the work is always wanted."""


class WantedResource(dg.ConfigurableResource[Guarding]):
    """Gives work outside a run its guard."""

    def create_resource(self, context: dg.InitResourceContext) -> Wanted:
        """Return the guard."""
        return Wanted()


class RunGuardResource(dg.ConfigurableResource[Guarding]):
    """Gives each run its guard, and one pulse to all guards of a run."""

    leases: dg.ResourceDependency[Leases]

    def create_resource(self, context: dg.InitResourceContext) -> InstanceRunGuard:
        """Return the guard of the run that is starting, which gives signs of life from now on."""
        instance, run = context.instance, context.run
        if instance is None or run is None:
            raise dg.DagsterInvariantViolationError("a run guard needs a run")
        title, leases = run.tags.get(PARTITION_TAG, ""), self.leases

        def pulse() -> Pulse:
            return Pulse(leases, run.run_id, title, lambda other: is_over(instance, leases, other))

        return InstanceRunGuard(instance, run.run_id, pulse_of(run.run_id, pulse))


class LastingGuardResource(RunGuardResource):
    """The guard that the run itself has: other resources' guards end before the first step, this one with the last."""

    def create_resource(self, context: dg.InitResourceContext) -> InstanceRunGuard:
        """Return the guard; what the run makes has a state of its title to be compared with from the first step on."""
        guard = super().create_resource(context)
        title = context.run.tags.get(PARTITION_TAG) if context.run else None
        if title:
            ensure_observed(guard.instance, title)
        return guard

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        """Give the title back."""
        if context.run is not None:
            end_pulse(context.run.run_id)


def is_over(instance: dg.DagsterInstance, leases: Leases, run_id: str) -> bool:
    """Whether a run has certainly ended, whatever lease it holds; of another deployment's runs nothing is certain."""
    run = instance.get_run_by_id(run_id)
    return run is not None and (run.is_finished or is_gone(leases.beat_of(run_id)))


def _ending(run: dg.DagsterRun | None) -> str:
    if run is None:
        return "the run was deleted"
    if run.status == dg.DagsterRunStatus.FAILURE:
        return "the run was given up from outside"
    return "the run was cancelled"
