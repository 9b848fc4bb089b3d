"""What is ordered on one machine reaches the streams that another one publishes; both have one store."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vod_assets.adapters.blobs.disk import DiskBlobs
from vod_assets.adapters.rtsp.folder import StreamFolder
from vod_assets.adapters.rtsp.following import Follower
from vod_assets.adapters.rtsp.ledger import BlobStreams
from vod_assets.adapters.rtsp.plain import PublishedStreams
from vod_assets.adapters.store.artifacts import disk_store
from vod_assets.domain.errors import StoreError
from vod_assets.domain.offering import ReleaseStream
from vod_assets.domain.orders import HeldBack, TakenDown
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.title import TitleRecord
from vod_assets.offering import ASSET, FILE, Offered, Offering
from vod_assets_tests.fakes import Switch

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LOG = logging.Logger("nobody's")
WINDOW = {"windows": [{"from": "2026-03-01T13:00:00Z", "until": "2026-03-01T14:00:00Z"}]}
ORDER = TakenDown(at=NOON.isoformat(), by="legal")


@dataclass
class Hosts:
    """Machines with a folder of streams each, and one store.

    Attributes:
        time: What every clock shows.
        launched: The command lines that were started.
    """

    folder: Path
    time: datetime = NOON
    launched: list[Sequence[str]] = field(default_factory=list)

    def host(self, name: str, *, starts: bool = False) -> Offering:
        folder = StreamFolder(self.folder / name)
        server = PublishedStreams(folder, "rtsp://127.0.0.1:9", starts=starts, launch=self.launched.append)
        store, ledger = disk_store(self.folder / "store", Switch()), BlobStreams(DiskBlobs(self.folder / "store"))
        return Offering(store, ledger, server, lambda: self.time)

    def follower(self, host: Offering) -> Follower:
        assert isinstance(host.server, PublishedStreams)
        return Follower(host, host.server, "film")

    def make(self, release: int, words: str, policy: dict[str, object] | None = None) -> ReleaseStream:
        """Make a release's stream, and note it."""
        host = self.host("maker")
        with host.store.attempt("film", Recipe(ASSET, {"of": words})) as attempt:
            (attempt.directory / FILE).write_text(words)
            artifact = host.store.commit(attempt, {})
        said = {"release": release, "release_digest": f"r{release}", "policy": policy or {}}
        stream = ReleaseStream(recipe=artifact.recipe, digest=artifact.digest, **said)
        host.ledger.note("film", stream)
        return stream

    def sent(self, host: Offering) -> str:
        """Return what a publisher there would send."""
        assert isinstance(host.server, PublishedStreams)
        offered = host.server.folder.offered("film")
        return host.server.folder.file(offered).read_text() if offered else ""


@pytest.fixture
def hosts(tmp_path: Path) -> Hosts:
    hosts = Hosts(tmp_path)
    hosts.host("any").store.register(TitleRecord(title_id="film", source="file:///film.mp4"))
    return hosts


def test_a_takedown_elsewhere_withholds_a_stream_here_until_it_is_lifted(hosts: Hosts) -> None:
    hosts.make(1, "first")
    here, elsewhere = hosts.host("here"), hosts.host("elsewhere")
    assert here.settle("film") == Offered("rtsp://127.0.0.1:9/film")
    follower = hosts.follower(here)
    for order, withheld in ((ORDER, "it is taken down"), (None, "")):
        elsewhere.store.order("film", {"taken_down": order})
        assert elsewhere.settle("film").withheld == withheld
        follower.look(LOG)
        assert follower.withheld == withheld
    assert hosts.sent(here) == "first", "so that it can go on by itself"


def test_a_rollback_elsewhere_changes_what_is_sent_here(hosts: Hosts) -> None:
    here = hosts.host("here")
    for number, words in ((1, "first"), (2, "second")):
        hosts.make(number, words)
        here.settle("film")
        assert hosts.sent(here) == words
    follower = hosts.follower(here)
    held = HeldBack(shown=1, newest=2, at=NOON.isoformat(), by="ann")
    hosts.host("elsewhere").store.order("film", {"held_back": held})
    follower.look(LOG)
    assert hosts.sent(here) == "first"
    hosts.make(3, "third")
    follower.look(LOG)
    assert (hosts.sent(here), follower.withheld) == ("third", "")


def test_a_stream_that_is_not_kept_any_more_is_not_replaced_by_another(hosts: Hosts) -> None:
    here, first = hosts.host("here"), hosts.make(1, "first")
    hosts.make(2, "second")
    here.settle("film")
    follower = hosts.follower(here)
    here.store.discard(here.store.load("film", ASSET, first.recipe))
    here.store.order("film", {"held_back": HeldBack(shown=1, newest=2, at=NOON.isoformat(), by="ann")})
    follower.look(LOG)
    assert follower.withheld == "the stream of release 1 is not kept any more"
    assert here.settle("film") == Offered(withheld=follower.withheld)
    assert hosts.sent(here) == ""


def test_a_window_is_kept_where_nobody_ticks(hosts: Hosts) -> None:
    hosts.make(1, "first", WINDOW)
    hosts.time = NOON + timedelta(minutes=61)
    here = hosts.host("here")
    here.settle("film")
    follower, seen = hosts.follower(here), []
    for minutes in (0, 61, 121):
        hosts.time = NOON + timedelta(minutes=minutes)
        follower.look(LOG)
        seen.append(follower.withheld)
    assert seen == ["it is scheduled", "", "it is expired"]


def test_a_title_that_was_removed_elsewhere_is_forgotten_here(hosts: Hosts) -> None:
    hosts.make(1, "first")
    here = hosts.host("here")
    here.settle("film")
    hosts.host("elsewhere").forget("film")
    here.store.remove("film")
    hosts.follower(here).look(LOG)
    assert hosts.sent(here) == ""
    assert here.ledger.made("film").streams == ()


def test_while_the_store_says_nothing_what_was_seen_last_stays(hosts: Hosts) -> None:
    hosts.make(1, "first")
    here = hosts.host("here")
    here.settle("film")
    follower = hosts.follower(here)
    (hosts.folder / "store" / "streams" / "film.json").write_text("{")
    with pytest.raises(StoreError, match=r"streams/film\.json cannot be read.*store_damaged"):
        here.settle("film")
    follower.look(LOG)
    assert (follower.withheld, hosts.sent(here)) == ("", "first")


def test_whoever_takes_a_title_down_while_its_file_is_fetched_is_obeyed(hosts: Hosts) -> None:
    hosts.make(1, "first")
    here = hosts.host("here")

    @dataclass(frozen=True)
    class Slow(Offering):
        def file(self, title: str, stream: ReleaseStream) -> Path | None:
            found = super().file(title, stream)
            self.store.order(title, {"taken_down": ORDER})
            return found

    slow = Slow(here.store, here.ledger, here.server, here.now)
    assert slow.settle("film") == Offered(withheld="it is taken down")
    assert hosts.sent(here) == ""


def test_only_a_machine_that_is_told_to_publishes_by_itself_and_not_what_was_stopped(hosts: Hosts) -> None:
    hosts.make(1, "first")
    hosts.host("here").settle("film")
    assert (hosts.host("here").server.revive(), hosts.launched) == ([], [])
    ready = hosts.host("ready", starts=True)
    ready.settle("film")
    assert [argv[2:] for argv in hosts.launched] == [["vod_assets", "rtsp", "publish", "film"]]
    assert ready.server.revive() == ["film"], "it has died meanwhile"
    ready.server.stop("film")
    assert ready.server.revive() == []
    ready.withdraw("film")
    ready.settle("film")
    assert len(hosts.launched) == 3, "a stop holds until the title is offered anew"
