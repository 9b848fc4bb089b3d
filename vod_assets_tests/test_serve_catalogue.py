"""Whatever the CMS is, the workstation's server shows what it shows, or says why it cannot."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from vod_assets import serve_catalogue
from vod_assets.adapters.cms.static import StaticCms
from vod_assets.domain.catalogue import Entry, entry_for
from vod_assets.domain.errors import RemoteError
from vod_assets.domain.publication import Publication
from vod_assets.domain.title import TitleRecord
from vod_assets.serve import PAGE_TYPES, Files, build_app
from vod_assets.serve_catalogue import Catalogue, Following
from vod_assets.settings import Settings
from vod_assets_tests.fakes import MemoryCms, MemoryOrigin
from vod_assets_tests.releases import made
from vod_assets_tests.servers.processes import free_ports

URL = "http://127.0.0.1:8080"


class FarCms(MemoryCms):
    """A CMS over a network, which counts how often it is asked for its entries, and may be away."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.is_away = 0, False

    def entries_of(self, titles: Collection[str]) -> dict[str, Mapping[str, Any]]:
        self.asked += 1
        if self.is_away:
            raise RemoteError("cms_unavailable", "films.example does not answer", "Try again later")
        return super().entries_of(titles)


def entry(folder: Path, title: str, status: str = "published") -> dict[str, Any]:
    release = made(folder / title, title).place(MemoryOrigin(), folder)
    shown: Entry = entry_for(TitleRecord(title_id=title, source=""), release, lambda *_: f"{URL}/origin/x")
    said = Publication.model_validate({"revision": 1, "status": status})
    return shown.model_copy(update={"publication": said}).as_document()


def ask(catalogue: Catalogue, path: str = "/") -> httpx.Response:
    files = Following(catalogue, Files(catalogue.site.root, PAGE_TYPES, html=True))
    return anyio.run(asked, Starlette(routes=[Mount("/", files)]), path)


async def asked(app: Starlette, path: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=URL) as client:
        return await client.get(path)


@pytest.fixture
def cms(tmp_path: Path) -> FarCms:
    cms = FarCms()
    for title, status in (("film", "published"), ("later", "scheduled")):
        cms.publish(entry(tmp_path, title, status))
    return cms


def test_it_shows_what_viewers_may_see_in_a_cms_over_a_network(tmp_path: Path, cms: FarCms) -> None:
    catalogue = Catalogue(StaticCms(tmp_path / "site", URL), cms)
    page = ask(catalogue)
    assert (page.status_code, "titles/film.html" in page.text, "later" in page.text) == (200, True, False)
    assert ask(catalogue, "/titles/film.json").json()["title"] == "film"
    assert ask(catalogue, "/titles/later.html").status_code == 404
    assert cms.asked == 1  # a short while ago


def test_what_is_gone_from_the_cms_is_gone_from_it(
    tmp_path: Path, cms: FarCms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve_catalogue, "LOOK_SECONDS", 0.0)
    catalogue = Catalogue(StaticCms(tmp_path / "site", URL), cms)
    assert "titles/film.html" in ask(catalogue).text
    cms.remove("film")
    assert "Nothing is published yet" in ask(catalogue).text
    assert ask(catalogue, "/titles/film.html").status_code == 404


def test_a_cms_that_cannot_be_asked_is_said_plainly(tmp_path: Path, cms: FarCms) -> None:
    cms.is_away = True
    page = ask(Catalogue(StaticCms(tmp_path / "site", URL), cms))
    assert page.status_code == 503
    assert "The catalogue cannot be shown: films.example does not answer [cms_unavailable]" in page.text


def test_the_cms_of_the_settings_is_the_one_that_is_shown(tmp_path: Path) -> None:
    """The static one is its folder; all else is served whether or not another one answers."""
    (port,) = free_ports(1)
    far = Settings(home=tmp_path, cms=f"directus+http://127.0.0.1:{port}", _env_file=None)
    assert Catalogue.of(far).site.root == tmp_path / "cache/catalogue"
    assert anyio.run(asked, build_app(far), "/player.html").status_code == 200
    assert not (tmp_path / "cms").exists()
    near = Settings(home=tmp_path, _env_file=None)
    assert Catalogue.of(near).site.root == near.cms_path
