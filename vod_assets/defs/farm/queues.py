"""Which queue a step waits in, and how urgent it is there."""

from collections.abc import Mapping
from typing import Any

ENCODE, PACKAGE, DEFAULT = "encode", "package", "default"
QUEUES = (ENCODE, PACKAGE, DEFAULT)  # what names no queue waits in the last one
QUEUE_TAG = "dagster-celery/queue"
HIGHEST = 10  # of the priorities that RabbitMQ's queues keep apart; dagster-celery declares them with it
USUAL = 5
STEPS_OF_ONE = (
    10  # of Dagster's priorities, which go from -100 to 100: arrivals have 0, backfills -10, urgent runs more
)

ENCODES: dict[str, Any] = {QUEUE_TAG: ENCODE}  # tags of an op that encodes pictures; it has the pool `encode` as well
PACKAGES: dict[str, Any] = {QUEUE_TAG: PACKAGE}  # of one that packages, or joins files


def urgency(run_tags: Mapping[str, str], step_tags: Mapping[str, str]) -> int:
    """Return how urgent a step is for RabbitMQ, 0 to 10: the larger, the sooner; 5 is an arrival's.

    A run's priority comes first, and a step's own moves it by one at most.

    >>> urgency({"dagster/priority": "-10"}, {}), urgency({}, {"dagster/priority": "10"})
    (4, 6)
    """
    of_run = _number(run_tags) / STEPS_OF_ONE
    of_step = max(-1, min(1, _number(step_tags)))
    return max(0, min(HIGHEST, round(USUAL + of_run + of_step)))


def _number(tags: Mapping[str, str]) -> int:
    try:
        return int(tags.get("dagster/priority", 0))
    except ValueError:
        return 0
