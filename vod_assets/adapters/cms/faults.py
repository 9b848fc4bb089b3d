"""What is said when a CMS does not take or give an entry; servers repeat what they were told, secrets are hidden."""

import json
import re
from collections.abc import Iterable
from typing import Any

from vod_assets.domain.errors import ConfigError, RemoteError, printable

LONGEST = 200
HIDDEN = "…"
AGAIN = "Check VOD_CMS and the server; nothing else is lost. Then publish again"


def unavailable(host: str, why: str) -> RemoteError:
    """Return the error of a CMS that does not answer, or not just now."""
    return RemoteError("cms_unavailable", f"the CMS at {host} does not answer: {why}", AGAIN)


def answer_bad(host: str, why: str) -> RemoteError:
    """Return the error of a CMS whose answers cannot be read."""
    remedy = "Check the address and the mapping of VOD_CMS; docs/cms.md"
    return RemoteError("cms_answer_bad", f"the CMS at {host} answers badly: {why}", remedy)


def denied(host: str, why: str) -> ConfigError:
    """Return the error of a CMS that does not let us in, or not at this."""
    remedy = "Check VOD_CMS_USERNAME, VOD_CMS_PASSWORD and the rights of that user; docs/cms.md"
    return ConfigError("cms_denied", f"the CMS at {host} does not let us in: {why}", remedy)


def refused(host: str, why: str) -> ConfigError:
    """Return the error of a CMS that does not want what it is sent."""
    remedy = "Correct the mapping of VOD_CMS, or the CMS's fields; docs/cms.md"
    return ConfigError("cms_refused", f"the CMS at {host} refuses the entry: {why}", remedy)


def quoted(data: bytes, secrets: Iterable[str] = ()) -> str:
    """Return the few words that an answer says of what is wrong, one line at most, without secrets.

    >>> quoted(b'{"errors": [{"message": "Value is required", "extensions": {"field": "name"}}]}')
    'field name: Value is required'
    >>> quoted(b"<html><title>Maintenance</title><p>of my-token", ["my-token"])
    'Maintenance of …'
    """
    text = data[:20_000].decode("utf-8", "replace")
    try:
        text = _said_in(json.loads(data))
    except (ValueError, RecursionError):
        text = re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL | re.IGNORECASE)
    for secret in sorted({one for one in secrets if one}, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return printable(" ".join(text.split()))[:LONGEST]


def _said_in(answer: Any) -> str:
    """Return what a JSON answer says of its error, as the usual servers say it (RFC 9457, GraphQL, Directus)."""
    first = answer.get("errors") if isinstance(answer, dict) else None
    if isinstance(first, list) and first:
        first = first[0]
    if isinstance(first, dict):
        answer = first
    if not isinstance(answer, dict):
        return ""
    words = next((answer[name] for name in ("message", "detail", "title", "error") if answer.get(name)), "")
    extensions = answer.get("extensions")
    source = extensions if isinstance(extensions, dict) else answer
    nested = source.get("errors")
    if isinstance(nested, list) and nested and isinstance(nested[0], dict) and nested[0].get("message"):
        words = f"{words} {nested[0]['message']}"
    named = source.get("field")
    return f"field {named}: {words}" if isinstance(named, str) else str(words)
