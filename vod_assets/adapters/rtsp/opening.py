"""The RTSP server of a deployment, from its settings."""

from collections.abc import Callable
from urllib.parse import urlsplit

from vod_assets.adapters.blobs.opening import Access, open_blobs
from vod_assets.adapters.rtsp.folder import StreamFolder
from vod_assets.adapters.rtsp.following import Follower
from vod_assets.adapters.rtsp.ledger import BlobStreams
from vod_assets.adapters.rtsp.mediamtx import MediaMtx
from vod_assets.adapters.rtsp.nowhere import NoServer
from vod_assets.adapters.rtsp.outages import Outages
from vod_assets.adapters.rtsp.plain import PublishedStreams
from vod_assets.adapters.rtsp.publisher import Publisher, Publishing
from vod_assets.adapters.tools import Tools
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.events import Event
from vod_assets.domain.rtsp_login import Login
from vod_assets.offering import Offering
from vod_assets.places import MEDIAMTX
from vod_assets.ports import ArtifactStore
from vod_assets.ports.streaming import RtspServer
from vod_assets.settings import Settings

USUAL_PORT = 8554
Secret = Callable[[Settings, str], str]  # returns a secret of the settings


def open_rtsp(settings: Settings, secret: Secret) -> RtspServer:
    """Return the server that the settings name.

    Args:
        settings: Where it is, and who asks.
        secret: Returns a secret of the settings.

    Raises:
        ConfigError: ``secret_failed``.
    """
    folder, address = StreamFolder(settings.rtsp_path), settings.rtsp
    if not address:
        return NoServer(folder)
    if not address.startswith(MEDIAMTX):
        return PublishedStreams(folder, address, settings.rtsp_url, settings.rtsp_start)
    password = secret(settings, "rtsp_password")
    return MediaMtx(
        folder,
        address.removeprefix(MEDIAMTX),
        settings.rtsp_url or f"rtsp://{urlsplit(address.removeprefix(MEDIAMTX)).hostname}:{USUAL_PORT}",
        settings.rtsp_ffmpeg,
        (settings.rtsp_username, password) if settings.rtsp_username else None,
    )


def open_offering(settings: Settings, store: ArtifactStore, access: Access, secret: Secret) -> Offering:
    """Return what offers titles as their records say.

    Raises:
        ConfigError: ``secret_failed``.
    """
    ledger = BlobStreams(open_blobs(settings.store_address, access))
    return Offering(store, ledger, open_rtsp(settings, secret))


def open_publisher(
    settings: Settings, title: str, offering: Offering, tell: Callable[[Event], object], secret: Secret
) -> Publisher:
    """Return what publishes a title at the server of the settings.

    Args:
        settings: Which server, and how.
        title: The title.
        offering: Says what is to be sent.
        tell: Is told of outages.
        secret: Returns a secret of the settings.

    Raises:
        ConfigError: ``rtsp_refused``: the server plays streams by itself; ``secret_failed``.
    """
    streams = offering.server
    if not isinstance(streams, PublishedStreams):
        cause = "nothing is published there by a process of ours"
        raise ConfigError("rtsp_refused", cause, "Set VOD_RTSP to rtsp://HOST:PORT, or use `vod rtsp start`", title)
    password = secret(settings, "rtsp_password")
    login = Login(settings.rtsp_username, password) if settings.rtsp_username else None
    how = Publishing(Tools.from_settings(settings).ffmpeg, streams.announced, settings.rtsp_transport, login=login)
    outages = Outages(tell, settings.rtsp_lost_seconds)
    return Publisher(streams.folder, how, title, Follower(offering, streams, title), outages)
