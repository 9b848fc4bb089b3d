"""RTSP streams of this deployment, for commands."""

from vod_assets.adapters.notify.opening import open_outbox
from vod_assets.adapters.process import Unguarded
from vod_assets.adapters.rtsp.opening import open_offering, open_publisher
from vod_assets.adapters.rtsp.publisher import Publisher
from vod_assets.adapters.store.opening import open_store
from vod_assets.aws import access_of
from vod_assets.named_secrets import secret
from vod_assets.offering import Offering
from vod_assets.ports.streaming import RtspServer
from vod_assets.settings import Settings


def offering_of(settings: Settings) -> Offering:
    """Return what offers titles over RTSP."""
    access = access_of(settings)
    return open_offering(settings, open_store(settings, access, Unguarded()), access, secret)


def publisher_of(settings: Settings, title: str) -> Publisher:
    """Return what publishes a title from this machine.

    Raises:
        ConfigError: ``rtsp_refused``: the server plays streams by itself; ``secret_failed``.
    """
    outbox = open_outbox(settings, access_of(settings))
    return open_publisher(settings, title, offering_of(settings), outbox.put, secret)


def rtsp_of(settings: Settings) -> RtspServer:
    """Return the RTSP server of the settings."""
    return offering_of(settings).server


def unregister(settings: Settings, title: str) -> None:
    """Stop a title's stream, offer it no more, and forget that it had one; nothing happens when there is none.

    Raises:
        RemoteError: ``rtsp_unavailable``: MediaMTX does not answer, and may still play it.
    """
    offering_of(settings).forget(title)
