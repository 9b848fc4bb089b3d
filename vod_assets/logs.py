"""Logs as JSON: one object a line, with title and run in every line that belongs to one (``VOD_LOG_FORMAT=json``)."""

import json
import logging
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from vod_assets.domain.codes import CODES
from vod_assets.domain.errors import VodError
from vod_assets.domain.redacting import Redactor
from vod_assets.settings import Settings

OWN = "vod"  # the logger of what commands say; `vod_assets` is one that Dagster writes into the event log, too
TALKING = (OWN, "vod_assets", "celery")  # below a warning, others say nothing to anybody
TITLE_TAGS = ("dagster/partition", "vod/title")
_RUN = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_CODE = re.compile(r"\[([a-z0-9_]+)\]\.")


@dataclass(frozen=True)
class Doing:
    """What this process works on."""

    title: str = ""
    run: str = ""
    step: str = ""


NOTHING = Doing()
_doing: ContextVar[Doing] = ContextVar("doing", default=NOTHING)
_steps: list[Doing] = []  # of this process: threads that a step starts know of no context


@contextmanager
def doing(title: str, run: str, step: str = "") -> Iterator[None]:
    """Have every line that is written meanwhile name what it belongs to."""
    now = Doing(title, run, step)
    token = _doing.set(now)
    _steps.append(now)
    try:
        yield
    finally:
        _steps.remove(now)
        _doing.reset(token)


def current() -> Doing:
    """Return what the caller works on; a thread that says nothing of it works for the only step that there is."""
    known = _doing.get()
    return _steps[0] if known is NOTHING and len(set(_steps)) == 1 else known


class JsonFormatter(logging.Formatter):
    """Writes a record as one line of JSON.

    Args:
        redact: Takes secrets out.
    """

    def __init__(self, redact: Redactor | None = None, **_: Any) -> None:  # uvicorn says how it would colour
        super().__init__()
        self.redact = redact or _redact()

    def format(self, record: logging.LogRecord) -> str:
        """Return the line: time, level, logger, message, and title, run, step, code and traceback where there are."""
        meta: Mapping[str, Any] = getattr(record, "dagster_meta", None) or {}
        said = str(meta.get("orig_message") or record.getMessage())
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": said,
            **_belonging(record, meta, said),
            "code": _code(record, meta, said),
            "traceback": self.formatException(record.exc_info) if record.exc_info else _traceback(meta),
        }
        kept = {name: self.redact(value) if name in ("message", "traceback") else value for name, value in line.items()}
        return json.dumps({name: value for name, value in kept.items() if value}, ensure_ascii=False)


class JsonLogger(logging.Logger):
    """A logger whose handlers write JSON, whoever gives it them: Dagster and Celery bring their own."""

    def addHandler(self, hdlr: logging.Handler) -> None:  # noqa: N802 - logging's own name
        """Add a handler; what it writes is not written again by those above."""
        super().addHandler(hdlr)
        if isinstance(hdlr, logging.StreamHandler):
            _teach(hdlr)
            self.propagate = False


class StandardError(logging.Handler):
    """Writes to what is standard error when a line comes, which commands and steps exchange for a while."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line."""
        try:
            sys.stderr.write(f"{self.format(record)}\n")
            sys.stderr.flush()
        except Exception:  # noqa: BLE001 - as logging's own handlers do
            self.handleError(record)


def speak(settings: Settings) -> None:
    """Have this process write its log as the settings say; said again, it does what is left."""
    if settings.log_format != "json":
        return
    logging.setLoggerClass(JsonLogger)
    logging.captureWarnings(True)
    root = logging.getLogger()
    if not root.handlers:
        handler = StandardError()
        handler.setFormatter(JsonFormatter())
        root.addHandler(handler)
    for name in TALKING:
        logging.getLogger(name).setLevel(logging.INFO)
    for logger in [root, *logging.root.manager.loggerDict.values()]:
        if type(logger) is logging.Logger:
            logger.__class__ = JsonLogger  # Dagster and uvicorn give handlers to loggers that are there already
        for handler in getattr(logger, "handlers", ()):
            _teach(handler)
    if uvicorn := sys.modules.get("uvicorn.config"):  # it gives its loggers handlers when it starts
        for formatter in uvicorn.LOGGING_CONFIG["formatters"]:
            uvicorn.LOGGING_CONFIG["formatters"][formatter] = {"()": "vod_assets.logs.JsonFormatter"}
    if (signals := sys.modules.get("celery.signals")) and not signals.setup_logging.receivers:
        signals.setup_logging.connect(_leave_alone)  # else Celery would set up a format of its own


def is_json() -> bool:
    """Whether this process writes its log as JSON."""
    return logging.getLoggerClass() is JsonLogger


def say(text: str, level: int = logging.INFO, **belonging: str) -> None:
    """Write what a command says into the log.

    Args:
        text: One sentence.
        level: Of the log.
        **belonging: ``title``, ``run``, ``step`` and ``code``.
    """
    logging.getLogger(OWN).log(level, "%s", text, extra={"vod": belonging})


def tell(text: str, **belonging: str) -> None:
    """Say what went wrong on standard error: as the log's line, or as the command's."""
    if is_json():
        say(text, logging.ERROR, **belonging)
    else:
        print(f"vod: {text}", file=sys.stderr)  # noqa: T201 - of commands


def _teach(handler: logging.Handler) -> None:
    """Have a handler that writes to a stream write JSON; those that write elsewhere are left alone."""
    if isinstance(handler, logging.StreamHandler) and not isinstance(handler.formatter, JsonFormatter):
        handler.setFormatter(JsonFormatter())


def _leave_alone(**_: Any) -> None:
    """Set up nothing."""


def _redact() -> Redactor:
    from vod_assets.known_secrets import redactor_of
    from vod_assets.settings import load_settings

    return redactor_of(load_settings())


def _belonging(record: logging.LogRecord, meta: Mapping[str, Any], said: str) -> dict[str, str]:
    """Return title, run and step: as the record says, as Dagster says, as the step knows, or as the message names."""
    tags, now, own = meta.get("job_tags") or {}, current(), getattr(record, "vod", None) or {}
    named = _RUN.search(said)
    return {
        "title": own.get("title") or next((tags[tag] for tag in TITLE_TAGS if tags.get(tag)), now.title),
        "run": own.get("run") or meta.get("run_id") or now.run or (named[0] if named else ""),
        "step": own.get("step") or meta.get("step_key") or now.step,
    }


def _code(record: logging.LogRecord, meta: Mapping[str, Any], said: str) -> str:
    """Return the code of an error, as ``docs/errors.md`` lists it; empty: the record is about none."""
    raised = record.exc_info[1] if record.exc_info else None
    if isinstance(raised, VodError):
        return raised.code
    event = meta.get("dagster_event")
    if event is not None and event.is_step_failure:
        told = event.step_failure_data.user_failure_data
        found = (told.metadata or {}).get("code") if told else None
        return str(found.value) if found else ""
    own = (getattr(record, "vod", None) or {}).get("code", "")
    named = _CODE.search(said) if record.levelno >= logging.WARNING else None
    return own or (named[1] if named and named[1] in CODES else "")


def _traceback(meta: Mapping[str, Any]) -> str:
    """Return the error of a step that failed, as Dagster keeps it."""
    event = meta.get("dagster_event")
    if event is None or not event.is_step_failure or event.step_failure_data.error is None:
        return ""
    return str(event.step_failure_data.error)
