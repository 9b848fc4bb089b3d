"""The servers that origins are tried on."""

from vod_assets_tests.adapters.blobs.conftest import s3, smb

__all__ = ["s3", "smb"]
