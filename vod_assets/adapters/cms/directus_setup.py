"""The collections of Directus that entries are kept in: made where they are missing, completed where fields are."""

from collections.abc import Iterator, Mapping
from typing import Any

from vod_assets.adapters.cms import faults
from vod_assets.adapters.cms.calls import Answer, CmsServer
from vod_assets.adapters.cms.directus import COLLECTIONS, TITLES

ICONS = {True: "movie", False: "history"}
LONGEST_KEY = 100


def set_up(server: CmsServer, is_dry: bool) -> list[str]:
    """Make what is missing in Directus, and return what that was, a line each; nothing is ever removed.

    Args:
        server: Asked as somebody who may change the data model.
        is_dry: Only say it.

    Raises:
        RemoteError: ``cms_unavailable``, ``cms_answer_bad``: a field is there, of another type.
        ConfigError: ``cms_denied``, ``cms_refused``.
    """
    known = {str(one.get("collection")) for one in _rows(server, "/collections")}
    done = []
    for collection, fields in COLLECTIONS.items():
        wanted = {name: kind for name, (_, kind) in fields.items()}
        if collection not in known:
            done.append(f"make collection {collection} with {len(wanted)} fields")
            if not is_dry:
                _make(server, "/collections", _collection(collection, wanted))
            continue
        for name, kind in _missing(server, collection, wanted):
            done.append(f"add field {collection}.{name}")
            if not is_dry:
                _make(server, f"/fields/{collection}", _field(name, kind))
    return done


def _missing(server: CmsServer, collection: str, wanted: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    there = {str(one.get("field")): str(one.get("type")) for one in _rows(server, f"/fields/{collection}")}
    for name, kind in wanted.items():
        if name not in there:
            yield name, kind
        elif there[name] != kind:
            raise faults.answer_bad(server.host, f"{collection}.{name} is of type {there[name]}, and {kind} is needed")


def _collection(name: str, fields: Mapping[str, str]) -> dict[str, Any]:
    note = "What vod_assets publishes; changed by it alone"
    meta = {"icon": ICONS[name == TITLES], "note": note, "accountability": "all"}
    return {
        "collection": name,
        "schema": {},
        "meta": meta,
        "fields": [_field(field, kind) for field, kind in fields.items()],
    }


def _field(name: str, kind: str) -> dict[str, Any]:
    key = {"is_primary_key": True, "max_length": LONGEST_KEY, "is_nullable": False} if name == "id" else {}
    special = {"special": ["cast-json"]} if kind == "json" else {}
    longest = {"max_length": 1000} if name == "name" else {}
    return {"field": name, "type": kind, "schema": key or longest, "meta": {"readonly": True, **special}}


def _rows(server: CmsServer, path: str) -> list[dict[str, Any]]:
    answer = _fine(server, server.patiently(lambda: server.once("GET", path)))
    found = answer.document.get("data") if isinstance(answer.document, dict) else None
    if not isinstance(found, list):
        raise faults.answer_bad(server.host, f"no JSON at {path}, but “{server.words(answer)}”")
    return [one for one in found if isinstance(one, dict)]


def _make(server: CmsServer, path: str, document: Mapping[str, Any]) -> None:
    _fine(server, server.patiently(lambda: server.once("POST", path, document)))


def _fine(server: CmsServer, answer: Answer) -> Answer:
    if answer.status not in range(200, 300):
        raise faults.refused(server.host, f"it answered {answer.status} {server.words(answer)}".rstrip())
    return answer
