"""An origin in a bucket is served by the range, and no more of it is read than a player asks for."""

import hashlib
from pathlib import Path

import anyio
import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from vod_assets import serve_blobs
from vod_assets.adapters.origin.blobs import BlobOrigin
from vod_assets.serve_blobs import BlobFiles, asked_range
from vod_assets_tests.fakes import MemoryBlobs

TRACK = "a" * 64
ADDRESS = f"/origin/film/tracks/{TRACK}/1.m4s"


class Counted(MemoryBlobs):
    """Knows which parts were read."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[tuple[int, int]] = []

    def read_range(self, name: str, start: int, end: int) -> bytes | None:
        self.parts.append((start, end))
        return super().read_range(name, start, end)


@pytest.fixture
def blobs(tmp_path: Path) -> Counted:
    blobs, file = Counted(), tmp_path / "1.m4s"
    file.write_bytes(b"0123456789")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    BlobOrigin(blobs, "", tmp_path).put_track("film", TRACK, {"1.m4s": file}, {"1.m4s": digest})
    return blobs


def ask(blobs: Counted, tmp_path: Path, method: str = "GET", address: str = ADDRESS, **headers: str) -> httpx.Response:
    app = Starlette(routes=[Route("/origin/{path:path}", BlobFiles(BlobOrigin(blobs, "", tmp_path)))])

    async def asked() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1") as client:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return await client.request(method, address, headers=named)

    return anyio.run(asked)


def test_a_range_reads_no_more_than_the_range(blobs: Counted, tmp_path: Path) -> None:
    answer = ask(blobs, tmp_path, range="bytes=2-4")
    assert (answer.status_code, answer.content) == (206, b"234")
    assert (answer.headers["content-range"], answer.headers["content-length"]) == ("bytes 2-4/10", "3")
    assert blobs.parts == [(2, 5)]


def test_a_whole_file_comes_piece_by_piece(blobs: Counted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve_blobs, "PIECE_BYTES", 4)
    answer = ask(blobs, tmp_path)
    assert (answer.status_code, answer.content) == (200, b"0123456789")
    assert answer.headers["accept-ranges"] == "bytes"
    assert blobs.parts == [(0, 4), (4, 8), (8, 10)]


def test_a_head_reads_nothing(blobs: Counted, tmp_path: Path) -> None:
    answer = ask(blobs, tmp_path, "HEAD")
    assert (answer.status_code, answer.headers["content-length"], blobs.parts) == (200, "10", [])


def test_a_range_behind_the_end_is_refused(blobs: Counted, tmp_path: Path) -> None:
    answer = ask(blobs, tmp_path, range="bytes=10-")
    assert (answer.status_code, answer.headers["content-range"]) == (416, "bytes */10")


def test_a_range_of_another_version_is_answered_with_all(blobs: Counted, tmp_path: Path) -> None:
    tag = ask(blobs, tmp_path, "HEAD").headers["etag"]
    assert ask(blobs, tmp_path, range="bytes=0-1", if_range=tag).status_code == 206
    assert ask(blobs, tmp_path, range="bytes=0-1", if_range='"other"').content == b"0123456789"


def test_a_file_that_is_gone_is_not_found(blobs: Counted, tmp_path: Path) -> None:
    assert ask(blobs, tmp_path, address=ADDRESS.replace("1.m4s", "2.m4s")).status_code == 404


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("bytes=2-4", range(2, 5)),
        ("bytes=8-", range(8, 10)),
        ("bytes=8-99", range(8, 10)),
        ("bytes=-3", range(7, 10)),
        ("bytes=-99", range(10)),
        ("bytes=-0", range(0)),
        ("bytes=10-", range(0)),
        ("bytes=4-2", None),
        ("bytes=0-1,4-5", None),
        ("bytes=-", None),
        ("lines=1-2", None),
        ("", None),
    ],
)
def test_ranges_are_those_of_the_standard(said: str, wanted: range | None) -> None:
    assert asked_range(said, 10) == wanted
