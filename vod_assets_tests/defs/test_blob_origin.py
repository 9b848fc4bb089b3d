"""A title whose artifacts and releases lie in one bucket: published, verified, and served."""

import secrets

import anyio
import httpx
import pytest

from vod_assets.adapters.origin.blobs import BlobOrigin
from vod_assets.adapters.origin.opening import open_origin
from vod_assets.aws import access_of
from vod_assets.serve import build_app
from vod_assets.settings import load_settings
from vod_assets_tests.servers.s3 import S3Server
from vod_assets_tests.studio import Studio

pytestmark = [pytest.mark.media, pytest.mark.slow]


@pytest.fixture
def bucket(studio: Studio, s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> Studio:
    """A studio that keeps its artifacts and publishes its releases in one bucket."""
    prefix = f"s3://{s3.bucket}/{secrets.token_hex(4)}"
    for name, value in {
        "VOD_STORE": f"{prefix}/store",
        "VOD_ORIGIN": f"{prefix}/origin",
        "VOD_S3_ENDPOINT": s3.endpoint,
        "VOD_S3_REGION": "us-east-1",
        "VOD_S3_ACCESS_KEY_ID": s3.access.access_key_id,
        "VOD_S3_SECRET_ACCESS_KEY": s3.access.secret_access_key,
    }.items():
        monkeypatch.setenv(name, value)
    return studio


def test_a_title_is_published_verified_mended_and_served_from_a_bucket(bucket: Studio) -> None:
    done = bucket.run()
    assert done.code == 0, done.stderr
    assert done.outcome["hls"] == "http://127.0.0.1:8080/origin/film/releases/1/clear/master.m3u8"
    checked = bucket.vod("verify", "--all", "--decode")
    assert checked.code == 0, checked.stdout
    assert not (bucket.home / "origin").exists()
    assert_served(bucket, done.outcome["hls"])
    origin = origin_of(bucket)
    segment = next(blob.name for blob in origin.blobs.walk("film/tracks/") if blob.name.endswith(".m4s"))
    beside = segment.rpartition("/")[0] + "/init.mp4"
    data = bytearray(origin.blobs.read(beside) or b"")
    data[100] ^= 1
    origin.blobs.replace(beside, bytes(data))
    origin.blobs.delete([segment])
    found = bucket.vod("verify", "--all")
    assert found.code == 1
    assert segment.removeprefix("film/") in found.stdout
    assert "1 byte differs, at offset 100, compared with the store's copy" in found.stdout
    assert bucket.run().executed == {"release"}
    assert bucket.vod("verify", "--all").code == 0
    assert bucket.vod("titles", "remove", "film", "--yes").code == 0
    assert list(origin.blobs.walk()) == []


def origin_of(bucket: Studio) -> BlobOrigin:
    with bucket.entered():
        origin = open_origin(load_settings(), access_of(load_settings()))
    assert isinstance(origin, BlobOrigin)
    return origin


def assert_served(bucket: Studio, address: str) -> None:
    with bucket.entered():
        whole, part, missing, private = anyio.run(_served, address)
    assert (whole.status_code, whole.headers["content-type"]) == (200, "application/vnd.apple.mpegurl")
    assert whole.text.startswith("#EXTM3U")
    assert (part.status_code, part.content, part.headers["content-range"][:9]) == (206, b"#EXT", "bytes 0-3")
    assert (missing.status_code, private.status_code) == (404, 404)
    assert not list((bucket.home / "scratch").glob("served-*"))


async def _served(address: str) -> list[httpx.Response]:
    transport = httpx.ASGITransport(app=build_app(load_settings()))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
        return [
            await client.get(address),
            await client.get(address, headers={"range": "bytes=0-3"}),
            await client.get(address.replace("master", "none")),
            await client.get(address.replace("clear/master.m3u8", ".files.json")),
        ]
