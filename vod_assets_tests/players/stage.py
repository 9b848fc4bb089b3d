"""A server that shows the film, and browsers to watch it with."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import uvicorn

from vod_assets.domain.track import Track
from vod_assets.serve import build_app, listening
from vod_assets.settings import Settings
from vod_assets_tests.browser import open_page
from vod_assets_tests.players.film import film
from vod_assets_tests.players.screen import Screen
from vod_assets_tests.studio import Studio

PROFILES = Path(__file__).parent / "profiles"
FILES = {"HLS": "master.m3u8", "DASH": "manifest.mpd"}


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """Serve as `vod serve` does, and yield the address."""
    server = uvicorn.Server(uvicorn.Config(build_app(settings), log_level="error", ws="none", lifespan="off"))
    with listening("127.0.0.1", 0) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


class Cinema(Studio):
    """A studio that makes packages for players."""

    @property
    def environment(self) -> dict[str, str]:
        """As of any studio, with the profile of this folder."""
        return {**super().environment, "VOD_PROFILE": "players", "VOD_PREVIEW": "true"}


@contextmanager
def show(folder: Path) -> "Iterator[Stage]":
    """Make the film with the whole graph and serve it."""
    (folder / "source").mkdir()
    cinema = Cinema(Studio.make(folder / "studio", film(folder / "source")).folder)
    shutil.rmtree(folder / "studio" / "profiles")
    shutil.copytree(PROFILES, folder / "studio" / "profiles")
    ended = cinema.run("--select", "+key:hls_package or +key:dash_package")
    if ended.code:
        raise RuntimeError(ended.stderr)
    with serving(
        Settings(home=cinema.home, profiles=folder / "studio/profiles", preview=True, _env_file=None)
    ) as address:
        yield Stage(address, cinema, "/preview/film/releases/0", folder)


@dataclass(frozen=True)
class Stage:
    """Where the film is shown.

    Attributes:
        address: Of the server.
        cinema: Where the film was made.
        releases: Path of the folder that holds a folder for each variant.
        folder: For browsers' profiles.
    """

    address: str
    cinema: Cinema
    releases: str
    folder: Path

    def manifest(self, scheme: str, form: str) -> str:
        """Return the path of a manifest."""
        return f"{self.releases}/{scheme}/{FILES[form]}"

    def tracks(self, asset: str) -> Iterator[tuple[str, Path, Track]]:
        """Yield the tracks of an asset: ``<variant>/<name>``, the folder of its files, what is said of it."""
        with self.cinema.session() as session:
            index = session.store.latest("film", asset)
            for entry in index.entries if index else ():
                leaf = session.store.load("film", entry.asset, entry.recipe)
                yield entry.name, session.store.local_path(leaf), leaf.read(Track)

    @contextmanager
    def screen(self) -> Iterator[Screen]:
        """Open a browser of its own."""
        with open_page(Path(mkdtemp(dir=self.folder))) as page:
            yield Screen(page, self.address)
