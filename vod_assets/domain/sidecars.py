"""Sidecars: which of the files beside a mezzanine belong to it, by their names alone."""

import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from vod_assets.domain.containers import announced_container, extension, is_media_name
from vod_assets.domain.languages import UNKNOWN, language_tag
from vod_assets.domain.title import Sidecar

CAPTIONS = {"srt", "vtt", "webvtt", "ass", "ssa", "ttml", "dfxp", "itt", "scc", "stl", "sami", "smi", "sbv"}
TITLE_FILES = {"yaml", "yml"}
ARTWORK = {"jpg", "jpeg", "png"}
METADATA = {"xml", "csv", "json"}
SHARED = {"metadata.csv", "metadata.xml", "adi.xml"}  # they speak of every file of their folder
SHARED_ROLE = "shared"
SOUND_CONTAINERS = {"m4a", "mka", "oga", "opus", "wma"}  # of families that are video otherwise
ROLES = {"forced": "forced", "sdh": "sdh", "cc": "sdh", "hi": "sdh"}
SOUND_ROLES = {
    "main": "main",
    "dub": "dub",
    "dialogue": "dialogue",
    "commentary": "commentary",
    "ad": "description",
    "description": "description",
}
ARTWORK_ROLES = {"poster", "thumbnail", "banner", "background", "logo"}


def find_sidecars(mezzanine: str, siblings: Sequence[str]) -> tuple[Sidecar, ...]:
    """Return the files that belong to a mezzanine, sorted by address.

    Captions are ``<stem>.srt``, ``<stem>.<language>.srt`` or ``<stem>.<language>.<forced, sdh, cc or a label>.srt``;
    the title file is ``<stem>.yaml``; artwork is ``<stem>.jpg`` or ``.png``; metadata of others are ``<stem>.xml``,
    ``.csv`` or ``.json``, and those of `SHARED` names, which have the role ``shared``. A file that fits two mezzanines
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
        elif name.lower() in SHARED:
            found.append(Sidecar(kind="metadata", address=address, role=SHARED_ROLE))
    return tuple(found)


def is_video_name(name: str) -> bool:
    """Whether a file's name announces video: a mezzanine, and no sidecar."""
    return announced_container(name) is not None and extension(name) not in SOUND_CONTAINERS


def is_shared_name(name: str) -> bool:
    """Whether a file of this name speaks of every file of its folder."""
    return name.rpartition("/")[2].lower() in SHARED


def with_shared(found: Sequence[Sidecar], shared: Sequence[str]) -> tuple[Sidecar, ...]:
    """Return a title's sidecars with these addresses as all those that speak of its whole folder."""
    own = [sidecar for sidecar in found if sidecar.role != SHARED_ROLE]
    spoken = [Sidecar(kind="metadata", address=address, role=SHARED_ROLE) for address in shared]
    return tuple(sorted([*own, *spoken], key=lambda sidecar: sidecar.address))


def may_be_sidecar(name: str) -> bool:
    """Whether a file's name ends like that of a sidecar, whosever it is."""
    suffix = extension(name)
    return suffix in CAPTIONS | TITLE_FILES | ARTWORK | METADATA or (is_media_name(name) and not is_video_name(name))


def _sidecar(address: str, words: Sequence[str]) -> Sidecar | None:
    """Return the sidecar that the dotted words behind a stem describe."""
    *middle, suffix = words
    suffix = suffix.lower()
    if suffix in CAPTIONS:
        return _described("captions", ROLES, address, middle)
    if is_media_name(f"a.{suffix}") and not is_video_name(f"a.{suffix}"):
        return _described("audio", SOUND_ROLES, address, middle)
    if suffix in ARTWORK and [word.lower() for word in middle] in ([], *([role] for role in ARTWORK_ROLES)):
        return Sidecar(kind="artwork", address=address, role="".join(middle).lower())
    kind = "title_file" if suffix in TITLE_FILES else "metadata" if suffix in METADATA else ""
    return Sidecar(kind=kind, address=address) if kind and not middle else None


def _described(kind: str, roles_of: Mapping[str, str], address: str, words: Sequence[str]) -> Sidecar | None:
    """Return the captions or the sound that a language, a role and a label describe, in this order."""
    language, rest = UNKNOWN, list(words)
    # "hi" alone is Hindi; "cc", "sdh" and "forced" alone are no language
    if rest and (rest[0].lower() == "hi" or rest[0].lower() not in roles_of):
        language = language_tag(rest[0])
        if language == UNKNOWN and rest[0].lower() != UNKNOWN:
            return None
        rest = rest[1:]
    roles = [roles_of[word.lower()] for word in rest if word.lower() in roles_of]
    labels = [word for word in rest if word.lower() not in roles_of]
    if len(roles) > 1 or len(labels) > 1 or not all(labels):
        return None
    return Sidecar(kind=kind, address=address, language=language, label="".join(labels), role="".join(roles))


def _name(address: str) -> str:
    """Return the file's name; composed, because macOS writes accents decomposed."""
    return unicodedata.normalize("NFC", PurePosixPath(unquote(urlsplit(address).path)).name)


def _stem(address: str) -> str:
    return _name(address).rpartition(".")[0] or _name(address)


def _stem_of_media(address: str) -> str:
    return _stem(address) if is_video_name(_name(address)) else ""
