"""Common encryption (ISO/IEC 23001-7), as far as to find what is encrypted in a track; no key, no cipher."""

from collections.abc import Iterator
from dataclasses import dataclass

from vod_assets.domain.isobmff import Box, Fragment, MalformedError

BLOCK_BYTES = 16
HAS_SUBSAMPLES = 0x2  # flag of senc, 23001-7, 7.2.1


@dataclass(frozen=True)
class TrackEncryption:
    """How the samples of one sample entry are encrypted (``schm`` and ``tenc``, 23001-7, 8.2).

    Attributes:
        scheme: ``cenc``, ``cbcs`` and so on.
        kid: Key id, 32 hex digits.
        iv_bytes: Size of each sample's own IV; 0: all have the constant one.
        pattern: How many blocks are encrypted, then how many are not; (0, 0): all of them are.
    """

    scheme: str
    kid: str
    iv_bytes: int = 0
    constant_iv: bytes = b""
    pattern: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class EncryptedSample:
    """The IV of a sample, and where its encrypted stretches lie in the file: offset and length of each."""

    iv: bytes
    stretches: tuple[tuple[int, int], ...]


def read_encryption(sinf: Box) -> TrackEncryption:
    """Return how the samples of an entry are encrypted.

    Raises:
        MalformedError: Its boxes are not there or too short.
    """
    schm, tenc = sinf.find("schm"), sinf.find("schi", "tenc")
    pattern, _, iv_bytes = tenc.unpack(">BBB", 5)
    constant = b""
    if not iv_bytes:
        (length,) = tenc.unpack(">B", 24)
        constant = bytes(tenc.body[25 : 25 + length])
    return TrackEncryption(
        scheme=bytes(schm.body[4:8]).decode("latin-1"),
        kid=bytes(tenc.body[8:24]).hex(),
        iv_bytes=iv_bytes,
        constant_iv=constant,
        pattern=(pattern >> 4, pattern & 0xF),
    )


def encrypted_samples(fragment: Fragment, encryption: TrackEncryption) -> Iterator[EncryptedSample]:
    """Yield the samples of a fragment in order, with what is encrypted of each.

    Raises:
        MalformedError: The sample encryption box (senc) does not fit the samples.
    """
    entries = _entries(fragment, encryption)
    at = fragment.data_offset
    for sample, (iv, parts) in zip(fragment.samples, entries, strict=True):
        end = at + sample.size
        stretches = []
        for clear, encrypted in parts or [(0, sample.size)]:
            stretches.append((at + clear, encrypted))
            at += clear + encrypted
        if at > end:
            raise MalformedError(f"the fragment at byte {fragment.moof_offset} has subsamples beyond their sample")
        yield EncryptedSample(iv, tuple(stretches))
        at = end


def _entries(fragment: Fragment, encryption: TrackEncryption) -> list[tuple[bytes, list[tuple[int, int]]]]:
    """Return the IV and the subsamples (clear and encrypted bytes) of each sample."""
    senc = fragment.senc
    if senc is None:
        if encryption.iv_bytes:
            raise MalformedError(f"the fragment at byte {fragment.moof_offset} is encrypted and has no senc")
        return [(encryption.constant_iv, [])] * len(fragment.samples)
    if senc.u32(4) != len(fragment.samples):
        raise MalformedError(f"box senc at byte {senc.offset} is of {senc.u32(4)} samples, not {len(fragment.samples)}")
    at, found = 8, []
    for _ in fragment.samples:
        iv = bytes(senc.body[at : at + encryption.iv_bytes]) or encryption.constant_iv
        at += encryption.iv_bytes
        parts: list[tuple[int, int]] = []
        if senc.flags & HAS_SUBSAMPLES:
            (count,) = senc.unpack(">H", at)
            numbers = senc.unpack(">" + "HI" * count, at + 2)
            parts = list(zip(numbers[::2], numbers[1::2], strict=True))
            at += 2 + 6 * count
        found.append((iv, parts))
    return found
