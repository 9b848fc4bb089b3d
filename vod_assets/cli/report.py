"""``vod generate-report``: what the operation came to in a time, or everything that is known of one title."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from vod_assets.cli.session import Session, open_session
from vod_assets.domain.errors import ConfigError

if TYPE_CHECKING:
    from vod_assets.domain.report_lines import OperatingReport, Window

UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_AGO = re.compile(r"(\d{1,4})([hdw])")
Form = Literal["csv", "json", "html"]


def generate_report(
    since: Annotated[str, typer.Option("--since", help="12h, 7d, 4w, or a day or instant (UTC).")] = "7d",
    until: Annotated[str, typer.Option("--until", help="Likewise; empty: now. A day is meant wholly.")] = "",
    form: Annotated[Form, typer.Option("--format", help="csv: a line a title; html: charts, one file.")] = "json",
    output: Annotated[Path | None, typer.Option("--output", help="File to write; else standard output.")] = None,
    where: Annotated[str, typer.Option("--where", help="Titles: 'profile=default owner=uhd-*'.")] = "",
    logs: Annotated[bool, typer.Option("--logs", help="Add what runs and tools said, without secrets.")] = False,
    title: Annotated[str, typer.Option("--title", help="Write one title's evidence pack, a zip, instead.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Report titles, durations, speeds, failures by cause, storage and cost of the runs of a time.

    Example: [cyan]vod generate-report --since 30d --format html --output report.html[/]
    """
    if title:
        _write_pack(title, output or Path(f"{title}-evidence.zip"), force)
        return
    now = datetime.now(UTC)
    window = _window(since, until, now)
    if logs and form == "csv":
        raise ConfigError("bad_usage", "a table of titles has no room for logs", "Use --format html or json")
    _require_free(output, force)
    with open_session() as session:
        report = _report(session, window, where)
        said = _logs(session, report) if logs else []
    if form == "csv":
        from vod_assets.domain.report_rows import as_csv

        text = as_csv(report)
    elif form == "html":
        from vod_assets.report_page import as_page

        text = as_page(report, said)
    else:
        from vod_assets.domain.report_rows import as_object

        told = as_object(report) | ({"logs": said} if logs else {})
        text = json.dumps(told, ensure_ascii=False, indent=1 if output else None) + "\n"
    _write(output, text)


def _write_pack(title: str, output: Path, force: bool) -> None:
    from vod_assets.cli.evidence import write_evidence

    _require_free(output, force)
    with open_session() as session:
        try:
            count = write_evidence(session, title, output)
        except OSError as error:
            raise _not_writable(output, error) from error
    print(f"{output}: {count} files")


def _window(since: str, until: str, now: datetime) -> "Window":
    from vod_assets.domain.report_lines import Window

    end = _instant(until, now, "--until") if until else now
    begin = _instant(since, now, "--since")
    if begin >= end:
        raise ConfigError("bad_usage", f"--since {since} is not before --until {until or 'now'}", "Give an earlier one")
    return Window(begin, end)


def _instant(text: str, now: datetime, option: str) -> datetime:
    from vod_assets.domain.instants import read_instant

    if ago := _AGO.fullmatch(text):
        return now - int(ago[1]) * UNITS[ago[2]]
    try:
        return read_instant(text, is_end=option == "--until").at
    except ValueError as error:
        raise ConfigError("bad_usage", f"{option}: {error}", "Or write 12h, 7d or 4w: so long ago") from error


def _report(session: Session, window: "Window", where: str) -> "OperatingReport":
    from vod_assets.cli.choosing import Choice
    from vod_assets.defs.operated import run_facts
    from vod_assets.defs.recorded_makes import recorded_makes
    from vod_assets.domain.filtering import read_filter
    from vod_assets.domain.operating_report import report_of

    meant = read_filter(where)
    wanted = frozenset(Choice(session, meant).titles()) if meant.terms else None
    runs = run_facts(session.instance, window)
    return report_of(window, runs, recorded_makes(session.instance, window.since.timestamp()), wanted)


def _logs(session: Session, report: "OperatingReport") -> list[dict[str, Any]]:
    from vod_assets.defs.run_logs import run_logs
    from vod_assets.known_secrets import redactor_of

    return run_logs(session.instance, report.counted, session.kept_output, redactor_of(session.settings))


def _require_free(output: Path | None, force: bool) -> None:
    if output is not None and output.exists() and not force:
        raise ConfigError("output_taken", f"{output} exists", "Name another with --output, or use --force")


def _write(output: Path | None, text: str) -> None:
    """Write the file at once or not at all, or print it."""
    if output is None:
        print(text, end="")
        return
    draft = output.with_name(f".{output.name}.part")
    try:
        draft.write_text(text, encoding="utf-8", newline="")
        draft.replace(output)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise _not_writable(output, error) from error
    print(output)


def _not_writable(output: Path, error: OSError) -> ConfigError:
    cause = f"{output} cannot be written: {error.strerror}"
    return ConfigError("output_not_writable", cause, "Name another file with --output")
