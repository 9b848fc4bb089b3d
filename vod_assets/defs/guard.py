"""Knowing whether a run is still wanted.

Dagster cannot stop a run that a command-line process executes: it only marks it. So the run looks at its own status,
and whoever works for it (the tool supervisor, the store) asks here before going on.
"""

import time

import dagster as dg

from vod_assets.domain.errors import Cancelled
from vod_assets.ports import RunGuard

POLL_SECONDS = 2.0
WANTED = frozenset(
    {
        dg.DagsterRunStatus.NOT_STARTED,  # while its first resources open
        dg.DagsterRunStatus.STARTING,
        dg.DagsterRunStatus.STARTED,
    }
)


class InstanceRunGuard:
    """Asks the Dagster instance for the run's status, each time: whoever commits or publishes must not be late.

    A run that was cancelled is not wanted, nor is one that Dagster's daemon has given up (``max_runtime_seconds``,
    ``start_timeout_seconds``) or that was deleted: somebody may be making the title again.
    """

    def __init__(self, instance: dg.DagsterInstance, run_id: str) -> None:
        self.instance, self.run_id = instance, run_id
        self._wanted = dg.RunsFilter(run_ids=[run_id], statuses=list(WANTED))
        self._ending = ""

    def check(self) -> None:
        """Return while the run is wanted; raise `Cancelled` once it is not."""
        if not self._ending:
            if self.instance.get_run_ids(self._wanted):  # reads no run: it is long, and asked about at every commit
                return
            self._ending = _ending(self.instance.get_run_by_id(self.run_id))
        raise Cancelled(cause=self._ending)


class PatientGuard:
    """Asks another guard at most every two seconds; for the supervisor of tools, which asks four times a second."""

    def __init__(self, guard: RunGuard) -> None:
        self.guard = guard
        self._asked_at = float("-inf")

    def check(self) -> None:
        """Return while the run was wanted two seconds ago; raise `Cancelled` once it is not."""
        now = time.monotonic()
        if now - self._asked_at >= POLL_SECONDS:
            self.guard.check()
            self._asked_at = now


class RunGuardResource(dg.ConfigurableResource[InstanceRunGuard]):
    """Gives each run its guard; work outside a run (asset checks of one's own, tests) is always wanted."""

    def create_resource(self, context: dg.InitResourceContext) -> InstanceRunGuard:
        """Return the guard of the run that is starting."""
        if context.instance is None or context.run is None:
            raise dg.DagsterInvariantViolationError("a run guard needs a run")
        return InstanceRunGuard(context.instance, context.run.run_id)


def _ending(run: dg.DagsterRun | None) -> str:
    if run is None:
        return "the run was deleted"
    if run.status == dg.DagsterRunStatus.FAILURE:
        return "the run was given up from outside"
    return "the run was cancelled"
