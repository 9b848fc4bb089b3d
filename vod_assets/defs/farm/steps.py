"""The Celery task that executes a step, and what it refuses to execute."""

import logging
import shutil
import time
from typing import Any

import dagster as dg
from celery import Task
from celery.exceptions import Ignore, Reject

from vod_assets.logs import doing
from vod_assets.settings import load_settings

MOST_DELIVERIES = 3  # of a step whose workers die; the step itself may be what kills them
FULL_SECONDS = 10.0  # before a worker without space hands a step back
GIGABYTE = 1 << 30

_log = logging.getLogger(__name__)


class StepLost(Exception):  # noqa: N818 - it says what became of the step
    """Each worker that had a step died of it or with it."""


class FarmTask(Task):  # type: ignore[misc] # Celery has no types
    """Executes a step that is still wanted, where there is space for it, and not for ever."""

    abstract = True

    def __call__(self, execute_step_args_packed: Any, executable_dict: Any) -> Any:
        """Return the events of the step; a message that means nothing any more is taken away."""
        run_id, step = _named(execute_step_args_packed)
        with dg.DagsterInstance.get() as instance:
            run = instance.get_run_by_id(run_id)
            if run is None or run.is_finished:
                _log.warning("run %s: %s is not executed: the run is over", run_id, step)
                raise Ignore
            title = run.tags.get("dagster/partition", "")
            require_space(title, step)
            if self.request.delivery_info.get("redelivered"):
                _count(instance, run_id, title, step)
        with doing(title, run_id, step):
            _log.info("%s: run %s: %s", title, run_id, step)
            return super().__call__(execute_step_args_packed, executable_dict)


def require_space(title: str, step: str) -> None:
    """Return when there is space to work here.

    Raises:
        Reject: There is not; another worker gets it.
    """
    settings = load_settings()
    folder = next(path for path in (settings.scratch_path, *settings.scratch_path.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    if free < settings.worker_free_gigabytes * GIGABYTE:
        _log.error(
            "%s: %s is handed back: %s has %.1f GB left, and VOD_WORKER_FREE_GIGABYTES wants %d",
            *(title, step, folder, free / GIGABYTE, settings.worker_free_gigabytes),
        )
        time.sleep(FULL_SECONDS)
        raise Reject("no space", requeue=True)


def _named(packed: Any) -> tuple[str, str]:
    """Return the run and the step that a message names.

    Raises:
        Reject: It names none, so nobody can execute it.
    """
    from dagster._grpc.types import ExecuteStepArgs
    from dagster._serdes import unpack_value

    try:
        said = unpack_value(packed, as_type=ExecuteStepArgs)
        return said.run_id, ", ".join(said.step_keys_to_execute or [])
    except Exception as error:
        _log.error("a message is thrown away: it names no step of a run (%s)", type(error).__name__)
        raise Reject("it names no step of a run", requeue=False) from error


def _count(instance: dg.DagsterInstance, run_id: str, title: str, step: str) -> None:
    """Count that a step is delivered once more.

    Raises:
        StepLost: It was often enough.
    """
    key = f"vod/deliveries/{run_id}/{step}"
    storage = instance.run_storage
    times = int(storage.get_cursor_values({key}).get(key, "1")) + 1
    storage.set_cursor_values({key: str(times)})
    if times > MOST_DELIVERIES:
        raise StepLost(f"{title}: {step} was given to {MOST_DELIVERIES} workers, and each of them died")
    _log.warning("%s: run %s: %s is delivered for the %d. time; its worker was lost", title, run_id, step, times)
