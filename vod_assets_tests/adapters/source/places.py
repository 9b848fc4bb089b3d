"""Folders that servers show, as the contract of sources fills them."""

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import quote

from vod_assets.adapters.source.opening import open_sources
from vod_assets.adapters.source.routed import RoutedSources
from vod_assets.aws import access_of
from vod_assets.settings import Settings


def settings(home: Path, **values: Any) -> Settings:
    """Return the settings of a place of its own."""
    return Settings(home=home / "home", _env_file=None, **values)


def opened(settings: Settings) -> RoutedSources:
    """Return the source store of settings."""
    return open_sources(settings, access_of(settings))


class FolderBehindAServer:
    """Puts files into a folder that a server shows under an address."""

    def shown(self, folder: Path, address: str) -> None:
        """Take a new folder below the one that the server shows."""
        below = secrets.token_hex(4)
        self.folder, self.root = folder / below, f"{address}/{below}"

    def address(self, name: str) -> str:
        return f"{self.root}/{quote(name)}"

    def put(self, name: str, data: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def take_away(self, name: str) -> None:
        (self.folder / name).unlink()
