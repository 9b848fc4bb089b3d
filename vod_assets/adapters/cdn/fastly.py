"""Fastly: purges by surrogate key, and an edge dictionary with an item a title."""

import json
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from itertools import count, islice
from typing import TypeVar
from urllib.parse import urlsplit

import httpx

from vod_assets.adapters.cdn.calls import EdgeApi
from vod_assets.domain.cache_keys import cache_key, is_wild
from vod_assets.domain.edge_rules import Row, data_table
from vod_assets.domain.errors import RemoteError

One = TypeVar("One")

API = "https://api.fastly.com"
MOST_KEYS = 256  # of a purge
MOST_ITEMS = 1000  # of a change of a dictionary
PAGE = 100
LONGEST_ITEM = 8000


class FastlyAuth(httpx.Auth):
    """An API token, looked up when it is needed."""

    def __init__(self, token: Callable[[], str]) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign a request."""
        request.headers["Fastly-Key"] = self._token()
        yield request


def fastly_api(token: Callable[[], str], base: str = "") -> EdgeApi:
    """Return Fastly's API."""
    return EdgeApi("Fastly", base or API, FastlyAuth(token), lambda: (token(),))


class FastlyPurges:
    """Purges of a service: by surrogate key where a path ends with ``*``, and by address otherwise.

    Args:
        api: Fastly's.
        service: Its id.
        public_url: What players fetch below.
    """

    def __init__(self, api: EdgeApi, service: str, public_url: str) -> None:
        self._api, self._service, self._public = api, service, public_url.rstrip("/")

    def purge(self, paths: Sequence[str]) -> str:
        """Have the edge forget what it keeps under paths, and return what Fastly calls the requests."""
        keys = [cache_key(path) for path in paths if is_wild(path)]
        found: list[str] = []
        for some in _batched(keys, MOST_KEYS):
            said = self._api.ask("POST", f"/service/{self._service}/purge", {"surrogate_keys": list(some)})
            found += said.values() if isinstance(said, dict) else []
        parts = urlsplit(self._public)
        for path in paths:
            if not is_wild(path):
                said = self._api.ask("POST", f"/purge/{parts.netloc}{parts.path}{path}")
                found += [said["id"]] if isinstance(said, dict) and "id" in said else []
        return " ".join(dict.fromkeys(str(one) for one in found))

    def state(self) -> str:
        """Return the service's name."""
        said = self._api.ask("GET", f"/service/{self._service}")
        return f"service {said.get('name', '')!r}" if isinstance(said, dict) else "a service"


class DictionaryRows:
    """An edge dictionary: what is written is at every edge within seconds, and needs no new version of the service."""

    longest = LONGEST_ITEM

    def __init__(self, api: EdgeApi, service: str, dictionary: str) -> None:
        self._api, self._path = api, f"/service/{service}/dictionary/{dictionary}/items"
        self.name = f"Fastly's dictionary {dictionary}"

    def texts(self, table: Mapping[str, Row]) -> Mapping[str, str]:
        """Return an item a title."""
        return dict(json.loads(data_table(table))["titles"])

    def items(self) -> Mapping[str, str]:
        """Return every item that is there."""
        found: dict[str, str] = {}
        for page in count(1):
            said = self._api.ask("GET", f"{self._path}?page={page}&per_page={PAGE}&sort=item_key")
            if not isinstance(said, list):
                raise RemoteError("cdn_failed", f"{self.name} answers with no list", "Check VOD_CDN_RULES; docs/cdn.md")
            new = {str(one["item_key"]): str(one["item_value"]) for one in said}
            if not new.keys() - found.keys():  # the end, or an API that does not turn pages
                return found
            found |= new
            if len(said) < PAGE:
                return found
        raise AssertionError("counting does not end")

    def put(self, items: Mapping[str, str]) -> None:
        """Write items."""
        for some in _batched(items.items(), MOST_ITEMS):
            changes = [{"op": "upsert", "item_key": name, "item_value": text} for name, text in some]
            self._api.ask("PATCH", self._path, {"items": changes})

    def remove(self, names: Sequence[str]) -> None:
        """Take items away."""
        there = sorted(set(names) & self.items().keys()) if names else []
        for some in _batched(there, MOST_ITEMS):
            self._api.ask("PATCH", self._path, {"items": [{"op": "delete", "item_key": name} for name in some]})


def _batched(all_: Iterable[One], most: int) -> Iterator[list[One]]:
    rest = iter(all_)
    while some := list(islice(rest, most)):
        yield some
