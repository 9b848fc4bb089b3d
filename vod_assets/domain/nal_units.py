"""Find the kind of picture that a sample starts with (ISO/IEC 14496-10, table 7-1; ISO/IEC 23008-2, table 7-1)."""

AVC_IDR = 5
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
