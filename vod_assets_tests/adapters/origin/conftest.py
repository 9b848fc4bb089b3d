"""The server that origins in buckets are tried on."""

from vod_assets_tests.adapters.blobs.conftest import s3

__all__ = ["s3"]
