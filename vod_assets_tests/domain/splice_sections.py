"""SCTE 35 sections as a splicer writes them (ANSI/SCTE 35, clause 9)."""

from vod_assets.domain.splice_info import crc

TICKS = 90_000


def section(command: int, body: bytes, descriptors: bytes = b"", adjustment: int = 0, encrypted: int = 0) -> bytes:
    """Return a whole section with its CRC."""
    head = (encrypted << 39 | adjustment).to_bytes(5, "big")  # encrypted_packet, algorithm, pts_adjustment
    tier_length_command = (0xFFF << 20 | len(body) << 8 | command).to_bytes(4, "big")
    rest = b"\0" + head + b"\0" + tier_length_command + body + len(descriptors).to_bytes(2, "big") + descriptors
    whole = b"\xfc" + (0x3000 | len(rest) + 4).to_bytes(2, "big") + rest
    return whole + crc(whole).to_bytes(4, "big")


def splice_time(ticks: int | None) -> bytes:
    return b"\x7f" if ticks is None else (0xFE << 32 | ticks).to_bytes(5, "big")


def splice_insert(
    event: int, ticks: int | None, *, out: bool = True, duration: int | None = None, adjustment: int = 0
) -> bytes:
    """Return a ``splice_insert``; without a time it is immediate."""
    flags = out << 7 | 1 << 6 | (duration is not None) << 5 | (ticks is None) << 4 | 0xF
    lasting = b"" if duration is None else (0xFE << 32 | duration).to_bytes(5, "big")
    body = event.to_bytes(4, "big") + bytes([0x7F, flags]) + (b"" if ticks is None else splice_time(ticks)) + lasting
    return section(5, body + b"\0\x01\0\0", adjustment=adjustment)


def cancel(event: int) -> bytes:
    """Return a ``splice_insert`` that takes an announced event back."""
    return section(5, event.to_bytes(4, "big") + b"\xff")


def time_signal(ticks: int, *segments: tuple[int, int, int | None]) -> bytes:
    """Return a ``time_signal`` with a descriptor for each event, type and duration."""
    return section(6, splice_time(ticks), b"".join(_segmentation(*one) for one in segments))


def null() -> bytes:
    """Return a mere sign of life."""
    return section(0, b"")


def _segmentation(event: int, kind: int, duration: int | None) -> bytes:
    flags = 1 << 7 | (duration is not None) << 6 | 0x3F
    lasting = b"" if duration is None else duration.to_bytes(5, "big")
    body = b"CUEI" + event.to_bytes(4, "big") + bytes([0x7F, flags]) + lasting + bytes([0, 0, kind, 0, 0])
    return bytes([2, len(body)]) + body
