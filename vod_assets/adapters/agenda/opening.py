"""The agenda of a deployment, from its settings."""

from vod_assets.adapters.agenda.blobs import BlobAgenda
from vod_assets.adapters.blobs.opening import Access, open_blobs
from vod_assets.settings import Settings


def open_agenda(settings: Settings, access: Access) -> BlobAgenda:
    """Return the agenda beside the artifacts, in the default store."""
    return BlobAgenda(open_blobs(settings.store_address, access))
