"""Previews and downloads are made where a profile asks for them, of what is encoded, and played from the store."""

from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from vod_assets.serve import build_app
from vod_assets_tests.studio import Studio

pytestmark = pytest.mark.media
HERE = "http://127.0.0.1:8080"


def ask(profile: dict[str, Any]) -> None:
    profile["preview_movie"] = {"side": 180, "notice": "Not for sale: 100 %"}
    profile["downloads"] = ["h264_360p"]


def asked(app: Any, path: str, host: str = HERE, **headers: str) -> httpx.Response:
    async def get() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 5000))
        async with httpx.AsyncClient(transport=transport, base_url=host) as client:
            return await client.get(path, headers=headers)

    return anyio.run(get)


def test_both_are_made_without_another_encode_of_a_rendition_and_can_be_played(finished: Studio) -> None:
    """Nothing that is released changes."""
    finished.edit_profile(ask)
    finished.calls()
    assert finished.run().executed == {"preview", "mp4"}
    first, second = finished.calls()
    encode, join = (first, second) if "libx264" in first else (second, first)
    assert "drawtext" in " ".join(encode)
    assert "copy" in join
    assert finished.run().executed == set()
    with finished.session() as session:
        app = build_app(session.settings)
        movie = asked(app, "/movies/film/preview.mp4", Range="bytes=4-7")
        assert (movie.status_code, movie.content, movie.headers["content-type"]) == (206, b"ftyp", "video/mp4")
        assert asked(app, "/movies/film/h264_360p.mp4").status_code == 200
        for missing in ("film/h264_180p", "nofilm/preview", "film/..%2Fpreview"):
            assert asked(app, f"/movies/{missing}.mp4").status_code == 404, missing
        assert asked(app, "/movies/film/preview.mp4", host="http://vod.example").status_code == 403


def test_a_download_that_nobody_makes_is_refused_and_the_renditions_named(studio: Studio) -> None:
    studio.edit_profile(lambda profile: profile.update(downloads=["h264_999p"]))
    refused = studio.run()
    assert "downloads: h264_999p is no rendition: use h264_360p, h264_180p" in refused.outcome["error"]["message"]


def test_the_font_comes_with_its_licence() -> None:
    from vod_assets.adapters.transcode.movies import font

    assert "SIL OPEN FONT LICENSE" in Path(font()).with_name("LICENSE.txt").read_text(errors="replace").upper()
