"""The catalogue of a workstation's server: the static one, or what another CMS shows."""

import threading
import time
from pathlib import Path, PurePosixPath

from anyio import to_thread
from starlette.responses import PlainTextResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from vod_assets.adapters.cms.opening import open_cms
from vod_assets.adapters.cms.static import StaticCms
from vod_assets.domain.errors import VodError, printable
from vod_assets.named_secrets import secret
from vod_assets.ports import Cms
from vod_assets.settings import Settings

MIRRORED = Path("cache", "catalogue")  # below VOD_HOME
LOOK_SECONDS = 30.0  # what a CMS over a network shows is asked for again after that


class Catalogue:
    """A folder of pages that follows a CMS over a network; of the static one, it is that folder.

    Args:
        site: The folder.
        cms: Whose entries it shows; None: those that are published into it.
    """

    def __init__(self, site: StaticCms, cms: Cms | None = None) -> None:
        self.site, self._cms = site, cms
        self._asked_at = float("-inf")
        self._lock = threading.Lock()
        if cms is None and not (site.root / "index.html").is_file():
            site.refresh()

    @classmethod
    def of(cls, settings: Settings) -> "Catalogue":
        """Return the catalogue of the settings."""
        if settings.cms_kind == "static":
            return cls(StaticCms(settings.cms_path, settings.public_url))
        site = StaticCms(settings.home_path / MIRRORED, settings.public_url)
        return cls(site, open_cms(settings, None, secret))

    def follow(self) -> None:
        """Ask the CMS what it shows, unless it was asked a short while ago.

        Raises:
            VodError: It cannot be asked.
        """
        if self._cms is None:
            return
        with self._lock:
            if time.monotonic() < self._asked_at + LOOK_SECONDS:
                return
            self.site.mirror(self._cms.entries_of(self._cms.entries()))
            self._asked_at = time.monotonic()


class Following:
    """Files of a catalogue, once it has followed its CMS; a CMS that cannot be asked is said plainly.

    Args:
        catalogue: The catalogue.
        files: Its files.
    """

    def __init__(self, catalogue: Catalogue, files: StaticFiles) -> None:
        self._catalogue, self._files = catalogue, files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a file, or with 503 and why."""
        answer: ASGIApp = self._files
        if scope["type"] == "http" and _is_of_entries(scope["path"]):
            try:
                await to_thread.run_sync(self._catalogue.follow)
            except VodError as error:
                answer = _sorry(error)
        await answer(scope, receive, send)


def _is_of_entries(path: str) -> bool:
    return PurePosixPath(path).suffix in ("", ".html", ".json")


def _sorry(error: VodError) -> Response:
    said = f"The catalogue cannot be shown: {printable(str(error))}\n"
    return PlainTextResponse(said, status_code=503, headers={"cache-control": "no-store"})
