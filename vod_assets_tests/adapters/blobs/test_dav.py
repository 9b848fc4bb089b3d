"""A WebDAV server keeps the contracts of storages and of origins."""

import hashlib
import os
import secrets
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from vod_assets.adapters.blobs.dav import DavBlobs
from vod_assets.adapters.blobs.faults import patience
from vod_assets.adapters.blobs.opening import Access, WebAccess, open_blobs
from vod_assets.adapters.origin.blobs import BlobOrigin
from vod_assets.doctor_storages import tried
from vod_assets.domain.errors import ConfigError, StoreError
from vod_assets.settings import Settings, load_settings
from vod_assets_tests.contracts.blobs import BlobsContract
from vod_assets_tests.contracts.origin import OriginContract
from vod_assets_tests.servers.dav import DavServer
from vod_assets_tests.servers.plain_put import plain_put_server
from vod_assets_tests.servers.processes import free_ports
from vod_assets_tests.servers.weather import served


class TestDav(BlobsContract):
    @pytest.fixture
    def blobs(self, dav: DavServer) -> DavBlobs:
        return DavBlobs(f"{dav.address}/store {secrets.token_hex(4)}".replace(" ", "%20"), dav.access)

    def test_a_turn_that_a_killed_writer_left_is_taken_after_a_while(self, blobs: DavBlobs, dav: DavServer) -> None:
        blobs.replace("here.only", b"")
        left = next(path for path in dav.folder.rglob("here.only")).with_name(".b.json.draft-00000000")
        left.mkdir()
        os.utime(left, (time.time() - 100, time.time() - 100))
        assert blobs.create("b.json", b"mine")
        assert not left.exists()
        assert blobs.folders() == []


class TestOrigin(OriginContract):
    @pytest.fixture
    def origin(self, dav: DavServer, tmp_path: Path) -> BlobOrigin:
        blobs = open_blobs(f"{dav.address}/origin-{secrets.token_hex(4)}", Access(dav=dav.access))
        return BlobOrigin(blobs, "https://cdn.example", tmp_path / "scratch")


def test_the_doctor_finds_all_that_it_needs(dav: DavServer) -> None:
    assert abs(tried(DavBlobs(f"{dav.address}/doctor", dav.access))) < 60


def test_a_wrong_password_is_named_without_it(dav: DavServer) -> None:
    with pytest.raises(StoreError, match="VOD_DAV_PASSWORD") as caught:
        DavBlobs(dav.address, WebAccess("origin", "wr0ng")).read("a.json")
    assert caught.value.code == "store_denied"
    assert "wr0ng" not in str(caught.value)


def test_a_server_that_is_away_is_named() -> None:
    with patience(0.2), pytest.raises(StoreError, match="store_unreachable"):
        DavBlobs(f"dav://127.0.0.1:{free_ports(1)[0]}/x", WebAccess()).read("a.json")


def test_a_server_that_only_takes_files_is_refused_and_keeps_nothing(tmp_path: Path) -> None:
    file = tmp_path / "1.m4s"
    file.write_bytes(b"segment")
    with plain_put_server() as server:
        blobs = DavBlobs(server.address, server.access)
        with pytest.raises(StoreError, match=r"takes files and lists or renames none .*Use a server with WebDAV"):
            tried(blobs)
        with pytest.raises(StoreError, match="lists or renames none"):
            blobs.send(file, "film/1.m4s", hashlib.sha256(b"segment").hexdigest())
        with pytest.raises(StoreError, match="lists or renames none"):
            list(blobs.walk("film/"))
    assert server.held == {}


def test_a_password_goes_to_no_other_machine_in_the_clear() -> None:
    assert Settings(origin="dav://127.0.0.1:8000/x", _env_file=None).origin_address == "dav://127.0.0.1:8000/x"
    with pytest.raises(ConfigError, match="use davs://"):
        load_settings(origin="dav://media.example/x")
    with pytest.raises(ConfigError, match="dav:// is no storage"):
        load_settings(store="dav://127.0.0.1/x")


def multistatus(said: str) -> bytes:
    href = "<D:response><D:href>/x/a.json</D:href><D:propstat><D:prop>"
    return f'<D:multistatus xmlns:D="DAV:">{href}{said}</D:prop></D:propstat></D:response></D:multistatus>'.encode()


ODD = {
    "12x": (207, multistatus("<D:getcontentlength>12x</D:getcontentlength>"), "a length that is none: “12x”"),
    "minus": (207, multistatus("<D:getcontentlength>-1</D:getcontentlength>"), "a length that is none: “-1”"),
    "date": (207, multistatus("<D:getlastmodified>tomorrow</D:getlastmodified>"), "a date that is none: “tomorrow”"),
    "year": (207, multistatus("<D:getlastmodified>1 Jan 0 99:00:00</D:getlastmodified>"), "a date that is none"),
    "empty": (207, b'<multistatus xmlns="DAV:"/>', "it names nothing"),
    "nothing": (207, b"", "it is no XML"),
    "html": (200, b"<html><body>Log in</body></html>", "it says 200 instead of 207"),
    "xhtml": (207, b"<html><body>Log in</body></html>", "it is no multistatus"),
    "entities": (207, b'<!DOCTYPE a [<!ENTITY b "c">]><multistatus xmlns="DAV:">&b;</multistatus>', "no multistatus"),
    "endless": (207, b" " * 5_000, "it says more than 4000 bytes"),
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_answer_is_one_sentence(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    status, said, expected = ODD[name]
    monkeypatch.setattr("vod_assets.adapters.blobs.dav_answers.MOST_BYTES", 4_000)

    class Odd(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
            pass

        def do_PROPFIND(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(said)

    with served(Odd) as port:
        blobs = DavBlobs(f"dav://127.0.0.1:{port}/x", WebAccess())
        for ask in (lambda: blobs.stat("a.json"), lambda: list(blobs.walk())):
            with pytest.raises(StoreError, match="store_failed") as caught:
                ask()
            assert expected in str(caught.value)


def test_certificates_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "none.pem").write_text("none")
    for file in (tmp_path / "none.pem", tmp_path / "missing.pem"):
        with pytest.raises(ConfigError, match=r"VOD_DAV_CA_FILE cannot be read"):
            DavBlobs("davs://127.0.0.1:1/x", WebAccess(ca_file=file)).read("a.json")
