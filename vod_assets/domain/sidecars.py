"""Sidecars: which of the files beside a mezzanine belong to it, by their names alone."""

import unicodedata
from collections.abc import Sequence
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from vod_assets.domain.languages import UNKNOWN, language_tag
from vod_assets.domain.title import Sidecar

CAPTIONS = {"srt", "vtt", "webvtt", "ass", "ssa", "ttml", "dfxp", "scc", "stl"}  # those that cannot be read say so
TITLE_FILES = {"yaml", "yml"}
ARTWORK = {"jpg", "jpeg", "png"}
MEDIA = {
    *("mp4", "m4v", "mov", "mkv", "webm", "mxf", "ts", "m2ts", "mts", "mpg", "mpeg", "vob"),
    *("avi", "wmv", "flv", "gxf", "dv", "3gp", "ogv"),
}
ROLES = {"forced": "forced", "sdh": "sdh", "cc": "sdh", "hi": "sdh"}


def find_sidecars(mezzanine: str, siblings: Sequence[str]) -> tuple[Sidecar, ...]:
    """Return the files that belong to a mezzanine, sorted by address.

    Captions are ``<stem>.srt``, ``<stem>.<language>.srt`` or ``<stem>.<language>.<forced, sdh, cc or a label>.srt``;
    the title file is ``<stem>.yaml``; artwork is ``<stem>.jpg`` or ``.png``. A file that fits two mezzanines
    (``film.en.srt`` beside ``film.mp4`` and ``film.en.mp4``) belongs to the one with the longer stem.

    Args:
        mezzanine: Its address.
        siblings: Addresses of the files in the same folder; the mezzanine itself may be among them.
    """
    stem = _stem(mezzanine)
    longer = {other for other in map(_stem_of_media, siblings) if other and other.startswith(f"{stem}.")}
    found = []
    for address in sorted(siblings):
        name = _name(address)
        if name.startswith(f"{stem}.") and not any(name.startswith(f"{other}.") for other in longer):
            sidecar = _sidecar(address, name[len(stem) + 1 :].split("."))
            found += [sidecar] if sidecar else []
    return tuple(found)


def _sidecar(address: str, words: Sequence[str]) -> Sidecar | None:
    """Return the sidecar that the dotted words behind a stem describe."""
    *middle, suffix = words
    suffix = suffix.lower()
    if suffix in CAPTIONS:
        return _captions(address, middle)
    if middle:
        return None
    kind = "title_file" if suffix in TITLE_FILES else "artwork" if suffix in ARTWORK else ""
    return Sidecar(kind=kind, address=address) if kind else None


def _captions(address: str, words: Sequence[str]) -> Sidecar | None:
    language, rest = UNKNOWN, list(words)
    # "hi" alone is Hindi; "cc", "sdh" and "forced" alone are no language
    if rest and (rest[0].lower() == "hi" or rest[0].lower() not in ROLES):
        language = language_tag(rest[0])
        if language == UNKNOWN and rest[0].lower() != UNKNOWN:
            return None
        rest = rest[1:]
    roles = [ROLES[word.lower()] for word in rest if word.lower() in ROLES]
    labels = [word for word in rest if word.lower() not in ROLES]
    if len(roles) > 1 or len(labels) > 1 or not all(labels):
        return None
    return Sidecar(kind="captions", address=address, language=language, label="".join(labels), role="".join(roles))


def _name(address: str) -> str:
    """Return the file's name; composed, because macOS writes accents decomposed."""
    return unicodedata.normalize("NFC", PurePosixPath(unquote(urlsplit(address).path)).name)


def _stem(address: str) -> str:
    return _name(address).rpartition(".")[0] or _name(address)


def _stem_of_media(address: str) -> str:
    return _stem(address) if _name(address).rpartition(".")[2].lower() in MEDIA else ""
