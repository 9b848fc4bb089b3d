"""SCTE 35 sections of a transport stream, damaged ones included: a demuxer passes over those without a word."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from vod_assets.adapters.probe.transport import M2TS_PREFIX_BYTES, PACKET_BYTES, SYNC
from vod_assets.domain.media_info import Splice
from vod_assets.domain.splice_info import TABLE_ID, is_null
from vod_assets.domain.splices import seconds_from

CHUNK_PACKETS = 20_000
MOST_BYTES = 256 << 10  # of all sections, which a document has to hold; a day with a break a minute is 60 KiB
STARTS, PAYLOAD, ADAPTATION = 0x40, 0x10, 0x20
STUFFING = 0xFF
Section = tuple[bytes, int | None]


def read_splices(path: Path, section_pid: int, video_pid: int, clock_zero: int) -> tuple[tuple[Splice, ...], bool]:
    """Return the sections of one packet identifier, each once, signs of life left out; and whether these are all.

    A section arrives with the picture whose packets begin last before it.

    Args:
        path: A transport stream.
        section_pid: Packet identifier of the sections.
        video_pid: Packet identifier of the video.
        clock_zero: Ticks of the stream's clock at the video's first frame.
    """
    found: dict[str, Splice] = {}
    size_bytes = 0
    for data, pts in _sections(path, section_pid, video_pid):
        name = data.hex()
        if data[0] == TABLE_ID and not is_null(data) and name not in found:
            arrives = Fraction(0) if pts is None else max(Fraction(0), seconds_from(clock_zero, pts))
            size_bytes += len(data)
            if size_bytes > MOST_BYTES:
                return tuple(found.values()), False
            found[name] = Splice(section=name, arrives_seconds=arrives)
    return tuple(found.values()), True


@dataclass
class _Assembly:
    """Puts sections together from the payloads of packets (ISO/IEC 13818-1, 2.4.4)."""

    data: bytearray = field(default_factory=bytearray)
    arrives: int | None = None

    def feed(self, payload: bytes, arrives: int | None, *, starts: bool) -> Iterator[Section]:
        """Yield the sections that a payload ends; one that another interrupts is yielded as far as it came."""
        if not starts:
            yield from self._take(payload) if self.data else ()
            return
        pointer = payload[0] if payload else 0
        if self.data:
            yield from self._take(payload[1 : 1 + pointer])
            yield from self.rest()
        self.arrives = arrives
        yield from self._take(payload[1 + pointer :])

    def rest(self) -> Iterator[Section]:
        """Yield what was begun and never ended."""
        if self.data:
            yield bytes(self.data), self.arrives
        self.data.clear()

    def _take(self, payload: bytes) -> Iterator[Section]:
        self.data += payload
        while len(self.data) >= 3 and self.data[0] != STUFFING:
            length = (int.from_bytes(self.data[1:3], "big") & 0xFFF) + 3
            if len(self.data) < length:
                return
            yield bytes(self.data[:length]), self.arrives
            del self.data[:length]
        if self.data[:1] == bytes([STUFFING]):
            self.data.clear()


def _sections(path: Path, section_pid: int, video_pid: int) -> Iterator[Section]:
    """Yield every section, cut ones included, with the time of the picture before it."""
    assembly, pts = _Assembly(), None
    for chunk in _chunks(path):
        done = 0  # what begins before is in `pts` already: looking at it again would take hours on a hostile file
        for at in _packets_of(chunk, section_pid):
            packet = chunk[at : at + PACKET_BYTES]
            earlier = _last_time(chunk, video_pid, done, at)
            pts, done = earlier if earlier is not None else pts, at
            yield from assembly.feed(_payload(packet), pts, starts=bool(packet[1] & STARTS))
        latest = _last_time(chunk, video_pid, done, len(chunk))
        pts = latest if latest is not None else pts
    yield from assembly.rest()


def _chunks(path: Path) -> Iterator[bytes]:
    """Yield a file's packets, without the prefixes of M2TS, many at a time."""
    with path.open("rb") as file:
        prefix = 0 if file.read(1) == bytes([SYNC]) else M2TS_PREFIX_BYTES
        file.seek(0)
        stride = PACKET_BYTES + prefix
        while chunk := file.read(stride * CHUNK_PACKETS):
            yield (
                chunk
                if not prefix
                else b"".join(chunk[at + prefix : at + stride] for at in range(0, len(chunk), stride))
            )


def _packets_of(chunk: bytes, pid: int) -> Iterator[int]:
    """Yield where the packets of one identifier begin; most of a film's millions of others are never looked at."""
    low = chunk[2::PACKET_BYTES]
    number = low.find(pid & 0xFF)
    while number >= 0:
        at = number * PACKET_BYTES
        if chunk[at + 1] & 0x1F == pid >> 8 and at + PACKET_BYTES <= len(chunk):
            yield at
        number = low.find(pid & 0xFF, number + 1)


def _last_time(chunk: bytes, pid: int, first: int, before: int) -> int | None:
    """Return the time of the last picture that begins from one packet on and before another."""
    for at in range((before // PACKET_BYTES - 1) * PACKET_BYTES, first - 1, -PACKET_BYTES):
        if chunk[at + 1] & STARTS and (chunk[at + 1] & 0x1F) << 8 | chunk[at + 2] == pid:
            return _presentation_time(_payload(chunk[at : at + PACKET_BYTES]))
    return None


def _payload(packet: bytes) -> bytes:
    if not packet[3] & PAYLOAD:
        return b""
    return packet[5 + packet[4] :] if packet[3] & ADAPTATION else packet[4:]


def _presentation_time(payload: bytes) -> int | None:
    """Return the PTS of a PES packet's header (2.4.3.7)."""
    if len(payload) < 14 or payload[:3] != b"\0\0\1" or not payload[7] & 0x80:
        return None
    high, middle, low = payload[9] >> 1 & 7, payload[10] << 7 | payload[11] >> 1, payload[12] << 7 | payload[13] >> 1
    return high << 30 | middle << 15 | low
