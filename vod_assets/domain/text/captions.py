"""Caption files: read leniently, cue by cue, whatever their format."""

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import PurePosixPath

from vod_assets.domain.documents import Document
from vod_assets.domain.errors import SourceError, printable
from vod_assets.domain.languages import UNKNOWN, language_tag
from vod_assets.domain.media_info import Finding
from vod_assets.domain.text.blocks import is_sbv, sbv_cues, subrip_cues, webvtt_cues
from vod_assets.domain.text.charset import decode
from vod_assets.domain.text.cue import BadCue, Cue
from vod_assets.domain.text.ebu_stl import is_stl, stl_cues, stl_header
from vod_assets.domain.text.sami import sami_cues
from vod_assets.domain.text.scc import SIGNATURE, scc_cues
from vod_assets.domain.text.substation import substation_cues
from vod_assets.domain.text.ttml import NoTimedText, read_ttml

LARGEST_FILE_BYTES = 10_000_000
MOST_CUES = 50_000  # a day of dense dialogue
MOST_FINDINGS = 20  # of one kind in one file; the rest are counted
FEW_BAD_CUES = 3  # cost nothing but themselves in a file of any length
MOST_BAD = Fraction(1, 20)  # of all cues; more is no slip, but another file than was meant, or damage
KINDS = "SRT, WebVTT, TTML, SCC, EBU-STL, ASS, SAMI or SBV"
FORMATS = {
    ".srt": "srt",
    ".vtt": "webvtt",
    ".webvtt": "webvtt",
    ".ass": "ass",
    ".ssa": "ass",
    ".sbv": "sbv",
    ".ttml": "ttml",
    ".dfxp": "ttml",
    ".itt": "ttml",
    ".scc": "scc",
    ".stl": "stl",
    ".sami": "sami",
    ".smi": "sami",
}
_READERS: dict[str, Callable[[str], Iterator[Cue | BadCue]]] = {
    "srt": subrip_cues,
    "webvtt": webvtt_cues,
    "ass": substation_cues,
    "sbv": sbv_cues,
    "scc": scc_cues,
    "sami": sami_cues,
}


class Captions(Document):
    """What a caption file holds.

    Attributes:
        file: Its name, for messages.
        format: ``srt``, ``webvtt``, ``ass``, ``ttml``, ``scc``, ``stl``, ``sami`` or ``sbv``, by content.
        charset: Character set that its bytes were read in.
        cues: In order of start, end and text; they may overlap.
        findings: What was left out, cut or converted.
        language: BCP 47 tag that the file itself states; ``und`` when it says nothing.
        role: ``forced``, ``sdh`` or empty, as the file itself states.
        frame_rate: Frames per second that its time codes count; None where it counts seconds.
        begins_at: Time code of the programme's start that it states, in seconds.
    """

    file: str
    format: str
    charset: str
    cues: tuple[Cue, ...]
    findings: tuple[Finding, ...] = ()
    language: str = UNKNOWN
    role: str = ""
    frame_rate: Fraction | None = None
    begins_at: Fraction = Fraction(0)


def read_captions(data: bytes, name: str, language: str = "") -> Captions:
    """Return the cues of a caption file.

    Args:
        data: The file.
        name: Its name: the suffix must be one of ``FORMATS``; which of them it is, the content decides.
        language: BCP 47 tag, if known; it helps to tell old character sets apart.

    Raises:
        SourceError: ``caption_format_unsupported`` or ``caption_file_refused``. It costs the file, not the title.
    """
    _check_size(data, name)
    if is_stl(data):
        header = stl_header(data)
        read = _collected(stl_cues(data), name, "stl", "iso6937")
        return read.model_copy(
            update={
                "language": language_tag(header.language),
                "frame_rate": header.frame_rate,
                "begins_at": header.starts_at,
            }
        )
    text, charset = _text(data, name, language)
    kind = _format(text, name)
    if kind != "ttml":
        return _collected(_READERS[kind](text), name, kind, charset)
    return _timed_text(text, name, charset)


def _timed_text(text: str, name: str, charset: str) -> Captions:
    """Read TTML, whatever its declaration says of the character set that was found out already."""
    declaration = text[: text.find("?>") + 2] if text.startswith("<?xml") else ""
    kept_lines = "\n" * declaration.count("\n")  # for messages
    try:
        said = read_ttml((kept_lines + text[len(declaration) :]).encode())
    except NoTimedText as error:
        raise _refused(name, str(error)) from error
    read = _collected(iter(said.cues), name, "ttml", charset)
    return read.model_copy(update={"language": language_tag(said.language), "role": said.role})


def _collected(found: Iterator[Cue | BadCue], name: str, kind: str, charset: str) -> Captions:
    """Return the good cues in order, with what is wrong with the others and with their order."""
    cues: list[Cue] = []
    bad: list[BadCue] = []
    for cue in found:
        if isinstance(cue, BadCue):
            bad.append(cue)
        else:
            cues.append(cue)
        if len(cues) + len(bad) > MOST_CUES:
            raise _refused(name, f"holds more than {MOST_CUES} cues")
    if not cues:
        raise _refused(name, f"holds no usable cue: {_place(bad[0])} {bad[0].why}" if bad else "holds no cue")
    if is_too_many(len(bad), len(cues) + len(bad)):
        cause = f"{len(bad)} of its {len(cues) + len(bad)} cues cannot be used: {_place(bad[0])} {bad[0].why}"
        raise _refused(name, cause)
    ordered = sorted(cues, key=lambda cue: (cue.start_seconds, cue.end_seconds, cue.text, cue.settings))
    findings = (*_charset_finding(name, charset, kind), *_dropped(name, bad), *_disorder(name, cues, ordered))
    return Captions(file=name, format=kind, charset=charset, cues=tuple(ordered), findings=findings)


def is_too_many(bad: int, of: int) -> bool:
    """Whether so many of a file's cues cannot be used that the file cannot be meant for this title."""
    return bad > FEW_BAD_CUES and bad > MOST_BAD * of


def refusal(error: SourceError, name: str) -> Finding:
    """Return a refused caption file as a warning about a title that goes on without it."""
    return _warning(error.code, f"{printable(error.file or name)}: {error.cause}; the title goes on without it")


def _check_size(data: bytes, name: str) -> None:
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in FORMATS:
        raise _unsupported(name, f"captions in {suffix or 'a nameless format'} cannot be read")
    if not data or len(data) > LARGEST_FILE_BYTES:
        raise _refused(name, f"is {len(data)} bytes long (1 to {LARGEST_FILE_BYTES} are possible)")


def _text(data: bytes, name: str, language: str) -> tuple[str, str]:
    """Return the file's text with LF line ends and without NUL, and its character set."""
    decoded = decode(data, language)
    if decoded is None:
        raise _refused(name, "is no text in any known character set")
    text, charset = decoded
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return text, charset


def _format(text: str, name: str) -> str:
    """Return what the content is, whatever the name says."""
    head, expected = text[:1000].lstrip(), FORMATS[PurePosixPath(name).suffix.lower()]
    if text.startswith("WEBVTT") and text[6:7] in ("", " ", "\t", "\n"):
        return "webvtt"
    for starts, kind in (
        (("<?xml", "<tt", "<!DOCTYPE tt", "<!--"), "ttml"),
        (("<sami", "<SAMI", "<Sami"), "sami"),
        ((SIGNATURE,), "scc"),
        (("[Script Info]",), "ass"),
    ):
        if head.startswith(starts):
            return kind
    if expected == "stl":
        raise _unsupported(name, "it is no EBU-STL file (its general block is not there)")
    for kind, why in (
        ("webvtt", "does not begin with WEBVTT"),
        ("ttml", "is no XML"),
        ("scc", f"does not begin with {SIGNATURE}"),
        ("sami", "does not begin with <SAMI>"),
    ):
        if expected == kind:
            raise _refused(name, why)
    if is_sbv(text):
        return "sbv"
    return "ass" if expected == "ass" and "-->" not in text else "srt"


def _dropped(name: str, bad: list[BadCue]) -> Iterable[Finding]:
    for cue in bad[:MOST_FINDINGS]:
        yield _warning("caption_cue_dropped", f"{printable(name)}, {_place(cue)} {cue.why} and is left out")
    if len(bad) > MOST_FINDINGS:
        more = len(bad) - MOST_FINDINGS
        yield _warning("caption_cue_dropped", f"{printable(name)}: {more} more cues cannot be used and are left out")


def _place(cue: BadCue) -> str:
    return f"{cue.unit} {cue.line}: the cue" if cue.line else "a cue"


def _disorder(name: str, cues: list[Cue], ordered: list[Cue]) -> Iterable[Finding]:
    """Say that cues are out of order (they are put in order) or overlap (both are shown)."""
    early = sum(later.start_seconds < cue.start_seconds for cue, later in pairwise(cues))
    overlaps, end = 0, Fraction(0)
    for cue in ordered:
        overlaps += cue.start_seconds < end
        end = max(end, cue.end_seconds)
    said = [f"{early} cues stand behind later ones and are put in order of time"] if early else []
    said += [f"{overlaps} cues begin before others end, and are shown together with them"] if overlaps else []
    if said:
        cause = f"{printable(name)}: {'; '.join(said)}"
        yield Finding(code="caption_cues_disordered", kind="normalised", cause=cause)


def _charset_finding(name: str, charset: str, kind: str) -> Iterable[Finding]:
    if charset not in ("utf-8", "utf-8-sig") and kind not in ("stl", "scc"):
        cause = f"{printable(name)}: read as {charset} and converted to UTF-8"
        yield Finding(code="charset_detected", kind="normalised", cause=cause)


def _warning(code: str, cause: str) -> Finding:
    return Finding(code=code, kind="warning", cause=cause)


def _refused(name: str, cause: str) -> SourceError:
    return SourceError("caption_file_refused", cause, "Send captions as SRT or WebVTT in UTF-8", file=name)


def _unsupported(name: str, cause: str) -> SourceError:
    return SourceError("caption_format_unsupported", cause, f"Send captions as {KINDS}", file=name)
