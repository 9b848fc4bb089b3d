"""Readers of what others say of a title: CSV, MRSS, CableLabs ADI 1.1, and what a MAM exports."""

from vod_assets.domain.metadata_readers.mapping import Mapping, read_mapping
from vod_assets.domain.metadata_readers.reading import LARGEST_FILE_BYTES, Beside, read_description

__all__ = ["LARGEST_FILE_BYTES", "Beside", "Mapping", "read_description", "read_mapping"]
