"""Packets of digital captions (DTVCC, CTA-708-E): put together from byte pairs, and taken apart into service blocks."""

from collections.abc import Iterator
from dataclasses import dataclass, field

LARGEST_PACKET = 128  # bytes, which a size code of zero means (CTA-708-E, 5.1)
EXTENDED = 7  # service number that says: the next byte holds it (6.2.2)


@dataclass(frozen=True)
class Block:
    """What one service is told at once: its number, 1 to 63, and codes."""

    service: int
    codes: bytes


@dataclass
class Packets:
    """Takes byte pairs in their order, and returns the blocks of every packet that they end.

    Of a packet that ends too soon, as a lost pair makes it, all that is there is read: to lose the command that shows
    a caption costs more than to misread one parameter. It is counted as damaged. The sequence number says only that
    whole packets were lost or cut out, after which what is on the screen stays.
    """

    damaged: int = 0
    _packet: bytearray = field(default_factory=bytearray)

    def feed(self, first: int, second: int, *, begins: bool) -> list[Block]:
        """Take two bytes, which begin a packet or go on with it; return what the packet says that ends with them."""
        blocks = self.finish() if begins else []
        if not begins and not self._packet:
            return []  # the rest of a packet that was complete already, or never began
        self._packet += bytes((first, second))
        if len(self._packet) < ((self._packet[0] & 0x3F) * 2 or LARGEST_PACKET):
            return blocks
        data, self._packet = bytes(self._packet[1:]), bytearray()
        return [*blocks, *self._blocks(data)]

    def finish(self) -> list[Block]:
        """Return what a packet says that is not complete."""
        if not self._packet:
            return []
        before = self.damaged
        data, self._packet = bytes(self._packet[1:]), bytearray()
        blocks = list(self._blocks(data))
        self.damaged = before + 1
        return blocks

    def _blocks(self, data: bytes) -> Iterator[Block]:
        """Yield the blocks of a packet: a number, a size, and bytes (6.2.1); a null block ends it (6.2.3)."""
        at = 0
        while at < len(data) and data[at]:
            service, size = data[at] >> 5, data[at] & 0x1F
            at += 1
            if service == EXTENDED and size and at < len(data):
                service, at = data[at] & 0x3F, at + 1
            self.damaged += at + size > len(data)
            if service and size:
                yield Block(service, data[at : at + size])
            at += size
