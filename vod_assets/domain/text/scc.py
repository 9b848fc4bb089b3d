"""Scenarist files (SCC): CEA-608 byte pairs with SMPTE time codes, which a library decodes."""

import re
from collections.abc import Iterator

from vod_assets.domain.text.cue import BadCue, Cue

SIGNATURE = "Scenarist_SCC"
_LINE = re.compile(r"(\d{2}):(\d{2}):(\d{2})([:;.,])(\d{2})[ \t]+((?:[0-9A-Fa-f]{4}[ \t]*)+)", re.ASCII)


def scc_cues(text: str) -> Iterator[Cue | BadCue]:
    """Yield the cues of channel 1 (CC1); what a second channel says in the same file is left out.

    Drop-frame time codes are those with a semicolon before the frames; others count 30 frames to 1.001 s.
    """
    from ttconv.scc import reader

    from vod_assets.domain.text.library import FAULTS, quiet
    from vod_assets.domain.text.model_cues import model_cues

    quiet(reader)
    good: list[str] = [f"{SIGNATURE} V1.0"]
    free = 0  # the first frame after what is still being sent
    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith(SIGNATURE):
            continue
        why = _fault(stripped)
        if why:
            yield BadCue(number, why)
        else:
            line, free = _sent(stripped, free)
            good.append(line)
    try:
        yield from map(_unbound, model_cues(reader.to_model("\n".join(good))))
    except FAULTS as error:
        yield BadCue(1, f"and all others cannot be decoded ({str(error)[:80]})")


def _unbound(cue: Cue | BadCue) -> Cue | BadCue:
    """Return a cue without the width of its text in a fixed pitch: its lines are as they were sent."""
    if isinstance(cue, BadCue):
        return cue
    settings = " ".join(word for word in cue.settings.split() if not word.startswith("size:"))
    return cue.model_copy(update={"settings": settings})


def _fault(line: str) -> str:
    found = _LINE.fullmatch(line)
    if found is None:
        return "is no time code with pairs of bytes in hexadecimal"
    hours, minutes, seconds, frames = (int(found[number]) for number in (1, 2, 3, 5))
    if hours > 23 or minutes > 59 or seconds > 59 or frames > 29:
        return "has an impossible time code"
    if found[4] != ":" and frames < 2 and seconds == 0 and minutes % 10:
        return "has a time code that drop-frame counting leaves out"
    return ""


def _sent(line: str, free: int) -> tuple[str, int]:
    """Return a line as it can be sent, a pair of bytes a frame, once the one before is through; and when it is."""
    from ttconv.time_code import FPS_29_97, SmpteTimeCode

    clock, words = line[:11], line[11:].split()
    if clock[8] in ".,":
        clock = f"{clock[:8]};{clock[9:]}"
    frame = max(free, SmpteTimeCode.parse(clock, FPS_29_97).to_frames())
    base = FPS_29_97
    sent = SmpteTimeCode.from_frames(frame, base, clock[8] == ";")
    return f"{sent}\t{' '.join(words)}", frame + len(words)
