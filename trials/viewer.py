"""Somebody who watches: from the CMS to a manifest to every file that it names, as web servers show them."""

import json
import re
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from vod_assets.domain.manifests.dash_reading import parse_mpd
from vod_assets.domain.package_view import resolved
from vod_assets.domain.references import file_references
from vod_assets.ports.blobs import Blobs

NUMBER = re.compile(r"/releases/(\d+)/")
PAUSE_SECONDS = 0.003
MOST_SECONDS = 300.0


@dataclass(frozen=True)
class WebServer:
    """What a web server or a CDN shows of an origin: every file whose name is not private."""

    blobs: Blobs

    def get(self, title: str, path: str) -> bytes | None:
        """Return a file below a title."""
        is_private = any(part.startswith(".") for part in path.split("/"))
        return None if is_private else self.blobs.read(f"{title}/{path}")


@dataclass
class Seen:
    """What was seen of a title, from when it was looked for on.

    Attributes:
        shown: The release that the CMS showed with each pass; 0: none.
        missing: What an entry or a manifest named, and was not there.
        mixed: What did not belong to the release that was shown.
    """

    shown: list[int] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Viewer:
    """Looks at titles.

    Attributes:
        site: Folder of the static catalogue.
        servers: The origins by their names.
        words: What the segments of each release begin with.
        directus: Address of Directus, when that is the CMS.
    """

    site: Path
    servers: Mapping[str, WebServer]
    words: Mapping[int, str]
    directus: str = ""
    token: str = ""

    def watch(self, title: str, told: Connection) -> Seen:
        """Look at a title again and again until something is said; twice at least."""
        seen, ends_at = Seen(), time.monotonic() + MOST_SECONDS
        while (len(seen.shown) < 2 or not told.poll()) and time.monotonic() < ends_at:
            self.look(title, seen)
            time.sleep(PAUSE_SECONDS)
        return seen

    def look(self, title: str, seen: Seen) -> None:
        """Follow an entry to every file that it leads to."""
        number, addresses = self._row(title) if self.directus else self._document(title)
        seen.shown.append(number)
        if not self.directus:
            self._look_at_site(title, seen)
        for address in addresses:
            if (named := NUMBER.search(address)) and int(named[1]) != number:
                seen.mixed.append(f"the entry of release {number} names {address}")
            below = urlsplit(address).path.removeprefix(f"/origin/{title}/")
            for name, server in self.servers.items():
                self._play(name, server, title, below, number, seen)

    def is_there(self, title: str, paths: list[str]) -> list[str]:
        """Return which of some files can be fetched, at any origin."""
        servers = self.servers.items()
        return [f"{name}: {path}" for path in paths for name, server in servers if server.get(title, path) is not None]

    def _play(self, name: str, server: WebServer, title: str, path: str, number: int, seen: Seen) -> None:
        data = server.get(title, path)
        if data is None:
            seen.missing.append(f"{name}: {path} of release {number}")
            return
        if path.endswith(".m4s") and not data.startswith(self.words[number].encode()):
            seen.mixed.append(f"{name}: {path} holds {data!r}, and release {number} is shown")
        for below in _named(path, data) if path.endswith((".m3u8", ".mpd")) else ():
            self._play(name, server, title, below, number, seen)

    def _document(self, title: str) -> tuple[int, list[str]]:
        try:
            entry = json.loads((self.site / "titles" / f"{title}.json").read_bytes())
        except FileNotFoundError:
            return 0, []
        shown = entry["release"]
        manifests = [one[form] for one in shown["variants"].values() for form in ("hls", "dash")]
        return shown["number"], [*manifests, shown["poster"]]

    def _look_at_site(self, title: str, seen: Seen) -> None:
        """Have the page lead to one release, and the list lead to pages that are there."""
        page = self.site / "titles" / f"{title}.html"
        try:
            numbers = set(NUMBER.findall(page.read_text()))
        except FileNotFoundError:
            numbers = set()
        if len(numbers) > 1:
            seen.mixed.append(f"its page leads to releases {sorted(numbers)}")

    def _row(self, title: str) -> tuple[int, list[str]]:
        where = f"filter[id][_eq]={title}&filter[status][_eq]=published&fields=release,manifests,poster"
        request = urllib.request.Request(  # noqa: S310 - a server of the trial's own
            f"{self.directus}/items/vod_titles?{where}", headers={"authorization": f"Bearer {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - likewise
            rows: list[dict[str, Any]] = json.loads(answer.read())["data"]
        if not rows:
            return 0, []
        manifests = [one[form] for one in rows[0]["manifests"].values() for form in ("hls", "dash")]
        return rows[0]["release"], [*manifests, rows[0]["poster"]]


def _named(path: str, data: bytes) -> Iterator[str]:
    text = data.decode()
    if path.endswith(".m3u8"):
        yield from (address for uri in file_references(text) if (address := resolved(path, uri)))
        return
    for one in parse_mpd(text, "", path).representations:
        yield one.init
        yield from (segment.address for segment in one.segments if segment.address)
