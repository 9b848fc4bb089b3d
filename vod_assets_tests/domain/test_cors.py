"""The CORS rule of players joins those of others, and is known again."""

import pytest

from vod_assets.domain.cors import Rule, google_rule, lets_players, players_rule, with_google_rule, with_rule

OTHERS: Rule = {"ID": "upload", "AllowedMethods": ["PUT"], "AllowedOrigins": ["https://cms.example"]}


def test_other_rules_stay_and_ours_is_there_once() -> None:
    rules = with_rule([OTHERS, players_rule()], players_rule(["https://a.example"]))
    assert rules == [players_rule(["https://a.example"]), OTHERS]
    assert with_rule(rules, rules[0]) == rules


@pytest.mark.parametrize(
    ("rules", "are_let"),
    [
        ([], False),
        ([OTHERS], False),
        ([OTHERS, players_rule()], True),
        ([{"AllowedMethods": ["GET"], "AllowedHeaders": ["*"]}], True),
        ([{"AllowedMethods": ["GET"]}], False),
        ([{"AllowedMethods": ["GET"], "AllowedHeaders": ["range"]}], True),
    ],
)
def test_players_have_to_be_let_ask_for_ranges(rules: list[Rule], are_let: bool) -> None:
    assert lets_players(rules) == are_let


def test_google_has_one_list_of_headers() -> None:
    rule = google_rule(players_rule())
    assert (rule["origin"], rule["method"], rule["maxAgeSeconds"]) == (["*"], ["GET", "HEAD"], 86_400)
    assert {"Range", "Content-Range", "Content-Length", "ETag"} <= set(rule["responseHeader"])


def test_at_google_other_rules_stay_too() -> None:
    others = {"origin": ["https://cms.example"], "method": ["PUT"], "responseHeader": ["Content-Type"]}
    rules = with_google_rule([others, google_rule(players_rule())], players_rule(["https://a.example"]))
    assert rules == [google_rule(players_rule(["https://a.example"])), others]
    assert with_google_rule(rules, players_rule(["https://a.example"])) == rules
