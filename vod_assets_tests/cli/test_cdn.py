"""`vod cdn` and `vod sign`: rules of every title at the edge, and signatures only for who may see a title."""

import json
from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from vod_assets.doctor import State, examine
from vod_assets.doctor_cdn import check_cdn
from vod_assets.domain.title import TitleRecord
from vod_assets.settings import Settings
from vod_assets_tests.servers import edges
from vod_assets_tests.studio import Studio

pytestmark = pytest.mark.media


@pytest.fixture
def edge(monkeypatch: pytest.MonkeyPatch) -> Iterator[edges.Edge]:
    """Fastly before the origin."""
    with edges.serving(edges.Fastly()) as server:
        said = {"CDN": f"fastly:{edges.SERVICE}", "CDN_RULES": edges.DICTIONARY, "CDN_ENDPOINT": server.url}
        said |= {"CDN_SECRET": edges.FASTLY_TOKEN, "CDN_SIGN_SECRET": "c2VjcmV0IG9mIHRoZSBob3VzZQ=="}
        for name, value in said.items():
            monkeypatch.setenv(f"VOD_{name}", value)
        yield server


def test_rules_follow_policies_and_a_takedown_and_signatures_with_them(finished: Studio, edge: edges.Edge) -> None:
    """Two titles of different territories: each has its rule, and there is none of the whole distribution."""
    with finished.session() as session:
        session.store.register(TitleRecord(title_id="other", source="", policy={"territories": ["FR"]}))
    assert finished.vod("policy", "set", "film", "--allow", "DE").code == 0
    pushed = json.loads(finished.vod("cdn", "rules", "--push", "--json").stdout)
    assert (pushed["titles"], "other" in pushed["differ"], pushed["restriction"][:14]) == (2, True, "no restriction")
    assert {name: json.loads(text) for name, text in edge.items.items()} == {"film": {"a": "DE"}, "other": {"a": "FR"}}
    again = json.loads(finished.vod("cdn", "rules", "--json").stdout)
    assert (again["differ"], again["left_over"]) == ([], [])
    ended = finished.vod("sign", "film", "--country", "de", "--for", "30m", "--json")
    signed = json.loads(ended.stdout)
    token = signed["cookies"]["vod_token"]
    assert signed["manifests"]
    assert all(url.endswith(f"?token={token}") for url in signed["manifests"].values())
    assert "c2VjcmV0" not in ended.stdout + ended.stderr
    assert finished.vod("sign", "film", "--country", "FR").code == 2
    edge.purged.clear()
    assert finished.vod("takedown", "film").code == 0
    assert json.loads(edge.items["film"]) == {"x": 1}
    assert edge.purged[0] == "origin.film"
    assert finished.vod("sign", "film", "--country", "DE").code == 2


def test_an_operator_asks_and_has_paths_forgotten(finished: Studio, edge: edges.Edge) -> None:
    assert "film house" in finished.vod("cdn", "status").stdout
    assert finished.vod("cdn", "invalidate", "/origin/film/*").code == 0
    assert edge.purged == ["origin.film"]


def test_the_doctor_asks_the_cdn_and_misses_a_table(edge: edges.Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [one.state for one in check_cdn(Settings(_env_file=None))] == [State.OK]
    monkeypatch.setenv("VOD_CDN_RULES", "")
    assert [one.state for one in check_cdn(Settings(_env_file=None))] == [State.OK, State.WARNING]
    monkeypatch.setenv("VOD_CDN", "")
    assert list(check_cdn(Settings(_env_file=None))) == []
    monkeypatch.setenv("VOD_CDN", "fastly:nobody")
    (finding,) = examine(Settings(_env_file=None), [check_cdn])
    assert (finding.state, "404" in finding.found, edges.FASTLY_TOKEN in finding.found) == (State.FAULT, True, False)


@pytest.mark.parametrize("cdn", ["cloudflare:zone", "fastly:", "fastly:a/../b", "cloudfront"])
def test_a_cdn_that_cannot_be_one_is_refused_at_start(cdn: str) -> None:
    with pytest.raises(ValidationError, match="cloudfront:DISTRIBUTION"):
        Settings(_env_file=None, cdn=cdn)


def test_without_a_cdn_the_setting_is_named(finished: Studio) -> None:
    ended = finished.vod("cdn", "status")
    assert (ended.code, "VOD_CDN is empty" in ended.stderr) == (2, True)
