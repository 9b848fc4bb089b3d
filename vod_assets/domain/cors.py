"""The CORS rule of a bucket that players on other sites fetch from, in the words of S3 and of Google Cloud Storage."""

from collections.abc import Mapping, Sequence
from typing import Any

RULE_ID = "vod-players"
METHODS = ("GET", "HEAD")
ASKED = ("Range", "If-Range", "If-None-Match", "If-Modified-Since")
SHOWN = ("Content-Length", "Content-Range", "Accept-Ranges", "ETag")
KEPT_SECONDS = 86_400

Rule = Mapping[str, Any]


def players_rule(sites: Sequence[str] = ("*",)) -> dict[str, Any]:
    """Return the rule of S3 that lets players on some sites fetch parts of files and see how long they are.

    Args:
        sites: ``https://player.example`` and so on; ``*``: all.
    """
    return {
        "ID": RULE_ID,
        "AllowedOrigins": list(sites),
        "AllowedMethods": list(METHODS),
        "AllowedHeaders": list(ASKED),
        "ExposeHeaders": list(SHOWN),
        "MaxAgeSeconds": KEPT_SECONDS,
    }


def with_rule(rules: Sequence[Rule], rule: Rule) -> list[Rule]:
    """Return a bucket's rules with ours in its place, before all others: S3 takes the first that fits."""
    return [rule, *(one for one in rules if one.get("ID") != RULE_ID)]


def lets_players(rules: Sequence[Rule]) -> bool:
    """Whether some rule lets a player on another site ask for parts of files and see which it got."""
    return any(_has(one, "AllowedMethods", ("GET",)) and _has(one, "AllowedHeaders", ("Range",)) for one in rules)


def google_rule(rule: Rule) -> dict[str, Any]:
    """Return the same rule as Google Cloud Storage has it: with one list of headers, asked with or shown."""
    return {
        "origin": rule["AllowedOrigins"],
        "method": rule["AllowedMethods"],
        "responseHeader": [*rule["AllowedHeaders"], *rule["ExposeHeaders"]],
        "maxAgeSeconds": rule["MaxAgeSeconds"],
    }


def with_google_rule(rules: Sequence[Rule], rule: Rule) -> list[Rule]:
    """Return a bucket's rules with ours in its place; as rules have no names there, ours is known by what it allows."""
    ours = google_rule(rule)
    same = ("method", "responseHeader")
    return [ours, *(one for one in rules if any(one.get(field) != ours[field] for field in same))]


def _has(rule: Rule, of_what: str, wanted: Sequence[str]) -> bool:
    listed = {str(word).lower() for word in rule.get(of_what, ())}
    return "*" in listed or all(word.lower() in listed for word in wanted)
