"""Bad weather over a farm: servers restart, workers are killed, disks fill, messages are nonsense.

Every title has to end published, or failed with its cause; no encode that ended is made again.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copy2, rmtree
from typing import Any

import amqp
import dagster as dg

from vod_assets.defs.registration import register
from vod_assets_tests.deployment import deployed, without_waiting
from vod_assets_tests.farm import FarmStudio, database_address, worker
from vod_assets_tests.servers.postgres import postgres
from vod_assets_tests.servers.processes import free_ports
from vod_assets_tests.servers.rabbitmq import HOST, PASSWORD, USER, rabbitmq
from vod_assets_tests.studio import Studio, film

KILLS = 10
WORKERS = {"one": "encode=1", "two": "encode=1,package=1", "three": "package=1,default=2"}
MINUTES = 15.0
POISON = (("[[{}, {}], {}, {}]", "application/json"), ("nonsense", "application/json"), ("x", "text/x"))
TRIED_AGAIN_SECONDS = 90.0  # after which nobody has launched what failed once more
FULL = "1000000"  # gigabytes, more than any disk has left
OVER = {dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED}


@dataclass
class Restarted:
    """Something that runs, and can be stopped and started again."""

    make: Callable[[], AbstractContextManager[Any]]
    running: AbstractContextManager[Any] | None = None

    def start(self) -> Any:
        """Start it, and return what it is."""
        self.running = self.make()
        return self.running.__enter__()

    def stop(self) -> None:
        """Stop it, if it runs."""
        running, self.running = self.running, None
        if running is not None:
            running.__exit__(None, None, None)


@dataclass
class House:
    """The farm on trial."""

    studio: FarmStudio
    broker: Restarted
    database: Restarted
    workers: dict[str, Restarted]
    pids: dict[str, int]
    chance: random.Random
    kills: int
    told: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        """Tell what happens, and when."""
        self.told.append(text)
        print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)

    def start_worker(self, name: str) -> None:
        """Start a worker that does not run."""
        self.pids[name] = self.workers[name].start().pid

    def kill_one(self) -> None:
        """Kill a worker and start it again, as whoever looks after it would."""
        name = self.chance.choice(sorted(self.workers))
        self.say(f"worker {name} is killed")
        os.killpg(self.pids[name], 9)
        self.workers[name].stop()
        self.start_worker(name)


def main() -> int:
    """Run the trial; return 1 when something is not as it has to be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--titles", type=int, default=6)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="vod-farm-"))
    try:
        with house(folder, asked.titles, asked.kills, asked.seed) as at:
            wrong = weather(at, asked.titles)
    finally:
        rmtree(folder, ignore_errors=True)
    print("\n".join(wrong) or "all titles ended as they have to")
    return 1 if wrong else 0


@contextmanager
def house(folder: Path, titles: int, kills: int, seed: int) -> Iterator[House]:
    """Run a farm with sources of titles while the context lasts."""
    folder.chmod(0o755)
    for name in ("source", "database", "broker"):
        (folder / name).mkdir()
    source = film(folder / "source")
    ports = free_ports(2)
    broker = Restarted(lambda: rabbitmq(folder / "broker", ports[0]))
    database = Restarted(lambda: postgres(folder / "database", ports[1]))
    with ExitStack() as stack:
        for server in (broker, database):
            stack.callback(server.stop)
        address, rows = broker.start().address, database_address(database.start())
        studio = FarmStudio(Studio.make(folder / "studio").folder, address, rows)
        for number in range(titles):
            copy2(source, studio.folder / f"film{number}.mp4")
        workers = {name: Restarted(lambda n=name, q=queues: worker(studio, n, q)) for name, queues in WORKERS.items()}  # type: ignore[misc]
        at = House(studio, broker, database, workers, {}, random.Random(seed), kills)  # noqa: S311 - no secret
        for name, one in workers.items():
            stack.callback(one.stop)
            at.start_worker(name)
        yield at


def weather(at: House, titles: int) -> list[str]:
    """Let all of it happen while titles are made; return what is wrong at the end."""
    studio = at.studio
    with studio.session() as session:
        for number in range(titles):
            register(session.registrar(), str(studio.folder / f"film{number}.mp4"))
    without_waiting(studio, runs_at_once=3)
    studio.hold()
    with studio.session() as session, deployed(studio, studio.folder / "daemon.log", with_ui=False):
        poison(at)
        assert studio.vod("backfill").code == 0
        wait(studio.is_encoding, 120)
        full_disk(at)
        for number in range(at.kills):
            time.sleep(at.chance.uniform(1, 6))
            at.kill_one()
            if number == at.kills // 3:
                restart(at, "RabbitMQ", at.broker)
            if number == 2 * at.kills // 3:
                restart(at, "PostgreSQL", at.database)
        studio.release_hold()
        made = wait(lambda: ended(session, titles), MINUTES * 60)
        at.say("all runs have ended" if made else "not all runs have ended")
        return [*([] if made else ["not all titles ended"]), *judged(at, session, titles)]


def poison(at: House) -> None:
    """Send messages that name no step."""
    address = f"127.0.0.1:{at.studio.broker.rpartition(':')[2].partition('/')[0]}"
    with amqp.Connection(address, userid=USER, password=PASSWORD, virtual_host=HOST) as connection:
        channel = connection.channel()
        headers = {"task": "execute_plan", "id": "poison", "lang": "py"}
        for body, kind in (
            ("[[{}, {}], {}, {}]", "application/json"),
            ("nonsense", "application/json"),
            ("x", "text/x"),
        ):
            message = amqp.Message(
                body, content_type=kind, content_encoding="utf-8", correlation_id="poison", application_headers=headers
            )
            channel.basic_publish(message, exchange="", routing_key="encode")
    at.say("three poisoned messages lie in the queue encode")


def full_disk(at: House) -> None:
    """Have one worker more, which has no space left."""
    poor = without_space(at.studio)
    with worker(poor, "poor", "encode=1"):
        at.say("a worker without space offers itself")
        time.sleep(25)
    said = (at.studio.folder / "worker-poor.log").read_text()
    at.say(f"it gave steps back {said.count('is handed back')} times")


class Poor(FarmStudio):
    """A studio whose workers want more space than there is."""

    @property
    def environment(self) -> dict[str, str]:
        """Its settings, as the environment says them."""
        return {**super().environment, "VOD_WORKER_FREE_GIGABYTES": FULL}


def without_space(studio: FarmStudio) -> Poor:
    """Return a studio whose workers find no space."""
    return Poor(studio.folder, studio.broker, studio.database)


def restart(at: House, name: str, server: Restarted) -> None:
    """Stop a server, and start it again some seconds later."""
    at.say(f"{name} stops")
    server.stop()
    time.sleep(5)
    server.start()
    at.say(f"{name} is back")


def ended(session: Any, titles: int) -> bool:
    """Whether the last run of every title is over, and nothing waits to be tried again."""
    with suppress(Exception):  # the database may be away
        last = last_runs(session)
        return len(last) == titles and all(is_settled(session, run) for run in last.values())
    return False


def last_runs(session: Any) -> dict[str, Any]:
    """Return the newest run of each title."""
    found: dict[str, Any] = {}
    for run in session.instance.get_runs():
        title = run.tags.get("dagster/partition")
        if title:
            found.setdefault(title, run)
    return found


def is_settled(session: Any, run: Any) -> bool:
    """Whether a title's last run made it, or nobody will try again."""
    if run.status == dg.DagsterRunStatus.SUCCESS:
        return True
    if run.status not in OVER:
        return False
    in_quarantine = session.leases.quarantine_of(run.tags["dagster/partition"])
    return bool(in_quarantine) or time.time() - (run_ended(session, run) or time.time()) > TRIED_AGAIN_SECONDS


def run_ended(session: Any, run: Any) -> float | None:
    """Return when a run ended."""
    record = session.instance.get_run_record_by_id(run.run_id)
    return record.end_time if record else None


def judged(at: House, session: Any, titles: int) -> list[str]:
    """Return what is not as it has to be."""
    wrong = []
    runs = last_runs(session)
    states = Counter(run.status.value for run in runs.values())
    at.say(f"the last runs of titles: {dict(states)}; runs in all: {len(list(session.instance.get_run_ids()))}")
    verified = at.studio.vod("verify", "--all")
    published = [title for title in runs if (at.studio.home / "origin" / title / "releases").exists()]
    at.say(f"published: {len(published)} of {titles}; verify exits {verified.code}")
    if verified.code:
        wrong.append(verified.stderr or verified.stdout)
    sources = [source_of(call) for call in at.studio.calls() if "libx264" in call]
    encodes = Counter(sources)
    at.say(f"encodes that ended, by source: {dict(encodes)}")
    wrong += [f"{source} was encoded {count} times" for source, count in encodes.items() if count > 1]
    wrong += [f"{title}: {run.status.value}" for title, run in runs.items() if run.status not in OVER]
    return wrong


def source_of(call: list[str]) -> str:
    """Return the name of the file that an encode read."""
    return Path(call[call.index("-i") + 1]).name


def wait(holds: Callable[[], bool], seconds: float) -> bool:
    """Wait until something holds; return whether it does."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(1)
    return True


if __name__ == "__main__":
    sys.exit(main())
