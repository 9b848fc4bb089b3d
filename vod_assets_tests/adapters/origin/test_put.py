"""An origin on a server that takes files by PUT and lists none keeps the contract of every origin."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlsplit

import pytest

from vod_assets.adapters.blobs.dav import DavBlobs
from vod_assets.adapters.blobs.put import PutBlobs
from vod_assets.adapters.blobs.web import Client
from vod_assets.adapters.origin.blobs import BlobOrigin
from vod_assets.adapters.origin.opening import open_origin
from vod_assets.adapters.origin.put import PutOrigin
from vod_assets.adapters.origin.several import NamedOrigin, SeveralOrigins
from vod_assets.aws import access_of
from vod_assets.domain.errors import StoreError
from vod_assets.repairing import refill
from vod_assets.settings import Settings
from vod_assets_tests.contracts.origin import OriginContract
from vod_assets_tests.fakes import MemoryBlobs
from vod_assets_tests.releases import made
from vod_assets_tests.servers.dav import DavServer
from vod_assets_tests.servers.plain_put import PASSWORD, USER, PlainServer, plain_put_server
from vod_assets_tests.servers.weather import Passing, Weather, served

URL = "https://cdn.example"
Result = TypeVar("Result")


@pytest.fixture(scope="module")
def running() -> Iterator[PlainServer]:
    with plain_put_server() as server:
        yield server


@pytest.fixture
def server(running: PlainServer) -> PlainServer:
    running.clear()
    return running


def origin_at(server: PlainServer, folder: Path) -> PutOrigin:
    return PutOrigin(PutBlobs(server.put_address, server.access), URL, folder / "scratch")


class TestPut(OriginContract):
    @pytest.fixture
    def origin(self, server: PlainServer, tmp_path: Path) -> PutOrigin:
        return origin_at(server, tmp_path)


def test_settings_open_it(server: PlainServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOD_DAV_USERNAME", USER)
    monkeypatch.setenv("VOD_DAV_PASSWORD", PASSWORD)
    settings = Settings(origin=server.put_address, _env_file=None)
    origin = open_origin(settings, access_of(settings))
    assert isinstance(origin, PutOrigin)
    assert origin.titles() == []


class Mortal(PutBlobs):
    """A writer that is killed after so many requests."""

    left = 0

    def _tried(
        self, name: str, work: Callable[[Client], Result], is_passing: Callable[[Exception], bool] | None = None
    ) -> Result:
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt
        return super()._tried(name, work, is_passing)


def test_wherever_a_writer_dies_all_is_named_and_viewers_see_everything_or_nothing(
    server: PlainServer, tmp_path: Path
) -> None:
    one, whole = made(tmp_path), 0
    for left in range(0, 140, 19):
        server.clear()
        mortal = Mortal(server.put_address, server.access)
        mortal.left = left
        try:
            one.place(PutOrigin(mortal, URL, tmp_path / "scratch"), tmp_path)
            whole += 1
        except KeyboardInterrupt:
            pass
        later = origin_at(server, tmp_path)
        there = {path.removeprefix("/origin/") for path in server.held if not path.endswith("/.index.json")}
        assert {blob.name for blob in later.blobs.walk(with_drafts=True)} >= {
            name for name in there if not name.startswith(".probe-")
        }
        if later.releases("film"):
            assert all(later.has_track("film", track.digest) for track in one.release.tracks)
        assert one.place(later, tmp_path).number == 1
        assert all(later.has_track("film", track.digest) for track in one.release.tracks)
    assert 0 < whole < 7


def test_it_is_one_of_several_and_filled_from_another(server: PlainServer, tmp_path: Path) -> None:
    east, west = BlobOrigin(MemoryBlobs(), URL, tmp_path), origin_at(server, tmp_path)
    placed = made(tmp_path).place(SeveralOrigins([NamedOrigin("east", east), NamedOrigin("west", west)]), tmp_path)
    segment = f"/origin/film/tracks/{placed.tracks[0].digest}/1.m4s"
    data, headers = server.held[segment]
    server.held[segment] = data.replace(b"segment", b"rubbish"), headers
    assert refill(placed, west, [east], tmp_path) == 3
    assert server.held[segment][0] == data
    del server.held[segment]
    assert refill(placed, west, [east], tmp_path) == 3
    assert refill(placed, west, [east], tmp_path) == 0


def test_what_is_blocked_lies_where_nobody_can_guess(server: PlainServer, tmp_path: Path) -> None:
    origin = origin_at(server, tmp_path)
    placed = made(tmp_path).place(origin, tmp_path)
    origin.block("film")
    shown = [path for path in server.held if "/." not in path]
    assert shown == []
    kept = [path for path in server.held if path.endswith("/1.m4s")]
    assert len(kept) == 1
    assert kept[0].startswith("/origin/.blocked/film/")
    origin.unblock("film")
    assert f"/origin/film/tracks/{placed.tracks[0].digest}/1.m4s" in server.held


Refusing = tuple[BlobOrigin, Callable[[], None], Callable[[], list[str]]]


@contextmanager
def refusing_put(folder: Path) -> Iterator[Refusing]:
    """Yield an origin on a plain server that refuses a manifest, what clears it up, and what tells the PUTs since."""
    with plain_put_server() as server:
        server.refused = {"manifest.mpd": 507}

        def clear() -> None:
            server.refused.clear()
            server.asked.clear()

        def puts() -> list[str]:
            return [path for (method, path), count in server.asked.items() for _ in range(count) if method == "PUT"]

        yield origin_at(server, folder), clear, puts


@contextmanager
def refusing_dav(folder: Path, dav: DavServer) -> Iterator[Refusing]:
    """Yield the same on a WebDAV server."""
    refused, asked = ["manifest.mpd"], list[str]()

    class Proxy(Passing):
        port, sky = urlsplit(dav.address).port or 0, Weather()

        def do_PUT(self) -> None:  # noqa: N802 - the base class names it
            asked.append(unquote(self.path))
            if any(name in self.path for name in refused):
                self.rfile.read(int(self.headers["content-length"]))
                self._answer(507, b"")
            else:
                self.do_GET()

        do_PROPFIND = do_MKCOL = do_MOVE = do_COPY = Passing.do_GET  # noqa: N815

    def clear() -> None:
        refused.clear()
        asked.clear()

    with served(Proxy) as port:
        blobs = DavBlobs(f"dav://127.0.0.1:{port}/refusing", dav.access)
        yield BlobOrigin(blobs, URL, folder / "scratch"), clear, lambda: asked


@pytest.mark.parametrize("kind", ["put", "dav"])
def test_an_origin_that_refuses_the_last_manifest_shows_nothing_and_is_sent_that_alone(
    kind: str, dav: DavServer, tmp_path: Path
) -> None:
    one = made(tmp_path)
    with refusing_put(tmp_path) if kind == "put" else refusing_dav(tmp_path, dav) as (origin, clear, puts):
        with pytest.raises(
            StoreError, match=r"^film: releases/1/clear/manifest\.mpd: no space is left .*disk_full"
        ) as caught:
            one.place(origin, tmp_path)
        assert "the manifests remain to be sent" in str(caught.value)
        assert origin.releases("film") == []
        assert origin.read("film", "releases/1/clear/master.m3u8") is None
        there = {blob.name for blob in origin.blobs.walk("film/")}
        clear()
        assert one.place(origin, tmp_path).number == 1
        sent = [path.rpartition("/")[2] for path in puts() if "/releases/1/" in path or "/tracks/" in path]
        media = [name for name in sent if name.endswith((".m4s", ".mp4", ".jpg"))]
        assert media == []
        lacking = {"clear/master.m3u8", "clear/h264_240p.m3u8", "clear/manifest.mpd", "release.json"} - {
            name.removeprefix("film/releases/1/") for name in there
        }
        manifests = [
            name for name in sent if name.partition(".draft")[0].strip(".").endswith(("m3u8", "mpd", "release.json"))
        ]
        assert len(manifests) == len(lacking)
        assert origin.releases("film") == [1]
