"""Runs whose steps are processes of their own: the process that starts them gives signs of life to the end.

A step may wait long for its turn; without these signs the run would look dead meanwhile.
"""

from collections.abc import Callable, Iterator
from typing import Any

import dagster as dg

from vod_assets.defs.guard import PARTITION_TAG, is_over
from vod_assets.defs.leases import Pulse
from vod_assets.ports import Leases


class Beating(dg.Executor):
    """An executor that gives a run's signs of life while another one executes its steps.

    Args:
        inner: Starts the steps.
        leases: Where signs and leases are kept.
    """

    def __init__(self, inner: dg.Executor, leases: Leases) -> None:
        self.inner, self.leases = inner, leases

    @property
    def retries(self) -> Any:
        """Whether steps are tried again."""
        return self.inner.retries

    @property
    def step_dependency_config(self) -> Any:
        """When a step may begin."""
        return self.inner.step_dependency_config

    def __getattr__(self, name: str) -> Any:
        """Return what the executor has besides; dagster-celery asks its own for more."""
        return getattr(self.inner, name)

    def execute(self, plan_context: Any, execution_plan: Any) -> Iterator[Any]:
        """Yield the events of the steps; the title is given back at the end."""
        instance, run = plan_context.instance, plan_context.dagster_run
        title = run.tags.get(PARTITION_TAG, "")
        pulse = Pulse(self.leases, run.run_id, title, lambda other: is_over(instance, self.leases, other))
        pulse.start()
        try:
            yield from self.inner.execute(plan_context, execution_plan)
        finally:
            pulse.let_go()


def step_processes(leases: Callable[[], Leases]) -> dg.ExecutorDefinition:
    """Return Dagster's multiprocess executor with signs of life of its own.

    Args:
        leases: Opens where signs and leases are kept.
    """
    dagsters = dg.multiprocess_executor
    inner = dagsters.executor_creation_fn
    assert inner is not None  # noqa: S101 - Dagster's own definition has one
    return dg.ExecutorDefinition(
        name="multiprocess",
        config_schema=dagsters.config_schema.as_field(),
        requirements=dg.multiple_process_executor_requirements(),
        executor_creation_fn=lambda context: Beating(inner(context), leases()),
        description="Each step in a process of its own; the run gives signs of life while steps wait for their turn.",
    )
