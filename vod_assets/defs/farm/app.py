"""The application that workers run: ``celery --app vod_assets.defs.farm.app worker``, or ``vod worker``."""

import ctypes
import os
import signal
from typing import Any

import kombu
from celery import Celery
from celery.signals import worker_process_init, worker_ready
from dagster_celery.make_app import make_app
from dagster_celery.tasks import create_task

from vod_assets.defs.farm.config import executor_config
from vod_assets.defs.farm.pieces import create_piece_task
from vod_assets.defs.farm.queues import HIGHEST, QUEUES
from vod_assets.defs.farm.steps import FarmTask
from vod_assets.home import ensure_dagster_home
from vod_assets.settings import load_settings

PR_SET_PDEATHSIG = 1  # prctl(2)


def farm_app() -> Celery:
    """Return the application of the settings, which can execute steps."""
    settings = load_settings()
    ensure_dagster_home(settings)
    untyped: Any = (make_app, create_task, kombu)
    make, create, amqp = untyped
    made: Celery = make(executor_config(settings))
    arguments = {"x-max-priority": HIGHEST}
    made.conf.task_queue_max_priority = HIGHEST
    made.conf.task_queues = [amqp.Queue(name, routing_key=name, queue_arguments=arguments) for name in QUEUES]
    create(made, base=FarmTask)
    create_piece_task(made)
    return made


@worker_process_init.connect  # type: ignore[untyped-decorator]
def _die_with_parent(**_: Any) -> None:
    """End this process of a worker when the worker is killed: nobody would take what it makes, and another has it."""
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)  # it was killed meanwhile


@worker_ready.connect  # type: ignore[untyped-decorator]
def _forget_old_results(sender: Any, **_: Any) -> None:
    sender.app.backend.cleanup()


app = farm_app()
