"""What signatures say: the paths, the times, and never beyond what a policy allows."""

import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest

from vod_assets.domain.cache_keys import cache_key, keys_of
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.policy import Policy, read_policy
from vod_assets.domain.signing import Grant, Viewer, akamai_token, custom_policy, fastly_token, grant_for

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
GERMAN = {"territories": ["DE"]}
TWO_WINDOWS = [
    {"from": "2026-06-01T00:00Z", "until": "2026-06-01T12:30Z", **GERMAN},
    {"from": "2026-06-01T12:10Z", "until": "2026-06-01T13:10Z"},
]
KEY = bytes.fromhex("aabbccddeeff00112233445566778899")
GRANT = Grant("/origin/film/*", datetime.fromtimestamp(1_790_007_200, UTC), datetime.fromtimestamp(1_790_000_000, UTC))


def test_a_grant_lasts_as_long_as_was_asked_for_where_nothing_ends():
    assert grant_for("film", Policy(), Viewer(), NOON, HOUR) == Grant("/origin/film/*", NOON + HOUR, NOON)


def test_a_grant_ends_with_the_windows_that_the_viewer_is_let_in_by():
    policy = read_policy({"windows": TWO_WINDOWS})
    grant = grant_for("film", policy, Viewer("DE"), NOON, 12 * HOUR)
    assert grant.ends == NOON + timedelta(minutes=70)
    with pytest.raises(ConfigError, match="sign_refused"):
        grant_for("film", policy, Viewer("FR"), NOON, HOUR)
    assert grant_for("film", policy, Viewer("FR"), NOON + HOUR, HOUR).ends == NOON + timedelta(minutes=70)


@pytest.mark.parametrize("lasts", [timedelta(0), -HOUR, timedelta(days=8)])
def test_no_signature_lasts_for_ever(lasts: timedelta):
    with pytest.raises(ConfigError, match="sign_refused"):
        grant_for("film", Policy(), Viewer(), NOON, lasts)


@pytest.mark.parametrize("ip", ["203.0.113.300", "203.0.113.7/8", "~acl=/*", "a b"])
def test_what_is_no_address_gets_into_no_signature(ip: str):
    with pytest.raises(ConfigError, match="--ip"):
        grant_for("film", Policy(), Viewer(ip=ip), NOON, HOUR)


def test_seconds_are_rounded_into_the_grant_and_never_out_of_it():
    half = timedelta(milliseconds=500)
    grant = Grant("/", NOON + half, NOON + half)
    assert (grant.begins_epoch, grant.ends_epoch) == (int(NOON.timestamp()) + 1, int(NOON.timestamp()))


def test_cloudfronts_policy_has_no_white_space_and_all_conditions():
    said = custom_policy("https://cdn.example", Grant(GRANT.path, GRANT.ends, GRANT.begins, "203.0.113.7"))
    assert " " not in said
    (statement,) = json.loads(said)["Statement"]
    assert statement["Resource"] == "https://cdn.example/origin/film/*"
    assert statement["Condition"] == {
        "DateLessThan": {"AWS:EpochTime": 1_790_007_200},
        "DateGreaterThan": {"AWS:EpochTime": 1_790_000_000},
        "IpAddress": {"AWS:SourceIp": "203.0.113.7/32"},
    }


def test_akamais_token_is_the_one_of_its_own_library():
    """The two values were made with akamai-edgeauth 0.3.2."""
    assert akamai_token(KEY, GRANT) == (
        "st=1790000000~exp=1790007200~acl=/origin/film/*"
        "~hmac=91542279ed1472b2cfcd0da28f1c497098ead9403030b34a7770a9fd5d4e01d4"
    )
    with_ip = Grant(GRANT.path, GRANT.ends, None, "2001:db8::7")
    assert akamai_token(KEY, with_ip) == (
        "ip=2001%3adb8%3a%3a7~exp=1790007200~acl=/origin/film/*"
        "~hmac=b21a3de168531b7efdd44cb1fac4dc1b0b48d90a76ded0e90c1801f8767378f5"
    )


def test_fastlys_token_signs_the_folder_and_the_end():
    end, _, signature = fastly_token(KEY, GRANT).partition("_")
    assert end == "1790007200"
    assert signature == hmac.new(KEY, b"/origin/film/1790007200", "sha256").hexdigest()


def test_the_keys_of_a_file_are_those_that_its_title_is_purged_by():
    assert cache_key("/origin/film/*") in keys_of("/origin/film/tracks/ab12/init.mp4")
    assert cache_key("/origin/film/releases/*") in keys_of("/origin/film/releases/3/hls/main.m3u8")
    assert cache_key("/origin/film/releases/*") not in keys_of("/origin/film/tracks/ab12/init.mp4")
    assert cache_key("/catalogue/titles/film*") in keys_of("/catalogue/titles/film.json")
    assert keys_of("/robots.txt") == ()
