"""Transport streams with teletext subtitles (ETSI EN 300 472, EN 300 706), written byte by byte."""

from collections.abc import Iterator, Sequence
from pathlib import Path

PID, PMT_PID, CLOCK_PID, CLOCK = 0x101, 0x100, 0x102, 90_000
_PAGE = (8, 8, 0)  # page 888: its units, its tens, its magazine (8 is sent as 0)
_HAMMING = (0x15, 0x02, 0x49, 0x5E, 0x64, 0x73, 0x38, 0x2F, 0xD0, 0xC7, 0x8C, 0x9B, 0xA1, 0xB6, 0xFD, 0xEA)


def stream(target: Path, shown: Sequence[tuple[float, str]]) -> Path:
    """Write a stream whose page 888 shows a text from each time on; an empty one erases the page."""
    packets = [_section(0, _pat()), _section(PMT_PID, _pmt())]
    counter = 0
    for seconds, text in shown:
        rows = [_row(20, _parity(b"\x0b\x0b" + text.encode("ascii") + b"\x0a\x0a", 40))] if text else []
        units = [_header(), *rows, _header(tens=0xF, units=0xF)]  # another header ends the page
        packets.append(_clock(round(seconds * CLOCK)))
        pes = _pes(round(seconds * CLOCK), units)
        for at in range(0, len(pes), 184):
            packets.append(_packet(PID, pes[at : at + 184], starts=at == 0, counter=counter))
            counter = (counter + 1) % 16
    target.write_bytes(b"".join(packets))
    return target


def _header(tens: int = _PAGE[1], units: int = _PAGE[0]) -> bytes:
    erase, subtitle, no_header, serial = 0x8, 0x8, 0x1, 0x1
    digits = (units, tens, 0, erase, 0, subtitle, no_header, serial)
    return _row(0, bytes(_HAMMING[digit] for digit in digits) + _parity(b"", 32))


def _row(number: int, data: bytes) -> bytes:
    address = _PAGE[2] | number << 3
    return bytes((_HAMMING[address & 0xF], _HAMMING[address >> 4])) + data


def _parity(text: bytes, length: int) -> bytes:
    return bytes(byte | (0 if byte.bit_count() % 2 else 0x80) for byte in text.ljust(length))


def _pes(ticks: int, units: Sequence[bytes]) -> bytes:
    lines = b"".join(
        b"\x03\x2c" + bytes((0xE7 + number, 0xE4)) + bytes(int(f"{byte:08b}"[::-1], 2) for byte in unit)
        for number, unit in enumerate(units)
    )
    lines += (b"\xff\x2c" + b"\xff" * 44) * (-(len(units) + 1) % 4)  # 46 bytes each; whole packets of 184
    time = bytes(
        (0x21 | ticks >> 29 & 0xE, ticks >> 22 & 0xFF, 1 | ticks >> 14 & 0xFE, ticks >> 7 & 0xFF, 1 | ticks << 1 & 0xFE)
    )
    body = b"\x84\x80\x24" + time + b"\xff" * 31 + b"\x10" + lines
    return b"\x00\x00\x01\xbd" + len(body).to_bytes(2, "big") + body


def _pat() -> bytes:
    return b"\x00\xb0\x0d\x00\x01\xc1\x00\x00\x00\x01" + (0xE000 | PMT_PID).to_bytes(2, "big")


def _pmt() -> bytes:
    descriptor = b"\x56\x05fra" + bytes((0x10, 0x88))  # a subtitle page
    entry = b"\x06" + (0xE000 | PID).to_bytes(2, "big") + (0xF000 | len(descriptor)).to_bytes(2, "big") + descriptor
    body = b"\x00\x01\xc1\x00\x00" + (0xE000 | CLOCK_PID).to_bytes(2, "big") + b"\xf0\x00" + entry
    return b"\x02" + (0xB000 | len(body) + 4).to_bytes(2, "big") + body


def _section(pid: int, section: bytes) -> bytes:
    return _packet(pid, b"\x00" + section + _crc(section).to_bytes(4, "big"), starts=True, counter=0, pad=b"\xff")


def _packet(pid: int, payload: bytes, *, starts: bool, counter: int, pad: bytes = b"") -> bytes:
    head = bytes((0x47, (0x40 if starts else 0) | pid >> 8, pid & 0xFF))
    if pad or len(payload) == 184:
        return head + bytes((0x10 | counter,)) + payload.ljust(184, pad or b"\xff")
    length = 183 - len(payload)
    stuffing = bytes((length,)) + (b"\x00" + b"\xff" * (length - 1) if length else b"")
    return head + bytes((0x30 | counter,)) + stuffing + payload


def _clock(ticks: int) -> bytes:
    """Return a packet with nothing but the programme clock."""
    reference = (ticks << 15 | 0x7E00).to_bytes(6, "big")
    return (bytes((0x47, CLOCK_PID >> 8, CLOCK_PID & 0xFF, 0x20, 183, 0x10)) + reference).ljust(188, b"\xff")


def _crc(data: bytes) -> int:
    crc = 0xFFFF_FFFF
    for bit in _bits(data):
        crc = (crc << 1 & 0xFFFF_FFFF) ^ (0x04C1_1DB7 if (crc >> 31) ^ bit else 0)
    return crc


def _bits(data: bytes) -> Iterator[int]:
    return (byte >> place & 1 for byte in data for place in range(7, -1, -1))
