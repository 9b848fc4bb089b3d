"""``vod``: the command line. Heavy imports stay inside the commands, so that ``--help`` is quick."""

import gc
import sys
from typing import Annotated

import typer

from vod_assets import __version__
from vod_assets.cli import approve as approve_command
from vod_assets.cli import (
    arrivals,
    edge,
    farm,
    imports,
    notify,
    queue,
    rtsp,
    run_workflow,
    schedules,
    status,
    task,
    titles,
)
from vod_assets.cli import backfill as backfill_command
from vod_assets.cli import cdn as cdn_command
from vod_assets.cli import cms as cms_command
from vod_assets.cli import conformance as conformance_command
from vod_assets.cli import deliver as deliver_command
from vod_assets.cli import demo as demo_command
from vod_assets.cli import doctor as doctor_command
from vod_assets.cli import edge_rules as edge_rules_command
from vod_assets.cli import explain as explain_command
from vod_assets.cli import gc as gc_command
from vod_assets.cli import metrics as metrics_command
from vod_assets.cli import origins as origins_command
from vod_assets.cli import outbox as outbox_command
from vod_assets.cli import plan as plan_command
from vod_assets.cli import policy as policy_command
from vod_assets.cli import propose as propose_command
from vod_assets.cli import publishing as publishing_commands
from vod_assets.cli import quote as quote_command
from vod_assets.cli import reconcile as reconcile_command
from vod_assets.cli import rekey as rekey_command
from vod_assets.cli import releases as releases_command
from vod_assets.cli import replay as replay_command
from vod_assets.cli import report as report_command
from vod_assets.cli import serve as serve_command
from vod_assets.cli import sign as sign_command
from vod_assets.cli import verify as verify_command
from vod_assets.cli import waive as waive_command

OBJECTS_BETWEEN_COLLECTIONS = 100_000  # the default 700 has importing Dagster collect garbage for a seventh of its time

app = typer.Typer(
    name="vod",
    help="Turn source titles into published video on demand.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
app.command("run-workflow")(run_workflow.run_workflow)
app.command("cancel")(run_workflow.cancel)
app.command("plan")(plan_command.plan)
app.command("quote")(quote_command.quote)
app.add_typer(backfill_command.app, name="backfill")
app.add_typer(task.app, name="task")
titles.app.command("import")(imports.import_titles)
titles.app.command("retry")(imports.retry)
titles.app.command("propose")(propose_command.propose_points)
app.add_typer(titles.app, name="titles")
app.command("inspect-arrivals")(arrivals.inspect_arrivals)
app.add_typer(arrivals.app, name="ingest")
app.add_typer(rtsp.app, name="rtsp")
app.command("rekey")(rekey_command.rekey)
app.command("releases")(releases_command.releases)
app.command("deliver")(deliver_command.deliver)
app.command("waive")(waive_command.waive)
app.command("waivers")(waive_command.waivers)
app.command("rollback")(publishing_commands.rollback)
app.command("takedown")(publishing_commands.takedown)
app.command("schedule")(publishing_commands.schedule)
app.command("schedule-workflow")(schedules.schedule_workflow)
app.add_typer(schedules.app, name="schedules")
app.add_typer(policy_command.app, name="policy")
app.command("visible")(policy_command.is_visible)
app.command("approve")(approve_command.approve)
app.command("edge-rules")(edge_rules_command.edge_rules)
app.command("outbox")(outbox_command.outbox)
app.add_typer(notify.app, name="notify")
app.command("status")(status.status)
app.command("metrics")(metrics_command.metrics)
app.command("generate-report")(report_command.generate_report)
app.add_typer(cdn_command.app, name="cdn")
app.command("sign")(sign_command.sign)
app.command("serve")(serve_command.serve)
app.command("verify")(verify_command.verify)
app.command("explain")(explain_command.explain)
app.command("conformance")(conformance_command.conformance)
app.add_typer(cms_command.app, name="cms")
app.add_typer(origins_command.app, name="origins")
app.command("doctor")(doctor_command.doctor)
app.command("gc")(gc_command.gc)
app.command("reconcile")(reconcile_command.reconcile)
app.command("demo")(demo_command.demo)
app.command("worker")(farm.worker)
app.command("beat")(farm.beat)
app.command("replay")(replay_command.replay)
app.command("inspect-queue")(queue.inspect_queue)
app.command("clear-stuck-tasks")(queue.clear_stuck_tasks)


@app.callback(invoke_without_command=True)
def root(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """Turn source titles into published video on demand."""
    if version:
        print(__version__)
        raise typer.Exit


def main() -> None:
    """Run the command line and end the process with its exit code."""
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    code = edge.run(app, sys.argv[1:])
    gc.freeze()  # looking for garbage on the way out would cost most of a second
    sys.exit(code)
