"""Logs as JSON."""

import json
import logging
import logging.config
import threading
from collections.abc import Iterator
from typing import Any

import dagster as dg
import pytest
import uvicorn.config

from vod_assets import logs
from vod_assets.defs.step import edge
from vod_assets.defs.terminal import CONSOLE, terminal
from vod_assets.domain.errors import ConfigError, StoreError
from vod_assets.settings import Settings

RUN = "3777460b-da3b-4353-9ae2-723c39ec47c2"
Capture = pytest.CaptureFixture[str]
PLANTED = "planted-s3cret"


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> Iterator[Capture]:
    """Standard error of a process whose log is JSON."""
    root, known = logging.getLogger(), dict(logging.root.manager.loggerDict)
    configs = dict(uvicorn.config.LOGGING_CONFIG["formatters"])
    handlers, level, formatters = root.handlers[:], root.level, {}
    for logger in known.values():
        for handler in getattr(logger, "handlers", ()):
            formatters[handler] = handler.formatter
    monkeypatch.setenv("VOD_SMB_PASSWORD", PLANTED)
    root.handlers = []
    logs.speak(Settings(log_format="json"))
    yield capsys
    logging.setLoggerClass(logging.Logger)
    logging.captureWarnings(False)
    root.handlers, root.level = handlers, level
    uvicorn.config.LOGGING_CONFIG["formatters"] = configs
    for logger in logging.root.manager.loggerDict.values():
        if type(logger) is logs.JsonLogger:
            logger.__class__, logger.propagate = logging.Logger, True
    for name in logs.TALKING:
        logging.getLogger(name).setLevel(logging.NOTSET)
    for handler, formatter in formatters.items():
        handler.setFormatter(formatter)


def lines(spoken: Capture) -> list[dict[str, Any]]:
    """Return the lines that were written since the last look, none of which holds the secret."""
    text = spoken.readouterr().err
    assert "Logging error" not in text, text
    assert PLANTED not in text
    return [json.loads(line) for line in text.splitlines()]


@dg.asset(partitions_def=dg.StaticPartitionsDefinition(["film"]))
def made(context: dg.AssetExecutionContext) -> None:
    with edge(context, "film"), logs.doing("film", context.run.run_id, "made"):
        context.log.info("the disk is slow")
        logging.getLogger("boto3").warning("no answer of smb://ann:%s@nas", PLANTED)
        thread = threading.Thread(target=logging.getLogger("somewhere").warning, args=("half of it",))
        thread.start()
        thread.join()
        raise StoreError("store_full", "no space is left")


@pytest.mark.parametrize("config", [{}, {"loggers": {CONSOLE: {"config": {"log_level": "DEBUG"}}}}])
def test_every_line_of_a_run_is_an_object_with_title_and_run(spoken: Capture, config: dict[str, Any]) -> None:
    definitions = dg.Definitions(assets=[made], loggers={CONSOLE: terminal})
    with dg.DagsterInstance.ephemeral() as instance:
        lines(spoken)  # of Dagster's making its tables
        ended = definitions.resolve_implicit_global_asset_job_def().execute_in_process(
            instance=instance, partition_key="film", raise_on_error=False, run_config=config
        )
    found = lines(spoken)
    assert {"the disk is slow", "half of it"} < {line["message"] for line in found}
    assert {(line["title"], line["run"]) for line in found} == {("film", ended.run_id)}
    assert {line.get("step") for line in found if line["message"] == "half of it"} == {"made"}
    assert {line["code"] for line in found if line["level"] == "ERROR" and line.get("step")} == {"store_full"}
    assert all({"time", "level", "logger"} <= set(line) for line in found)


def test_a_command_says_its_progress_and_its_end_as_objects(spoken: Capture) -> None:
    logs.say("film: h264_360p made", title="film", step="h264_renditions")
    logs.tell("film: no such title [unknown_title].", title="film", code="unknown_title")
    first, second = lines(spoken)
    assert (first["title"], first["step"], first["level"]) == ("film", "h264_renditions", "INFO")
    assert (second["title"], second["code"], second["level"]) == ("film", "unknown_title", "ERROR")


def test_a_line_that_names_a_run_or_a_code_belongs_to_it(spoken: Capture) -> None:
    logging.getLogger("dagster.daemon").warning("Launching run %s", RUN)
    logging.getLogger("vod_assets.x").error("film: no space is left [disk_full]. Make room.")
    found = lines(spoken)
    assert (found[0]["run"], found[1]["code"]) == (RUN, "disk_full")


def test_a_traceback_stays_on_its_line_and_has_the_code_of_the_error(spoken: Capture) -> None:
    try:
        raise ConfigError("bad_setting", f"password={PLANTED}")
    except ConfigError:
        logging.getLogger("x").exception("it failed\nbadly")
    (line,) = lines(spoken)
    assert (line["message"], line["code"]) == ("it failed\nbadly", "bad_setting")
    assert "Traceback" in line["traceback"]


def test_loggers_that_others_set_up_write_objects_too(spoken: Capture) -> None:
    logging.config.dictConfig(uvicorn.config.LOGGING_CONFIG | {"disable_existing_loggers": False})
    logging.getLogger("uvicorn.error").error("Exception in ASGI application")
    assert lines(spoken)[0]["message"] == "Exception in ASGI application"


def test_text_is_left_as_it_is() -> None:
    before = logging.getLoggerClass()
    logs.speak(Settings(log_format="text"))
    assert logging.getLoggerClass() is before
    assert not logs.is_json()
