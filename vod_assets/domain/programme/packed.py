"""What a package says of its files, to be compared with what has come."""

import base64
from typing import Literal

from vod_assets.domain.documents import Document


class PackedFile(Document):
    """A file as its packing list has it.

    Attributes:
        digest: In hexadecimal digits.
    """

    name: str
    size_bytes: int
    algorithm: Literal["sha1", "sha256"]
    digest: str


def as_listed(digest: str) -> str:
    """Return a digest as packing lists write it.

    >>> as_listed("00ff")
    'AP8='
    """
    return base64.b64encode(bytes.fromhex(digest)).decode()
