"""Caption files: read leniently, cue by cue; written strictly, as WebVTT."""

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import PurePosixPath

import webvtt
from webvtt.errors import MalformedCaptionError, MalformedFileError

from vod_assets.domain.caption_charset import decode
from vod_assets.domain.cue import BadCue, Cue, clock
from vod_assets.domain.documents import Document
from vod_assets.domain.errors import SourceError, ToolError, printable
from vod_assets.domain.media_info import Finding
from vod_assets.domain.substation import substation_cues
from vod_assets.domain.timed_text import subrip_cues, webvtt_cues

LARGEST_FILE_BYTES = 10_000_000
MOST_CUES = 50_000  # a day of dense dialogue
MOST_FINDINGS = 20  # of one kind in one file; the rest are counted
FORMATS = {".srt": "srt", ".vtt": "webvtt", ".webvtt": "webvtt", ".ass": "ass", ".ssa": "ass"}
_READERS: dict[str, Callable[[str], Iterator[Cue | BadCue]]] = {
    "srt": subrip_cues,
    "webvtt": webvtt_cues,
    "ass": substation_cues,
}


class Captions(Document):
    """What a caption file holds.

    Attributes:
        file: Its name, for messages.
        format: ``srt``, ``webvtt`` or ``ass``, by content.
        charset: Character set that its bytes were read in.
        cues: In order of start, end and text; they may overlap.
        findings: What was left out, cut or converted.
    """

    file: str
    format: str
    charset: str
    cues: tuple[Cue, ...]
    findings: tuple[Finding, ...] = ()

    def earlier(self, seconds: Fraction) -> "Captions":
        """Return the captions moved towards the start; a cue that ends before zero is left out, without a word."""
        if not seconds:
            return self
        moved = (
            cue.model_copy(
                update={
                    "start_seconds": max(Fraction(0), cue.start_seconds - seconds),
                    "end_seconds": cue.end_seconds - seconds,
                }
            )
            for cue in self.cues
        )
        return self.model_copy(update={"cues": tuple(cue for cue in moved if cue.end_seconds > 0)})

    def within(self, duration_seconds: Fraction) -> "Captions":
        """Return the captions of a title of this duration: later cues are left out, the last ones end with it."""
        limit = Fraction(int(duration_seconds * 1000), 1000)  # as fine as WebVTT can write
        late = [cue for cue in self.cues if cue.start_seconds >= limit]
        long = sum(cue.start_seconds < limit < cue.end_seconds for cue in self.cues)
        findings, name, end = list(self.findings), printable(self.file), f"the end of the title at {clock(limit)}"
        if late:
            cause = f"{len(late)} cues begin after {end}, the first at {clock(late[0].start_seconds)}, and are left out"
            findings.append(_warning("caption_cue_dropped", f"{name}: {cause}"))
        if long:
            findings.append(_warning("caption_cue_cut", f"{name}: {long} cues last beyond {end} and are cut there"))
        kept = (cue for cue in self.cues if cue.start_seconds < limit)
        cut = tuple(cue.model_copy(update={"end_seconds": min(cue.end_seconds, limit)}) for cue in kept)
        return self.model_copy(update={"cues": cut, "findings": tuple(findings)})


def read_captions(data: bytes, name: str, language: str = "") -> Captions:
    """Return the cues of a SubRip, WebVTT or SubStation file.

    Args:
        data: The file.
        name: Its name: the suffix must be one of ``FORMATS``; which of them it is, the content decides.
        language: BCP 47 tag, if known; it helps to tell old character sets apart.

    Raises:
        SourceError: ``caption_format_unsupported`` or ``caption_file_refused``. It costs the file, not the title.
    """
    text, charset = _text(data, name, language)
    kind = _format(text, name)
    cues: list[Cue] = []
    bad: list[BadCue] = []
    for cue in _READERS[kind](text):
        if isinstance(cue, BadCue):
            bad.append(cue)
        else:
            cues.append(cue)
        if len(cues) + len(bad) > MOST_CUES:
            raise _refused(name, f"holds more than {MOST_CUES} cues")
    if not cues:
        raise _refused(name, f"holds no usable cue: line {bad[0].line} {bad[0].why}" if bad else "holds no cue")
    cues.sort(key=lambda cue: (cue.start_seconds, cue.end_seconds, cue.text, cue.settings))
    findings = (*_charset_finding(name, charset), *_dropped(name, bad))
    return Captions(file=name, format=kind, charset=charset, cues=tuple(cues), findings=findings)


def refusal(error: SourceError, name: str) -> Finding:
    """Return a refused caption file as a warning about a title that goes on without it."""
    return _warning(error.code, f"{printable(error.file or name)}: {error.cause}; the title goes on without it")


def write_webvtt(captions: Captions) -> bytes:
    """Return captions as a WebVTT file: UTF-8, cues in order, the same bytes for the same cues.

    Raises:
        ToolError: ``webvtt_invalid``: another parser does not read back what was written.
    """
    blocks = ["WEBVTT", *(_block(cue) for cue in captions.cues)]
    text = "\n\n".join(blocks) + "\n"
    try:
        count = len(webvtt.from_string(text, strict=True).captions)
    except (MalformedCaptionError, MalformedFileError) as error:
        raise ToolError("webvtt_invalid", f"the WebVTT made of it is not valid: {error}", file=captions.file) from error
    if count != len(captions.cues):
        cause = f"the WebVTT made of it reads back as {count} cues, not {len(captions.cues)}"
        raise ToolError("webvtt_invalid", cause, file=captions.file)
    return text.encode()


def _text(data: bytes, name: str, language: str) -> tuple[str, str]:
    """Return the file's text with LF line ends and without NUL, and its character set."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in FORMATS:
        raise _unsupported(name, f"captions in {suffix or 'a nameless format'} cannot be read")
    if not data or len(data) > LARGEST_FILE_BYTES:
        raise _refused(name, f"is {len(data)} bytes long (1 to {LARGEST_FILE_BYTES} are possible)")
    decoded = decode(data, language)
    if decoded is None:
        raise _refused(name, "is no text in any known character set")
    text, charset = decoded
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return text, charset


def _format(text: str, name: str) -> str:
    """Return what the content is, whatever the name says."""
    head = text[:1000].lstrip()
    if head.startswith(("<?xml", "<tt", "<SAMI", "<sami", "Scenarist_SCC")):
        raise _unsupported(name, f"it begins with {head.split(maxsplit=1)[0][:20]}, which is no SRT, WebVTT or ASS")
    if text.startswith("WEBVTT") and text[6:7] in ("", " ", "\t", "\n"):
        return "webvtt"
    expected = FORMATS[PurePosixPath(name).suffix.lower()]
    if head.startswith("[Script Info]") or (expected == "ass" and "-->" not in text):
        return "ass"
    if expected == "webvtt":
        raise _refused(name, "does not begin with WEBVTT")
    return "srt"


def _block(cue: Cue) -> str:
    times = f"{clock(cue.start_seconds)} --> {clock(cue.end_seconds)}"
    return f"{times} {cue.settings}".rstrip() + "\n" + cue.text


def _dropped(name: str, bad: list[BadCue]) -> Iterable[Finding]:
    for cue in bad[:MOST_FINDINGS]:
        yield _warning("caption_cue_dropped", f"{printable(name)}, line {cue.line}: the cue {cue.why} and is left out")
    if len(bad) > MOST_FINDINGS:
        more = len(bad) - MOST_FINDINGS
        yield _warning("caption_cue_dropped", f"{printable(name)}: {more} more cues cannot be used and are left out")


def _charset_finding(name: str, charset: str) -> Iterable[Finding]:
    if charset not in ("utf-8", "utf-8-sig"):
        cause = f"{printable(name)}: read as {charset} and converted to UTF-8"
        yield Finding(code="charset_detected", kind="normalised", cause=cause)


def _warning(code: str, cause: str) -> Finding:
    return Finding(code=code, kind="warning", cause=cause)


def _refused(name: str, cause: str) -> SourceError:
    return SourceError("caption_file_refused", cause, "Send captions as SRT or WebVTT in UTF-8", file=name)


def _unsupported(name: str, cause: str) -> SourceError:
    return SourceError("caption_format_unsupported", cause, "Send captions as SRT, WebVTT or ASS", file=name)
