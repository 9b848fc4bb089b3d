"""SMPTE time codes in TTML (TTML2, 12.3.1 and annex I): frames that are counted, some numbers of which are left out."""

import re
from dataclasses import dataclass
from fractions import Fraction
from xml.etree.ElementTree import Element

PARAMETER = "{http://www.w3.org/ns/ttml#parameter}"
NTSC = Fraction(1000, 1001)
_CODE = re.compile(r"(\d{2,5}):([0-5]\d):([0-5]\d)(?:[:;](\d{2,5})(?:\.(\d{1,5}))?)?")


@dataclass(frozen=True)
class FrameCount:
    """How a document's time codes count frames.

    Attributes:
        nominal: Frames that a second of the time code has.
        part: Frames that a sub-frame is.
        drops: ``dropNTSC``, ``dropPAL`` or ``nonDrop``.
    """

    nominal: int
    part: Fraction
    drops: str

    def frames(self, code: str) -> Fraction | None:
        """Return how many frames a time code is from zero; None for what is no such time code."""
        found = _CODE.fullmatch(code.strip())
        if found is None or int(found[4] or 0) >= self.nominal:
            return None
        hours, minutes, seconds = int(found[1]), int(found[2]), int(found[3])
        counted = (hours * 3600 + minutes * 60 + seconds) * self.nominal + int(found[4] or 0)
        return counted - self._dropped(hours, minutes) + int(found[5] or 0) * self.part

    def _dropped(self, hours: int, minutes: int) -> int:
        if self.drops == "dropNTSC":
            return (hours * 54 + minutes - minutes // 10) * 2
        if self.drops == "dropPAL":
            return (hours * 27 + minutes // 2 - minutes // 20) * 4
        return 0


def count_frames(root: Element, times: tuple[str, ...]) -> None:
    """Write the SMPTE time codes of a document as frames from zero (``1798f``), which leave nothing to interpret.

    The library takes a time code without frames for seconds, and knows no ``dropPAL``. A document that leaves out
    numbers but says a whole frame rate means the rate of NTSC: that is what the numbers are left out for.
    """
    if root.attrib.pop(f"{PARAMETER}timeBase", "") != "smpte":
        return
    drops = root.attrib.pop(f"{PARAMETER}dropMode", "nonDrop")
    nominal = _whole(root.get(f"{PARAMETER}frameRate"), 30)
    count = FrameCount(nominal, Fraction(1, _whole(root.get(f"{PARAMETER}subFrameRate"), 1)), drops)
    if drops != "nonDrop" and f"{PARAMETER}frameRateMultiplier" not in root.attrib:
        root.set(f"{PARAMETER}frameRate", str(nominal))
        root.set(f"{PARAMETER}frameRateMultiplier", f"{NTSC.numerator} {NTSC.denominator}")
    for element in root.iter():
        for name in times:
            frames = count.frames(element.get(name, ""))
            if frames is not None:
                element.set(name, f"{float(frames):.3f}".rstrip("0").rstrip(".") + "f")


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and re.fullmatch(r"[1-9]\d{0,4}", text.strip()) else otherwise
