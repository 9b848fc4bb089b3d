"""CDNs: what a publish or a takedown tells them, what they refuse, and what bad weather comes to."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from vod_assets.adapters.blobs.aws import client_of
from vod_assets.adapters.blobs.faults import patience
from vod_assets.adapters.blobs.opening import S3Access
from vod_assets.adapters.cdn.cloudfront import KeyValueRows
from vod_assets.adapters.cdn.edge import EdgeCdn
from vod_assets.adapters.cdn.opening import REGION, open_cdn
from vod_assets.domain.edge_rules import table_of
from vod_assets.domain.errors import ConfigError, RemoteError
from vod_assets.domain.policy import Policy, read_policy
from vod_assets.named_secrets import secret
from vod_assets.settings import Settings
from vod_assets_tests.servers import edges
from vod_assets_tests.servers.aws import KEY, SECRET, AwsServer

PATHS = ["/origin/film/releases/*", "/catalogue/titles/film*"]
ACCESS = S3Access(region="us-east-1", access_key_id=KEY, secret_access_key=SECRET)
GERMAN = read_policy({"territories": ["DE", "AT"], "windows": [{"from": "2026-01-01", "until": "2026-12-31"}]})
LONG = read_policy({"windows": [{"from": f"20{year}-01-01", "until": f"20{year}-06-30"} for year in range(26, 99)]})


class Place:
    """A CDN, and the server that stands for it."""

    def __init__(self, server: edges.Edge, cdn: EdgeCdn) -> None:
        self.server, self.cdn = server, cdn


def settings(server: edges.Edge, **said: object) -> Settings:
    of_all = {"public_url": "https://cdn.example/films", "cdn_endpoint": server.url}
    if isinstance(server, edges.Fastly):
        of_all |= {"cdn": f"fastly:{edges.SERVICE}", "cdn_secret": SecretStr(edges.FASTLY_TOKEN)}
        of_all |= {"cdn_rules": edges.DICTIONARY}
    elif isinstance(server, edges.Akamai):
        of_all |= {"cdn": "akamai:akab-host.luna.akamaiapis.net", "cdn_secret": SecretStr(edges.AKAMAI_SECRET)}
        of_all |= {"cdn_client_token": edges.AKAMAI_CLIENT, "cdn_access_token": SecretStr(edges.AKAMAI_ACCESS)}
        of_all |= {"cdn_rules": "films/rules"}
    else:
        of_all |= {"cdn": "cloudfront:E2QWRUHAPOMQZL", "cdn_rules": edges.KVS_ARN}
    return Settings(_env_file=None, **(of_all | said))


def to_loopback(server: edges.Edge) -> None:
    """Have botocore, which puts the account before a host, find the double all the same."""

    def redirect(request: Any, **_said: object) -> None:
        request.url = request.url.replace("//123456789012.", "//")

    client = client_of(ACCESS, "cloudfront-keyvaluestore", endpoint=server.url, region=REGION)  # the cached one
    client.meta.events.register("before-send", redirect)


def opened(server: edges.Edge, **said: object) -> EdgeCdn:
    if isinstance(server, edges.KeyValueStore):
        to_loopback(server)
    found = open_cdn(settings(server, **said), lambda: ACCESS, secret)
    assert found is not None
    return found


@pytest.fixture(params=[edges.Fastly, edges.Akamai, edges.KeyValueStore])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """Each CDN with a table of rules."""
    with edges.serving(request.param()) as server:
        yield Place(server, opened(server))


@pytest.fixture(params=[edges.Fastly, edges.Akamai])
def api(request: pytest.FixtureRequest) -> Iterator[Place]:
    """Each CDN that is told by our own requests."""
    with edges.serving(request.param()) as server:
        yield Place(server, opened(server))


def test_nothing_stands_before_an_origin_unless_a_setting_says_so():
    assert open_cdn(Settings(_env_file=None), lambda: ACCESS, secret) is None


def test_wildcards_become_one_purge_of_their_keys(api: Place):
    assert api.cdn.invalidate([*PATHS, PATHS[0]])
    assert (api.server.purged, api.server.calls) == (["origin.film.releases", "catalogue.titles.film"], 1)


def test_one_file_is_purged_by_its_address(api: Place):
    api.cdn.invalidate(["/origin/film/releases/1/hls.m3u8"])
    assert api.server.purged[0].removeprefix("https://") == "cdn.example/films/origin/film/releases/1/hls.m3u8"


def test_a_path_that_cannot_be_forgotten_is_refused_before_anybody_is_asked(api: Place):
    for path in ("origin/film", "/origin/*/film", "/a b", "/ü"):
        with pytest.raises(ConfigError, match="cdn_path_bad"):
            api.cdn.invalidate([path])
    assert api.server.calls == 0


def test_a_long_list_is_purged_in_pieces_that_the_cdn_takes(api: Place):
    api.cdn.invalidate([f"/origin/title-{number}-{'x' * 40}/*" for number in range(1500)])
    assert len(api.server.purged) == 1500


def test_busy_answers_are_waited_out(api: Place):
    api.server.statuses = [429, 503]
    api.cdn.invalidate(PATHS)
    assert api.server.calls == 3


def test_a_cdn_that_stays_busy_is_named_within_bounds(api: Place):
    api.server.statuses = [500] * 100
    with patience(0.2), pytest.raises(RemoteError, match="cdn_failed") as failed:
        api.cdn.invalidate(PATHS)
    assert "it answers 500" in str(failed.value)


def test_wrong_credentials_are_denied_at_once_and_never_shown(api: Place):
    wrong = opened(api.server, cdn_secret=SecretStr("not-the-secret"))
    with pytest.raises(ConfigError, match="cdn_denied") as denied:
        wrong.invalidate(PATHS)
    assert api.server.calls == 1
    assert "not-the-secret" not in str(denied.value) + repr(wrong) + repr(wrong.purger)


def test_an_api_that_repeats_a_secret_is_not_quoted(api: Place):
    password = {edges.Fastly: edges.FASTLY_TOKEN, edges.Akamai: edges.AKAMAI_SECRET}[type(api.server)]
    api.server.statuses, api.server.echo = [403], f"no such token: {password}"
    with pytest.raises(ConfigError) as denied:
        api.cdn.invalidate(PATHS)
    assert password not in str(denied.value)


def test_a_wrong_id_is_denied(api: Place):
    wrong = opened(api.server, cdn="fastly:nobody", cdn_rules="nobody/nothing")
    with pytest.raises(ConfigError, match="cdn_denied"):
        wrong.difference({})


def test_the_state_is_asked_without_changing_anything(api: Place):
    assert api.cdn.purger.state() in ("service 'film house'", "production, 4999 purges by tag left")


def test_a_title_gets_the_row_of_its_policy_and_loses_it_when_it_is_taken_down(place: Place):
    place.cdn.put_rule("film", GERMAN, taken_down=False)
    table = place.cdn.table
    assert table is not None
    assert dict(table.items()) == dict(table.texts(table_of({"film": GERMAN})))
    place.cdn.put_rule("film", GERMAN, taken_down=True)
    assert dict(table.items()) == dict(table.texts(table_of({"film": GERMAN}, ["film"])))


def test_pushing_writes_what_differs_and_takes_away_what_is_left_over(place: Place):
    wanted = table_of({f"film-{number}": GERMAN for number in range(60)} | {"long": LONG})
    place.cdn.push(place.cdn.difference(table_of({"old": LONG, "film-1": Policy()})))
    difference = place.cdn.difference(wanted)
    assert "film-1" in difference.missing
    assert difference.left_over[0].startswith("old")
    place.cdn.push(difference)
    calls = place.server.calls
    assert not place.cdn.difference(wanted)
    place.cdn.push(place.cdn.difference(wanted))
    assert place.server.items.keys() == place.cdn.table.texts(wanted).keys()
    assert calls > 0


def test_a_rule_that_is_too_long_for_a_dictionary_names_its_title():
    windows = [{"from": "2026-01-01", "territories": {"deny": ["DE", "AT", "CH"]}, "platforms": ["x" * 40]}]
    policy = read_policy({"windows": windows * 150})
    with edges.serving(edges.Fastly()) as server:
        cdn = opened(server)
        with pytest.raises(ConfigError, match="cdn_rule_too_long") as error:
            cdn.put_rule("film", policy, taken_down=False)
    assert error.value.title == "film"
    assert server.calls == 0


def test_a_store_that_somebody_else_changes_meanwhile_loses_nothing():
    with edges.serving(edges.KeyValueStore(meanwhile=2)) as server:
        opened(server).put_rule("film", GERMAN, taken_down=False)
        assert list(server.items) == ["film"]


def test_a_store_that_is_not_there_is_denied():
    with edges.serving(edges.KeyValueStore()) as server, pytest.raises(ConfigError, match="cdn_denied"):
        opened(server, cdn_rules=edges.KVS_ARN.replace("6d6c", "aaaa")).put_rule("film", GERMAN, taken_down=False)


def test_no_row_of_a_title_is_torn_between_two_changes():
    changes: list[list[str]] = []

    class Client:
        """Remembers changes."""

        def describe_key_value_store(self, **_said: str) -> dict[str, str]:
            return {"ETag": "E1"}

        def update_keys(self, Puts: list[dict[str, str]], **_said: str) -> None:  # noqa: N803 - boto3's name
            changes.append([one["Key"] for one in Puts])

    table = KeyValueRows(Client(), edges.KVS_ARN)
    table.put(table.texts(table_of({f"film-{number}": LONG for number in range(30)})))
    owners = [{name.partition(".")[0] for name in names} for names in changes]
    assert len(changes) > 1
    assert all(len(names) <= 50 for names in changes)
    assert sum(map(len, owners)) == 30


@pytest.fixture
def distribution(aws: AwsServer) -> str:
    """A distribution at moto."""
    origin = {"Id": "o", "DomainName": f"{aws.bucket}.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
    behaviour = {"TargetOriginId": "o", "ViewerProtocolPolicy": "https-only", "MinTTL": 0}
    behaviour |= {"ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}}}
    behaviour |= {"TrustedSigners": {"Enabled": False, "Quantity": 0}}
    config = {"CallerReference": "film", "Comment": "", "Enabled": True, "DefaultCacheBehavior": behaviour}
    config |= {"Origins": {"Quantity": 1, "Items": [origin]}}
    made = aws.client("cloudfront").create_distribution(DistributionConfig=config)
    return str(made["Distribution"]["Id"])


def at_moto(aws: AwsServer, name: str) -> EdgeCdn:
    said = {"cdn": f"cloudfront:{name}", "cdn_endpoint": aws.endpoint, "public_url": "https://cdn.example/films"}
    found = open_cdn(Settings(_env_file=None, **said), lambda: ACCESS, secret)
    assert found is not None
    return found


def test_cloudfront_forgets_two_paths_below_the_public_address(aws: AwsServer, distribution: str):
    name = at_moto(aws, distribution).invalidate(PATHS)
    found = aws.client("cloudfront").get_invalidation(DistributionId=distribution, Id=name)["Invalidation"]
    assert found["InvalidationBatch"]["Paths"]["Items"] == [f"/films{path}" for path in PATHS]


def test_cloudfront_names_a_distribution_that_is_not_there(aws: AwsServer):
    with pytest.raises(ConfigError, match="cdn_denied"):
        at_moto(aws, "EDFDVBD6EXAMPLE").purger.state()
