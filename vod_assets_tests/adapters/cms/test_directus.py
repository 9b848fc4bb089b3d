"""A real Directus keeps the contract, asked by REST and by GraphQL; its collections are made and completed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from vod_assets.adapters.cms.calls import CmsServer
from vod_assets.adapters.cms.directus import TITLES, directus, directus_server
from vod_assets.adapters.cms.directus_setup import set_up
from vod_assets.adapters.cms.opening import open_cms
from vod_assets.adapters.cms.remote import RemoteCms
from vod_assets.cli import edge
from vod_assets.cli.main import app
from vod_assets.doctor import State, examine
from vod_assets.doctor_cms import check_cms
from vod_assets.domain.errors import ConfigError, RemoteError
from vod_assets.named_secrets import secret
from vod_assets.settings import Settings
from vod_assets_tests.contracts.cms import CmsContract, entry, numbered
from vod_assets_tests.servers import directus as servers
from vod_assets_tests.servers.directus import Directus

PAGE = Path(__file__).parents[3] / "docs" / "cms.md"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directus]:
    with servers.directus_server(tmp_path_factory.mktemp("directus")) as server:
        said = set_up(admin(server), is_dry=True)
        assert said == set_up(admin(server), is_dry=False)
        assert len(said) == 2
        yield server


def admin(server: Directus) -> CmsServer:
    return directus_server(server.url, "", lambda: servers.TOKEN)


class _OnDirectus(CmsContract):
    @pytest.fixture
    def cms(self, remote: RemoteCms) -> RemoteCms:
        for title in ("film", "other"):
            remote.remove(title)
        return remote


class TestDirectusByRest(_OnDirectus):
    @pytest.fixture
    def remote(self, house: Directus) -> RemoteCms:
        return directus(admin(house), "rest")

    def test_what_an_editor_changes_is_told_and_put_back(self, cms: RemoteCms, house: Directus) -> None:
        cms.publish(numbered(1))
        house.asked("PATCH", f"/items/{TITLES}/film", {"name": "Changed"})
        assert "name" in cms.faults("film")[0]
        cms.publish(numbered(1))
        assert cms.faults("film") == []

    def test_fields_say_what_viewers_and_shops_look_for(self, cms: RemoteCms, house: Directus) -> None:
        cms.publish(entry(number=3).as_document())
        row = house.asked("GET", f"/items/{TITLES}/film?fields=name,release,hls,manifests,status")
        hls = entry(number=3).release.variants["clear"].hls  # type: ignore[union-attr]
        dash = hls.replace("master.m3u8", "manifest.mpd")
        manifests = {"clear": {"hls": hls, "dash": dash}}
        assert row == {"name": "Film", "release": 3, "hls": hls, "manifests": manifests, "status": "published"}

    def test_a_publisher_that_was_killed_after_its_claim_finishes_later(self, cms: RemoteCms) -> None:
        cms._claim("film", numbered(1))
        assert (cms.versions("film"), cms.entry("film")) == ([1], None)
        cms.publish(numbered(1), 0)
        assert (cms.versions("film"), cms.entry("film")) == ([1], numbered(1))

    def test_a_late_publisher_does_not_write_over_a_later_entry(self, cms: RemoteCms) -> None:
        cms.publish(numbered(1))
        seen = cms.titles.one("film")
        cms.publish(numbered(3))
        with pytest.raises(RemoteError, match="cms_conflict"):
            cms._show("film", numbered(2), seen, 1)
        assert cms.entry("film") == numbered(3)

    def test_a_lost_field_is_added_again(self, cms: RemoteCms, house: Directus) -> None:
        house.asked("DELETE", f"/fields/{TITLES}/poster")
        assert set_up(admin(house), is_dry=False) == [f"add field {TITLES}.poster"]
        assert set_up(admin(house), is_dry=False) == []

    def test_many_titles_are_listed_by_pages(self, cms: RemoteCms, house: Directus) -> None:
        titles = [f"title-{number:03}" for number in range(230)]
        house.asked("POST", f"/items/{TITLES}", [{"id": title, "document": {"title": title}} for title in titles])
        assert cms.entries() == titles
        assert list(cms.entries_of(titles[:120])) == titles[:120]
        cms.titles.remove(titles)


class TestDirectusByGraphql(_OnDirectus):
    @pytest.fixture
    def remote(self, house: Directus) -> RemoteCms:
        return directus(directus_server(house.url, servers.EMAIL, lambda: servers.PASSWORD), "graphql")


class TestDescribedByGraphql(_OnDirectus):
    """The file that docs/cms.md shows of a CMS by GraphQL."""

    @pytest.fixture
    def remote(self, house: Directus, tmp_path: Path) -> RemoteCms:
        text = PAGE.read_text().partition("<!-- graphql -->\n```yaml\n")[2].partition("```")[0]
        (tmp_path / "cms.yaml").write_text(text.replace("https://cms.example", house.url))
        said = {"cms": f"graphql:{tmp_path}/cms.yaml", "cms_password": servers.TOKEN}
        cms = open_cms(Settings.model_validate(said), None, secret)
        assert isinstance(cms, RemoteCms)
        return cms


def test_who_is_not_let_in_is_told_without_the_secret(house: Directus) -> None:
    for api in ("rest", "graphql"):
        for user in ("", servers.EMAIL):
            with pytest.raises(ConfigError, match="cms_denied") as refused:
                directus(directus_server(house.url, user, lambda: "not-the-token"), api).entries()
            assert "not-the-token" not in str(refused.value)


def test_a_session_that_has_ended_is_renewed(house: Directus) -> None:
    server = directus_server(house.url, servers.EMAIL, lambda: servers.PASSWORD)
    cms = directus(server, "rest")
    before = cms.entries()
    server.signer._token = "a.b.c"  # type: ignore[attr-defined]
    assert cms.entries() == before


def test_the_doctor_asks_it_what_it_has(house: Directus) -> None:
    said = {"cms": f"directus+{house.url}?api=graphql", "cms_password": servers.TOKEN}
    (finding,) = examine(Settings.model_validate(said), [check_cms])
    assert (finding.state, "answers and shows" in finding.found) == (State.OK, True)
    (finding,) = examine(Settings.model_validate(said | {"cms_password": "not-the-token"}), [check_cms])
    assert (finding.state, "not-the-token" in finding.found) == (State.FAULT, False)


def test_a_command_makes_what_is_missing(
    house: Directus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    house.asked("DELETE", f"/fields/{TITLES}/dash")
    said = {"VOD_HOME": str(tmp_path), "VOD_CMS": f"directus+{house.url}", "VOD_CMS_PASSWORD": servers.TOKEN}
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    for words in (["--dry-run"], [], []):
        assert edge.run(app, ["cms", "setup", *words]) == 0
    first, second, third = capsys.readouterr().out.splitlines()
    assert (first, second) == (f"would add field {TITLES}.dash", f"add field {TITLES}.dash")
    assert third.startswith("nothing to do")
