"""A house whose titles are tiny, and whose processes can be killed at any call: what is on trial is the product's."""

import itertools
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any

import vod_assets
from trials.viewer import Viewer, WebServer
from vod_assets.adapters.blobs.disk import DiskBlobs
from vod_assets.adapters.blobs.opening import open_blobs
from vod_assets.adapters.cms.directus import directus_server
from vod_assets.adapters.cms.directus_setup import set_up
from vod_assets.cli.session import Session
from vod_assets.domain.catalogue import entry_for
from vod_assets.domain.events import Event
from vod_assets.domain.orders import HeldBack, TakenDown
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.title import TitleRecord
from vod_assets.ports import Agenda, Due
from vod_assets.publishing import Publisher
from vod_assets.settings import load_settings
from vod_assets_tests.releases import made
from vod_assets_tests.servers import directus as directus_servers
from vod_assets_tests.servers.s3 import s3_server

URL = "http://127.0.0.1:8080"
WORDS = {1: "first", 2: "second"}  # what the segments of each release hold
PATIENCE_SECONDS = 120.0
OURS = str(Path(vod_assets.__file__).parent)
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
ORIGINS = "origins:\n  east: {{address: '{address}/east'}}\n  west: {{address: '{address}/west'}}\n"


class Ahead:
    """An agenda in a storage whose clock is ahead."""

    def __init__(self, agenda: Agenda, seconds: float) -> None:
        self._agenda, self._seconds = agenda, seconds

    def __getattr__(self, name: str) -> Any:
        return getattr(self._agenda, name)

    def written_at(self, due: Due) -> float:
        """Return when a note was written."""
        return self._agenda.written_at(due) + self._seconds


@dataclass(frozen=True)
class House:
    """A deployment of its own.

    Attributes:
        folder: Everything that lies on a disk.
        variables: Its settings, as the environment says them.
        directus: Address of its Directus; empty: the static catalogue.
    """

    folder: Path
    variables: Mapping[str, str]
    directus: str = ""

    def session(self) -> Session:
        """Return what a command works with; to be called in a process of its own."""
        os.environ.update(self.variables)
        return Session(load_settings())

    def publisher(self, session: Session, title: str, hours: int = 0) -> Publisher:
        """Return a publisher that writes down what it tells of; its clock may be ahead."""
        ahead = timedelta(hours=hours, minutes=1 if hours else 0)

        def tell(event: Event) -> None:
            with self.told(title).open("a") as told:
                told.write(f"{event.kind} {event.id}\n")

        agenda: Any = Ahead(session.agenda, ahead.total_seconds()) if hours else session.agenda
        return replace(session.publisher, agenda=agenda, tell=tell, now=lambda: datetime.now(UTC) + ahead)

    def told(self, title: str) -> Path:
        """Return where it stands what was told of a title."""
        return self.folder / f"{title}.told"

    def viewer(self) -> Viewer:
        """Return somebody who watches; to be called in a process of its own."""
        os.environ.update(self.variables)
        settings = load_settings()
        if settings.origins is None:
            servers = {"origin": WebServer(DiskBlobs(settings.home_path / "origin"))}
        else:
            access, address = Session(settings).access, self.variables["TRIAL_ORIGINS"]
            servers = {name: WebServer(open_blobs(f"{address}/{name}", access)) for name in ("east", "west")}
        return Viewer(settings.cms_path, servers, WORDS, self.directus, directus_servers.TOKEN)


@contextmanager
def house(kind: str, folder: Path) -> Iterator[House]:
    """Give a house: ``disk``, ``s3`` (two origins in a SeaweedFS), or ``directus`` (on a disk, shown by Directus)."""
    folder.mkdir(parents=True)
    variables = {"VOD_HOME": str(folder / "home"), "VOD_PUBLIC_URL": URL}
    with ExitStack() as stack:
        if kind == "s3":
            server = stack.enter_context(s3_server(folder / "server"))
            address = f"s3://{server.bucket}/trial"
            (folder / "origins.yaml").write_text(ORIGINS.format(address=address))
            variables |= {
                "VOD_STORE": f"{address}/store",
                "VOD_ORIGINS": str(folder / "origins.yaml"),
                "TRIAL_ORIGINS": address,
                "VOD_S3_ENDPOINT": server.endpoint,
                "VOD_S3_REGION": server.access.region,
                "VOD_S3_ACCESS_KEY_ID": server.access.access_key_id,
                "VOD_S3_SECRET_ACCESS_KEY": server.access.secret_access_key,
            }
        url = ""
        if kind == "directus":
            url = stack.enter_context(directus_servers.directus_server(folder)).url
            variables |= {"VOD_CMS": f"directus+{url}", "VOD_CMS_PASSWORD": directus_servers.TOKEN}
            set_up(directus_server(url, "", lambda: directus_servers.TOKEN), is_dry=False)
        yield House(folder, variables, url)


def release(at: House, title: str, number: int, hours: int = 0) -> None:
    """Do what `release` and `cms_entry` do, in one go."""
    session = at.session()
    with TemporaryDirectory(dir=at.folder) as scratch:
        released = made(Path(scratch), title, WORDS[number]).place(session.origin, Path(scratch))
    step(f"placed {title}")
    record = session.store.record(title)
    assert record is not None
    entry = entry_for(record, released, session.origin.url)
    at.publisher(session, title, hours).publish(entry)
    recipe = Recipe("cms_entry", {"release": released.digest})
    kept = session.store.find(title, recipe)
    if kept is None:
        with session.store.attempt(title, recipe) as attempt:
            kept = session.store.commit(attempt, {"release": released.number, "entry": entry.as_document()})
    session.store.point(kept)


def register(at: House, title: str, policy: Mapping[str, Any] | None = None) -> None:
    """Register a title."""
    source = at.folder / "film.mov"
    at.session().store.register(TitleRecord(title_id=title, source=source.as_uri(), policy=dict(policy or {})))


def roll_back(at: House, title: str) -> None:
    """Do what ``vod rollback`` does."""
    said = {"at": datetime.now(UTC).isoformat(), "by": "ann"}
    at.publisher(at.session(), title).roll_back(
        title, 1, lambda shown, newest: HeldBack(shown=shown, newest=newest, **said)
    )


def take_down(at: House, title: str) -> None:
    """Do what ``vod takedown`` does."""
    at.publisher(at.session(), title).take_down(title, TakenDown(at=datetime.now(UTC).isoformat(), by="legal"))


def lift(at: House, title: str) -> None:
    """Do what ``vod takedown --lift`` does."""
    at.publisher(at.session(), title).lift(title)


def tick(at: House, title: str, hours: int = 0) -> None:
    """Do what the schedule does, some hours from now; whatever it could not do is an error."""
    for _, came in at.publisher(at.session(), title, hours).tick():
        if isinstance(came, Exception):
            raise came


class Deadly:
    """Counts the calls of our own code, and kills the process at one of them."""

    def __init__(self, at: int = 0) -> None:
        self._at, self._calls = at, itertools.count(1)
        self.calls, self.steps = 0, dict[str, int]()

    def watch(self) -> None:
        """Begin to count, in every thread."""
        threading.setprofile(self._count)
        sys.setprofile(self._count)

    def _count(self, frame: FrameType, _event: str, _argument: Any) -> None:
        if frame.f_code.co_filename.startswith(OURS):
            self.calls = next(self._calls)
            if self.calls == self._at:
                os.kill(os.getpid(), signal.SIGKILL)


_watching: list[Deadly] = []


def step(name: str) -> None:
    """Note at which call a part of the work was done."""
    for one in _watching:
        one.steps[name.partition(" ")[0]] = one.calls


def deadly(work: Callable[[], object], at: int) -> Callable[[], object]:
    """Return work that is killed at its so-manieth call."""

    def watched() -> None:
        killer = Deadly(at)
        killer.watch()
        work()

    return watched


def calls_of(work: Callable[[], object], note: Path) -> Callable[[], object]:
    """Return work that writes down how many calls it took, and at which of them its parts were done."""

    def watched() -> None:
        counter = Deadly()
        _watching.append(counter)
        counter.watch()
        work()
        sys.setprofile(None)
        note.write_text(" ".join(map(str, [*counter.steps.values(), counter.calls])))

    return watched


def begun(work: Callable[[], object]) -> int:
    """Begin work in a process of its own, and return its id; this one has to have no threads."""
    child = os.fork()
    if child:
        return child
    try:
        work()
    except BaseException:  # noqa: BLE001 - a process's edge
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def ended(child: int) -> int:
    """Return how a process ended: 0, or its exit code, or minus the signal."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    raise TimeoutError(f"a process took more than {PATIENCE_SECONDS:.0f} s")


def in_a_process(work: Callable[[], object]) -> None:
    """Have work done in a process of its own."""
    if code := ended(begun(work)):
        raise RuntimeError(f"a process ended with {code}")
