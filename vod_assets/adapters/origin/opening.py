"""The origins of a deployment, from its settings."""

from urllib.parse import urlsplit

from vod_assets.adapters.blobs.opening import Access, open_blobs
from vod_assets.adapters.origin.blobs import BlobOrigin
from vod_assets.adapters.origin.local import LocalOrigin
from vod_assets.adapters.origin.several import NamedOrigin, SeveralOrigins
from vod_assets.origins_file import OriginPlace, origin_places
from vod_assets.places import PUT_SCHEMES, storage_scheme
from vod_assets.ports import Origin
from vod_assets.settings import Settings

COPYING = ("s3", "gs", "smb")  # FTP has no copy; no store lies on a web server


def open_origin(settings: Settings, access: Access) -> Origin:
    """Return the origin that the settings name, or all of them behind one.

    Raises:
        ConfigError: ``bad_setting``.
    """
    places = origin_places(settings)
    opened = [
        NamedOrigin(name, _open(place, settings, access), place.required, place.group) for name, place in places.items()
    ]
    return SeveralOrigins(opened) if len(opened) > 1 else opened[0].origin


def open_first(settings: Settings, access: Access) -> LocalOrigin | BlobOrigin:
    """Return the first origin alone."""
    return _open(next(iter(origin_places(settings).values())), settings, access)


def _open(place: OriginPlace, settings: Settings, access: Access) -> LocalOrigin | BlobOrigin:
    """Return a folder, or a part of a bucket or a share."""
    if place.path is not None:
        return LocalOrigin(place.path, place.public_url, settings.unchanging_paths)
    if storage_scheme(place.address) in PUT_SCHEMES:
        from vod_assets.adapters.blobs.put import PutBlobs
        from vod_assets.adapters.origin.put import PutOrigin

        return PutOrigin(PutBlobs(place.address.rstrip("/"), access.dav), place.public_url, settings.scratch_path)
    around = open_blobs(_around(place.address), access) if storage_scheme(place.address) in COPYING else None
    return BlobOrigin(open_blobs(place.address, access), place.public_url, settings.scratch_path, around)


def _around(address: str) -> str:
    """Return the address of the bucket, or of the share, that an address is a part of.

    >>> _around("s3://bucket/vod/origin"), _around("smb://isilon/share/origin")
    ('s3://bucket', 'smb://isilon/share')
    """
    parts = urlsplit(address)
    kept = 2 if parts.scheme.lower() == "smb" else 1
    return f"{parts.scheme}://{parts.netloc}{'/'.join(parts.path.split('/')[:kept])}"
