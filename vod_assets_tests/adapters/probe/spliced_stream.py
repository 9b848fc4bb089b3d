"""Puts SCTE 35 sections into a transport stream that FFmpeg wrote (its muxer does not)."""

from collections.abc import Mapping
from pathlib import Path

from vod_assets.domain.splice_info import crc

PACKET = 188
SECTION_PID = 0x1F0
PMT_PID = 0x1000  # FFmpeg's first
REGISTRATION = b"\x05\x04CUEI"
STREAM = bytes([0x86, 0xE0 | SECTION_PID >> 8, SECTION_PID & 0xFF, 0xF0, 0])


def with_splices(source: Path, target: Path, sections: Mapping[int, bytes]) -> Path:
    """Write a transport stream whose program map names a stream of sections.

    Args:
        source: The stream without.
        target: Where to.
        sections: Each section by the number of the video picture (from 0) that it comes right after the beginning of.
    """
    data, written, pictures = source.read_bytes(), bytearray(), -1
    for at in range(0, len(data), PACKET):
        packet = data[at : at + PACKET]
        pid, starts = (packet[1] & 0x1F) << 8 | packet[2], packet[1] & 0x40
        written += _with_stream(packet) if pid == PMT_PID else packet
        if pid == 0x100 and starts:
            pictures += 1
            if pictures in sections:
                written += _packets(sections[pictures], pictures)
    target.write_bytes(written)
    return target


def _with_stream(packet: bytes) -> bytes:
    length = (packet[6] & 0xF) << 8 | packet[7]
    plain = packet[5 : 5 + 3 + length - 4]
    informed = 12 + ((plain[10] & 0xF) << 8 | plain[11])
    section = bytearray(plain[:informed]) + REGISTRATION + plain[informed:] + STREAM
    section[10:12] = (0xF000 | informed - 12 + len(REGISTRATION)).to_bytes(2, "big")
    section[1:3] = (0xB000 | len(section) - 3 + 4).to_bytes(2, "big")
    whole = packet[:5] + section + crc(bytes(section)).to_bytes(4, "big")
    return whole.ljust(PACKET, b"\xff")


def _packets(section: bytes, counter: int) -> bytes:
    payload, packets, starts = b"\0" + section, bytearray(), 0x40
    while payload:
        head = bytes([0x47, starts | SECTION_PID >> 8, SECTION_PID & 0xFF, 0x10 | counter & 0xF])
        packets += (head + payload[: PACKET - 4]).ljust(PACKET, b"\xff")
        payload, starts, counter = payload[PACKET - 4 :], 0, counter + 1
    return bytes(packets)
