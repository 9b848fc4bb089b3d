"""The words of notices: printable, of bounded length, and without what looks like a secret."""

import re
from collections.abc import Iterable, Sequence
from typing import Protocol
from urllib.parse import urlsplit

from vod_assets.domain.errors import printable

NAME, SENTENCE, ADDRESS = 40, 1_000, 500  # characters
SUBJECT, BODY = 150, 4_000
NAMED_IN_DIGEST = 10
HIDDEN = "[…]"
SHORTEST_SECRET = 6  # shorter ones would take words apart
_SECRET_WORDS = re.compile(
    r"(?i)\b(pass(?:word|wd)?|pwd|secret|token|api[_-]?key|access[_-]?key(?:[_-]?id)?|signature|authorization|"
    r"x-amz-[a-z-]+)(\"?\s*[=:]\s*\"?)(?:(?:bearer|basic|negotiate)\s+)?[^\s\"'&,;]+"
)
_TOKENS = re.compile(
    r"whsec_[A-Za-z0-9+/=_-]+|\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b|\bxox[a-z]-[A-Za-z0-9-]+|"
    r"(?i:\b(?:bearer|basic)\s+)[A-Za-z0-9+/=._~-]{12,}|\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9._-]+|"
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*"
)
_URL = re.compile(r"\b[a-zA-Z][a-zA-Z0-9+.-]*://[^\s\"'<>]+")


class Told(Protocol):
    """What of an event is written into a notice."""

    @property
    def kind(self) -> str: ...  # noqa: D102 - as of `Event`
    @property
    def severity(self) -> str: ...  # noqa: D102
    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def said(self) -> str: ...  # noqa: D102
    @property
    def facts(self) -> dict[str, str]: ...  # noqa: D102
    @property
    def links(self) -> dict[str, str]: ...  # noqa: D102
    @property
    def lines(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def at(self) -> str: ...  # noqa: D102


def plain_line(text: str, most: int) -> str:
    """Return text as one printable line without secrets, cut to so many characters."""
    line = without_secrets(printable(" ".join(text.split())))
    return line if len(line) <= most else f"{line[: most - 1]}…"


def without_secrets(text: str, known: Iterable[str] = ()) -> str:
    """Return text without known secrets, and without what looks like one: users and queries in addresses, tokens."""
    for secret in sorted({one for one in known if len(one) >= SHORTEST_SECRET}, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    text = _URL.sub(lambda found: _bare(found.group()), text)
    return _TOKENS.sub(HIDDEN, _SECRET_WORDS.sub(rf"\1\2{HIDDEN}", text))


def _bare(address: str) -> str:
    """Return an address without user, query and fragment: each may let somebody in."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return HIDDEN
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}{f'?{HIDDEN}' if parts.query or parts.fragment else ''}"


def subject_of(event: Told) -> str:
    """Return the line that a notice begins with: how bad, which title, what."""
    about = f"{event.title}: " if event.title else ""
    return plain_line(f"[{event.severity}] {about}{event.said}", SUBJECT)


def body_of(event: Told) -> str:
    """Return the text of a notice: the sentence, then facts and addresses, a line each."""
    about = f"{event.title}: " if event.title else ""
    rows = [f"{name}: {value}" for name, value in (*event.facts.items(), *event.links.items())]
    return _cut([f"{about}{event.said}", *event.lines, "", *rows, f"at: {event.at}", f"kind: {event.kind}"])


def digest_lines(events: Sequence[Told]) -> tuple[str, list[str]]:
    """Return what a digest says in one sentence, and its lines: the worst ten by name, then numbers."""
    order = ("critical", "error", "warning", "info")
    worst = sorted(events, key=lambda one: (order.index(one.severity), one.title))
    counts: dict[str, int] = {}
    for one in worst:
        counts[one.kind] = counts.get(one.kind, 0) + 1
    said = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in counts.items())
    bad = [one for one in worst if one.severity != "info"]
    named = [f"{one.title or one.kind}: {one.said}" for one in bad[:NAMED_IN_DIGEST]]
    more = len(bad) - len(named)
    return said, [*named, *([f"and {more} more"] if more else [])]


def _cut(lines: Iterable[str]) -> str:
    text = "\n".join(without_secrets(line) for line in lines)
    return text if len(text) <= BODY else f"{text[: BODY - 1]}…"
