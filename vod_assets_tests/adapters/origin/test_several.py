"""Several origins keep the contract of one, under one number; who is away is named, and catches up."""

import secrets
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from vod_assets.adapters.blobs.objects import ObjectBlobs, s3_blobs
from vod_assets.adapters.origin.blobs import BlobOrigin
from vod_assets.adapters.origin.local import LocalOrigin
from vod_assets.adapters.origin.opening import open_first, open_origin
from vod_assets.adapters.origin.several import NamedOrigin, SeveralOrigins
from vod_assets.aws import access_of
from vod_assets.domain.errors import ConfigError, StoreError
from vod_assets.domain.media_types import headers_of
from vod_assets.releasing import Offer, load_release, place
from vod_assets.repairing import refill
from vod_assets.settings import Settings
from vod_assets_tests.contracts.origin import OriginContract
from vod_assets_tests.fakes import MemoryBlobs, MemoryOrigin, Switch
from vod_assets_tests.releases import made
from vod_assets_tests.servers.s3 import S3Server

URL = "https://cdn.example"


class Fickle(MemoryBlobs):
    """A storage that can be away, and counts what it is sent."""

    def __init__(self) -> None:
        super().__init__()
        self.is_away, self.sent = False, 0

    def read(self, name: str, most_bytes: int = 64 << 20) -> bytes | None:
        self._ask()
        return super().read(name, most_bytes)

    def stat(self, name: str):  # type: ignore[no-untyped-def]
        self._ask()
        return super().stat(name)

    def walk(self, prefix: str = "", start_after: str = "", *, with_drafts: bool = False):  # type: ignore[no-untyped-def]
        self._ask()
        return super().walk(prefix, start_after, with_drafts=with_drafts)

    def send(self, path: Path, name: str, sha256: str, headers: Mapping[str, str] | None = None) -> None:
        self._ask()
        self.sent += 1
        super().send(path, name, sha256, headers)

    def _ask(self) -> None:
        if self.is_away:
            raise StoreError("store_unreachable", "memory cannot be reached")


@pytest.fixture
def east() -> Fickle:
    return Fickle()


@pytest.fixture
def west() -> Fickle:
    return Fickle()


def several(folder: Path, east: Fickle, west: Fickle, *, is_required: bool = True) -> SeveralOrigins:
    return SeveralOrigins(
        [
            NamedOrigin("east", BlobOrigin(east, URL, folder)),
            NamedOrigin("west", BlobOrigin(west, "https://west.example", folder), is_required),
        ]
    )


class TestSeveral(OriginContract):
    @pytest.fixture
    def origin(self, tmp_path: Path) -> SeveralOrigins:
        local = LocalOrigin(tmp_path / "origin", URL)
        other = NamedOrigin("west", BlobOrigin(MemoryBlobs(), URL, tmp_path / "scratch"))
        return SeveralOrigins([NamedOrigin("east", local), other])

    def test_addresses_are_those_of_the_first(self, origin: SeveralOrigins) -> None:
        assert origin.url("film", "releases/1/a.mpd") == f"{URL}/origin/film/releases/1/a.mpd"
        assert origin.location("film", "releases/1/a.mpd").endswith("/origin/film/releases/1/a.mpd")


def test_one_that_is_away_is_named_and_the_second_try_sends_only_what_it_lacks(
    tmp_path: Path, east: Fickle, west: Fickle
) -> None:
    origin, release = several(tmp_path, east, west), made(tmp_path)
    west.is_away = True
    with pytest.raises(StoreError, match=r"origin west: .*; 2 of 2 tracks and the manifests remain to be sent"):
        release.place(origin, tmp_path)
    sent = east.sent
    assert sent > 0, "it keeps the track that it has"
    west.is_away = False
    assert release.place(origin, tmp_path).number == 1
    assert east.sent == west.sent == len(release.release.files) + 1
    assert len([name for name in east.held if "/tracks/" in name]) > sent
    assert origin.lacking("film", 1) == {}


def test_the_others_keep_what_they_have_when_one_goes_away_in_the_middle(
    tmp_path: Path, east: Fickle, west: Fickle
) -> None:
    class Leaving(Fickle):
        def send(self, path: Path, name: str, sha256: str, headers: Mapping[str, str] | None = None) -> None:
            self.is_away = self.is_away or "releases/" in name
            super().send(path, name, sha256, headers)

    leaving = Leaving()
    origin, release = several(tmp_path, east, leaving), made(tmp_path)
    with pytest.raises(StoreError, match=r"origin west: .*; the manifests remain to be sent"):
        release.place(origin, tmp_path)
    assert (origin.releases("film"), origin.lacking("film", 1)) == ([1], {"west": True})
    sent = east.sent
    west.held = leaving.held
    assert release.place(several(tmp_path, east, west), tmp_path).number == 1
    assert east.sent == sent
    assert all("releases/" in name for name in west.held if name not in leaving.held)
    assert several(tmp_path, east, west).lacking("film", 1) == {}


class Waiting(Fickle):
    """A storage that takes a track's files only while another one takes the same."""

    def __init__(self, both: threading.Barrier) -> None:
        super().__init__()
        self.both = both

    def send(self, path: Path, name: str, sha256: str, headers: Mapping[str, str] | None = None) -> None:
        if "/tracks/" in name:
            self.both.wait()
        super().send(path, name, sha256, headers)


def test_one_that_is_away_keeps_a_removed_release_with_no_other(tmp_path: Path, east: Fickle, west: Fickle) -> None:
    origin = several(tmp_path, east, west)
    made(tmp_path).place(origin, tmp_path)
    east.is_away = True
    asked: list[list[int]] = []
    with pytest.raises(StoreError, match="origin east: memory cannot be reached"):
        origin.remove_release("film", 1, lambda: bool(asked.append(origin.named["west"].origin.releases("film"))))
    assert asked == [[]], "asked once, when the other had it no more"
    east.is_away = False
    assert origin.named["west"].origin.releases("film") == []
    origin.remove_release("film", 1)
    assert origin.releases("film") == []


def test_a_track_goes_to_all_of_them_at_once(tmp_path: Path) -> None:
    both = threading.Barrier(2, timeout=10)
    east, west = Waiting(both), Waiting(both)
    assert made(tmp_path).place(several(tmp_path, east, west), tmp_path).number == 1
    assert east.sent == west.sent


def test_one_that_fails_keeps_a_track_from_no_other(tmp_path: Path, east: Fickle, west: Fickle) -> None:
    """Also when it is the first: the second try has nothing to send to the others of what they have."""
    origin, release = several(tmp_path, east, west), made(tmp_path)
    east.is_away = True
    with pytest.raises(StoreError, match="origin east: memory cannot be reached"):
        release.place(origin, tmp_path)
    sent = west.sent
    assert sent > 0
    assert not any("/releases/" in name for name in west.held)
    east.is_away = False
    assert release.place(origin, tmp_path).number == 1
    assert east.sent == west.sent == len(release.release.files) + 1


def test_a_number_that_the_first_has_not_given_is_claimed_nowhere(tmp_path: Path, west: Fickle) -> None:
    class Refusing(Fickle):
        def create(self, name: str, data: bytes) -> bool:
            if name.endswith(".claim.json"):
                raise StoreError("store_denied", "memory says no", "Ask")
            return super().create(name, data)

    with pytest.raises(StoreError, match="origin east: memory says no"):
        made(tmp_path).place(several(tmp_path, Refusing(), west), tmp_path)
    assert not any("/releases/" in name for name in west.held)


def test_an_optional_one_may_lag_and_catches_up(tmp_path: Path, east: Fickle, west: Fickle) -> None:
    west.is_away = True
    origin = several(tmp_path, east, west, is_required=False)
    assert made(tmp_path).place(origin, tmp_path).number == 1
    assert origin.lacking("film", 1) == {"west": False}
    west.is_away = False
    later = several(tmp_path, east, west, is_required=False)
    assert made(tmp_path).place(later, tmp_path).number == 1
    assert later.lacking("film", 1) == {}


def test_no_number_is_for_other_bytes_at_any_origin(tmp_path: Path, east: Fickle, west: Fickle) -> None:
    alone = BlobOrigin(west, URL, tmp_path)
    made(tmp_path / "old", words="old").place(alone, tmp_path)
    origin = several(tmp_path, east, west)
    assert made(tmp_path).place(origin, tmp_path).number == 2
    assert BlobOrigin(east, URL, tmp_path).releases("film") == [2]
    assert origin.releases("film") == [1, 2]
    assert origin.lacking("film", 1) == {"east": True}


def test_it_is_read_from_another_origin_when_the_first_is_away_or_has_lost_it(
    tmp_path: Path, east: Fickle, west: Fickle
) -> None:
    made(tmp_path).place(several(tmp_path, east, west), tmp_path)
    east.is_away = True
    origin = several(tmp_path, east, west)
    assert load_release(origin, "film", 1).number == 1
    with pytest.raises(StoreError, match="origin east"):
        origin.read("film", "releases/1/no-such.file")
    west.is_away = True
    with pytest.raises(StoreError, match="origin east"):
        origin.releases("film")


def test_a_block_that_one_origin_missed_is_named_and_holds_at_the_others(
    tmp_path: Path, east: Fickle, west: Fickle
) -> None:
    origin = several(tmp_path, east, west)
    made(tmp_path).place(origin, tmp_path)
    east.is_away = True
    with pytest.raises(StoreError, match="origin east"):
        origin.block("film")
    assert list(west.walk("film/")) == []
    assert origin.is_blocked("film")
    east.is_away = False
    origin.block("film")
    assert origin.releases("film") == []


def test_an_origin_is_refilled_from_the_others_past_damaged_bytes(tmp_path: Path, east: Fickle, west: Fickle) -> None:
    third = MemoryBlobs()
    origin = several(tmp_path, east, west)
    release = made(tmp_path).place(origin, tmp_path)
    rotten = next(name for name in east.held if name.endswith("/1.m4s"))
    east.replace(rotten, b"segment X")
    sources = [BlobOrigin(blobs, URL, tmp_path) for blobs in (east, west)]
    target = BlobOrigin(third, URL, tmp_path)
    assert refill(release, target, sources, tmp_path / "scratch") == len(release.files) + 1
    assert {name for name in third.held if "/.claim" not in name} == {
        name for name in west.held if "/.claim" not in name
    }
    assert refill(release, target, sources, tmp_path / "scratch") == 0
    target.blobs.delete(["film/releases/1/clear/master.m3u8"])
    assert refill(release, target, sources, tmp_path / "scratch") == 1
    assert list((tmp_path / "scratch").iterdir()) == []
    west.replace(rotten, b"segment Y")
    with pytest.raises(StoreError, match="release_damaged"):
        refill(release, MemoryOrigin(), sources, tmp_path / "scratch")


class Sending(ObjectBlobs):
    """A bucket that names what is sent and fetched through this machine."""

    def __init__(self, blobs: ObjectBlobs) -> None:
        super().__init__(blobs.store, blobs.address)
        self.moved: list[str] = []

    def send(self, path: Path, name: str, sha256: str, headers: Mapping[str, str] | None = None) -> None:
        self.moved.append(name)
        super().send(path, name, sha256, headers)

    def fetch(self, name: str, path: Path, sha256: str = "") -> str:
        self.moved.append(name)
        return super().fetch(name, path, sha256)


def test_a_release_of_a_store_in_the_same_bucket_moves_no_media_through_this_machine(
    s3: S3Server, tmp_path: Path
) -> None:
    run, around, made_here = secrets.token_hex(4), Sending(s3_blobs(s3.bucket, "", s3.access)), made(tmp_path)
    addresses: dict[str, dict[str, str]] = {}
    for track in made_here.release.tracks:
        addresses[track.digest] = {}
        for file in track.files:
            name = f"store-{run}/{track.digest}/{file.path}"
            around.send(made_here.tracks[track.digest][file.path], name, file.sha256, headers_of(track.path(file.path)))
            addresses[track.digest][file.path] = f"{around.address}/{name}"
    around.moved.clear()
    places = [Sending(s3_blobs(s3.bucket, f"{name}-{run}", s3.access)) for name in ("east", "west")]
    origin = SeveralOrigins(
        [NamedOrigin(blobs.address, BlobOrigin(blobs, URL, tmp_path / "scratch", around)) for blobs in places]
    )
    offer = Offer(made_here.release, {}, made_here.manifests, addresses)  # no local file of any track
    release = place(origin, offer, Switch(), tmp_path)
    manifests = sorted(
        [*(f"film/releases/1/{file.path}" for file in release.manifests), "film/releases/1/release.json"]
    )
    assert [around.moved, *(sorted(blobs.moved) for blobs in places)] == [[], manifests, manifests]
    for blobs in places:
        assert blobs.read(f"film/tracks/{release.tracks[0].digest}/1.m4s") == b"segment 1"
    assert origin.lacking("film", 1) == {}


def test_a_file_lists_origins_and_the_first_is_the_one_that_is_shown(tmp_path: Path) -> None:
    listed = tmp_path / "origins.yaml"
    listed.write_text(
        "origins:\n"
        f"  east: {{address: {tmp_path}/east, public_url: https://east.example, group: east}}\n"
        "  west: {address: s3://media/west, required: false}\n"
    )
    settings = Settings(origins=listed, s3_region="eu-central-1", _env_file=None)
    origin = open_origin(settings, access_of(settings))
    assert isinstance(origin, SeveralOrigins)
    assert origin.address == f"east at {(tmp_path / 'east').as_uri()}, west at s3://media/west"
    assert [(one.is_required, one.group) for one in origin.named.values()] == [(True, "east"), (False, "")]
    assert origin.url("film", "x").startswith("https://east.example/")
    assert isinstance(open_first(settings, access_of(settings)), LocalOrigin)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("origins: {}", "its first origin has to be there"),
        ("origins: {a: {address: /a, required: false}}", "its first origin has to be there, and required"),
        ("origins: {A b: {address: /a}}", "“A b” is no name"),
        ("origins: {a: {address: /a}, b: {address: /a}}", "two of its origins have one address"),
        ("origins: {a: {address: rtmp://a/b}}", "rtmp:// is no storage"),
        ("origins: {a: {address: /a, public_url: nowhere}}", "is no address that begins with http"),
        ("origins: [", "it is no YAML: line 1"),
    ],
)
def test_a_wrong_list_of_origins_says_what_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    listed = tmp_path / "origins.yaml"
    listed.write_text(text)
    with pytest.raises(ConfigError, match=said):
        open_origin(Settings(origins=listed, _env_file=None), access_of(Settings(_env_file=None)))
