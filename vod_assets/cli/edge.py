"""The edge of the command line: whatever ends a command becomes one sentence, or the one object of ``--json``."""

import json
import logging
import traceback
from collections.abc import Sequence
from itertools import takewhile

import click
import typer

from vod_assets import logs
from vod_assets.cli.outcome import SUCCESS, Failure, Outcome, failure_of
from vod_assets.domain.errors import Cancelled, ConfigError, VodError

INTERRUPTED = 130  # what Typer makes of Ctrl-C


def run(app: typer.Typer, arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code.

    With ``--json`` among the arguments, standard output carries one object however the command ends: wrong usage and
    our own faults included. Without it, an error that a person can meet is one sentence on standard error.
    """
    as_json = "--json" in takewhile(lambda argument: argument != "--", arguments)
    try:
        code = app(args=list(arguments), standalone_mode=False) or SUCCESS
        if code != INTERRUPTED:
            return int(code)
        outcome = _told(Cancelled(), as_json)
    except click.ClickException as error:
        from typer.rich_utils import rich_format_error

        rich_format_error(error)
        outcome = Outcome(error=Failure("bad_usage", ConfigError.__name__, error.format_message()))
    except click.Abort:
        outcome = _told(Cancelled(cause="nobody answered"), as_json)
    except VodError as error:
        outcome = _told(error, as_json)
    except Exception as error:  # noqa: BLE001 - nothing is above this
        outcome = _unforeseen(error, as_json)
    if as_json:
        print_object(outcome)
    return outcome.exit_code


def print_object(outcome: Outcome) -> None:
    """Print the one object of ``--json``."""
    print(json.dumps(outcome.as_json(), ensure_ascii=False), flush=True)


def _unforeseen(error: Exception, as_json: bool) -> Outcome:
    """Return what an error comes to that is none of ours: Dagster's database does not answer, or we have a fault."""
    from vod_assets.cli.database_fault import database_fault

    if fault := database_fault(error):
        return _told(fault, as_json)
    if logs.is_json():
        logging.getLogger(logs.OWN).error("%s", error, exc_info=error)
    else:
        traceback.print_exception(error)
    return Outcome(error=Failure("internal_error", type(error).__name__, str(error) or repr(error)))


def _told(error: VodError, as_json: bool) -> Outcome:
    """Return what an error comes to; without ``--json`` it is printed."""
    if logs.is_json() or not as_json:
        logs.tell(str(error), title=error.title, code=error.code)
    return Outcome(title=error.title, error=failure_of(error))
