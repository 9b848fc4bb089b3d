"""Plans of a catalogue: by this process when there are few titles, by one process a core when there are many."""

import os
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from vod_assets.cli.session import Session
from vod_assets.domain.selecting import Asked
from vod_assets.ports.plans import Remark
from vod_assets.settings import Settings

if TYPE_CHECKING:
    from vod_assets.defs.sealing import SealedPlanner
    from vod_assets.domain.plan import TitlePlan

FEW_TITLES = 500  # a process takes seconds to start
TITLES_AT_ONCE = 100
MOST_PROCESSES = 2  # each takes 250 MB


@contextmanager
def open_sealed_planner(session: Session, asked: Asked) -> Iterator["SealedPlanner"]:
    """Return the planner of a deployment for what is asked of each title.

    Raises:
        ConfigError: ``bad_selection``.
    """
    from vod_assets.adapters.plans import open_plan_memory
    from vod_assets.definitions import build_definitions
    from vod_assets.defs.deployment import deployment_of
    from vod_assets.defs.planning import open_planner
    from vod_assets.defs.sealing import SealedPlanner
    from vod_assets.defs.selection import force_tags, selected_assets

    definitions = build_definitions(session.settings)
    keys, _ = selected_assets(definitions, asked.selection), force_tags(definitions, asked.force)
    selected = frozenset(key.to_user_string() for key in keys) if keys is not None else None
    with (
        open_planner(definitions, session.store, session.settings) as planner,
        open_plan_memory(session.settings.home_path / "cache") as memory,
    ):
        deployment = deployment_of(planner, session.settings)
        yield SealedPlanner(planner, memory, deployment, selected, asked.force)


def planned(session: Session, titles: Sequence[str], asked: Asked) -> Iterator["TitlePlan"]:
    """Yield the plan of each title, in their order."""
    with ExitStack() as opened:
        planner = opened.enter_context(open_sealed_planner(session, asked))
        processes = min(MOST_PROCESSES, os.cpu_count() or 1) if len(titles) > FEW_TITLES else 0
        workers = [opened.enter_context(_worker(session.settings, asked)) for _ in range(processes)]
        if not workers:
            yield from map(planner.plan, titles)
            return
        for title, remarks in _by_turns(workers, titles):
            yield planner.plan(title) if remarks is None else planner.unfolded(title, remarks)


@dataclass(frozen=True)
class _Chunk:
    """Titles that a process was sent."""

    titles: Sequence[str]
    worker: Connection

    def plans(self) -> Iterator[tuple[str, Sequence[Remark] | None]]:
        """Yield each title with its plan; None for all of them when the process has died."""
        try:
            found: list[Sequence[Remark] | None] = self.worker.recv()
        except (EOFError, OSError):
            found = [None] * len(self.titles)
        yield from zip(self.titles, found, strict=True)


def _by_turns(workers: Sequence[Connection], titles: Sequence[str]) -> Iterator[tuple[str, Sequence[Remark] | None]]:
    """Hand out titles so that each process has some to do while its last ones are read."""
    under_way: deque[_Chunk] = deque()
    for number, start in enumerate(range(0, len(titles), TITLES_AT_ONCE)):
        chunk = _Chunk(titles[start : start + TITLES_AT_ONCE], workers[number % len(workers)])
        with suppress(OSError):  # it has died, which reading its answer will tell
            chunk.worker.send(chunk.titles)
        under_way.append(chunk)
        if len(under_way) >= 2 * len(workers):
            yield from under_way.popleft().plans()
    while under_way:
        yield from under_way.popleft().plans()


@contextmanager
def _worker(settings: Settings, asked: Asked) -> Iterator[Connection]:
    """Return the line to a process that plans the titles it is sent."""
    context = get_context("spawn")
    mine, its = context.Pipe()
    process = context.Process(target=_work, args=(settings, asked, its), daemon=True)
    process.start()
    its.close()
    try:
        yield mine
    finally:
        mine.close()
        process.join()


def _work(settings: Settings, asked: Asked, line: Connection) -> None:
    """Plan titles until nobody sends any more."""
    from vod_assets.defs.sealing import folded

    with suppress(EOFError, OSError, KeyboardInterrupt), open_sealed_planner(Session(settings), asked) as planner:
        while True:
            line.send([folded(planner.plan(title)) for title in line.recv()])
