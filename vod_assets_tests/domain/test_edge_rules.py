"""The rule, its table for CDNs, and the function that reads it there agree on who sees what."""

import json
import random
import subprocess
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from vod_assets.cli.policy import answer
from vod_assets.domain.claims import Claim, Restriction, claim, distribution_restriction
from vod_assets.domain.edge_rules import cloudfront_function, is_visible, key_value_store, table_of
from vod_assets.domain.policy import Policy, policy_of, read_policy
from vod_assets.domain.verdicts import visible

CASES, TITLES = 10_000, 200
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu")
CHANGES = (
    "2026-03-29T02:30",
    "2026-10-25T02:30",
    "2026-03-08T02:15",
    "2026-11-01T01:30",
    "2026-04-05T01:45",
    "2026-10-04",
)
PLACES = ("DE", "AT", "US", "FR", "XK")
VIEWERS = (*PLACES, "de", "GB", "XX", "T1", "")
PLATFORMS = ("tv", "web", "TV", "phone", "")
# Each case runs the handler at its own time; the store of the second function stands beside it.
HARNESS = """
const { functions, store, cases } = JSON.parse(require('fs').readFileSync(0));
const get = async (key) => { if (!(key in store)) throw new Error('KeyNotFound'); return store[key]; };
const cf = { kvs: () => ({ get }) };
const made = (source) => new Function('cf', source.replace(/^import.*\\n/, '') + ';return handler')(cf);
const handlers = functions.map(made);
(async () => {
  const found = [];
  for (const [uri, at, country, platform] of cases) {
    Date.now = () => at * 1000 + 999;
    const headers = country ? { 'cloudfront-viewer-country': { value: country } } : {};
    const querystring = platform ? { platform: { value: platform } } : {};
    const ends = [];
    const event = { request: { uri, headers, querystring } };
    for (const handler of handlers) ends.push((await handler(event)).statusCode || 200);
    found.push(ends);
  }
  console.log(JSON.stringify(found));
})();
"""


def any_policy(chance: random.Random) -> Policy:
    """Return a policy whose windows overlap, leave gaps, and end where clocks are changed."""

    def restricted() -> dict[str, Any]:
        said: dict[str, Any] = {}
        if chance.random() < 0.4:
            said["territories"] = {
                word: chance.choice([chance.sample(PLACES, chance.randint(1, 3)), "ALL"])
                for word in chance.sample(["allow", "deny"], chance.randint(1, 2))
            }
        return said | ({"platforms": chance.sample(["tv", "web"], 1)} if chance.random() < 0.3 else {})

    def window() -> dict[str, Any]:
        zone, (first, last) = chance.choice(ZONES), sorted(chance.sample(CHANGES, 2))
        ends = {"from": first, "until": last}
        return {"zone": zone} | {name: at for name, at in ends.items() if chance.random() < 0.8} | restricted()

    windows = [window() for _ in range(chance.choice([0, 1, 1, 2, 3, 12]))]
    return policy_of(restricted() | ({"windows": windows} if chance.random() < 0.98 else {"windows": 5}))


def any_instant(chance: random.Random, policy: Policy) -> datetime:
    edges = [at for one in policy.windows for at in (one.begins, one.ends) if at]
    at = chance.choice(edges) if edges else datetime(2026, 6, 1, tzinfo=UTC)
    return at + timedelta(seconds=chance.choice([-3600, -1, 0, 0, 1, 1800, 86_400 * 40]))


def ran(functions: list[str], store: str, cases: list[tuple[str, int, str, str]]) -> list[list[int]]:
    """Return the status that each function answers to each case, of one process of Node.js."""
    items = {item["key"]: item["value"] for item in json.loads(store)["data"]}
    assert all(len(value) <= 1024 for value in items.values())
    told = json.dumps({"functions": functions, "store": items, "cases": cases})
    ended = subprocess.run(["node", "-e", HARNESS], input=told, capture_output=True, text=True, timeout=120, check=True)
    found: list[list[int]] = json.loads(ended.stdout)
    return found


def test_ten_thousand_cases_are_decided_alike_everywhere() -> None:
    """By the rule, by the table, by both functions at the edge, and by `vod visible`; down to the second."""
    chance = random.Random(6)  # noqa: S311 - any cases do
    policies = {f"title-{number}": any_policy(chance) for number in range(TITLES)}
    table, taken_down = table_of(policies, {"title-7"}), {"title-7"}
    cases, expected = [], []
    for number in range(CASES):
        title = f"title-{number % TITLES}"
        policy = policies[title]
        at, country, platform = any_instant(chance, policy), chance.choice(VIEWERS), chance.choice(PLATFORMS)
        seen = visible(policy, at, country, platform)
        assert answer(title, policy, (at, country, platform))["visible"] is seen
        assert is_visible(table, title, at, country, platform) is (seen and title not in taken_down)
        cases.append((f"/origin/{title}/releases/1/main.m3u8", int(at.timestamp()), country, platform))
        expected.append(seen and title not in taken_down)
    stored = cloudfront_function(table)
    assert stored.startswith("import cf from 'cloudfront';")
    found = ran([stored], key_value_store(table), cases)
    assert [[200 if seen else 403] for seen in expected] == found
    assert 0.2 < sum(expected) / CASES < 0.8


def test_two_titles_of_different_territories_share_a_distribution() -> None:
    """Where no restriction of the whole distribution could serve both; no spelling of an address leads around it."""
    german, other = read_policy({"territories": ["DE"]}), read_policy({"territories": {"deny": ["DE"]}})
    table = table_of({"german": german, "other": other, "gone": read_policy(None)}, {"gone"})
    inlined = cloudfront_function(table)
    assert not inlined.startswith("import")
    stored = cloudfront_function({f"title-{number}": {"a": "DE"} for number in range(900)})  # too many for its source
    expected = {
        ("/origin/german/releases/1/a.m3u8", "DE"): 200,
        ("/origin/german/releases/1/a.m3u8", "AT"): 403,
        ("/origin/other/releases/1/a.m3u8", "DE"): 403,
        ("/origin/other/releases/1/a.m3u8", "AT"): 200,
        ("/origin/other/releases/1/a.m3u8", ""): 403,
        ("/origin/gone/tracks/1/a.mp4", "DE"): 403,
        ("/origin/constructor/a.mp4", "DE"): 403,
        ("/origin/unknown/a.mp4", "DE"): 403,
        ("//origin/./%67erman/a.m3u8", "AT"): 403,
        ("/player/../origin/german/a.m3u8", "AT"): 403,
        ("/origin/%zz", "DE"): 403,
        ("/titles/german.html", "AT"): 200,
    }
    cases = [(uri, 1_800_000_000, country, "") for uri, country in expected]
    assert ran([inlined, stored], key_value_store(table), cases) == [[status] * 2 for status in expected.values()]
    assert distribution_restriction([german, other]) is None


@pytest.mark.parametrize(
    ("said", "restriction"),
    [
        ([{"territories": ["DE", "AT"]}, {"windows": [{"territories": ["AT", "DE"]}]}], ("whitelist", ("AT", "DE"))),
        ([{"territories": {"deny": "US"}}] * 2, ("blacklist", ("US",))),
        ([{"territories": ["DE"]}, {}], None),
        ([{"windows": [{"territories": ["DE"]}, {"territories": ["AT"]}]}], None),
        ([{}, {}], None),
        ([{"territories": ["DE"]}, {"windows": 5}], None),
        ([], None),
    ],
)
def test_a_distribution_restricts_only_what_all_titles_agree_on(said: list[Any], restriction: Any) -> None:
    """In every window."""
    found = distribution_restriction(policy_of(one) for one in said)
    assert found == (Restriction(*restriction) if restriction else None)


def test_a_signed_address_holds_as_long_as_its_viewer_sees_the_title() -> None:
    """Over windows that overlap or touch; those of other countries do not count."""
    days = {name: datetime(2026, 1, day, tzinfo=UTC) for name, day in zip("abcde", (1, 5, 9, 13, 20), strict=True)}
    spans = [("a", "c", None), ("b", "d", "DE"), ("d", "e", "DE")]
    policy = read_policy(
        {
            "windows": [
                {"from": days[first], "until": days[last]} | ({"territories": [country]} if country else {})
                for first, last, country in spans
            ]
        }
    )
    assert claim(policy, days["b"], "DE") == Claim(days["a"], days["e"])
    assert claim(policy, days["b"], "AT") == Claim(days["a"], days["c"])
    assert claim(policy, days["c"], "AT") is None
    assert claim(read_policy({"territories": ["DE"]}), days["a"], "DE") == Claim(None, None)
