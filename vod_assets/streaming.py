"""RTSP streams of this deployment, for whoever takes titles down or removes them."""

from vod_assets.adapters.rtsp.opening import open_rtsp
from vod_assets.named_secrets import secret
from vod_assets.ports.streaming import RtspServer
from vod_assets.settings import Settings


def rtsp_of(settings: Settings) -> RtspServer:
    """Return the RTSP server of the settings."""
    return open_rtsp(settings, secret)


def unregister(settings: Settings, title: str) -> None:
    """Stop a title's stream and offer it no more; nothing happens when there is none.

    Raises:
        RemoteError: ``rtsp_unavailable``: MediaMTX does not answer, and may still play it.
    """
    rtsp_of(settings).unregister(title)
