"""What Dagster says of a run on the terminal of the command that executes it."""

import logging

import dagster as dg
from dagster._core.errors import DagsterAssetCheckFailedError, DagsterExecutionInterruptedError  # not public in 1.13
from dagster._core.events import RunFailureReason  # likewise

from vod_assets.logs import is_json

CONSOLE = "console"  # the key that Dagster gives its own, too
NOT_EXECUTED = "Not executing."  # ends what Dagster says, as an error, of each step behind one that failed
TOLD = frozenset({DagsterAssetCheckFailedError.__name__, DagsterExecutionInterruptedError.__name__})


def _terminal(context: dg.InitLoggerContext) -> logging.Logger:
    """Return Dagster's own logger, without the failures that the command ends with a sentence of its own about.

    The event log keeps them with their tracebacks. What is no error of ours is a fault, and is shown with its own.
    """
    logger: logging.Logger = dg.colored_console_logger.logger_fn(context)
    if not is_json():  # whoever collects logs is told of every failure
        logger.addFilter(lambda record: not _is_told(record))
    return logger


terminal = dg.LoggerDefinition(_terminal, config_schema=dg.colored_console_logger.config_schema)


def on_terminal(instance: dg.DagsterInstance) -> dict[str, object]:
    """Return the run config with which a run speaks by `terminal`: Dagster asks no logger that it does not name."""
    return {"loggers": {CONSOLE: {"config": {"log_level": instance.python_log_level or "INFO"}}}}


def _is_told(record: logging.LogRecord) -> bool:
    """Whether the command tells what happened, or Dagster has said it already."""
    event: dg.DagsterEvent | None = getattr(record, "dagster_event", None)
    if event is None:
        return record.levelno == logging.ERROR and record.getMessage().endswith(NOT_EXECUTED)
    if event.is_step_failure:
        data = event.step_failure_data
        is_ours = data.user_failure_data is not None and "code" in (data.user_failure_data.metadata or {})
        return is_ours or (data.error is not None and data.error.cls_name in TOLD)
    is_end = event.event_type == dg.DagsterEventType.RUN_FAILURE
    return is_end and event.job_failure_data.failure_reason == RunFailureReason.STEP_FAILURE
