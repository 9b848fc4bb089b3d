"""The source store of a deployment, from its settings."""

from vod_assets.adapters.blobs.opening import Access, open_blobs
from vod_assets.adapters.source.local import LocalSources
from vod_assets.adapters.source.remote import RemoteSources
from vod_assets.adapters.source.routed import RoutedSources
from vod_assets.adapters.store.opening import open_scratch
from vod_assets.settings import Settings


def open_sources(settings: Settings) -> RoutedSources:
    """Return what reads sources wherever they lie."""
    access, cache = Access.from_settings(settings), settings.home_path / "cache"
    remote = RemoteSources(lambda address: open_blobs(address, access), open_scratch(settings), cache)
    return RoutedSources(LocalSources(cache), remote)
