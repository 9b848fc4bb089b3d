"""Decrypt segments with their key, by a route of our own: what the packager encrypted is not believed to be right.

What is encrypted is found by `vod_assets.domain.sample_encryption`. Nothing moves: a box that a clear file would not
have becomes free space, so byte ranges lead to the same samples as before.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from vod_assets.domain.init_segment import AUDIO_FIELDS, VIDEO_FIELDS, InitSegment, protection_of
from vod_assets.domain.isobmff import Box, Fragment, MalformedError, boxes, read_segment
from vod_assets.domain.sample_encryption import BLOCK_BYTES, EncryptedSample, TrackEncryption, encrypted_samples
from vod_assets.ports.keys import SecretKey

if TYPE_CHECKING:  # importing it takes long, and few runs need it
    from cryptography.hazmat.primitives.ciphers import algorithms

FREE = b"free"
OF_SAMPLES = ("senc", "saiz", "saio", "sgpd", "sbgp")
KIND_AT = 4  # a box's type stands after its size


def clear_init(data: bytes) -> bytes:
    """Return an init segment as it was before encryption.

    Raises:
        MalformedError: It is none.
    """
    clear = bytearray(data)
    for moov in (box for box in boxes(data) if box.kind == "moov"):
        for box in moov.children():
            if box.kind == "pssh":
                _name(clear, box, FREE)
        for entry in moov.find("trak", "mdia", "minf", "stbl", "stsd").children(8):
            if (sinf := protection_of(entry)) is not None:
                _name(clear, entry, bytes(sinf.find("frma").body[:4]))
                _name(clear, sinf, FREE)
    return bytes(clear)


def clear_segment(data: bytes, init: InitSegment, key: SecretKey) -> bytes:
    """Return a media segment as it was before encryption; a clear one as it is.

    Raises:
        MalformedError: It is none, or is encrypted with another key or in another way than ours.
    """
    clear = bytearray(data)
    for fragment in read_segment(data, init.defaults).fragments:
        encryption = init.encryption_of(fragment)
        if encryption is not None:
            _decrypt(clear, fragment, encryption, key)
    for moof in (box for box in boxes(data) if box.kind == "moof"):
        for box in (box for box in moof.find("traf").children() if box.kind in OF_SAMPLES):
            _name(clear, box, FREE)
    return bytes(clear)


def runs_of(data: bytes | memoryview, init: InitSegment) -> Iterator[tuple[memoryview, list[int]]]:
    """Yield the bytes of each run of samples of a segment, and their sizes."""
    view = memoryview(data)
    for fragment in read_segment(data, init.defaults).fragments:
        sizes = [sample.size for sample in fragment.samples]
        yield view[fragment.data_offset : fragment.data_offset + sum(sizes)], sizes


def configuration_of(clear: bytes) -> bytes:
    """Return what a clear init segment tells a decoder of its samples: the boxes of its first sample entry.

    Raises:
        MalformedError: It is no init segment.
    """
    moov = next((box for box in boxes(clear) if box.kind == "moov"), None)
    if moov is None:
        raise MalformedError("there is no movie box (moov) in the init segment")
    entry = next(moov.find("trak", "mdia", "minf", "stbl", "stsd").children(8))
    fields = AUDIO_FIELDS if entry.kind in ("mp4a", "ac-3", "ec-3", "Opus", "fLaC") else VIDEO_FIELDS
    return b"".join(bytes(box.body) for box in entry.children(fields) if box.kind != "free")


def _name(data: bytearray, box: Box, kind: bytes) -> None:
    data[box.offset + KIND_AT : box.offset + KIND_AT + len(kind)] = kind


def _decrypt(data: bytearray, fragment: Fragment, encryption: TrackEncryption, key: SecretKey) -> None:
    if encryption.kid != key.kid or encryption.scheme not in ("cenc", "cbcs"):
        raise MalformedError(f"it is encrypted as {encryption.scheme} with key {encryption.kid}, not {key.kid}")
    from cryptography.hazmat.primitives.ciphers import algorithms

    decrypt = _counted if encryption.scheme == "cenc" else _chained
    algorithm = algorithms.AES(key.value)
    for sample in encrypted_samples(fragment, encryption):
        decrypt(data, sample, algorithm, encryption)


def _counted(data: bytearray, sample: EncryptedSample, algorithm: "algorithms.AES", _: TrackEncryption) -> None:
    """Decrypt AES-CTR: the counter goes on through all stretches of a sample (23001-7, 9.4.2 and 9.5)."""
    from cryptography.hazmat.primitives.ciphers import Cipher, modes

    cipher = Cipher(algorithm, modes.CTR(sample.iv.ljust(BLOCK_BYTES, b"\0"))).decryptor()
    for at, length in sample.stretches:
        data[at : at + length] = cipher.update(bytes(data[at : at + length]))


def _chained(
    data: bytearray, sample: EncryptedSample, algorithm: "algorithms.AES", encryption: TrackEncryption
) -> None:
    """Decrypt AES-CBC: anew in each stretch, and past blocks that the pattern leaves clear (23001-7, 10.4)."""
    from cryptography.hazmat.primitives.ciphers import Cipher, modes

    for at, length in sample.stretches:
        spans = list(_patterned(at, length, encryption.pattern))
        cipher = Cipher(algorithm, modes.CBC(sample.iv)).decryptor()
        clear = cipher.update(b"".join(data[begin:end] for begin, end in spans))
        taken = 0
        for begin, end in spans:
            data[begin:end] = clear[taken : taken + end - begin]
            taken += end - begin


def _patterned(at: int, length: int, pattern: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Yield begin and end of what is encrypted of a stretch: whole blocks only."""
    crypt, skip = pattern
    if not skip:
        yield at, at + length // BLOCK_BYTES * BLOCK_BYTES
        return
    for begin in range(at, at + length - BLOCK_BYTES + 1, (crypt + skip) * BLOCK_BYTES):
        whole = (at + length - begin) // BLOCK_BYTES
        yield begin, begin + BLOCK_BYTES * min(crypt, whole)
