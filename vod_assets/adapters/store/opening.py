"""The artifact store of a deployment, from its settings."""

from vod_assets.adapters.blobs.opening import Access, open_blobs
from vod_assets.adapters.store.artifacts import BlobArtifactStore
from vod_assets.adapters.store.routed import RoutedArtifactStore
from vod_assets.adapters.store.scratch import Scratch
from vod_assets.domain.groups import group_of
from vod_assets.ports import ArtifactStore, RunGuard
from vod_assets.settings import Settings


def open_scratch(settings: Settings) -> Scratch:
    """Return the scratch cache of this machine."""
    return Scratch(settings.cache_path, settings.scratch_gigabytes * 1_000_000_000)


def open_store(settings: Settings, access: Access, guard: RunGuard) -> ArtifactStore:
    """Return the artifact store that the settings name, with a store of its own for each group that has one."""
    scratch = open_scratch(settings)

    def store(address: str) -> BlobArtifactStore:
        return BlobArtifactStore(open_blobs(address, access), guard, scratch)

    default = store(settings.store_address)
    if not settings.stores:
        return default
    return RoutedArtifactStore(default, {group: store(address) for group, address in settings.stores.items()}, group_of)
