"""A CMS by REST, as docs/cms.md describes one, keeps the contract, also in bad weather; errors of GraphQL are read."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from vod_assets.adapters.blobs.faults import patience
from vod_assets.adapters.cms.calls import CmsServer
from vod_assets.adapters.cms.described import read_described
from vod_assets.adapters.cms.directus import directus
from vod_assets.adapters.cms.opening import open_cms
from vod_assets.adapters.cms.remote import RemoteCms
from vod_assets.domain.errors import ConfigError, RemoteError, VodError
from vod_assets.named_secrets import secret
from vod_assets.ports import Cms
from vod_assets.settings import Settings
from vod_assets_tests.contracts.cms import CmsContract, numbered
from vod_assets_tests.servers.web_cms import SECRET, Weather, WebCms, web_cms

PAGE = Path(__file__).parents[3] / "docs" / "cms.md"
HTML = b"<html><head><title>Maintenance</title></head><p>Back soon</html>"


@pytest.fixture
def server() -> Iterator[WebCms]:
    with web_cms() as running:
        yield running


@pytest.fixture
def cms(server: WebCms, tmp_path: Path) -> Cms:
    text = PAGE.read_text().partition("<!-- rest -->\n```yaml\n")[2].partition("```")[0]
    (tmp_path / "cms.yaml").write_text(
        text.replace("https://cms.example/api", server.url).replace("https://cms.example/token", f"{server.url}/token")
    )
    said = {"cms": f"rest:{tmp_path}/cms.yaml", "cms_username": "house", "cms_password": SECRET}
    return open_cms(Settings.model_validate(said), None, secret)


class TestRemoteCms(CmsContract):
    @pytest.fixture
    def cms(self, cms: Cms) -> Cms:
        return cms


def test_fields_go_where_the_file_says(cms: Cms, server: WebCms) -> None:
    assert cms.publish(numbered(1)) == "https://cms.example/titles/film"
    attributes = server.rows["titles"]["film"]["attributes"]
    assert attributes["title"] == "Film"
    assert attributes["hls"].endswith("master.m3u8")
    assert (attributes["german"], attributes["kind"]) == (None, "vod")
    assert isinstance(server.rows["versions"]["film.1"]["payload"], str)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_cms_is_asked_again(cms: Cms, server: WebCms, status: int) -> None:
    server.weather = [Weather(status, b"busy", {"retry-after": "0"})] * 2
    cms.publish(numbered(1))
    assert cms.entry("film") == numbered(1)


def test_a_cms_that_stays_busy_is_named(cms: Cms, server: WebCms) -> None:
    server.weather = [Weather(503, HTML)] * 20
    with patience(0.3), pytest.raises(RemoteError, match=r"503 Maintenance Back soon.*cms_unavailable"):
        cms.entry("film")


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_what_was_written_before_the_line_broke_is_not_written_twice(cms: Cms, server: WebCms, method: str) -> None:
    cms.publish(numbered(1))
    server.weather = [Weather(504, is_done=True, method=method)]
    cms.publish(numbered(2))
    assert (cms.versions("film"), cms.entry("film")) == ([1, 2], numbered(2))
    assert len([call for call in server.calls if call.startswith("POST /versions")]) == 2


def test_a_token_that_has_ended_is_renewed_once(cms: Cms, server: WebCms) -> None:
    cms.publish(numbered(1))
    server.ended.update(server.tokens)
    assert cms.entry("film") == numbered(1)
    assert len(server.tokens) == 2


def test_a_cms_that_takes_no_token_says_so_without_it(cms: Cms, server: WebCms) -> None:
    server.ended.update({"token-0", "token-1"})
    with pytest.raises(ConfigError, match="cms_denied") as refused:
        cms.entry("film")
    assert "token-" not in str(refused.value)


SPOILT = {
    "HTML": (Weather(200, HTML), r"no JSON, but “Maintenance Back soon”.*cms_answer_bad"),
    "half a document": (Weather(200, b'{"data": {"slug": '), "cms_answer_bad"),
    "no row": (Weather(200, b'{"data": [7]}'), "is no row.*cms_answer_bad"),
    "another host": (Weather(302, headers={"location": "http://evil.example/x"}), r"evil.example.*cms_answer_bad"),
    "a teapot": (Weather(418), "418.*cms_answer_bad"),
    "a wrong field": (Weather(422, b'{"errors": [{"field": "title", "message": "is too long"}]}'), "field title: is"),
}


@pytest.mark.parametrize("name", SPOILT)
def test_an_answer_that_is_none_is_told(cms: Cms, server: WebCms, name: str) -> None:
    weather, said = SPOILT[name]
    server.weather = [weather]
    with pytest.raises(VodError, match=said):
        cms.entry("film")


def test_a_row_that_was_changed_since_it_was_read_is_not_written_over(cms: RemoteCms) -> None:
    cms.publish(numbered(1))
    seen = cms.titles.one("film")
    cms.publish(numbered(3))
    with pytest.raises(RemoteError, match="cms_conflict"):
        cms._show("film", numbered(2), seen, 1)
    assert cms.entry("film") == numbered(3)


ERRORS = {
    "TOKEN_EXPIRED": "cms_denied",
    "FAILED_VALIDATION": "cms_refused",
    "GRAPHQL_VALIDATION": "cms_answer_bad",
    "INTERNAL_SERVER_ERROR": "cms_unavailable",
}


@pytest.mark.parametrize("code", ERRORS)
def test_errors_of_graphql_come_with_status_200(server: WebCms, code: str) -> None:
    error = {"message": "That was wrong", "extensions": {"code": code}}
    server.weather = [Weather(200, json.dumps({"data": None, "errors": [error]}).encode())] * 10
    cms = directus(CmsServer(server.url), "graphql")
    with patience(0.2), pytest.raises(VodError, match=f"That was wrong.*{ERRORS[code]}"):
        cms.entry("film")


def test_a_file_that_keeps_no_whole_entry_is_refused(tmp_path: Path) -> None:
    text = PAGE.read_text().partition("<!-- rest -->\n```yaml\n")[2].partition("```")[0]
    (tmp_path / "cms.yaml").write_text(text.replace("payload: entry}", "payload: name}"))
    with pytest.raises(ConfigError, match=r"cms.yaml: VOD_CMS: titles: .*entry_text.*bad_setting"):
        read_described(tmp_path / "cms.yaml")
