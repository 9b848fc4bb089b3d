"""A release is published at a real Directus while each of its requests meets trouble in turn, by REST and by GraphQL.

Called as ``python -m trials.cms_weather``. Each is busy (500), wants fewer (429), answers HTML, has a token that ended,
or loses its answer after it was done. It fails where the next try does not finish, or a publication is there twice.
"""

import itertools
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from vod_assets.adapters.cms.directus import directus_server
from vod_assets.adapters.cms.directus_setup import set_up
from vod_assets_tests.servers import directus as servers
from vod_assets_tests.test_publishing_weather import TROUBLES, published_all_the_same


def main() -> int:
    """Run the trial, and return 0 when everything was published once."""
    with TemporaryDirectory(prefix="weather-") as folder, servers.directus_server(Path(folder)) as server:
        home = Path(folder)
        set_up(directus_server(server.url, "", lambda: servers.TOKEN), is_dry=False)
        port = urlsplit(server.url).port or 0
        for api, trouble in itertools.product(("rest", "graphql"), TROUBLES):
            name, struck = f"{api}: {trouble.__name__}", 0
            while published_all_the_same(home / f"{name}-{struck}", port, api, trouble, struck, only_writes=False):
                struck += 1
            print(f"{name}: each of {struck} requests met it, and everything was published once", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
