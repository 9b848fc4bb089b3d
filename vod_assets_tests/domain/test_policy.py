"""A policy says who may see a title when; what cannot be read is seen by nobody."""

import json
from pathlib import Path
from typing import Any

import pytest

from vod_assets.domain.documents import canonical_json
from vod_assets.domain.instants import text_of
from vod_assets.domain.policy import policy_of, read_policy
from vod_assets.domain.title_file import read_title_file
from vod_assets.domain.verdicts import visible
from vod_assets_tests.domain.test_verdicts import SUMMER, at


def test_a_policy_that_is_stored_reads_back() -> None:
    """As a document and as canonical JSON; instants are in UTC, and the clocks of the zone stand beside them."""
    policy = read_policy(SUMMER | {"tier": "premium", "require_captions": ["en"], "sign_off": True})
    document = policy.as_document()
    assert read_policy(json.loads(json.dumps(document))) == policy == read_policy(json.loads(canonical_json(policy)))
    first = document["windows"][0]
    assert (first["from"], first["from_local"]) == ("2026-05-31T22:00:00Z", "2026-06-01T00:00:00+02:00")
    assert (document["others"], document["require_captions"], document["sign_off"]) == (
        {"tier": "premium"},
        ["en"],
        True,
    )


def test_an_odd_local_time_stays_noticed() -> None:
    """Also when the policy has been stored, where only the instant is left."""
    policy = read_policy({"windows": [{"zone": "Europe/Berlin", "from": "2026-03-29T02:30"}], "tier": "premium"})
    assert policy.notices == read_policy(policy.as_document()).notices
    skipped = "2026-03-29T02:30:00 does not exist in Europe/Berlin: the clocks leave it out at 2026-03-29T01:00:00Z"
    assert policy.notices == [
        f"window 1: {skipped}, which is meant",
        "tier is no field of a policy and decides nothing",
    ]


def test_the_documented_policy_is_read_as_it_stands() -> None:
    """It needs no quotes in YAML."""
    text = (Path(__file__).parents[2] / "docs" / "policy.md").read_text(encoding="utf-8")
    policy = read_policy(read_title_file(text.split("```yaml\n")[1].split("```")[0].encode(), "film.yaml").policy)
    assert (policy.sign_off, text_of(policy.windows[0].begins or at("2026-01-01"))) == (True, "2026-12-24T19:15:00Z")
    assert not visible(policy, at("2027-03-02"), "CH", "tv")


WRONG: list[tuple[Any, str]] = [
    (5, "is no mapping: write {name: value}"),
    ({"windows": 5}, "windows: write a list: [ … ]"),
    ({"windows": [{}] * 201}, "windows: holds 201 entries: 200 are the most"),
    ({"windows": [{"from": "soon"}]}, "windows.0.from: “soon” is no instant: write"),
    ({"windows": [{"from": "2027-01-01", "until": "2026-01-01"}]}, "windows.0: it ends at 2026-01-02T00:00:00Z, and"),
    ({"windows": [{"fro": "2026-01-01"}]}, "windows.0.fro: is no field here: use zone, territories, platforms, from,"),
    ({"countries": ["DE"]}, "“countries” is no field of a policy: write territories"),
    ({"teritories": ["DE"]}, "“teritories” is no field of a policy: write territories"),
    ({"until": "2026-01-01"}, "“until” is no field of a policy: write windows: [{until: …}]"),
    ({"territories": ["UK"]}, "territories.allow: “UK” is no country: write GB"),
    ({"territories": {"deny": ["EU"]}}, "territories.deny: “EU” is no country: write two letters"),
    ({"territories": ["DE"] * 400}, "territories.allow: holds"),
    ({"territories": {"allow": [["DE"]]}}, "territories.allow: “"),
    ({"zone": "Berlin/Europe"}, "zone: “Berlin/Europe” is no zone"),
    ({"platforms": ["a b"]}, "platforms: “a b” is no platform"),
    ({"sign_off": "perhaps"}, "sign_off: “perhaps” is neither true nor false"),
    ({"others": 5, "tier": 1}, "others: is no mapping"),
    ([], "is no mapping"),
]


@pytest.mark.parametrize(("said", "cause"), WRONG)
def test_a_policy_that_cannot_be_read_shows_its_title_to_nobody(said: Any, cause: str) -> None:
    """And says why, in words that say what to write."""
    policy = policy_of(said)
    assert policy.unreadable.startswith(cause)
    assert not visible(policy, at("2026-01-01"), "DE", "tv")
    assert visible(policy_of(policy.as_document()), at("2026-01-01")) is False
