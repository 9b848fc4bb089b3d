"""A plain web server keeps the contract of storages, with what it lists noted beside its files."""

import hashlib
import json
import secrets
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from vod_assets.adapters.blobs.opening import Access, WebAccess, open_blobs
from vod_assets.adapters.blobs.put import PutBlobs
from vod_assets.doctor_storages import tried
from vod_assets.domain.errors import ConfigError, StoreError
from vod_assets.settings import load_settings
from vod_assets_tests.contracts.blobs import BlobsContract
from vod_assets_tests.servers.plain_put import PASSWORD, PlainServer, plain_put_server


@pytest.fixture(scope="module")
def running() -> Iterator[PlainServer]:
    with plain_put_server() as server:
        yield server


@pytest.fixture
def server(running: PlainServer) -> PlainServer:
    """The server, empty and in good weather."""
    running.clear()
    return running


@pytest.fixture
def blobs(server: PlainServer) -> PutBlobs:
    return PutBlobs(server.put_address, server.access)


class TestPut(BlobsContract):
    @pytest.fixture
    def blobs(self, server: PlainServer) -> PutBlobs:
        return PutBlobs(f"{server.put_address}/store%20{secrets.token_hex(4)}", server.access)


def test_dates_and_a_bearer_token_are_not_needed_but_one_of_the_two_kinds_of_users(server: PlainServer) -> None:
    server.has_dates = False
    blobs = PutBlobs(server.put_address, WebAccess(token=PASSWORD))
    blobs.replace("a/b.json", b"bytes")
    there = blobs.stat("a/b.json")
    assert there is not None
    assert there.modified_at > 0
    assert list(PutBlobs(server.put_address, server.access).walk()) == [there]


def test_the_doctor_finds_all_that_it_needs(blobs: PutBlobs) -> None:
    assert abs(tried(blobs)) < 60


def test_a_lost_answer_does_not_lose_who_created_a_name(server: PlainServer, blobs: PutBlobs) -> None:
    blobs.replace("first.json", b"")
    server.lost = 1
    assert blobs.create("a.json", b"mine")
    assert server.lost == 0
    server.lost = 1
    assert not PutBlobs(server.put_address, server.access).create("a.json", b"mine")


def test_two_machines_that_write_into_one_folder_lose_no_line(server: PlainServer) -> None:
    machines = [PutBlobs(server.put_address, server.access) for _ in range(4)]

    def write(number: int) -> None:
        for line in range(3):
            machines[number].replace(f"a/{number}-{line}.json", b"")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(PutBlobs(server.put_address, server.access).walk("a/"))) == 12


def test_without_conditions_writers_take_turns(server: PlainServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.minds_conditions = False
    for name, seconds in {"SETTLED": 0.01, "OVER": 0.1, "LOOKED_EVERY": 0.01}.items():
        monkeypatch.setattr(f"vod_assets.adapters.blobs.put_turn.{name}_SECONDS", seconds)
    one, other = (PutBlobs(server.put_address, server.access) for _ in range(2))
    assert one.create("a/1.json", b"one")
    assert not one.create("a/1.json", b"one")
    assert not other.create("a/1.json", b"other")
    assert other.create("a/2.json", b"two")
    assert [blob.name for blob in one.walk()] == ["a/1.json", "a/2.json"]


def test_files_that_are_sent_together_are_noted_together(server: PlainServer, blobs: PutBlobs, tmp_path: Path) -> None:
    names = [f"t/{number}.m4s" for number in range(20)]
    (tmp_path / "1.m4s").write_bytes(b"segment")
    blobs.expect(names)
    server.asked.clear()
    for name in names:
        blobs.send(tmp_path / "1.m4s", name, hashlib.sha256(b"segment").hexdigest())
    assert set(server.asked) == {(method, f"/origin/{name}") for name in names for method in ("PUT", "GET")}
    assert [blob.size_bytes for blob in blobs.walk("t/")] == [7] * 20
    server.asked.clear()
    assert len(list(PutBlobs(server.put_address, server.access).walk("t/"))) == 20
    assert server.asked == {("GET", "/origin/t/.index.json"): 1}, "what was written down is not looked for"


def test_a_file_that_a_killed_writer_named_is_looked_for_and_then_noted_for_good(
    server: PlainServer, blobs: PutBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs.expect(["a/1.json", "a/2.json"])
    server.held["/origin/a/1.json"] = b"whole", {"ETag": '"1"'}
    later = PutBlobs(server.put_address, server.access)
    assert [(blob.name, blob.size_bytes) for blob in later.walk()] == [("a/1.json", 5)]
    monkeypatch.setattr("vod_assets.adapters.blobs.put.MENDED_AFTER_SECONDS", -1.0)
    assert [blob.name for blob in later.walk()] == ["a/1.json"]
    (line,) = json.loads(server.held["/origin/a/.index.json"][0])["files"].items()
    assert (line[0], line[1][1]) == ("a/1.json".rpartition("/")[2], 5)


def test_what_another_machine_names_meanwhile_is_not_struck_out(server: PlainServer, blobs: PutBlobs) -> None:
    class Meanwhile(PutBlobs):
        """Another machine writes the file anew while it is removed."""

        def _delete(self, names: list[str]) -> None:
            super()._delete(names)
            blobs.replace("a/1.json", b"anew")

    blobs.replace("a/1.json", b"old")
    Meanwhile(server.put_address, server.access).delete(["a/1.json"])
    later = PutBlobs(server.put_address, server.access)
    assert [(blob.name, blob.size_bytes) for blob in later.walk()] == [("a/1.json", 4)]


def test_type_and_caching_go_along_with_a_copy(server: PlainServer, blobs: PutBlobs, tmp_path: Path) -> None:
    (tmp_path / "1.m4s").write_bytes(b"segment")
    said = {"Content-Type": "video/iso.segment", "Cache-Control": "max-age=5"}
    blobs.send(tmp_path / "1.m4s", "a/1.m4s", hashlib.sha256(b"segment").hexdigest(), said)
    blobs.move("a/1.m4s", "b/1.m4s")
    _, headers = server.held["/origin/b/1.m4s"]
    assert {name: headers[name] for name in said} == said
    assert "/origin/a/1.m4s" not in server.held


def test_a_server_that_shows_hidden_names_to_everybody_is_refused(server: PlainServer, blobs: PutBlobs) -> None:
    server.is_open = True
    with pytest.raises(StoreError, match=r"shows hidden names to everybody .*docs/delivery\.md"):
        blobs.replace("a.json", b"")
    assert server.held == {}


def test_a_wrong_password_is_named_without_it(server: PlainServer) -> None:
    with pytest.raises(StoreError, match="VOD_DAV_PASSWORD") as caught:
        PutBlobs(server.put_address, WebAccess("origin", "wr0ng")).replace("a.json", b"")
    assert caught.value.code == "store_denied"
    assert "wr0ng" not in str(caught.value)


@pytest.mark.parametrize(("status", "code"), [(409, "store_failed"), (404, "store_failed"), (507, "disk_full")])
def test_a_server_that_refuses_is_named_with_what_it_says(server: PlainServer, status: int, code: str) -> None:
    blobs = PutBlobs(server.put_address, server.access)
    blobs.replace("b.json", b"")
    server.refused = {"/a.json": status}
    with pytest.raises(StoreError, match=r"/origin/a\.json") as caught:
        blobs.replace("a.json", b"")
    assert caught.value.code == code


@pytest.mark.parametrize("text", [b"<html>Log in</html>", b"[]", b'{"files": {"a": ["x"]}, "folders": []}'])
def test_a_list_that_is_none_is_named(server: PlainServer, blobs: PutBlobs, text: bytes) -> None:
    server.held["/origin/.index.json"] = text, {"ETag": '"1"'}
    with pytest.raises(StoreError, match=r"\.index\.json is no list .*store_damaged"):
        list(blobs.walk())


def test_a_password_goes_to_no_other_machine_in_the_clear() -> None:
    with pytest.raises(ConfigError, match=r"use https\+put://"):
        load_settings(origin="http+put://media.example/x")
    with pytest.raises(ConfigError, match=r"http\+put:// is no storage"):
        load_settings(store="http+put://127.0.0.1/x")
    assert load_settings(origin="https+put://media.example/x").origin_address == "https+put://media.example/x"
    assert isinstance(open_blobs("https+put://media.example/x", Access()), PutBlobs)
