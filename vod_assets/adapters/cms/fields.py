"""What of an entry goes into which field of a CMS."""

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from vod_assets.adapters.cms.described import Rows
from vod_assets.adapters.cms.filling import dotted, placed, pointed
from vod_assets.adapters.cms.pointing import entry_of
from vod_assets.domain.revisions import revision_of

Document = Mapping[str, Any]


def row_of(rows: Rows, entry: Document, key: str) -> dict[str, Any]:
    """Return an entry as a row of a CMS.

    Args:
        rows: Says what goes where.
        entry: The entry.
        key: The row's.
    """
    facts = {**facts_of(entry), "key": key}
    return placed({**{theirs: _value(facts, ours) for theirs, ours in rows.fields.items()}, **rows.fixed})


def entry_in(rows: Rows, row: Document | None) -> dict[str, Any] | None:
    """Return the entry that a row keeps; None when there is no row, or it keeps none that can be read."""
    for theirs, ours in rows.fields.items():
        if ours in ("entry", "entry_text"):
            kept = dotted(row, theirs)
            if isinstance(kept, str):
                try:
                    kept = json.loads(kept)
                except (ValueError, RecursionError):
                    kept = None
            if isinstance(kept, dict):
                return kept
    return None


def differing(rows: Rows, entry: Document, row: Document, key: str) -> list[str]:
    """Return which fields of a row say something else than an entry does; what is unsaid may be anything."""
    wanted = row_of(rows, entry, key)
    said = ((path, dotted(wanted, path)) for path in (*rows.fields, *rows.fixed))
    return [path for path, value in said if value is not None and _differs(value, dotted(row, path))]


def _differs(wanted: Any, found: Any) -> bool:
    """Whether a CMS holds something else; some keep lists and objects as text, and nothing in place of empty ones."""
    if isinstance(wanted, (list, dict)):
        if isinstance(found, str):
            try:
                found = json.loads(found)
            except (ValueError, RecursionError):
                return True
        return bool(wanted or found) and json.loads(json.dumps(wanted)) != found
    return bool(wanted != found)


def facts_of(entry: Document) -> dict[str, Any]:
    """Return what a mapping may name besides the fields of an entry."""
    shown = entry_of(entry)
    release = entry.get("release") or {}
    publication = entry.get("publication") or {}
    policy = publication.get("policy") or entry.get("policy") or {}
    variants = release.get("variants") or {}
    opened: Document = variants.get("clear") or next(iter(variants.values()), {})
    tracks = release.get("tracks") or []
    return {
        **entry,
        "entry": dict(entry),
        "entry_text": json.dumps(entry, ensure_ascii=False),
        "revision": revision_of(entry),
        "status": publication.get("status") or "published",
        "name": shown.name,
        "synopsis": shown.synopsis,
        "seconds": round(Fraction(shown.duration_seconds)) if shown.duration_seconds else None,
        "hls": opened.get("hls") or "",
        "dash": opened.get("dash") or "",
        "manifests": {name: {kind: one.get(kind) for kind in ("hls", "dash")} for name, one in variants.items()},
        "drm": {name: one["keys"] for name, one in variants.items() if one.get("keys")},
        "poster": release.get("poster") or "",
        "tracks": tracks,
        "captions": [track for track in tracks if track.get("kind") == "text"],
        "windows": policy.get("windows") or [],
        "territories": policy.get("territories") or {},
        "platforms": policy.get("platforms") or [],
        "lineage": {
            "source": entry.get("source"),
            "release": release.get("digest"),
            **(publication.get("lineage") or {}),
        },
    }


def _value(facts: Document, ours: str) -> Any:
    return pointed(facts, ours) if ours.startswith("/") else dotted(facts, ours)
