"""What a stream is called: its language, its title, and what it is for."""

import re
from collections.abc import Sequence

from vod_assets.adapters.probe.raw import Json, tags
from vod_assets.domain.acceptance import normalised
from vod_assets.domain.languages import UNKNOWN, language_tag
from vod_assets.domain.media_info import Finding

ROLES = {  # by FFmpeg's disposition, the first that is set
    "comment": "commentary",
    "visual_impaired": "description",
    "descriptions": "description",
    "hearing_impaired": "dialogue",
    "dub": "dub",
}
NAMED_ROLES = {
    "commentary": r"\bcommentary\b|\bkommentar\b|\bcommentaire",
    "description": r"\baudio[ -]?descri|\baudiodeskription|\bdescriptive (audio|video)\b|\bdescribed video\b",
}
LONGEST_LABEL = 200


def bad_languages(streams: Sequence[Json]) -> list[Finding]:
    """Return a finding for each language tag that is none."""
    said = [(raw["index"], str(tags(raw).get("language", UNKNOWN))) for raw in streams]
    return [
        normalised("bad_language", f"stream {index} says language {tag[:40]!r}")
        for index, tag in said
        if language_tag(tag) == UNKNOWN and tag.lower() not in {UNKNOWN, "mis", "mul", "zxx", "```", ""}
    ]


def language_of(raw: Json) -> str:
    """Return the language of a stream (BCP 47)."""
    return language_tag(str(tags(raw).get("language", UNKNOWN)))


def label_of(raw: Json) -> str:
    """Return the title of a stream, as far as it can be printed."""
    text = str(tags(raw).get("title", ""))
    return "".join(char for char in text if char.isprintable())[:LONGEST_LABEL].strip()


def is_flagged(raw: Json, name: str) -> bool:
    """Whether a stream has one of FFmpeg's dispositions."""
    return bool(raw.get("disposition", {}).get(name))


def role_of(raw: Json) -> str:
    """Return what a stream is for: what its container flags, else what its title names."""
    return next((role for flag, role in ROLES.items() if is_flagged(raw, flag)), _named_role(label_of(raw)))


def _named_role(label: str) -> str:
    """Return the role that a stream's title names, where its container has no flag for it."""
    return next((role for role, words in NAMED_ROLES.items() if re.search(words, label, re.IGNORECASE)), "main")
