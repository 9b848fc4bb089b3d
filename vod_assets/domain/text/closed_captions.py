"""Closed captions inside pictures (ATSC A/53 user data): channels of CEA-608, services of CEA-708, and twins."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from vod_assets.domain.text.captions import Captions
from vod_assets.domain.text.cue import Cue, tagged_runs
from vod_assets.domain.text.dtvcc_packets import Block, Packets
from vod_assets.domain.text.dtvcc_service import Service
from vod_assets.domain.text.dtvcc_window import NARROW_COLUMNS, WIDE_COLUMNS
from vod_assets.domain.text.line21 import Line21
from vod_assets.domain.text.same_words import SAME, Letters, letters_of, likeness
from vod_assets.domain.text.webvtt_file import write_webvtt

TRIPLET = 3
LEAST_WIDE = Fraction(31, 20)  # shape of the picture, between 4:3 and 16:9


@dataclass(frozen=True)
class ClosedCaptions:
    """What the pictures carry.

    Attributes:
        channels: An SCC file for each channel of CEA-608 that says anything: 1 to 4 are CC1 to CC4.
        services: A WebVTT file for each service of CEA-708 that says anything, by its number.
        twins: The service that says the same as a channel, by the channel.
        damaged: How many packets of CEA-708 were not whole.
    """

    channels: dict[int, str] = field(default_factory=dict)
    services: dict[int, str] = field(default_factory=dict)
    twins: dict[int, int] = field(default_factory=dict)
    damaged: int = 0

    def offered(self) -> dict[str, str]:
        """Return what viewers are offered, by its name: ``CC1`` for a channel, ``S1`` for a service.

        Of a channel and a service with the same words the service is taken: it has letters, places and italics that
        CEA-608 knows not. It takes the channel's turn; services of their own come last.
        """
        names = [f"S{self.twins[channel]}" if channel in self.twins else f"CC{channel}" for channel in self.channels]
        return {name: self.file(name) for name in dict.fromkeys([*names, *(f"S{number}" for number in self.services)])}

    def file(self, name: str) -> str:
        """Return the text of a channel or service by its name; empty when it says nothing."""
        if name.startswith("S"):
            return self.services.get(int(name[1:]), "")
        return self.channels.get(int(name.removeprefix("CC") or 0), "")


@dataclass
class UserData:
    """Takes the user data of pictures in their order.

    Attributes:
        shape: Width by height of the picture as it is shown.
    """

    shape: Fraction = Fraction(16, 9)
    line21: Line21 = field(default_factory=Line21)
    packets: Packets = field(default_factory=Packets)
    services: dict[int, Service] = field(default_factory=dict)
    _last: Fraction = Fraction(0)

    def feed(self, seconds: Fraction, data: bytes) -> None:
        """Take the triplets (``cc_data``) of one picture: a byte of kind and validity, and a pair (CTA-708-E, 4.4)."""
        for at in range(0, len(data) - TRIPLET + 1, TRIPLET):
            head, first, second = data[at : at + TRIPLET]
            kind = head & 0x03
            is_valid = bool(head & 0x04)
            if kind >= 2:
                self._last = max(Fraction(0), seconds)
                ended = self.packets.feed(first, second, begins=kind == 3) if is_valid else self.packets.finish()
                self._tell(self._last, ended)  # padding ends a packet, too
            elif is_valid:
                self.line21.feed(seconds, kind, first & 0x7F, second & 0x7F)

    def found(self) -> ClosedCaptions:
        """Return what was said in all."""
        self._tell(self._last, self.packets.finish())
        channels = self.line21.channels()
        cues = {number: said for number, service in sorted(self.services.items()) if (said := service.finish())}
        letters = {number: letters_of(_plain(said)) for number, said in cues.items()}
        twins = {channel: _twin(letters_of(self.line21.sent(channel)), letters) for channel in channels}
        return ClosedCaptions(
            channels,
            {number: _webvtt(said) for number, said in cues.items()},
            {channel: service for channel, service in twins.items() if service},
            self.packets.damaged,
        )

    def _tell(self, seconds: Fraction, blocks: list[Block]) -> None:
        columns = WIDE_COLUMNS if self.shape >= LEAST_WIDE else NARROW_COLUMNS
        for block in blocks:
            self.services.setdefault(block.service, Service(columns)).feed(seconds, block.codes)


def _twin(letters: Letters, services: dict[int, Letters]) -> int:
    """Return the service that says the same; 0 when there is none."""
    alike = {number: likeness(letters, others) for number, others in services.items()}
    return max((number for number in alike if alike[number] >= SAME), key=lambda number: alike[number], default=0)


def _plain(cues: list[Cue]) -> Iterator[tuple[Fraction, str]]:
    for cue in cues:
        yield cue.start_seconds, "".join(text for text, _ in tagged_runs(cue.text))


def _webvtt(cues: list[Cue]) -> str:
    return write_webvtt(Captions(file="", format="webvtt", charset="utf-8", cues=tuple(cues))).decode()


def hexadecimal(lines: Iterator[str]) -> bytes:
    """Return the bytes of a dump of FFprobe: an offset, up to eight groups of hexadecimal digits, then characters."""
    return b"".join(bytes.fromhex(line[10:50].replace(" ", "")) for line in lines if line[8:10] == ": ")
