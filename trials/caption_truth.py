"""What caption files ought to say, found without the readers that are tried."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

_LINE = re.compile(r"(\d\d):(\d\d):(\d\d)([,:])(\d+) - (.*)")
_PART = re.compile(r"\{([A-Za-z0-9:.,\[\]-]+)\}|\"((?:[^\"]|\"(?! \{|$))*)\"")
NTSC = Fraction(30000, 1001)


@dataclass(frozen=True)
class Said:
    """Words from one time to another; the end is None where the truth does not tell."""

    start: Fraction
    end: Fraction | None
    words: str


def words_of(text: str) -> str:
    """Return a text as it is compared: without tags, white space and what only looks different."""
    plain = re.sub(r"</?[ibu]>", "", text).replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
    return re.sub(r"\s+", "", plain).casefold()


def transcript(text: str) -> list[Said]:
    """Return the pop-on captions of a transcript of CEA-608 codes (``.608``)."""
    waiting, shown, since = "", "", Fraction(0)
    said: list[Said] = []

    def end(at: Fraction) -> None:
        if shown:
            said.append(Said(since, at, words_of(shown)))

    for at, codes in _transcribed(text):
        for code, words in codes:
            if code == "EOC" and waiting:
                end(at)
                waiting, shown, since = "", waiting, at
            elif code == "EDM":
                end(at)
                shown = ""
            elif code == "ENM":
                waiting = ""
            elif words:
                waiting += words
    return [*said, Said(since, None, words_of(shown))] if shown else said


def windows(text: str) -> list[Said]:
    """Return what each window of a transcript of CEA-708 codes (``.708``) shows from when to when.

    Text before the first window, of which the transcript has no time, is no window's.
    """
    words: dict[int, str] = {}
    since: dict[int, Fraction] = {}
    said: list[Said] = []
    current = -1

    def hide(window: int, at: Fraction) -> None:
        if window in since:
            said.append(Said(since.pop(window), at, words_of(words[window])))

    for at, codes in _transcribed(text):
        for code, letters in codes:
            name, _, bits = code.partition(":")
            named = [number for number in words if bits.isdigit() and int(bits, 2) >> number & 1]
            if re.fullmatch(r"DF\d", name):
                current = int(name[2])
                words.setdefault(current, "")
            elif letters and current in words:
                words[current] += letters
            elif name in ("HDW", "DLW"):
                for window in named:
                    hide(window, at)
                    words.pop(window) if name == "DLW" else None
            elif name == "TGW":
                for window in named:
                    hide(window, at) if window in since else since.update({window: at})
    said += [Said(start, None, words_of(words[window])) for window, start in since.items()]
    return sorted(said, key=lambda one: one.start)


def shown_by_codes(scc: str) -> list[tuple[Fraction, Fraction | None]]:
    """Return when each caption of an SCC file is shown and taken away, by the time codes of those codes alone."""
    shown: list[tuple[Fraction, Fraction | None]] = []
    is_on, last = False, ""
    for line in scc.splitlines():
        clock, _, words = line.partition("\t")
        for place, word in enumerate(words.split()):
            doubled, last = word == last, word
            if word not in ("942f", "942c") or doubled:
                last = "" if doubled else word
                continue
            hours, minutes, seconds = (int(clock[at : at + 2]) for at in (0, 3, 6))
            at = _drop_frame(hours * 3600 + minutes * 60 + seconds, int(clock[9:11]) + place)
            if is_on:
                shown[-1] = (shown[-1][0], at)
            is_on = word == "942f"
            shown += [(at, None)] if is_on else []
    return shown


def _transcribed(text: str) -> Iterator[tuple[Fraction, list[tuple[str, str]]]]:
    for line in text.splitlines():
        found = _LINE.match(line)
        if found:
            hours, minutes, seconds, rest = (int(found[number]) for number in (1, 2, 3, 5))
            whole = hours * 3600 + minutes * 60 + seconds
            at = whole + Fraction(rest, 1000) if found[4] == "," else _drop_frame(whole, rest)
            yield at, [(code, words) for code, words in _PART.findall(found[6])]


def _drop_frame(seconds: int, frames: int) -> Fraction:
    minutes = seconds // 60
    return (seconds * 30 + frames - 2 * (minutes - minutes // 10)) / NTSC


def teletext_blocks(data: bytes) -> list[Said]:
    """Return what the text blocks of EBU-STL say by their own bytes: ASCII letters alone, at 25 or 29.97 a second."""
    rate = 25 if data[6:8] == b"25" else NTSC
    said, letters = [], ""
    for at in range(1024, len(data) - 127, 128):
        block = data[at : at + 128]
        letters += "".join(chr(byte) for byte in block[16:] if 0x20 < byte < 0x7F)
        if block[3] != 0xFF:
            continue  # goes on in the next block
        times = [
            Fraction(clock[0] * 3600 + clock[1] * 60 + clock[2]) + clock[3] / Fraction(rate)
            for clock in (block[5:9], block[9:13])
        ]
        said.append(Said(times[0], times[1], letters.casefold()))
        letters = ""
    return said
