"""Whoever rolls back while `vod gc` removes releases shows what is there, or is told that it is gone."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from vod_assets.adapters.agenda.blobs import BlobAgenda
from vod_assets.adapters.leases.blobs import BlobLeases
from vod_assets.adapters.origin.blobs import BlobOrigin
from vod_assets.adapters.origin.several import NamedOrigin, SeveralOrigins
from vod_assets.adapters.store.artifacts import BlobArtifactStore
from vod_assets.adapters.store.scratch import Scratch
from vod_assets.defs.collecting import Collector, Retention
from vod_assets.domain.catalogue import entry_for
from vod_assets.domain.errors import StoreError
from vod_assets.domain.orders import HeldBack
from vod_assets.domain.title import TitleRecord
from vod_assets.ports.leases import IsHeld
from vod_assets.publishing import Publisher
from vod_assets.releasing import whole_release
from vod_assets_tests.fakes import MemoryBlobs, MemoryCms, Switch
from vod_assets_tests.releases import made

URL = "https://cdn.example"


class Steps:
    """Counts what is asked of storages, and does something else at one of the steps."""

    def __init__(self) -> None:
        self.count, self._at = 0, 0
        self._meanwhile: Callable[[], object] | None = None

    def have(self, meanwhile: Callable[[], object], at: int) -> None:
        self.count, self._at, self._meanwhile = 0, at, meanwhile

    def step(self) -> None:
        self.count += 1
        if self._meanwhile is not None and self.count == self._at:
            meanwhile, self._meanwhile = self._meanwhile, None
            meanwhile()


class Stepping(MemoryBlobs):
    """A storage of which something may happen before each answer."""

    def __init__(self, steps: Steps) -> None:
        super().__init__()
        self._steps = steps

    def read(self, name: str, most_bytes: int = 64 << 20) -> bytes | None:
        self._steps.step()
        return super().read(name, most_bytes)

    def walk(self, prefix: str = "", start_after: str = "", *, with_drafts: bool = False) -> Iterator[Any]:
        self._steps.step()
        return super().walk(prefix, start_after, with_drafts=with_drafts)

    def replace(self, name: str, data: bytes) -> None:
        self._steps.step()
        super().replace(name, data)

    def delete(self, names: Collection[str]) -> None:  # type: ignore[override]
        self._steps.step()
        super().delete(names)


class Alone(Collector):
    """A collector whose titles no run works on: only who rolls back does not ask for that."""

    @contextmanager
    def hold(self, title: str) -> Iterator[IsHeld]:
        yield lambda: True


class House:
    """A title of four releases, of which the newest is shown and two are to be kept."""

    def __init__(self, folder: Path, instance: dg.DagsterInstance, count: int) -> None:
        self.steps, self._folder, self._instance = Steps(), folder, instance
        self._stored, self.placed = Stepping(self.steps), [Stepping(self.steps) for _ in range(count)]
        self.cms = MemoryCms()
        self._open()

    def _open(self) -> None:
        places = [BlobOrigin(one, URL, self._folder) for one in self.placed]
        several = SeveralOrigins([NamedOrigin(str(number), one) for number, one in enumerate(places)])
        self.origin = several if len(places) > 1 else places[0]
        self.store = BlobArtifactStore(self._stored, Switch(), Scratch(self._folder / "scratch", 1 << 30))
        self.publisher = Publisher(self.store, self.origin, self.cms, BlobAgenda(MemoryBlobs()))

    def furnish(self) -> None:
        record = TitleRecord(title_id="film", source="file:///film.mov")
        self.store.register(record)
        for number in range(1, 5):
            release = made(self._folder / str(number), words=f"words {number}").place(self.origin, self._folder)
            self.publisher.publish(entry_for(record, release, self.origin.url))

    def again(self) -> "House":
        """Return another one that is just so."""
        other = House(self._folder, self._instance, len(self.placed))
        vars(other.cms).update(
            {name: deepcopy(said) for name, said in vars(self.cms).items() if isinstance(said, dict)}
        )
        for mine, its in zip([self._stored, *self.placed], [other._stored, *other.placed], strict=True):
            its.held = dict(mine.held)
        other._open()
        return other

    def beside(self) -> "House":
        """Return another process's view of the same."""
        other = House(self._folder, self._instance, len(self.placed))
        other.cms, other._stored, other.placed = self.cms, self._stored, self.placed
        other._open()
        return other

    def collect(self) -> str:
        ports = self.store, self.origin, BlobLeases(MemoryBlobs())
        Alone(self._instance, *ports, 0, 0, retention=Retention(self.cms, 2)).collect()
        return ""

    def roll_back(self) -> str:
        """Return the code of the error, if there is one."""
        try:
            self.publisher.roll_back(
                "film", 1, lambda shown, newest: HeldBack(shown=shown, newest=newest, at="", by="ann")
            )
        except StoreError as error:
            return error.code
        return ""

    def require_sound(self, said: str) -> None:
        """Require that what is shown is whole at each place, and that it is what was ordered where that went well."""
        shown, record = self.publisher.shown("film"), self.store.record("film")
        assert shown is not None
        assert shown.release is not None
        assert record is not None
        assert shown.release.number == (4 if said else 1)
        assert (record.held_back is None) == bool(said)
        for place in self.placed:
            fresh = BlobOrigin(place, URL, self._folder)
            numbers = fresh.releases("film")
            assert numbers in ([3, 4], [1, 3, 4]) if said else numbers == [1, 3, 4]
            for number in numbers:
                whole_release(fresh, "film", number)


@pytest.mark.parametrize(("count", "every"), [(1, 2), (2, 5)])
def test_a_rollback_in_the_middle_of_a_collection_and_the_other_way_round(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, every: int
) -> None:
    """At each step of a storage, or at some of several."""
    monkeypatch.setattr("vod_assets.adapters.store.notes.SETTLE_SECONDS", 0)
    outcomes = set[tuple[str, str]]()
    with dg.DagsterInstance.ephemeral() as instance:
        first = House(tmp_path, instance, count)
        first.furnish()
        for work, meanwhile in (("collect", "roll_back"), ("roll_back", "collect")):
            plain = first.again()
            getattr(plain, work)()
            for at in range(1, plain.steps.count + 1, every):
                house, said = first.again(), dict[str, str]()
                house.steps.have(partial(_note, said, meanwhile, getattr(house.beside(), meanwhile)), at)
                _note(said, work, getattr(house, work))
                house.require_sound(said["roll_back"])
                outcomes.add((work, said["roll_back"]))
    assert {said for _, said in outcomes} <= {"", "release_missing", "release_damaged"}
    assert outcomes >= {(work, said) for work in ("collect", "roll_back") for said in ("", "release_missing")}


def _note(said: dict[str, str], name: str, work: Callable[[], str]) -> None:
    said[name] = work()
