"""Read MPEG-2 transport stream segments (ISO/IEC 13818-1) and packed AAC (RFC 8216, 3.4) as we make them.

That is one elementary stream a file, one picture a PES packet. Times are counted from the start of the title: the
packager shifts all of them by `START_SECONDS`, for in a transport stream none may lie before zero.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from vod_assets.domain.isobmff import Buffer, MalformedError
from vod_assets.domain.nal_units import codec_of_parameters, first_slice_in, opens_decoding

START_SECONDS = 10  # what Apple's own segmenter takes
TICKS = 90_000  # a second
START_TICKS = START_SECONDS * TICKS
PACKET_BYTES = 188
SYNC = 0x47
VIDEO_STREAMS = range(0xE0, 0xF0)
AAC_SAMPLES = 1024  # of one frame
SAMPLE_RATES = (96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350)
_BEGINS_UNIT = re.compile(rb"[\x40-\x7f\xc0-\xff]")  # payload_unit_start_indicator, in the second byte of a packet
_ID3_CLOCK = b"com.apple.streaming.transportStreamTimestamp\0"


@dataclass(frozen=True)
class StreamSegment:
    """What a segment holds.

    Attributes:
        codecs: RFC 6381 string.
        begin: When its presentation begins, in 90 kHz ticks of the title; ``end`` likewise.
        units: How many pictures or audio frames there are.
        first_unit_end: End of the first picture in the file; what stands before it tells a decoder what follows.
        nal_type: NAL unit type of the first slice of the first picture.
    """

    kind: str
    codecs: str
    begin: int
    end: int
    units: int
    first_unit_end: int = 0
    nal_type: int | None = None
    channels: int = 0
    sample_rate: int = 0

    @property
    def opens_decoding(self) -> bool:
        """Whether decoding can start at it with nothing before it."""
        return self.kind == "audio" or opens_decoding(self.nal_type, is_hevc=False)


@dataclass(frozen=True)
class _Unit:
    """The packet that a picture begins in."""

    packet: int
    pid: int
    pts: int


def read_stream_segment(data: Buffer) -> StreamSegment:
    """Return what a transport stream segment or a packed audio segment holds.

    Raises:
        MalformedError: It is neither, or is cut.
    """
    if bytes(data[:3]) == b"ID3":
        return _packed_audio(bytes(data))
    units = list(_units(data))
    if not units:
        raise MalformedError("there is no picture in the transport stream")
    times = sorted(unit.pts for unit in units)
    gaps = sorted(after - before for before, after in pairwise(times))
    begin, end = times[0] - START_TICKS, times[-1] - START_TICKS + (gaps[len(gaps) // 2] if gaps else 0)
    second = units[1].packet if len(units) > 1 else len(data) // PACKET_BYTES
    picture = b"".join(_payloads(data, units[0], second))
    return StreamSegment(
        kind="video",
        codecs=codec_of_parameters(picture),
        begin=max(0, begin),
        end=end,
        units=len(units),
        first_unit_end=second * PACKET_BYTES,
        nal_type=first_slice_in(picture),
    )


def _units(data: Buffer) -> Iterator[_Unit]:
    if not data or len(data) % PACKET_BYTES or bytes(data[::PACKET_BYTES]).strip(bytes([SYNC])):
        raise MalformedError(f"its {len(data)} bytes are no whole packets of {PACKET_BYTES} bytes")
    for found in _BEGINS_UNIT.finditer(bytes(data[1::PACKET_BYTES])):
        packet = bytes(data[found.start() * PACKET_BYTES : (found.start() + 1) * PACKET_BYTES])
        at = _payload_at(packet)
        if packet[at : at + 3] == b"\0\0\1" and packet[at + 3] in VIDEO_STREAMS:
            yield _Unit(found.start(), _pid(packet), _time(packet[at + 9 : at + 14]))


def _payloads(data: Buffer, unit: _Unit, end: int) -> Iterator[bytes]:
    for number in range(unit.packet, end):
        packet = bytes(data[number * PACKET_BYTES : (number + 1) * PACKET_BYTES])
        if _pid(packet) == unit.pid:
            yield packet[_payload_at(packet) :]


def _pid(packet: bytes) -> int:
    return (packet[1] & 0x1F) << 8 | packet[2]


def _payload_at(packet: bytes) -> int:
    return 5 + packet[4] if packet[3] & 0x20 else 4  # after the adaptation field


def _time(field: bytes) -> int:
    """Return the presentation time of a PES header: 33 bits in five bytes (13818-1, 2.4.3.7)."""
    if len(field) < 5 or not field[0] & 0x20:
        raise MalformedError("a picture says nothing of its time")
    return (field[0] >> 1 & 7) << 30 | field[1] << 22 | (field[2] >> 1) << 15 | field[3] << 7 | field[4] >> 1


def _packed_audio(data: bytes) -> StreamSegment:
    clock = data.find(_ID3_CLOCK, 0, 256)
    if clock < 10:  # an ID3 header has ten bytes
        raise MalformedError("the packed audio says nothing of its time")
    begin = int.from_bytes(data[clock + len(_ID3_CLOCK) :][:8]) - START_TICKS
    at = 10 + (data[6] << 21 | data[7] << 14 | data[8] << 7 | data[9])  # ID3's sizes take seven bits a byte
    header, frames = data[at : at + 7], 0
    while at < len(data):
        if data[at : at + 1] != b"\xff" or data[at + 1 : at + 2] not in (b"\xf0", b"\xf1") or at + 7 > len(data):
            raise MalformedError(f"there is no audio frame at byte {at}")
        length = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
        if length < 7 or at + length > len(data):
            raise MalformedError(f"the audio frame at byte {at} claims {length} bytes")
        at, frames = at + length, frames + 1
    if not frames or header[2] >> 2 & 0xF >= len(SAMPLE_RATES):
        raise MalformedError("there is no audio frame in the packed audio")
    rate = SAMPLE_RATES[header[2] >> 2 & 0xF]
    return StreamSegment(
        kind="audio",
        codecs=f"mp4a.40.{(header[2] >> 6) + 1}",
        begin=max(0, begin),
        end=begin + round(frames * AAC_SAMPLES * TICKS / rate),
        units=frames,
        channels=(header[2] & 1) << 2 | header[3] >> 6,
        sample_rate=rate,
    )
