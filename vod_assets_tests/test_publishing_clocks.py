"""However the clock of a machine is set meanwhile, a title is shown once and taken away once, and neither too early."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from vod_assets.adapters.agenda.blobs import BlobAgenda
from vod_assets.adapters.store.artifacts import BlobArtifactStore
from vod_assets.adapters.store.scratch import Scratch
from vod_assets.domain.catalogue import entry_for
from vod_assets.domain.errors import VodError
from vod_assets.domain.events import Event
from vod_assets.domain.title import TitleRecord
from vod_assets.ports.blobs import Blob
from vod_assets.publishing import SKEW_SECONDS, Publisher
from vod_assets_tests.fakes import MemoryBlobs, MemoryCms, MemoryOrigin, Switch
from vod_assets_tests.releases import made

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
OPENS, CLOSES = START + timedelta(hours=3), START + timedelta(hours=6)
WINDOW = {"windows": [{"from": OPENS.isoformat(), "until": CLOSES.isoformat()}]}
JUMPS = (0, 0, 0, -3600, 24 * 3600, 20, -20)
SEQUENCES, STEPS = 60, 24


class Timed(MemoryBlobs):
    """A storage whose own clock is right."""

    def __init__(self, world: "World") -> None:
        super().__init__()
        self._world, self._written = world, dict[str, float]()

    def stat(self, name: str) -> Blob | None:
        found = super().stat(name)
        return Blob(name, found.size_bytes, self._written[name], found.version) if found else None

    def _write(self, name: str, data: bytes) -> None:
        super()._write(name, data)
        self._written[name] = self._world.time.timestamp()


class Jumpy(MemoryCms):
    """A CMS while which is asked somebody may set the machine's clock."""

    def __init__(self, world: "World") -> None:
        super().__init__()
        self._world = world

    def entry(self, title: str) -> Any:
        self._world.jump()
        return super().entry(title)


class World:
    """A title that is to be seen in one window; what time it is, and by how many seconds the machine's clock is off."""

    def __init__(self, folder: Path, origin: MemoryOrigin, seed: int) -> None:
        self._lots = random.Random(seed)  # noqa: S311 - no secret
        self.time, self.off_seconds, self.told = START, 0, set[tuple[str, str]]()
        store = BlobArtifactStore(MemoryBlobs(), Switch(), Scratch(folder / "scratch", 1 << 30))
        self.record = TitleRecord(title_id="film", source="file:///film.mp4", policy=WINDOW)
        store.register(self.record)
        agenda, cms = BlobAgenda(Timed(self)), Jumpy(self)
        self.publisher = Publisher(store, origin, cms, agenda, tell=self._tell, now=self.clock)

    def clock(self) -> datetime:
        return self.time + timedelta(seconds=self.off_seconds)

    def jump(self) -> None:
        if self._lots.random() < 0.2:
            self.off_seconds = self._lots.choice(JUMPS)

    def step(self, entry: Any) -> None:
        """Let some time pass, and have somebody publish the title, or the schedule look at it."""
        self.time += timedelta(minutes=self._lots.choice((0, 1, 10, 20, 45)))
        self.jump()
        if self._lots.random() < 0.3:
            said = [_refused(lambda: self.publisher.publish(entry))]
        else:
            said = [came for _, came in self.publisher.tick()]
        assert {one.code for one in said if isinstance(one, VodError)} <= {"clock_skewed"}

    def status(self) -> str:
        entry = self.publisher.shown("film")
        return entry.status if entry is not None else ""

    def _tell(self, event: Event) -> None:
        self.told.add((event.kind, event.id))  # an event of the same id is told once


def _refused(work: Callable[[], object]) -> VodError | None:
    try:
        work()
    except VodError as error:
        return error
    return None


@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_nothing_is_shown_or_taken_away_twice_or_before_its_time(
    tmp_path: Path, placed: tuple[MemoryOrigin, Any], seed: int
) -> None:
    origin, release = placed
    world = World(tmp_path, origin, seed)
    entry = entry_for(world.record, release, origin.url)
    skew = timedelta(seconds=SKEW_SECONDS)
    for _ in range(STEPS):
        before = world.status()
        world.step(entry)
        if before != world.status() == "published":
            assert OPENS - skew <= world.time < CLOSES + skew
        if before != world.status() == "expired":
            assert world.time >= CLOSES - skew
    kinds = [kind for kind, _ in world.told]
    assert len(kinds) == len(set(kinds)), kinds
    world.time = max(world.time, CLOSES) + 2 * skew
    for minutes in (0, 10):  # somebody has set the clock right
        world.time, world.off_seconds = world.time + timedelta(minutes=minutes), 0
        world.publisher.publish(entry)
    world.off_seconds = 0
    assert world.status() == "expired"
    assert len([kind for kind, _ in world.told if kind == "expired"]) == 1


@pytest.fixture(scope="module")
def placed(tmp_path_factory: pytest.TempPathFactory) -> tuple[MemoryOrigin, Any]:
    """A release at an origin."""
    origin, folder = MemoryOrigin(), tmp_path_factory.mktemp("placed")
    return origin, made(folder).place(origin, folder)
