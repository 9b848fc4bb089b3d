"""Comparing the files of a package with its packing list: a damaged transfer is found before anything is made."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from vod_assets.domain.acceptance import refusal
from vod_assets.domain.programme.packed import PackedFile, as_listed


def require_as_packed(paths: Mapping[str, Path], packed: Sequence[PackedFile]) -> None:
    """Return when files have the sizes and digests that their packing lists say; all sizes are looked at first.

    Raises:
        SourceError: ``package_mismatch``, with both.
    """
    for one in packed:
        size_bytes = paths[one.name].stat().st_size
        if size_bytes != one.size_bytes:
            cause = f"its packing list says {one.size_bytes} bytes, and it has {size_bytes}"
            raise refusal("package_mismatch", cause, one.name)
    for one in packed:
        with paths[one.name].open("rb") as file:
            digest = hashlib.file_digest(file, one.algorithm).hexdigest()
        if digest != one.digest:
            said, found = as_listed(one.digest), as_listed(digest)
            cause = f"its packing list says {one.algorithm} {said}, and its bytes have {found}"
            raise refusal("package_mismatch", cause, one.name)
