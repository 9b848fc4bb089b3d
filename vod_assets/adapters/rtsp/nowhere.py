"""No server: files for RTSP are made and kept in the store, and offered nowhere."""

from pathlib import Path

from vod_assets.adapters.rtsp.folder import StreamFolder
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.publishing_streams import StreamState


class NoServer:
    """What there is where ``VOD_RTSP`` names nothing.

    Args:
        folder: What was offered while it named a server.
    """

    address = ""

    def __init__(self, folder: StreamFolder) -> None:
        self.folder = folder

    def registered(self, title: str) -> str:
        """Return nothing."""
        return ""

    def register(self, title: str, digest: str, file: Path) -> str:
        """Return no address."""
        return ""

    def unregister(self, title: str) -> None:
        """Forget a title's file; a publisher that still runs ends when it is gone."""
        self.folder.remove(title)

    def start(self, title: str, *, once: bool = False) -> StreamState:
        """Refuse: there is no server."""
        raise ConfigError("rtsp_unknown", "VOD_RTSP names no server", "Set it; docs/rtsp.md", title)

    def stop(self, title: str) -> None:
        """Have nothing to do."""

    def streams(self) -> list[StreamState]:
        """Return none."""
        return []

    def revive(self) -> list[str]:
        """Return none: there is no server."""
        return []
