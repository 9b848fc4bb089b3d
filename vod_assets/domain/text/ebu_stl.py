"""EBU-STL files (EBU Tech 3264): blocks of bytes, which a library decodes."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from vod_assets.domain.text.cue import LONGEST_CUE, BadCue, Cue

HEADER_BYTES, BLOCK_BYTES = 1024, 128
_LAST = 0xFF  # extension block number of what is not continued
RATES = {
    "STL23.01": Fraction(24000, 1001),
    "STL24.01": Fraction(24),
    "STL25.01": Fraction(25),
    "STL30.01": Fraction(30000, 1001),
    "STL50.01": Fraction(50),
}


@dataclass(frozen=True)
class StlHeader:
    """What the general block says (EBU Tech 3264, 4).

    Attributes:
        frame_rate: None: it names none that is known.
        starts_at: Start of programme, in seconds of time code.
        language: BCP 47 tag; empty when unknown.
    """

    frame_rate: Fraction | None
    starts_at: Fraction
    language: str


def is_stl(data: bytes) -> bool:
    """Whether a file begins as EBU-STL does: a code page, and a disk format code."""
    return len(data) >= HEADER_BYTES and data[3:6] == b"STL" and data[8:11] == b".01"


def stl_header(data: bytes) -> StlHeader:
    """Return what the general block says."""
    rate = RATES.get(data[3:11].decode("ascii", "replace"))
    clock = data[256:264].decode("ascii", "replace")
    starts_at = Fraction(0)
    if clock.isdecimal():
        hours, minutes, seconds, frames = (int(clock[at : at + 2]) for at in (0, 2, 4, 6))
        starts_at = hours * 3600 + minutes * 60 + seconds + Fraction(frames) / (rate or 25)
    from ttconv.stl import datafile

    return StlHeader(rate, starts_at, datafile._LC_BCP47_MAP.get(data[14:16], ""))


def stl_cues(data: bytes) -> Iterator[Cue | BadCue]:
    """Yield the cues with the times of their time codes; a block that cannot be read costs what it says."""
    from ttconv.stl import datafile

    from vod_assets.domain.text.library import FAULTS, quiet
    from vod_assets.domain.text.model_cues import model_cues

    quiet(datafile)
    try:
        reader = datafile.DataFile(data[:HEADER_BYTES])
    except FAULTS as error:
        yield BadCue(1, f"has a general block that cannot be read ({str(error)[:80]})", "block")
        return
    blocks = data[HEADER_BYTES:]
    for number, start in enumerate(range(0, len(blocks), BLOCK_BYTES), start=1):
        block = blocks[start : start + BLOCK_BYTES]
        why = _fault(block, reader.get_fps())
        if not why and not (_is_continued(block) and len(reader.tti_tf or b"") > 2 * LONGEST_CUE):  # two bytes a letter
            reader.last_end_time = None  # else it moves what overlaps, and the words come late
            try:
                reader.process_tti_block(block)
            except FAULTS as error:
                why = f"cannot be decoded ({str(error)[:80]})"
        if why:
            yield BadCue(number, why, "block")
    yield from model_cues(reader.get_document())


def _is_continued(block: bytes) -> bool:
    return block[3] != _LAST


def _fault(block: bytes, frame_rate: Fraction) -> str:
    """Return what is wrong with a text block that is shown, empty when nothing is."""
    if len(block) < BLOCK_BYTES:
        return f"is cut off after {len(block)} of {BLOCK_BYTES} bytes"
    if _is_continued(block) or block[15] == 1:  # continued in the next block, no text at all, or a comment
        return ""
    begin, end = block[5:9], block[9:13]
    for clock in (begin, end):
        if clock[0] > 23 or clock[1] > 59 or clock[2] > 59 or clock[3] >= frame_rate:
            return "has an impossible time code"
    return "" if begin < end else "ends before it begins"
