"""A title's life in front of viewers at the clock's own pace: two origins, a Directus, Dagster's daemon, a browser.

The title is to be seen one minute after it was registered, and nobody but the daemon's sensor publishes or expires it.
"""

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from urllib.parse import urlsplit

from vod_assets_tests.browser import open_page
from vod_assets_tests.deployment import deployed
from vod_assets_tests.players.screen import Screen
from vod_assets_tests.servers.directus import directus_server
from vod_assets_tests.servers.s3 import s3_server
from vod_assets_tests.standing.delivered import CLEAR, STATIONS, VARIANTS, Delivered, opened
from vod_assets_tests.studio import Studio, film

PLAYER = "hlsjs"


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
        house = stack.enter_context(opened(studio, s3, directus, wait, [CLEAR, *VARIANTS]))
        stack.enter_context(deployed(studio, folder / "daemon.log", with_ui=False))
        house.ticks = False
        try:
            for station in STATIONS:
                station(house)
                print(f"{house.said[-1]}; the player {shown_by_player(house, folder)}", flush=True)
        except AssertionError as error:
            print(f"FAILED: {error}")
            print((folder / "daemon.log").read_text()[-2000:])
            return 1
    return 0


def shown_by_player(house: Delivered, folder: Path) -> str:
    """Return what a viewer sees who opens what the CMS names, in a real browser.

    Raises:
        AssertionError: It plays though the title is not shown, or the other way round.
    """
    row = house.row()
    if row["status"] != "published":
        return "is given no address"
    release = house.entry().release
    assert release is not None
    address = urlsplit(str(release.variants["clear"].hls))
    with open_page(Path(mkdtemp(dir=folder))) as page:
        screen = Screen(page, f"{address.scheme}://{address.netloc}")
        screen.open(PLAYER, address.path)
        screen.start()
        return f"plays release {row['release']} ({screen.see('frames')} frames so far)"


if __name__ == "__main__":
    sys.exit(main())
