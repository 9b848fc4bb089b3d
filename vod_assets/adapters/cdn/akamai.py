"""Akamai: Fast Purge (version 3), and EdgeKV with an item a title."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from urllib.parse import quote

from vod_assets.adapters.cdn.calls import EdgeApi
from vod_assets.adapters.cdn.edgegrid import Client, EdgeGridAuth
from vod_assets.domain.cache_keys import cache_key, is_wild
from vod_assets.domain.edge_rules import Row, data_table
from vod_assets.domain.errors import ConfigError, RemoteError

MOST_BODY = 50_000  # bytes of a purge
LONGEST_ITEM = 250_000
MOST_ITEMS = 10_000


def akamai_api(host: str, client: Client) -> EdgeApi:
    """Return Akamai's API at the host that its client was given; a whole address is another server's."""
    base = host if "://" in host else f"https://{host}"
    return EdgeApi("Akamai", base, EdgeGridAuth(client), lambda: (client.client_secret(), client.access_token()))


class FastPurges:
    """Purges: by cache tag where a path ends with ``*``, which addresses cannot, and by address otherwise.

    Objects are invalidated, so that an edge asks the origin before it gives them out again.

    Args:
        api: Akamai's.
        network: ``production`` or ``staging``.
        public_url: What players fetch below.
    """

    def __init__(self, api: EdgeApi, network: str, public_url: str) -> None:
        self._api, self._network, self._public = api, network, public_url.rstrip("/")

    def purge(self, paths: Sequence[str]) -> str:
        """Have the edge forget what it keeps under paths, and return what Akamai calls the requests."""
        tags = [cache_key(path) for path in paths if is_wild(path)]
        urls = [self._public + path for path in paths if not is_wild(path)]
        purges = [("tag", some) for some in _fitting(tags)] + [("url", some) for some in _fitting(urls)]
        return " ".join(self._invalidated(kind, objects) for kind, objects in purges)

    def state(self) -> str:
        """Return what the purges of a minute are limited to."""
        said = self._api.ask("POST", "/ccu/v3/rate-limit-status/tag")
        left = said.get("objectsRemaining", said.get("limit", "some")) if isinstance(said, dict) else "some"
        return f"{self._network}, {left} purges by tag left"

    def _invalidated(self, kind: str, objects: Sequence[str]) -> str:
        said = self._api.ask("POST", f"/ccu/v3/invalidate/{kind}/{self._network}", {"objects": list(objects)})
        if not isinstance(said, dict) or "purgeId" not in said:
            raise RemoteError("cdn_failed", "Akamai answers a purge without its id", "Look at its Control Center")
        return str(said["purgeId"])


class EdgeKvRows:
    """A group of EdgeKV; what is written is at every edge within ten seconds or so.

    Args:
        api: Akamai's.
        network: ``production`` or ``staging``.
        namespace: Of the account.
        group: Within it; made by its first item.
    """

    longest = LONGEST_ITEM

    def __init__(self, api: EdgeApi, network: str, namespace: str, group: str) -> None:
        names = (quote(namespace, safe=""), quote(group, safe=""))
        self._api = api
        self._path = f"/edgekv/v1/networks/{network}/namespaces/{names[0]}/groups/{names[1]}"
        self.name = f"Akamai's EdgeKV {namespace}/{group}"

    def texts(self, table: Mapping[str, Row]) -> Mapping[str, str]:
        """Return an item a title."""
        return dict(json.loads(data_table(table))["titles"])

    def items(self) -> Mapping[str, str]:
        """Return every item that is there; a request each."""
        said = self._api.ask("GET", f"{self._path}?maxItems={MOST_ITEMS}")
        if not isinstance(said, list):
            raise RemoteError("cdn_failed", f"{self.name} answers with no list", "Check VOD_CDN_RULES; docs/cdn.md")
        return {str(name): self._text(str(name)) for name in said}

    def put(self, items: Mapping[str, str]) -> None:
        """Write items, a request each."""
        for name, text in items.items():
            self._api.ask("PUT", f"{self._path}/items/{quote(name, safe='')}", json.loads(text))

    def remove(self, names: Sequence[str]) -> None:
        """Take items away."""
        for name in names:
            with _unless_missing():
                self._api.ask("DELETE", f"{self._path}/items/{quote(name, safe='')}")

    def _text(self, name: str) -> str:
        said = self._api.ask("GET", f"{self._path}/items/{quote(name, safe='')}")
        return said if isinstance(said, str) else json.dumps(said, separators=(",", ":"))


@contextmanager
def _unless_missing() -> Iterator[None]:
    try:
        yield
    except ConfigError as error:
        if "answers 404 " not in error.cause:
            raise


def _fitting(objects: Sequence[str]) -> list[list[str]]:
    """Return objects in as few purges as their size allows."""
    found: list[list[str]] = []
    size = MOST_BODY
    for one in objects:
        size += len(json.dumps(one)) + 2
        if size > MOST_BODY - 20:
            found.append([])
            size = len(json.dumps(one)) + 2
        found[-1].append(one)
    return found
