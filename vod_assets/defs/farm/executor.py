"""The executor of runs whose steps many machines execute."""

from collections.abc import Callable, Iterator
from typing import Any

import dagster as dg

from vod_assets.defs.farm.config import executor_config
from vod_assets.defs.farm.queues import urgency
from vod_assets.defs.step_processes import Beating
from vod_assets.domain.errors import ConfigError
from vod_assets.ports import Leases
from vod_assets.settings import Settings

EXECUTE = "execute_plan"  # dagster-celery's task
TICK_SECONDS = 0.25  # between two looks for steps that have ended; dagster-celery looks each second


class Farming(dg.Executor):
    """dagster-celery's executor, told by the settings; its messages have RabbitMQ's priorities.

    Args:
        settings: They name broker and database.
    """

    def __init__(self, settings: Settings) -> None:
        from dagster._core.execution.retries import RetryMode
        from dagster_celery import executor as theirs

        untyped: Any = theirs
        self.inner: Any = untyped.CeleryExecutor(retries=RetryMode.DISABLED, **executor_config(settings))

    @property
    def retries(self) -> Any:
        """Whether steps are tried again: by who knows that nobody is at them any more, the broker and the reaper."""
        return self.inner.retries

    @property
    def step_dependency_config(self) -> Any:
        """When a step may begin."""
        return self.inner.step_dependency_config

    def app_args(self) -> Any:
        """Return what the application is made of; dagster-celery's loop asks for it."""
        return self.inner.app_args()

    def execute(self, plan_context: Any, execution_plan: Any) -> Iterator[Any]:
        """Yield the events of the steps."""
        from dagster_celery import core_execution_loop

        loop: Any = core_execution_loop
        loop.TICK_SECONDS = TICK_SECONDS
        yield from loop.core_celery_execution_loop(plan_context, execution_plan, _submit)


def _submit(app: Any, context: Any, step: Any, queue: str, _: int, known_state: Any) -> Any:
    """Send a step to its queue; the task is called as people call the step: run and step.

    dagster-celery's own function gives it a random name, and a priority that knows nothing of the run's.
    """
    from dagster._grpc.types import ExecuteStepArgs
    from dagster._serdes import pack_value

    run, job = context.dagster_run, context.reconstructable_job
    arguments = ExecuteStepArgs(
        job_origin=job.get_python_origin(),
        run_id=run.run_id,
        step_keys_to_execute=[step.key],
        instance_ref=context.instance.get_ref(),
        retry_mode=context.executor.retries.for_inner_plan(),
        known_state=known_state,
        print_serialized_events=True,
    )
    return app.send_task(
        EXECUTE,
        kwargs={"execute_step_args_packed": pack_value(arguments), "executable_dict": job.to_dict()},
        queue=queue,
        priority=urgency(run.tags, step.tags),
        task_id=f"{run.run_id}/{step.key}",
    )


def farm_executor(settings: Settings, leases: Callable[[], Leases]) -> dg.ExecutorDefinition:
    """Return the executor that sends steps to the farm.

    Args:
        settings: They name broker and database.
        leases: Opens where signs of life and leases are kept.

    Raises:
        ConfigError: ``bad_setting``: the extra ``farm`` is not installed, or the settings are not those of a farm.
    """
    require_farm(settings)
    return dg.ExecutorDefinition(
        name="celery",
        requirements=dg.multiple_process_executor_requirements(),
        executor_creation_fn=lambda _: Beating(Farming(settings), leases()),
        description="Each step by a worker of the farm; the run gives signs of life while steps wait for their turn.",
    )


def require_farm(settings: Settings) -> None:
    """Return when the settings are those of a farm, and its packages are installed.

    Raises:
        ConfigError: ``bad_setting``.
    """
    executor_config(settings)
    try:
        import dagster_celery  # noqa: F401 - only whether it is there
        import dagster_postgres  # noqa: F401
    except ImportError as error:
        cause = f"VOD_EXECUTOR is celery, and the package {error.name} is not installed"
        raise ConfigError("bad_setting", cause, "Install the extra: pip install 'vod-assets[farm]'") from error
