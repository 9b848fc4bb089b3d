"""A server that shows the film, and browsers to watch it with."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import uvicorn

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
        return {**super().environment, "VOD_PROFILE": "players"}


@contextmanager
def show(folder: Path) -> "Iterator[Stage]":
    """Make the film with the whole graph and serve it."""
    (folder / "source").mkdir()
    cinema = Cinema(Studio.make(folder / "studio", film(folder / "source")).folder)
    shutil.rmtree(folder / "studio" / "profiles")
    shutil.copytree(PROFILES, folder / "studio" / "profiles")
    ended = cinema.run()
    if ended.code:
        raise RuntimeError(ended.stderr)
    with serving(Settings(home=cinema.home, _env_file=None)) as address:
        yield Stage(address, "/origin/film/releases/1", folder)


@dataclass(frozen=True)
class Stage:
    """Where the film is shown.

    Attributes:
        address: Of the server.
        releases: Path of the folder that holds a folder for each variant.
        folder: For browsers' profiles.
    """

    address: str
    releases: str
    folder: Path

    def manifest(self, scheme: str, form: str) -> str:
        """Return the path of a manifest."""
        return f"{self.releases}/{scheme}/{FILES[form]}"

    @contextmanager
    def screen(self) -> Iterator[Screen]:
        """Open a browser of its own."""
        with open_page(Path(mkdtemp(dir=self.folder))) as page:
            yield Screen(page, self.address)
