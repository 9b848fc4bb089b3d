"""`vod doctor`: what this installation has, and what to do about what it has not."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from vod_assets.doctor import Check, Finding, State, examine, is_healthy
from vod_assets.settings import load_settings

if TYPE_CHECKING:
    from rich.console import Console

MARKS = {State.OK: ("✓", "green"), State.WARNING: ("!", "yellow"), State.FAULT: ("✗", "red")}


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Look at binaries, encoders, storage, Dagster, clock, space and ports, and say what to do about each fault.

    Example: vod doctor
    """
    findings = examine(load_settings(), all_checks())
    print_json(findings) if as_json else print_table(findings)
    raise typer.Exit(0 if is_healthy(findings) else 1)


def all_checks() -> list[Check]:
    """Return every check, cheap ones first; Dagster is imported here and not at the top."""
    from vod_assets import doctor as look
    from vod_assets.doctor_cdn import check_cdn
    from vod_assets.doctor_cms import check_cms
    from vod_assets.doctor_cors import check_cors
    from vod_assets.doctor_dagster import check_instance
    from vod_assets.doctor_encoders import check_encoders
    from vod_assets.doctor_keys import check_keys
    from vod_assets.doctor_notify import check_notify
    from vod_assets.doctor_storages import check_storages
    from vod_assets.doctor_tools import check_tools

    return [
        look.check_python,
        look.check_home,
        check_tools,
        check_encoders,
        look.check_sandbox,
        look.check_storage,
        check_storages,
        check_cors,
        check_keys,
        check_cdn,
        check_cms,
        check_notify,
        look.check_space,
        look.check_clock,
        look.check_ports,
        look.check_packages,
        check_instance,
    ]


def print_json(findings: Sequence[Finding]) -> None:
    """Print ``{"healthy": …, "findings": […]}``."""
    report = {"healthy": is_healthy(findings), "findings": [finding.as_json() for finding in findings]}
    print(json.dumps(report, indent=2))


def print_table(findings: Sequence[Finding], console: "Console | None" = None) -> None:
    """Print one row a finding, and one line that says how it stands."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = console or Console()
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for column in ("", "what", "found", "what to do"):
        table.add_column(column, overflow="fold")
    for finding in findings:
        mark, style = MARKS[finding.state]
        table.add_row(Text(mark, style=style), Text(finding.subject), Text(finding.found), Text(finding.remedy))
    console.print(table)
    faults = sum(finding.state is State.FAULT for finding in findings)
    console.print(f"{faults} faults" if faults else "Ready.", style="red" if faults else "green")
