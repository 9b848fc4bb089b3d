"""Arrivals: which files of a watched place have come whole, which belong together, and why others are left.

A title is its mezzanine and the sidecars of its name. It is taken when all of them are whole; what was seen of them at
earlier looks says whether they are.
"""

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from urllib.parse import quote

from vod_assets.domain.named_files import Naming, is_title_file
from vod_assets.domain.sidecars import SHARED, find_sidecars, is_shared_name, is_video_name, may_be_sidecar
from vod_assets.domain.watching import WatchedPlace

WAITING, IGNORED, PART = "waiting", "ignored", "part"
SHARED_STEMS = frozenset(name.partition(".")[0].encode() for name in SHARED)
TEMPORARY = (
    *("*.part", "*.partial", "*.tmp", "*.temp", "*.filepart", "*.crdownload", "*.download", "*.incomplete"),
    *("*.upload", "*.uploading", "*.writing", "*.aspera-ckpt", "*.aspx", "*.fcpart", "*.lck", "*.lock", "~$*"),
)


@dataclass(frozen=True)
class Sighting:
    """A file as the last look found it.

    Attributes:
        name: Below the place's address.
        modified_at: As the place's own clock has it.
        version: Changes when the bytes do.
        unchanged_seconds: Between the first look that found it so and the last one.
    """

    name: str
    size_bytes: int
    modified_at: float
    version: str
    unchanged_seconds: float
    is_archived: bool = False


@dataclass(frozen=True)
class Left:
    """A file that is not taken, and why."""

    name: str
    state: str
    reason: str


@dataclass(frozen=True)
class Delivery:
    """A title's files.

    Attributes:
        waits_for: Why it is not taken yet; empty when all of it is whole.
    """

    mezzanine: Sighting
    sidecars: tuple[Sighting, ...] = ()
    waits_for: str = ""

    @property
    def token(self) -> str:
        """What is there: changes when a file comes, goes or changes."""
        return _hashed(self._parts(self.mezzanine, *self.sidecars))

    @staticmethod
    def _parts(*files: Sighting) -> Iterable[str]:
        return (f"{file.name}|{file.size_bytes}|{file.version}" for file in files)


@dataclass(frozen=True)
class Judged:
    """What is to become of the files that were looked at."""

    deliveries: tuple[Delivery, ...]
    left: tuple[Left, ...]


def family(name: str) -> str:
    """Return what the names of all files of a title have in common: the folder and the first dotted word.

    >>> family("season 1/film.en.srt")
    'season 1/film'
    """
    folder, slash, last = name.rpartition("/")
    return unicodedata.normalize("NFC", f"{folder}{slash}{last.partition('.')[0]}")


def speaks_of_a_folder(family: bytes) -> bool:
    """Whether a family's name is that of files that speak of every file of their folder."""
    return family.rpartition(b"/")[2].lower() in SHARED_STEMS


def shared_families(name: str) -> list[bytes]:
    """Return the families of the files that may speak of a file, which is one of their folder."""
    folder, slash, _ = name.rpartition("/")
    cases = (case(stem.decode()) for stem in sorted(SHARED_STEMS) for case in (str.lower, str.upper, str.title))
    return [f"{folder}{slash}{stem}".encode(errors="surrogateescape") for stem in cases]


def contents_of(sidecars: Mapping[str, str]) -> str:
    """Return a token of what is in sidecars, by their names without folders; it does not change with their times."""
    return _hashed(f"{name}|{sha256}" for name, sha256 in sorted(sidecars.items()))


def version_of(before: str, sha256: str, sidecars: str) -> str:
    """Return the version of a title: its bytes, and where they come in the order of its versions.

    A film that is replaced and later put back has a version of its own: Dagster never starts a run key twice.

    Args:
        before: Its last version.
        sha256: Of its mezzanine.
        sidecars: What `contents_of` says.
    """
    return f"{sha256[:12]}-{_hashed([before, sha256, sidecars])[:8]}"


def judge(sightings: Sequence[Sighting], place: WatchedPlace, naming: Naming[Sighting] | None = None) -> Judged:
    """Return what is to become of files, among which every title is complete: whole families, or whole folders.

    Args:
        sightings: The files.
        place: Where they are.
        naming: Which of them title files name as parts of their own titles; such a file is a title only where it has
            a title file itself.
    """
    naming = naming or Naming()
    by_name = {sighting.name: sighting for sighting in sightings}
    markers = _markers(by_name, place)
    deliveries: list[Delivery] = []
    claimed: set[str] = set()
    for sighting in sightings:
        if is_video_name(sighting.name) and not _is_being_written(sighting.name, place):
            delivery = _delivery(sighting, by_name, place)
            if naming.owner(sighting.name) and not _title_file(delivery):
                continue
            deliveries.append(_with_parts(delivery, by_name, place, naming))
            claimed |= {file.name for file in (delivery.mezzanine, *delivery.sidecars)}
    left = (_left(file, markers, place, naming) for name, file in by_name.items() if name not in claimed)
    return Judged(tuple(deliveries), tuple(left))


def _title_file(delivery: Delivery) -> str:
    return next((file.name for file in delivery.sidecars if is_title_file(file.name)), "")


def _with_parts(
    delivery: Delivery, by_name: Mapping[str, Sighting], place: WatchedPlace, naming: Naming[Sighting]
) -> Delivery:
    """Return a delivery with what its title file names, all of which it waits for."""
    own = _title_file(delivery)
    if unread := own if own in naming.unread else "" if own else next(iter(naming.unread), ""):
        return replace(delivery, waits_for=delivery.waits_for or f"{_last(unread)} is still to be read")
    known = {delivery.mezzanine.name, *(file.name for file in delivery.sidecars)}
    named = {name: part for name, part in naming.parts.get(own, {}).items() if not (part and part.name in known)}
    parts = tuple(part for part in named.values() if part)
    missing = [f"{_last(name)}, which {_last(own)} names, has not come" for name, part in named.items() if not part]
    there = {**naming.there, **by_name}
    growing = [
        f"{_last(part.name)}: {reason}"
        for part in parts
        if (reason := _waits_for(part, there, place, is_sidecar=not is_video_name(part.name)))
    ]
    waits_for = next(iter([*filter(None, [delivery.waits_for]), *missing, *growing]), "")
    return Delivery(delivery.mezzanine, (*delivery.sidecars, *parts), waits_for)


def _delivery(mezzanine: Sighting, by_name: Mapping[str, Sighting], place: WatchedPlace) -> Delivery:
    sidecars = tuple(file for file in _sidecars(mezzanine, by_name, place) if file.size_bytes)
    for file in (mezzanine, *sidecars):
        if reason := _waits_for(file, by_name, place, is_sidecar=file is not mezzanine):
            return Delivery(mezzanine, sidecars, reason if file is mezzanine else f"{_last(file.name)}: {reason}")
    return Delivery(mezzanine, sidecars)


def _sidecars(mezzanine: Sighting, by_name: Mapping[str, Sighting], place: WatchedPlace) -> Iterable[Sighting]:
    folder = mezzanine.name.rpartition("/")[0]
    beside = {
        f"x:///{quote(name, errors='surrogateescape')}": name
        for name in by_name
        if name.rpartition("/")[0] == folder and not _is_being_written(name, place)
    }
    address = next(address for address, name in beside.items() if name == mezzanine.name)
    return (by_name[beside[found.address]] for found in find_sidecars(address, list(beside)))


def _waits_for(file: Sighting, by_name: Mapping[str, Sighting], place: WatchedPlace, *, is_sidecar: bool) -> str:
    """Return why a file is not whole yet; empty when it is."""
    whole = place.whole
    if not file.size_bytes:
        return "it has no bytes yet"
    if file.is_archived:
        return "restoring: it is on tape or in an archive class"
    partner = next((f"{file.name}{pattern[1:]}" for pattern in TEMPORARY if f"{file.name}{pattern[1:]}" in by_name), "")
    if partner:
        return f"{_last(partner)} beside it says that it is being written"
    if whole.by == "name":
        return ""
    if whole.by == "marker":
        marker = by_name.get(_beside(file.name, whole.marker_of(_last(file.name))))
        if marker is not None and marker.modified_at >= file.modified_at:
            return ""
        if not is_sidecar:
            named = whole.marker_of(_last(file.name))
            return f"its marker {named} is older than it" if marker else f"its marker {named} has not come"
    if file.unchanged_seconds < whole.seconds:
        return f"unchanged for {int(file.unchanged_seconds)} s of {whole.seconds} s"
    return ""


def _left(file: Sighting, markers: Mapping[str, str], place: WatchedPlace, naming: Naming[Sighting]) -> Left:
    """Return why a file is no title's, or which title file names it."""
    if file.name in markers:
        return Left(file.name, IGNORED, f"it marks {_last(markers[file.name])} as complete")
    if any(part.startswith(".") for part in file.name.split("/")):
        return Left(file.name, IGNORED, "it is hidden")
    if _is_being_written(file.name, place):
        return Left(file.name, WAITING, "its temporary name says that it is being written")
    if owner := naming.owner(file.name):
        return Left(file.name, PART, f"of {_last(owner)}")
    if is_shared_name(file.name):
        reason = _waits_for(file, {file.name: file}, place, is_sidecar=True)
        return Left(file.name, WAITING if reason else PART, reason or "it speaks of its whole folder")
    if may_be_sidecar(file.name):
        reason = "it has no bytes yet" if not file.size_bytes else "no video that it belongs to is here"
        return Left(file.name, WAITING, reason)
    return Left(file.name, IGNORED, "its name is no media file's and no sidecar's")


def _is_being_written(name: str, place: WatchedPlace) -> bool:
    last = _last(name).lower()
    is_hidden = name.startswith(".") or "/." in name
    return is_hidden or any(fnmatchcase(last, pattern) for pattern in (*TEMPORARY, *place.temporary))


def _markers(by_name: Mapping[str, Sighting], place: WatchedPlace) -> dict[str, str]:
    """Return the names of markers that are there, each with the file that it marks."""
    if place.whole.by != "marker":
        return {}
    named = ((_beside(name, place.whole.marker_of(_last(name))), name) for name in by_name)
    return {marker: name for marker, name in named if marker in by_name and marker != name}


def _beside(name: str, other: str) -> str:
    folder, slash, _ = name.rpartition("/")
    return f"{folder}{slash}{other}"


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _hashed(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode(errors="surrogateescape")).hexdigest()[:32]
