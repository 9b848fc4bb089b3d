"""One configuration of Celery, for whoever sends steps and for whoever executes them.

``python -m vod_assets.defs.farm.config`` prints it without addresses: these are secrets, and come from the settings.
"""

import json
from typing import Any
from urllib.parse import urlsplit

from vod_assets.defs.farm.queues import DEFAULT, HIGHEST, USUAL
from vod_assets.domain.errors import ConfigError
from vod_assets.named_secrets import secret
from vod_assets.settings import Settings

PUBLISH_SECONDS = 300  # how long a broker may be away before a run fails for it


def celery_options(drain_seconds: int = 3600) -> dict[str, Any]:
    """Return what Celery is told besides its addresses.

    A message is acknowledged when its step has ended (``task_acks_late``), so that a step is delivered again when its
    worker dies; one whose connection is lost is delivered again while it still goes on, and therefore ended at once.
    Results are kept in the database: in RabbitMQ they would be lost with the connection of who waits for them.
    """
    return {
        "task_default_queue": DEFAULT,
        "task_default_priority": USUAL,
        "task_queue_max_priority": HIGHEST,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_track_started": True,
        "worker_prefetch_multiplier": 1,
        "worker_cancel_long_running_tasks_on_connection_loss": True,
        "worker_soft_shutdown_timeout": drain_seconds,
        "worker_enable_soft_shutdown_on_idle": False,
        "worker_hijack_root_logger": False,
        "worker_send_task_events": False,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_heartbeat": 30,
        "broker_transport_options": {"confirm_publish": True},
        "task_publish_retry": True,
        "task_publish_retry_policy": {
            "max_retries": PUBLISH_SECONDS // 5,
            "interval_start": 0.2,
            "interval_step": 1.0,
            "interval_max": 5.0,
        },
        "result_backend_always_retry": True,
        "result_backend_max_retries": 30,
        "result_expires": 7 * 24 * 3600,
        "database_engine_options": {"pool_pre_ping": True},
        "task_serializer": "json",
        "accept_content": ["json"],
    }


def addresses(settings: Settings) -> tuple[str, str]:
    """Return where messages go and where results are kept.

    Raises:
        ConfigError: ``bad_setting``: the farm has no broker, or no database.
    """
    broker, database = secret(settings, "broker"), secret(settings, "database")
    for name, value in (("VOD_BROKER", broker), ("VOD_DATABASE", database)):
        if not value:
            cause = f"VOD_EXECUTOR is celery, and {name} is not set"
            raise ConfigError("bad_setting", cause, f"Set {name} (docs/farm.md), or VOD_EXECUTOR to in_process")
    from vod_assets.defs.pooled_postgres import sqlalchemy_url

    return broker, f"db+{sqlalchemy_url(database)}"


def executor_config(settings: Settings) -> dict[str, Any]:
    """Return the configuration of dagster-celery's executor, which the workers have as well."""
    broker, backend = addresses(settings)
    return {"broker": broker, "backend": backend, "config_source": celery_options(settings.worker_drain_seconds)}


def shown(address: str) -> str:
    """Return an address as it may be shown: without user and password."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"


def main() -> None:
    """Print the options as a module that Celery's own tools read."""
    lines = [
        '"""Written by `python -m vod_assets.defs.farm.config`; the addresses come from VOD_BROKER and VOD_DATABASE."""'
    ]
    lines += [f"{name} = {_as_python(value)}" for name, value in celery_options().items()]
    print("\n".join([lines[0], "", *lines[1:]]))  # noqa: T201 - what it is for


def _as_python(value: object) -> str:
    """Return a value as this project writes it: text in double quotes."""
    text = json.dumps(value)
    for theirs, ours in (("true", "True"), ("false", "False"), ("null", "None")):
        text = text.replace(theirs, ours)
    return text


if __name__ == "__main__":
    main()
