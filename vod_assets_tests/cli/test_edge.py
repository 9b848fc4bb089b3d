"""With `--json`, standard output carries exactly one object, however a command ends."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from dagster_postgres.utils import DagsterPostgresException
from sqlalchemy.exc import OperationalError

from vod_assets.cli.edge import run
from vod_assets.domain.errors import Cancelled, ConfigError, GateError, SourceError, StoreError, ToolError
from vod_assets_tests.cli.test_run_workflow import KEYS
from vod_assets_tests.studio import Ended, Studio

ENDINGS: list[tuple[BaseException, int, str, str]] = [
    (SourceError("source_empty", "the file has 0 bytes", title="film"), 3, "source_empty", "SourceError"),
    (ConfigError("bad_setting", "it is wrong", title="film"), 2, "bad_setting", "ConfigError"),
    (GateError("check_failed", "it failed", title="film"), 1, "check_failed", "GateError"),
    (ToolError("tool_failed", "it crashed", title="film"), 1, "tool_failed", "ToolError"),
    (StoreError("store_damaged", "it is not JSON", title="film"), 1, "store_damaged", "StoreError"),
    (Cancelled(title="film"), 1, "cancelled", "Cancelled"),
    (KeyboardInterrupt(), 1, "cancelled", "Cancelled"),
    (typer.Abort(), 1, "cancelled", "Cancelled"),
    (ZeroDivisionError("a bug"), 1, "internal_error", "ZeroDivisionError"),
]


def ended(error: BaseException | None, arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> Ended:
    """Run a command that ends with an error."""
    app = typer.Typer(pretty_exceptions_enable=False)

    @app.command()
    def work(source: str, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
        if error is not None:
            raise error

    code = run(app, arguments)
    printed = capsys.readouterr()
    return Ended(code, printed.out, printed.err)


@pytest.mark.parametrize(("error", "exit_code", "code", "kind"), ENDINGS, ids=lambda value: type(value).__name__)
def test_every_error_is_one_object(
    error: BaseException, exit_code: int, code: str, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    result = ended(error, ["film.mp4", "--json"], capsys)
    assert list(result.outcome) == KEYS
    assert (result.code, result.failed_with, result.outcome["error"]["type"]) == (exit_code, code, kind)
    assert result.outcome["title"] == getattr(error, "title", "")
    assert ("Traceback" in result.stderr) == (code == "internal_error")


@pytest.mark.parametrize(("error", "exit_code", "code", "kind"), ENDINGS, ids=lambda value: type(value).__name__)
def test_without_json_every_error_is_a_sentence_on_standard_error(
    error: BaseException, exit_code: int, code: str, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    result = ended(error, ["film.mp4"], capsys)
    assert (result.code, result.stdout) == (exit_code, "")
    assert (f"[{code}]" in result.stderr) != (code == "internal_error")
    assert ("ZeroDivisionError: a bug" in result.stderr) == (code == "internal_error")


def lost_database() -> DagsterPostgresException:
    """What dagster-postgres raises when it has tried to connect often enough."""
    lost = DagsterPostgresException("too many retries for DB connection")
    lost.__cause__ = OperationalError("", None, OSError("connection to 127.0.0.1 failed: Connection refused"))
    return lost


@pytest.mark.parametrize("error", [lost_database(), lost_database().__cause__], ids=["at the start", "on the way"])
def test_a_lost_database_is_one_clear_error(error: BaseException, capsys: pytest.CaptureFixture[str]) -> None:
    result = ended(error, ["film.mp4", "--json"], capsys)
    assert (result.code, result.failed_with) == (1, "database_unreachable")
    assert "Connection refused" in result.outcome["error"]["message"]
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("arguments", [["--json"], ["film.mp4", "--nonsense", "--json"], ["a", "b", "--json"]])
def test_wrong_usage_is_one_object_too(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    result = ended(None, arguments, capsys)
    assert (result.code, result.failed_with) == (2, "bad_usage")
    assert "Usage" in result.stderr


@pytest.mark.parametrize("arguments", [[], ["film.mp4", "--nonsense"], ["film.mp4", "--", "--json"]])
def test_wrong_usage_in_words_prints_no_object(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    result = ended(None, arguments, capsys)
    assert (result.code, result.stdout) == (2, "")
    assert "Usage" in result.stderr


def tear_the_record(studio: Studio) -> None:
    (studio.title / "title.json").write_text("{half")


def break_dagster_yaml(studio: Studio) -> None:
    (studio.home / "dagster" / "dagster.yaml").write_text("storage: [")


def misuse_dagster_yaml(studio: Studio) -> None:
    (studio.home / "dagster" / "dagster.yaml").write_text("no_such_section: 1\n")


def list_dagster_yaml(studio: Studio) -> None:
    (studio.home / "dagster" / "dagster.yaml").write_text("- 1\n")


@pytest.mark.media
@pytest.mark.parametrize(
    ("break_it", "code"),
    [
        (tear_the_record, "store_damaged"),
        (break_dagster_yaml, "bad_setting"),
        (misuse_dagster_yaml, "bad_setting"),
        (list_dagster_yaml, "bad_setting"),
    ],
)
@pytest.mark.parametrize("command", [["run-workflow"], ["task", "ingest"], ["task", "metadata"], ["task", "upload"]])
def test_a_broken_home_is_one_object(finished: Studio, break_it: Any, code: str, command: list[str]) -> None:
    break_it(finished)
    result = finished.vod(*command, finished.source, "--json")
    assert result.failed_with == code, result.stdout
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "exit_code", "code"),
    [
        (["run-workflow", "~x.mp4", "--json"], 3, "source_missing"),
        (["run-workflow", "--json"], 2, "bad_usage"),
        (["task", "package", "film.mp4", "--nonsense", "--json"], 2, "bad_usage"),
        (["task", "nonsense", "--json"], 2, "bad_usage"),
        (["task", "publish", "nothing.json", "--json"], 2, "bad_metadata"),
        (["run-workflow", "rtmp://127.0.0.1/live/asset", "--json"], 2, "scheme_not_supported"),
        (["titles", "show", "nobody", "--json"], 2, "unknown_title"),
    ],
)
def test_what_a_person_types_wrongly_is_one_object(
    tmp_path: Path, arguments: list[str], exit_code: int, code: str
) -> None:
    result = Studio.make(tmp_path / "studio").vod(*arguments)
    assert (result.code, result.failed_with) == (exit_code, code), result.stderr
    assert json.loads(result.stdout)["status"] == "failure"
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("port", ["99999", "-1"])
def test_a_port_that_cannot_be_is_wrong_usage(tmp_path: Path, port: str) -> None:
    result = Studio.make(tmp_path / "studio").vod("serve", "--port", port)
    assert result.code == 2
    assert "Traceback" not in result.stderr
