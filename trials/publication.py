"""A title's life in front of viewers at the clock's own pace: two origins, a Directus, Dagster's daemon, a browser.

The title is to be seen one minute after it was registered, and nobody but the daemon's sensor publishes or expires it.
Viewers sit behind the edge of a CDN, one in Germany and one in France; the CDN's table has the rules that publications
wrote, and its function is run by Node.js.
"""

import argparse
import json
import sys
import traceback
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from urllib.parse import urlsplit

from vod_assets_tests.browser import open_page
from vod_assets_tests.deployment import deployed
from vod_assets_tests.players.screen import Screen
from vod_assets_tests.servers import edges
from vod_assets_tests.servers.directus import directus_server
from vod_assets_tests.servers.fence import edge, function
from vod_assets_tests.servers.s3 import s3_server
from vod_assets_tests.standing.delivered import CLEAR, STATIONS, VARIANTS, Delivered, opened
from vod_assets_tests.studio import Studio, film

PLAYER = "hlsjs"
COUNTRIES = ("DE", "FR")


@dataclass
class Viewers:
    """People who know the title's address, and try it at each station.

    Attributes:
        doors: Where a viewer of each country asks.
        cdn: The CDN's API; it counts what it was told to forget.
        manifest: The path that the CMS named last.
    """

    house: Delivered
    folder: Path
    doors: Mapping[str, str]
    cdn: edges.Fastly
    manifest: str = ""
    forgotten: int = 0

    def look(self) -> str:
        """Return what they see.

        Raises:
            AssertionError: Somebody sees what is not shown there, or does not see what is.
        """
        row = self.house.row()
        if release := self.house.entry().release if row["status"] == "published" else None:
            self.manifest = urlsplit(str(release.variants["clear"].hls)).path
        purged, self.forgotten = len(self.cdn.purged) - self.forgotten, len(self.cdn.purged)
        told = f"the edge was told to forget {purged} keys"
        if not self.manifest:
            return f"no address is given; {told}"
        seen = {country: self._plays(country) for country in self.doors}
        assert seen == {"DE": row["status"] == "published", "FR": False}, seen
        said = (
            f"{country} {'plays release ' + str(row['release']) if plays else 'is refused'}"
            for country, plays in seen.items()
        )
        return f"{', '.join(said)}; {told}"

    def _plays(self, country: str) -> bool:
        with open_page(Path(mkdtemp(dir=self.folder))) as page:
            screen = Screen(page, self.doors[country])
            screen.open(PLAYER, self.manifest)
            try:
                screen.start()
            except AssertionError:  # the page tells a fault
                return False
            return True


def main() -> int:
    """Go through the stations, print what was seen at each, and return 1 when one failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wait", type=float, default=60.0, help="seconds from registration to the window")
    wait = parser.parse_args().wait
    with TemporaryDirectory(prefix="vod-publication-", ignore_cleanup_errors=True) as name, ExitStack() as stack:
        folder = Path(name)
        for part in ("source", "cms", "s3", "browser"):
            (folder / part).mkdir()
        studio = Studio.make(folder / "house", film(folder / "source"))
        directus = stack.enter_context(directus_server(folder / "cms"))
        s3 = stack.enter_context(s3_server(folder / "s3"))
        cdn = edges.Fastly()
        stack.enter_context(edges.serving(cdn))
        (studio.folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in told_of(cdn).items()))
        house = stack.enter_context(opened(studio, s3, directus, wait, [CLEAR, *VARIANTS]))
        stack.enter_context(deployed(studio, folder / "daemon.log", with_ui=False))
        house.ticks = False
        rule = stack.enter_context(function(lambda: {title: json.loads(row) for title, row in cdn.items.items()}))
        behind = str(house.web.base_url).rstrip("/")
        doors = {country: stack.enter_context(edge(rule, behind, country)) for country in COUNTRIES}
        viewers = Viewers(house, folder, doors, cdn)
        try:
            for station in STATIONS:
                station(house)
                print(f"{house.said[-1]}; {viewers.look()}", flush=True)
        except AssertionError:
            print(f"FAILED: {traceback.format_exc(limit=-2)}")
            print((folder / "daemon.log").read_text()[-2000:])
            return 1
    return 0


def told_of(cdn: edges.Fastly) -> Mapping[str, str]:
    """Return the settings of a CDN."""
    return {
        "VOD_CDN": f"fastly:{edges.SERVICE}",
        "VOD_CDN_ENDPOINT": cdn.url,
        "VOD_CDN_SECRET": edges.FASTLY_TOKEN,
        "VOD_CDN_RULES": edges.DICTIONARY,
    }


if __name__ == "__main__":
    sys.exit(main())
