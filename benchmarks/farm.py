"""What a farm costs: CPU time a title and latency a step beside `vod run-workflow`; what broker and database take.

``python -m benchmarks.farm`` starts RabbitMQ, PostgreSQL, Dagster's daemon and workers on loopback. Titles are small,
so that it is not the encoder that is measured.
"""

import argparse
import os
import resource
import shutil
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import amqp
import dagster as dg
import psutil
import sqlalchemy as db

from vod_assets.defs.pooled_postgres import sqlalchemy_url
from vod_assets.defs.registration import register
from vod_assets_tests.deployment import Deployment, deployed, without_waiting
from vod_assets_tests.farm import Farm, farm
from vod_assets_tests.servers.rabbitmq import HOST, PASSWORD, USER
from vod_assets_tests.studio import Studio, film

WORKERS = {"one": "encode=1", "two": "package=1,default=2"}
MESSAGES, EVENTS = 5000, 2000
BODY = b"x" * 2500  # about what the message of a step has
MOST_SECONDS = 900


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--titles", type=int, default=4)
    titles = parser.parse_args().titles
    os.environ.pop("VOD_HOME", None)
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        folder.chmod(0o755)
        (folder / "source").mkdir()
        source = film(folder / "source")
        embedded = by_itself(folder / "embedded", source, titles)
        with ExitStack() as stack:
            made = stack.enter_context(farm(folder / "farm", None, WORKERS))
            by_farm(made, source, titles, embedded)
            broker(made)
            database(made)


def by_itself(folder: Path, source: Path, titles: int) -> float:
    """Return the CPU seconds of a title with `vod run-workflow`, in a process of its own."""
    studio = Studio.make(folder)
    before = _children()
    began = time.monotonic()
    for number in range(titles):
        copy = shutil.copy2(source, studio.folder / f"film{number}.mp4")
        process = studio.start("run-workflow", copy, "--json")
        process.communicate()
    cpu, wall = (_children() - before) / titles, (time.monotonic() - began) / titles
    print(f"vod run-workflow      {cpu:6.1f} CPU s a title, {wall:6.1f} s")
    return cpu


def by_farm(made: Farm, source: Path, titles: int, embedded: float) -> None:
    """Print what a title takes on the farm, and how long its steps wait."""
    studio = made.studio
    with studio.session() as session:
        for number in range(titles):
            register(session.registrar(), str(shutil.copy2(source, studio.folder / f"film{number}.mp4")))
    without_waiting(studio, runs_at_once=1)
    log = studio.folder / "daemon.log"
    with deployed(studio, log, with_ui=False) as deployment, studio.session() as session:
        time.sleep(10)  # what starts has started
        before, began = used(made, deployment), time.monotonic()
        studio.vod("backfill")
        idle = time.monotonic()
        while not _over(session.instance, titles):
            time.sleep(0.5)
            if time.monotonic() - idle > MOST_SECONDS:
                raise SystemExit("the runs do not end")
        wall = time.monotonic() - began
        cpu = (used(made, deployment) - before) / titles
        time.sleep(20)
        rest = (used(made, deployment) - before - cpu * titles) / 20 * wall / titles
        waits = [wait for run in session.instance.get_runs() for wait in latencies(session.instance, run.run_id)]
        events = [len(session.instance.all_logs(run.run_id)) for run in session.instance.get_runs()]
    print(f"farm                  {cpu:6.1f} CPU s a title ({rest:.1f} of them idle), {wall / titles:6.1f} s")
    print(f"overhead              {cpu - embedded:6.1f} CPU s a title, {cpu - rest - embedded:.1f} without idling")
    waits.sort()
    print(f"a step waits          {waits[len(waits) // 2]:6.2f} s (median), {waits[-1]:.2f} s (longest)")
    print(f"events of a run       {sum(events) / len(events):6.0f}")


def latencies(instance: dg.DagsterInstance, run: str) -> list[float]:
    """Return how long each step waited from its message to its start."""
    sent: dict[str, float] = {}
    found = []
    for entry in instance.all_logs(run):
        event = entry.dagster_event
        if event is None or not event.step_key:
            continue
        if event.event_type_value == "ENGINE_EVENT" and event.engine_event_data.marker_start:
            sent[event.step_key] = entry.timestamp
        elif event.event_type_value == "STEP_START" and event.step_key in sent:
            found.append(entry.timestamp - sent.pop(event.step_key))
    return found


def broker(made: Farm) -> None:
    """Print how many messages RabbitMQ takes and gives: persistent, confirmed, by priority, one at a time."""
    address = f"127.0.0.1:{made.broker.port}"
    with amqp.Connection(
        address, userid=USER, password=PASSWORD, virtual_host=HOST, confirm_publish=True
    ) as connection:
        channel = connection.channel()
        channel.queue_declare("measured", durable=True, auto_delete=False, arguments={"x-max-priority": 10})
        began = time.monotonic()
        for number in range(MESSAGES):
            message = amqp.Message(BODY, delivery_mode=2, priority=number % 10)
            channel.basic_publish_confirm(message, exchange="", routing_key="measured")
        sent = time.monotonic() - began
        channel.basic_qos(0, 1, False)
        got = 0

        def take(message: Any) -> None:
            nonlocal got
            channel.basic_ack(message.delivery_tag)
            got += 1

        channel.basic_consume("measured", callback=take)
        began = time.monotonic()
        while got < MESSAGES:
            connection.drain_events(timeout=10)
        taken = time.monotonic() - began
        channel.queue_delete("measured")
    print(f"RabbitMQ              {MESSAGES / sent:6.0f} messages/s in, {MESSAGES / taken:.0f}/s out, one client")


def database(made: Farm) -> None:
    """Print how many events PostgreSQL takes by Dagster's own storage, and how large a run is in it."""
    with made.studio.session() as session:
        instance = session.instance
        (run, *_) = instance.get_runs(limit=1)
        entries = [entry for entry in instance.all_logs(run.run_id) if entry.dagster_event][:50]
        began = time.monotonic()
        for number in range(EVENTS):
            instance.event_log_storage.store_event(entries[number % len(entries)])
        seconds = time.monotonic() - began
    with db.create_engine(sqlalchemy_url(made.studio.database)).connect() as connection:
        size = connection.execute(db.text("select pg_database_size(current_database())")).scalar() or 0
        rows = connection.execute(db.text("select count(*) from event_logs")).scalar() or 1
    print(f"PostgreSQL            {EVENTS / seconds:6.0f} events/s, one client; {size / rows:.0f} bytes an event")


def used(made: Farm, deployment: Deployment) -> float:
    """Return the CPU seconds that every process of the farm has used, those included that have ended."""
    pids = [*deployment.pids, *(process.pid for process in made.workers.values())]
    total = 0.0
    for pid in pids:
        for one in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True)):
            try:
                times = one.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system + times.children_user + times.children_system
    return total


def _over(instance: dg.DagsterInstance, titles: int) -> bool:
    runs = instance.get_runs()
    return len(runs) >= titles and all(run.is_finished for run in runs)


def _children() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


if __name__ == "__main__":
    main()
