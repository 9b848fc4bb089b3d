"""Files that title files name as parts, idents or sound of their own titles: such a file is no title by itself."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from vod_assets.domain.containers import extension
from vod_assets.domain.sidecars import TITLE_FILES

Seen = TypeVar("Seen")
_WORDS = (b"parts", b"idents", b"sound", b"imf")


@dataclass(frozen=True)
class Naming(Generic[Seen]):
    """What the title files of a place name, as far as it concerns the files that are judged.

    Attributes:
        owners: The title files that name a file, by its name as `composed` has it.
        parts: What a title file names: each file as it was seen, or None where it has not come.
        there: All files that were seen of what is named, and what lies beside it under its name.
        unread: Title files that were not read since they came or changed: all of the titles that are judged, and one
            that lies beside them.
    """

    owners: Mapping[str, Sequence[str]] = field(default_factory=dict)
    parts: Mapping[str, Mapping[str, Seen | None]] = field(default_factory=dict)
    there: Mapping[str, Seen] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()

    def owner(self, name: str) -> str:
        """Return the first title file that names a file, or nothing."""
        return next(iter(self.owners.get(composed(name), ())), "")


def is_title_file(name: str) -> bool:
    """Whether a file's name is that of a title file which somebody may mean."""
    return extension(name) in TITLE_FILES and not any(part.startswith(".") for part in name.split("/"))


def may_name_files(data: bytes) -> bool:
    """Whether a title file holds a word without which it names no files: most need not be parsed."""
    return any(word in data for word in _WORDS)


def beside(name: str, files: Sequence[str]) -> list[str]:
    """Return the names below a place of files that lie beside another."""
    folder, slash, _ = name.rpartition("/")
    return [f"{folder}{slash}{file}" for file in files]


def composed(name: str) -> str:
    """Return a name with composed accents: title files are written on one system, and shares on another."""
    return unicodedata.normalize("NFC", name)


def naming_of(said: Mapping[str, Sequence[str]], there: Mapping[str, Seen]) -> Naming[Seen]:
    """Return what title files name.

    Args:
        said: What each names.
        there: The files that are there.
    """
    owners: dict[str, list[str]] = {}
    for title_file, names in sorted(said.items()):
        for name in map(composed, names):
            owners.setdefault(name, []).append(title_file)
    by_name = {composed(name): seen for name, seen in there.items() if composed(name) in owners}
    parts = {one: {composed(name): by_name.get(composed(name)) for name in names} for one, names in said.items()}
    return Naming(owners, parts, there)
