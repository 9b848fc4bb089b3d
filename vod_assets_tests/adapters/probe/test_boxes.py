"""What the boxes of an MP4 file say before anything opens it."""

import struct
from pathlib import Path

import pytest

from vod_assets.adapters.probe.boxes import look_at_boxes


def box(kind: bytes, *content: bytes) -> bytes:
    data = b"".join(content)
    return struct.pack(">I4s", 8 + len(data), kind) + data


@pytest.mark.parametrize(("entry", "is_encrypted"), [(b"mp4a", False), (b"enca", True)])
def test_a_title_does_not_encrypt_a_file(tmp_path: Path, entry: bytes, is_encrypted: bool) -> None:
    """The type of a sample entry may stand in a word, as in the name of a town."""
    entries = struct.pack(">II", 0, 2) + box(b"avc1", bytes(78)) + box(entry, bytes(28))
    index = box(b"moov", box(b"udta", b"El crimen de Cuenca"), box(b"stsd", entries))
    film = tmp_path / "film.mp4"
    film.write_bytes(box(b"ftyp", b"isom") + index)
    assert look_at_boxes(film).is_encrypted == is_encrypted
