"""What waits in the queues of the farm, and who works: asked of RabbitMQ and of the workers, in bounded time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vod_assets.defs.farm.config import executor_config, shown
from vod_assets.defs.farm.queues import QUEUES
from vod_assets.domain.errors import ConfigError
from vod_assets.settings import Settings

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 1.5


@dataclass(frozen=True)
class Queue:
    """A queue: how many messages wait in it, and how many workers listen to it."""

    name: str
    waiting: int
    workers: int


@dataclass(frozen=True)
class Worker:
    """A worker that answers, and how many tasks it executes now."""

    name: str
    busy: int
    tasks: tuple[str, ...] = ()


def queues(settings: Settings) -> list[Queue]:
    """Return every queue; nothing is taken from any, and none is made.

    Raises:
        ConfigError: ``broker_unreachable``.
    """
    import kombu

    amqp: Any = kombu
    broker = executor_config(settings)["broker"]
    try:
        with amqp.Connection(broker, connect_timeout=CONNECT_SECONDS) as connection:
            return [_queue(connection, name) for name in QUEUES]
    except _away(amqp.Connection(broker)) as error:
        raise ConfigError(
            "broker_unreachable",
            f"RabbitMQ at {shown(broker)} does not answer: {type(error).__name__}",
            "Start it, or correct VOD_BROKER",
        ) from None  # the library's words may hold the password


def workers(settings: Settings) -> list[Worker]:
    """Return the workers that answer within a second and a half, by their names."""
    from celery import Celery

    config = executor_config(settings)
    untyped: Any = Celery
    app = untyped("vod", broker=config["broker"], broker_connection_timeout=CONNECT_SECONDS)
    active: Mapping[str, Any] = app.control.inspect(timeout=ANSWER_SECONDS).active() or {}
    return [_worker(name, tasks) for name, tasks in sorted(active.items())]


def _worker(name: str, tasks: Any) -> Worker:
    return Worker(name, len(tasks), tuple(str(task.get("id", "")) for task in tasks))


def _queue(connection: Any, name: str) -> Queue:
    """Return a queue; one that nobody has made yet holds nothing."""
    channel = connection.channel()
    try:
        found = channel.queue_declare(name, passive=True)
    except connection.channel_errors:
        return Queue(name, 0, 0)
    channel.close()
    return Queue(name, found.message_count, found.consumer_count)


def _away(connection: Any) -> tuple[type[BaseException], ...]:
    return (*connection.connection_errors, OSError)
