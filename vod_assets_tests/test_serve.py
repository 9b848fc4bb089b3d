"""The workstation's server: ranges, types, and nothing but what is meant to be seen."""

import socket
from pathlib import Path

import anyio
import httpx
import pytest
from starlette.applications import Starlette

from vod_assets.domain.errors import ConfigError
from vod_assets.serve import build_app, listening
from vod_assets.settings import Settings

SEGMENT = f"/origin/film/tracks/{'a' * 64}/1.m4s"
MANIFEST = "/origin/film/releases/1/clear/master.m3u8"


@pytest.fixture
def app(tmp_path: Path) -> Starlette:
    for address, data in ((SEGMENT, b"0123456789"), (MANIFEST, b"#EXTM3U"), ("/origin/film/page.html", b"<script>")):
        file = tmp_path / address.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    (tmp_path / "origin/film/.incoming-1").mkdir()
    (tmp_path / "origin/film/.incoming-1/1.m4s").write_bytes(b"half")
    (tmp_path / "secret").write_text("secret")
    return build_app(Settings(home=tmp_path, _env_file=None))


async def _asked(app: Starlette, method: str, address: str, headers: dict[str, str]) -> httpx.Response:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        return await client.request(method, address, headers=headers)


def ask(app: Starlette, address: str, method: str = "GET", **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return anyio.run(_asked, app, method, address, named)


def test_a_range_is_answered_with_its_bytes(app: Starlette) -> None:
    answer = ask(app, SEGMENT, range="bytes=2-4")
    assert (answer.status_code, answer.content) == (206, b"234")
    assert answer.headers["content-range"] == "bytes 2-4/10"


def test_a_range_beyond_the_end_is_refused(app: Starlette) -> None:
    answer = ask(app, SEGMENT, range="bytes=10-")
    assert answer.status_code == 416
    assert answer.headers["content-range"].endswith("*/10")


def test_a_whole_file_offers_ranges(app: Starlette) -> None:
    answer = ask(app, SEGMENT)
    assert (answer.status_code, answer.content) == (200, b"0123456789")
    assert answer.headers["accept-ranges"] == "bytes"


def test_a_head_has_no_body(app: Starlette) -> None:
    answer = ask(app, SEGMENT, "HEAD")
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "10")


def test_an_unchanged_file_is_not_sent_again(app: Starlette) -> None:
    etag = ask(app, MANIFEST).headers["etag"]
    assert ask(app, MANIFEST, if_none_match=etag).status_code == 304


def test_players_on_other_sites_may_fetch(app: Starlette) -> None:
    for answer in (ask(app, SEGMENT), ask(app, SEGMENT, "OPTIONS"), ask(app, "/origin/none")):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "Range" in answer.headers["access-control-allow-headers"]
    assert ask(app, SEGMENT, "OPTIONS").status_code == 204


def test_nothing_can_be_written(app: Starlette) -> None:
    assert ask(app, SEGMENT, "PUT").status_code == 405
    assert ask(app, SEGMENT, "DELETE").status_code == 405


def test_tracks_stay_for_ever_and_manifests_do_not(app: Starlette) -> None:
    assert "immutable" in ask(app, SEGMENT).headers["cache-control"]
    assert ask(app, MANIFEST).headers["cache-control"] == "public, max-age=5"


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.m3u8", "application/vnd.apple.mpegurl"),
        ("a.mpd", "application/dash+xml"),
        ("a.m4s", "video/iso.segment"),
        ("a.mp4", "video/mp4"),
        ("a.vtt", "text/vtt; charset=utf-8"),
        ("a.JPG", "image/jpeg"),
        ("a.html", "application/octet-stream"),
        ("a.js", "application/octet-stream"),
        ("a.svg", "application/octet-stream"),
    ],
)
def test_players_are_told_what_a_file_is_and_pages_of_others_never_run(
    app: Starlette, tmp_path: Path, name: str, media_type: str
) -> None:
    (tmp_path / "origin/film" / name).write_bytes(b"x")
    answer = ask(app, f"/origin/film/{name}")
    assert answer.headers["content-type"] == media_type
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "address",
    [
        "/origin/film/.incoming-1/1.m4s",
        "/origin/../secret",
        "/origin/%2e%2e/secret",
        "/origin/..%2fsecret",
        "/origin/film/..%5c..%5csecret",
        "/origin/%00",
        "/origin/film/",
        "/catalogue/.lock",
        "/secret",
    ],
)
def test_what_is_private_is_not_there(app: Starlette, address: str) -> None:
    answer = ask(app, address)
    assert answer.status_code == 404
    assert "secret" not in answer.text


def test_links_out_of_the_origin_are_not_followed(app: Starlette, tmp_path: Path) -> None:
    (tmp_path / "origin/film/out.mp4").symlink_to(tmp_path / "secret")
    assert ask(app, "/origin/film/out.mp4").status_code == 404


def test_an_empty_catalogue_says_how_to_fill_it(app: Starlette) -> None:
    assert ask(app, "/").headers["location"] == "/catalogue/"
    answer = ask(app, "/catalogue/")
    assert "Nothing is published yet" in answer.text
    assert "script-src 'self'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("name", ["player.html", "player.js", "style.css"])
def test_the_player_needs_nothing_from_the_network(app: Starlette, name: str) -> None:
    answer = ask(app, f"/{name}")
    assert answer.status_code == 200
    assert "//" not in answer.text.replace("// ", "").replace("https?:\\/\\/", "")


def test_a_taken_port_is_named() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ConfigError, match=f"port {port} of 127.0.0.1 .*port_in_use"):
            listening("127.0.0.1", port)


def test_port_zero_takes_a_free_one() -> None:
    with listening("127.0.0.1", 0) as listener:
        assert listener.getsockname()[1] > 0


def test_players_are_served_where_they_are_installed(tmp_path: Path) -> None:
    library = tmp_path / "hls.js/dist/hls.min.js"
    library.parent.mkdir(parents=True)
    library.write_text("Hls")
    app = build_app(Settings(home=tmp_path / "home", players=tmp_path, _env_file=None))
    answer = ask(app, "/players/hls.js")
    assert (answer.text, answer.headers["content-type"]) == ("Hls", "text/javascript; charset=utf-8")
    assert ask(app, "/players/shaka.js").status_code == 404
    assert ask(app, "/players/../hls.js/dist/hls.min.js").status_code == 404
