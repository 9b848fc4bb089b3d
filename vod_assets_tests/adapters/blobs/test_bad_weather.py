"""Storages that fail as they do in the field: nothing is lost, nothing wrong is read, and what ends, ends clearly."""

import dataclasses
import hashlib
import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from vod_assets.adapters.blobs import faults, object_faults
from vod_assets.adapters.blobs.disk import DiskBlobs
from vod_assets.adapters.blobs.ftp import FtpBlobs
from vod_assets.adapters.blobs.objects import ObjectBlobs, s3_blobs
from vod_assets.adapters.blobs.smb import SmbBlobs
from vod_assets.domain.errors import StoreError
from vod_assets.ports.blobs import Blobs
from vod_assets_tests.servers.ftp import FtpServer, ftp_server, ftps_server
from vod_assets_tests.servers.s3 import S3Server
from vod_assets_tests.servers.small_disk import may_mount, small_disk
from vod_assets_tests.servers.smb import SmbServer, configured, smb_server, smbd
from vod_assets_tests.servers.weather import TcpProxy, Weather, http_proxy


@contextmanager
def bucket_in(weather: Weather, s3: S3Server) -> Iterator[ObjectBlobs]:
    with http_proxy(urlsplit(s3.endpoint).port or 0, weather) as port:
        access = dataclasses.replace(s3.access, endpoint=f"http://127.0.0.1:{port}")
        yield s3_blobs(s3.bucket, f"weather-{secrets.token_hex(4)}", access)


@pytest.fixture
def is_impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(object_faults.RETRY, "max_retries", 1)
    with faults.patience(1.0):
        yield


@pytest.fixture
def is_hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask again at once: what is shown is what comes of it, not how long one waits."""
    monkeypatch.setattr("vod_assets.adapters.blobs.faults.LONGEST_WAIT_SECONDS", 0.05)
    monkeypatch.setitem(
        object_faults.RETRY,
        "backoff",
        {"init_backoff": timedelta(milliseconds=5), "max_backoff": timedelta(milliseconds=50), "base": 2},
    )


def travel(blobs: Blobs, folder: Path, count: int, size_bytes: int, at_once: int = 8) -> None:
    """Create, send, list and fetch; whatever comes back is what was stored, and all of it does."""
    sent = {f"t/{number}.m4s": secrets.token_bytes(size_bytes) for number in range(count)}

    def there_and_back(name: str) -> None:
        data, digest = sent[name], hashlib.sha256(sent[name]).hexdigest()
        source, target = folder / f"{Path(name).name}.source", folder / f"{Path(name).name}.target"
        source.write_bytes(data)
        blobs.send(source, name, digest)
        assert blobs.create(f"{name}.json", digest.encode())
        assert not blobs.create(f"{name}.json", digest.encode())
        assert blobs.fetch(name, target, digest) == digest
        assert blobs.read(f"{name}.json") == digest.encode()
        assert target.read_bytes() == data

    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(there_and_back, sent))
    assert {blob.name for blob in blobs.walk("t/", with_drafts=True)} == {*sent, *(f"{name}.json" for name in sent)}


def test_a_bucket_that_fails_one_request_in_five_loses_nothing(s3: S3Server, tmp_path: Path, is_hasty: None) -> None:
    weather = Weather(seed=3, refused=0.1, lost=0.05, cut=0.1)
    with bucket_in(weather, s3) as blobs:
        travel(blobs, tmp_path, count=12, size_bytes=300_000)
    assert weather.happened["refused"]
    assert weather.happened["lost"]
    assert weather.happened["cut"]


def test_a_bucket_that_fails_one_request_in_twenty_is_waited_for_as_usual(s3: S3Server, tmp_path: Path) -> None:
    weather = Weather(seed=4, refused=0.05)
    with bucket_in(weather, s3) as blobs:
        travel(blobs, tmp_path, count=30, size_bytes=20_000)  # of 200 requests one is refused, in whatever order
    assert weather.happened["refused"]


def test_a_long_object_goes_on_after_cuts(
    s3: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_hasty: None
) -> None:
    monkeypatch.setattr("vod_assets.adapters.blobs.objects.LONG_BYTES", 1 << 20)
    weather, source, data = Weather(seed=5, cut=0.3), tmp_path / "long.mp4", secrets.token_bytes(18 << 20)
    source.write_bytes(data)
    with bucket_in(weather, s3) as blobs:
        blobs.send(source, "long.mp4", hashlib.sha256(data).hexdigest())
        monkeypatch.setattr("vod_assets.adapters.blobs.long_objects.FETCHED_PART_BYTES", 1 << 20)
        assert blobs.fetch("long.mp4", tmp_path / "back.mp4") == hashlib.sha256(data).hexdigest()
    assert weather.happened["cut"]


def test_a_long_object_is_waited_for_while_bytes_come(
    s3: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow line is cut by the client's own time limit again and again; that is no fault while there is progress."""
    monkeypatch.setattr("vod_assets.adapters.blobs.objects.LONG_BYTES", 1 << 20)
    monkeypatch.setitem(object_faults.RETRY, "max_retries", 0)
    weather, source, data = Weather(seed=6), tmp_path / "long.mp4", secrets.token_bytes(9 << 20)
    source.write_bytes(data)
    with bucket_in(weather, s3) as blobs:
        blobs.send(source, "long.mp4", hashlib.sha256(data).hexdigest())
        monkeypatch.setattr("vod_assets.adapters.blobs.faults.ATTEMPTS", 3)  # a cut may come before any byte
        weather.cut = 0.5
        assert blobs.fetch("long.mp4", tmp_path / "back.mp4") == hashlib.sha256(data).hexdigest()
    assert weather.happened["cut"]


def test_a_slow_bucket_is_only_slow(s3: S3Server) -> None:
    with bucket_in(Weather(latency_seconds=2.0), s3) as blobs:
        blobs.replace("a.json", b"{}")
        assert blobs.read("a.json") == b"{}"


def test_a_bit_that_arrives_wrong_is_not_kept(s3: S3Server, tmp_path: Path, is_impatient: None) -> None:
    source = tmp_path / "a.m4s"
    source.write_bytes(b"sound bytes")
    with bucket_in(Weather(flipped=1.0), s3) as blobs:
        with pytest.raises(StoreError):
            blobs.send(source, "a.m4s", hashlib.sha256(b"sound bytes").hexdigest())
        assert blobs.stat("a.m4s") is None


def test_expired_credentials_are_named_at_once(s3: S3Server) -> None:
    weather = Weather(is_expired=True)
    with bucket_in(weather, s3) as blobs:
        for ask in (lambda: blobs.read("a"), lambda: blobs.create("a", b""), lambda: list(blobs.walk())):
            with pytest.raises(StoreError, match=r"s3://media/weather-.*credentials_expired"):
                ask()


def test_an_endpoint_that_is_not_there_is_named(s3: S3Server, is_impatient: None) -> None:
    access = dataclasses.replace(s3.access, endpoint="http://127.0.0.1:9")
    with pytest.raises(StoreError, match=r"s3://media/p/a\.json.*store_unreachable.*VOD_S3_ENDPOINT"):
        s3_blobs(s3.bucket, "p", access).read("a.json")


@pytest.fixture(params=["smb", "ftp"])
def cut_share(request: pytest.FixtureRequest) -> Iterator[tuple[Blobs, TcpProxy]]:
    server = request.getfixturevalue(request.param)
    proxy = TcpProxy(server.access.port, cut_after_bytes=400_000 if request.param == "smb" else 600, cuts=6)
    access = dataclasses.replace(server.access, port=proxy.port)
    name = f"weather {secrets.token_hex(4)}"
    blobs: Blobs
    if isinstance(server, SmbServer):
        blobs = SmbBlobs(server.host, f"{server.share}/{name}", access)
    else:
        assert isinstance(server, FtpServer)
        blobs = FtpBlobs(server.host, name, access, tls=False)
    try:
        yield blobs, proxy
    finally:
        proxy.close()


def test_a_share_whose_connections_are_cut_loses_nothing(cut_share: tuple[Blobs, TcpProxy], tmp_path: Path) -> None:
    blobs, proxy = cut_share
    travel(blobs, tmp_path, count=4, size_bytes=300_000, at_once=2)
    assert proxy.cuts


def test_a_share_goes_away_and_comes_back(tmp_path: Path) -> None:
    server = configured(tmp_path / "server", tmp_path / "share")
    blobs = SmbBlobs(server.host, f"{server.share}/away", server.access)
    with smbd(server):
        blobs.replace("a.json", b"{}")
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(blobs.read, "a.json")
        time.sleep(0.5)
        assert not reading.done()
        with smbd(server):
            assert reading.result(30) == b"{}"
            blobs.replace("b.json", b"after")
            assert blobs.read("b.json") == b"after"


def test_an_ftp_server_goes_away_and_comes_back(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    with ftp_server(tmp_path / "server", root=tmp_path / "root") as server:
        blobs = FtpBlobs(server.host, "away", server.access, tls=False)
        blobs.replace("a.json", b"{}")
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(blobs.read, "a.json")
        time.sleep(0.5)
        assert not reading.done()
        with ftp_server(tmp_path / "again", root=tmp_path / "root", port=server.access.port):
            assert reading.result(30) == b"{}"
            blobs.replace("b.json", b"after")
            assert blobs.read("b.json") == b"after"


@pytest.fixture(params=["smb", "ftp"])
def far_share(request: pytest.FixtureRequest) -> Iterator[tuple[Blobs, TcpProxy]]:
    server = request.getfixturevalue(request.param)
    proxy = TcpProxy(server.access.port)
    access = dataclasses.replace(server.access, port=proxy.port)
    name = f"far {secrets.token_hex(4)}"
    try:
        if isinstance(server, SmbServer):
            yield SmbBlobs(server.host, f"{server.share}/{name}", access), proxy
        else:
            yield FtpBlobs(server.host, name, access, tls=False), proxy
    finally:
        proxy.close()


def test_a_slow_share_is_only_slow(far_share: tuple[Blobs, TcpProxy], tmp_path: Path) -> None:
    blobs, proxy = far_share
    proxy.latency_seconds = 0.05
    travel(blobs, tmp_path, count=1, size_bytes=10_000)


def test_a_share_that_falls_silent_is_named_soon(far_share: tuple[Blobs, TcpProxy]) -> None:
    blobs, proxy = far_share
    blobs.replace("a.json", b"{}")
    proxy.latency_seconds = 20.0
    begun = time.monotonic()
    with faults.patience(0.25), pytest.raises(StoreError, match=r"far .*a\.json.*store_unreachable"):
        blobs.read("a.json")
    assert time.monotonic() - begun < 10


def test_a_password_that_is_changed_meanwhile_is_named(ftp: FtpServer, smb: SmbServer) -> None:
    for blobs in (
        SmbBlobs(smb.host, smb.share, dataclasses.replace(smb.access, password="of last month")),
        FtpBlobs(ftp.host, "", dataclasses.replace(ftp.access, password="of last month"), tls=False),
    ):
        began = time.monotonic()
        with pytest.raises(StoreError, match="store_denied") as caught:
            blobs.read("a.json")
        assert "of last month" not in str(caught.value)
        assert time.monotonic() - began < 30, "it was asked again, and an account may be locked for that"


def test_a_share_that_stays_away_is_named(smb: SmbServer, is_impatient: None) -> None:
    access = dataclasses.replace(smb.access, port=9)
    with pytest.raises(StoreError, match=r"smb://.*a\.json.*store_unreachable.*VOD_SMB_PORT"):
        SmbBlobs(smb.host, smb.share, access).read("a.json")


def test_an_ftp_server_that_stays_away_is_named(ftp: FtpServer, is_impatient: None) -> None:
    access = dataclasses.replace(ftp.access, port=9)
    with pytest.raises(StoreError, match=r"ftp://.*a\.json.*store_unreachable.*VOD_FTP_PORT"):
        FtpBlobs(ftp.host, "", access, tls=False).read("a.json")


@pytest.mark.parametrize("kind", ["disk", "smb", "ftps"] if may_mount() else [])
def test_a_full_disk_is_named_and_nothing_half_is_seen(kind: str, tmp_path: Path, is_impatient: None) -> None:
    with ExitStack() as stack:
        disk = stack.enter_context(small_disk(tmp_path / "small", megabytes=1))
        if kind == "smb":
            server = stack.enter_context(smb_server(tmp_path / "server", disk))
            assert_full(SmbBlobs(server.host, f"{server.share}/full", server.access), tmp_path)
        elif kind == "ftps":
            strict = stack.enter_context(ftps_server(tmp_path / "server", disk))
            # proftpd does not always say what is wrong with its disk; then its own words must do.
            blobs = FtpBlobs(strict.host, "full", strict.access, tls=True)
            assert_full(blobs, tmp_path, "disk_full|Input/output error.*its free space")
        else:
            assert_full(DiskBlobs(disk / "full"), tmp_path)


@pytest.mark.parametrize("long_bytes", [1 << 20, 1 << 30] if may_mount() else [])
def test_a_scratch_disk_that_is_full_is_named(
    s3: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, long_bytes: int
) -> None:
    monkeypatch.setattr("vod_assets.adapters.blobs.objects.LONG_BYTES", long_bytes)
    blobs = s3_blobs(s3.bucket, f"full-{secrets.token_hex(4)}", s3.access)
    blobs.replace("long.mp4", bytes(3_000_000))
    with small_disk(tmp_path / "small", megabytes=1) as disk:
        with pytest.raises(StoreError, match=r"disk_full.*|no space is left for .*long\.mp4"):
            blobs.fetch("long.mp4", disk / "long.mp4")
        assert not (disk / "long.mp4").exists()


def assert_full(blobs: Blobs, folder: Path, said: str = "disk_full") -> None:
    blobs.replace("small.json", b"{}")
    long, digest = folder / "long.bin", hashlib.sha256(bytes(3_000_000)).hexdigest()
    long.write_bytes(bytes(3_000_000))
    for write in (lambda: blobs.send(long, "long.mp4", digest), lambda: blobs.replace("small.json", bytes(3_000_000))):
        with pytest.raises(StoreError, match=said):
            write()
    assert blobs.stat("long.mp4") is None
    assert blobs.read("small.json") == b"{}"
    assert [blob.name for blob in blobs.walk(with_drafts=True)] == ["small.json"], "drafts use up what is left"
