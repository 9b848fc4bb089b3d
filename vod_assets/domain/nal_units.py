"""Find the kind of picture that a sample starts with (ISO/IEC 14496-10, table 7-1; ISO/IEC 23008-2, table 7-1)."""

from collections.abc import Iterator

AVC_IDR = 5
AVC_PARAMETERS = 7
START_CODE = b"\0\0\1"
HEVC_IDR = (19, 20)
MOST_UNITS = 64  # before the first slice: parameter sets and SEI


def first_slice_type(sample: memoryview, length_bytes: int, *, is_hevc: bool) -> int | None:
    """Return the NAL unit type of a sample's first slice, or None when there is none."""
    at = 0
    for _ in range(MOST_UNITS):
        if at + length_bytes >= len(sample):
            return None
        size = int.from_bytes(sample[at : at + length_bytes])
        first = sample[at + length_bytes]
        kind = (first >> 1) & 0x3F if is_hevc else first & 0x1F
        if (is_hevc and kind < 32) or (not is_hevc and 1 <= kind <= AVC_IDR):
            return kind
        at += length_bytes + size
    return None


def opens_decoding(kind: int | None, *, is_hevc: bool) -> bool:
    """Whether decoding can start at such a slice with nothing before it."""
    return kind in HEVC_IDR if is_hevc else kind == AVC_IDR


def first_slice_in(stream: bytes) -> int | None:
    """Return the NAL unit type of the first slice of an H.264 byte stream (14496-10, annex B)."""
    kinds = (unit[0] & 0x1F for unit in _units(stream))
    return next((kind for kind in kinds if 1 <= kind <= AVC_IDR), None)


def codec_of_parameters(stream: bytes) -> str:
    """Return the RFC 6381 string of an H.264 byte stream, from its sequence parameter set; empty without one."""
    found = next((unit for unit in _units(stream) if unit[0] & 0x1F == AVC_PARAMETERS and len(unit) > 3), b"")
    return f"avc1.{found[1:4].hex()}" if found else ""


def _units(stream: bytes) -> Iterator[bytes]:
    yield from (unit for unit in stream.split(START_CODE)[1 : MOST_UNITS + 1] if unit)
