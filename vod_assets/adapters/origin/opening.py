"""The origin of a deployment, from its settings."""

from urllib.parse import urlsplit

from vod_assets.adapters.blobs.opening import Access, open_blobs
from vod_assets.adapters.origin.blobs import BlobOrigin
from vod_assets.adapters.origin.local import LocalOrigin
from vod_assets.places import storage_scheme
from vod_assets.ports import Origin
from vod_assets.settings import Settings

COPYING = ("s3", "gs", "smb")  # FTP has no copy


def open_origin(settings: Settings, access: Access) -> Origin:
    """Return the origin that the settings name: a folder, or a part of a bucket or a share."""
    if settings.origin_path is not None:
        return LocalOrigin(settings.origin_path, settings.public_url, settings.unchanging_paths)
    address = settings.origin_address
    around = open_blobs(_around(address), access) if storage_scheme(address) in COPYING else None
    return BlobOrigin(open_blobs(address, access), settings.public_url, settings.scratch_path, around)


def _around(address: str) -> str:
    """Return the address of the bucket, or of the share, that an address is a part of.

    >>> _around("s3://bucket/vod/origin"), _around("smb://isilon/share/origin")
    ('s3://bucket', 'smb://isilon/share')
    """
    parts = urlsplit(address)
    kept = 2 if parts.scheme.lower() == "smb" else 1
    return f"{parts.scheme}://{parts.netloc}{'/'.join(parts.path.split('/')[:kept])}"
