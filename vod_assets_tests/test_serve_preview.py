"""Previews: whom they are shown, and what of the store."""

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from starlette.applications import Starlette

from vod_assets.adapters.keys.local import LocalKeys
from vod_assets.adapters.process import Unguarded
from vod_assets.adapters.store.artifacts import disk_store
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.content_keys import Contract, KeyRequest
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.signalling import KeyAddresses
from vod_assets.domain.title import TitleRecord
from vod_assets.ports import ArtifactStore
from vod_assets.serve import build_app, serve
from vod_assets.serve_preview import Previews, preview_routes
from vod_assets.settings import Settings

HERE = "http://127.0.0.1:8080"
REQUEST = KeyRequest(title="film", contracts={"cbcs": Contract(classes=("SD", "AUDIO"), systems=("clearkey",))})


@dataclass
class House:
    """A store with a title for previews, ``film``, and one that is none, ``secret``; both have the same things."""

    folder: Path

    def __post_init__(self) -> None:
        self.store: ArtifactStore = disk_store(self.folder / "store", Unguarded())
        self.provider = LocalKeys(self.folder / "master", KeyAddresses())
        self.known = self.provider.describe(REQUEST)
        self.tracks: dict[str, Artifact] = {}
        for title, profile in (("film", "preview"), ("secret", "default")):
            self.store.register(TitleRecord(title_id=title, source=f"file:///{title}.mov", profile=profile))
            self._keep(title, "content_keys", {}, self.known.model_dump())
            self.tracks[title] = self._keep(title, "video_tracks", {"1.m4s": b"0123456789"}, {})
            named = [self.tracks[title].entry("h264_360p").model_dump()]
            leaf = self._keep(title, "hls_package", {"master.m3u8": b"#EXTM3U"}, {"tracks": named})
            self._keep(title, "hls_package", {}, {}, {"cbcs": leaf})
        previews = Previews(self.store, self.provider, frozenset({"preview"}))
        self.app = Starlette(routes=preview_routes(previews))

    def _keep(
        self,
        title: str,
        asset: str,
        files: dict[str, bytes],
        document: dict[str, Any],
        entries: dict[str, Artifact] | None = None,
    ) -> Artifact:
        recipe = Recipe(asset, parameters={"entries": sorted(entries or {}), "files": sorted(files)})
        with self.store.attempt(title, recipe) as attempt:
            for name, data in files.items():
                (attempt.directory / name).write_bytes(data)
            artifact = self.store.commit(attempt, document, entries)
        self.store.point(artifact)
        return artifact

    def kids(self) -> list[str]:
        return [base64.urlsafe_b64encode(bytes.fromhex(key.kid)).rstrip(b"=").decode() for key in self.known.keys]

    def asks(self, method: str, path: str, base: str = HERE, **options: Any) -> httpx.Response:
        return anyio.run(_asked, self.app, method, f"{base}{path}", options)

    def licence(self, base: str = HERE, **options: Any) -> httpx.Response:
        asked = {"kids": self.kids(), "type": "temporary"}
        return self.asks("POST", "/clearkey", base, **({"json": asked} | options))


async def _asked(app: Starlette, method: str, url: str, options: dict[str, Any]) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app)) as client:
        return await client.request(method, url, **options)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_a_licence_holds_the_keys_that_were_asked_for(house: House) -> None:
    answer = house.licence()
    assert answer.headers["cache-control"] == "no-store"
    given = answer.json()
    assert given["type"] == "temporary"
    assert [key["kid"] for key in given["keys"]] == house.kids()
    kept = house.provider.keys(REQUEST, [key.kid for key in house.known.keys])
    right = [base64.urlsafe_b64encode(key.value).rstrip(b"=").decode() for key in kept.values()]
    assert [(key["kty"], key["k"]) for key in given["keys"]] == [("oct", key) for key in right]


def test_keys_of_titles_that_are_no_previews_are_not_given(house: House) -> None:
    house.store.register(TitleRecord(title_id="film", source="file:///film.mov", profile="default"))
    assert house.licence().status_code == 404


def test_keys_of_a_release_are_not_given_once_its_title_is_a_preview(house: House) -> None:
    contract = REQUEST.contracts["cbcs"].model_copy(update={"systems": ("widevine",)})
    released = house.provider.describe(REQUEST.model_copy(update={"contracts": {"cbcs": contract}}))
    assert {key.kid for key in released.keys}.isdisjoint(key.kid for key in house.known.keys)
    house.known = released
    house._keep("film", "content_keys", {"again": b""}, released.model_dump())
    assert house.licence().status_code == 404


def test_keys_that_cannot_be_had_are_answered_with_a_sentence(house: House) -> None:
    master = house.folder / "master"
    kept = master.read_bytes()
    master.chmod(0o644)
    answer = house.licence()
    assert (answer.status_code, answer.headers["cache-control"]) == (503, "no-store")
    assert "[secret_exposed]" in answer.text
    assert kept.hex() not in answer.text


@pytest.mark.parametrize("asked", [b"", b"[]", b'{"kids": []}', b'{"kids": ["?"]}', b'{"kids": [1]}', b"\xff"])
def test_what_is_no_licence_request_gets_none(house: House, asked: bytes) -> None:
    assert house.licence(json=None, content=asked).status_code in (400, 404)


def test_a_licence_request_without_end_is_not_read(house: House) -> None:
    assert house.licence(json=None, content=b" " * (1 << 17)).status_code == 413


@pytest.mark.parametrize(
    ("base", "headers"),
    [
        ("http://example.com", {}),  # a name that was bent to this machine
        (HERE, {"origin": "https://example.com"}),  # another site's page in this machine's browser
        (HERE, {"origin": "null"}),
    ],
)
def test_nothing_is_for_other_sites(house: House, base: str, headers: dict[str, str]) -> None:
    assert house.licence(base, headers=headers).status_code == 403
    manifest = "/preview/film/releases/0/cbcs/master.m3u8"
    assert house.asks("GET", manifest, base, headers=headers).status_code == 403
    assert house.asks("GET", manifest, headers={"origin": HERE}).status_code == 200


def test_manifests_and_tracks_lie_as_at_an_origin(house: House) -> None:
    manifest = house.asks("GET", "/preview/film/releases/0/cbcs/master.m3u8")
    assert (manifest.text, manifest.headers["content-type"]) == ("#EXTM3U", "application/vnd.apple.mpegurl")
    segment = f"/preview/film/tracks/{house.tracks['film'].digest}/1.m4s"
    part = house.asks("GET", segment, headers={"range": "bytes=2-4"})
    assert (part.status_code, part.content) == (206, b"234")


def test_only_files_of_packages_of_previews_are_shown(house: House) -> None:
    digest = house.tracks["film"].digest
    for path in (
        "/preview/secret/releases/0/cbcs/master.m3u8",
        f"/preview/secret/tracks/{digest}/1.m4s",
        "/preview/film/releases/0/cenc/master.m3u8",
        "/preview/film/releases/0/cbcs/artifact.json",
        f"/preview/film/tracks/{digest}/artifact.json",
        f"/preview/film/tracks/{digest}/../../../../title.json",
        f"/preview/film/tracks/{'0' * 64}/1.m4s",
        "/preview/..%2Ffilm/releases/0/cbcs/master.m3u8",
        "/preview/nobody/releases/0/cbcs/master.m3u8",
    ):
        assert house.asks("GET", path).status_code == 404, path


def test_a_track_that_was_shown_is_shown_no_more_once_its_title_is_no_preview(house: House) -> None:
    segment = f"/preview/film/tracks/{house.tracks['film'].digest}/1.m4s"
    assert house.asks("GET", segment).status_code == 200
    house.store.register(TitleRecord(title_id="film", source="file:///film.mov", profile="default"))
    assert house.asks("GET", segment).status_code == 404


def test_without_the_setting_there_is_no_preview(tmp_path: Path) -> None:
    app = build_app(Settings(home=tmp_path, _env_file=None))
    for method, path in (("POST", "/clearkey"), ("GET", "/preview/film/releases/0/cbcs/master.m3u8")):
        assert anyio.run(_asked, app, method, f"{HERE}{path}", {}).status_code == 404


def test_previews_are_not_served_to_other_machines(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        serve(Settings(home=tmp_path, preview=True, _env_file=None), port=0, host="0.0.0.0")
    assert refused.value.code == "preview_not_loopback"
