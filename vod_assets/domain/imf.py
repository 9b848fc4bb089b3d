"""IMF: one composition (SMPTE ST 2067-3) of one segment, as stretches of a picture and of sounds.

What is read is what one picture track file and its sounds come to. Everything beyond is refused with the reason.
"""

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from vod_assets.domain.errors import printable
from vod_assets.domain.package_xml import children, number_of, only, parsed, refuse, tag_of, text_of
from vod_assets.domain.programme.cutting import MOST_PARTS, MOST_SOUNDS, Programme
from vod_assets.domain.programme.packed import PackedFile
from vod_assets.domain.programme.points import Part
from vod_assets.domain.programme.said_sound import SaidSound

ASSET_MAP = "ASSETMAP.xml"
LARGEST_BYTES = 1_000_000
SHA1 = "http://www.w3.org/2000/09/xmldsig#sha1"
DIGESTS: Mapping[str, str] = {SHA1: "sha1", "http://www.w3.org/2001/04/xmlenc#sha256": "sha256"}
_PASSED_OVER = frozenset({"MarkerSequence"})  # notes for people
_IMAGE, _AUDIO = "MainImageSequence", "MainAudioSequence"


@dataclass(frozen=True)
class Resource:
    """A stretch of a track file."""

    track_file: str
    begins: Fraction
    duration: Fraction


def programme_of(composition: bytes, asset_map: bytes, said: Programme, master: str) -> Programme:
    """Return the programme that a composition playlist makes of a picture track file.

    Args:
        composition: The playlist.
        asset_map: Of its package: which file is which.
        said: The programme of the title file, which names the playlist.
        master: Name of the picture track file.

    Raises:
        ConfigError: ``bad_programme``: it is none, or one that is not read, with the reason.
    """
    name = said.composition
    files = _files(parsed(asset_map, ASSET_MAP, "AssetMap"))
    tracks = _tracks(parsed(composition, name, "CompositionPlaylist"), name)
    pictures = [one for kind, resources in tracks if kind == _IMAGE for one in resources]
    sounds = [resources for kind, resources in tracks if kind == _AUDIO]
    if not pictures or sum(kind == _IMAGE for kind, _ in tracks) != 1:
        refuse("it has no single track of pictures", name)
    if {_file(one, files, name) for one in pictures} != {master}:
        refuse(f"its picture is not that of {printable(master)} alone", name)
    if len(pictures) > MOST_PARTS:
        refuse(f"it has {len(pictures)} stretches of picture; {MOST_PARTS} are the most", name)
    if len(sounds) > MOST_SOUNDS:
        refuse(f"it has {len(sounds)} tracks of sound; {MOST_SOUNDS} are the most", name)
    parts = tuple(Part.model_validate({"in": one.begins, "out": one.begins + one.duration}) for one in pictures)
    heard = tuple(SaidSound(file=_heard(track, pictures, files, name)) for track in sounds)
    return said.model_copy(update={"parts": parts, "sound": heard})


def track_files(composition: bytes, asset_map: bytes, name: str) -> list[str]:
    """Return the names of the track files that a composition playlist shows and lets hear, each once.

    Raises:
        ConfigError: ``bad_programme``: it is none, or one that is not read.
    """
    files = _files(parsed(asset_map, ASSET_MAP, "AssetMap"))
    tracks = _tracks(parsed(composition, name, "CompositionPlaylist"), name)
    return list(dict.fromkeys(_file(one, files, name) for _, resources in tracks for one in resources))


def picture_of(composition: bytes, asset_map: bytes, name: str) -> str:
    """Return the name of the track file that a composition begins with: the one that is registered as its title.

    Raises:
        ConfigError: ``bad_programme``: it is none, or one that is not read.
    """
    files = _files(parsed(asset_map, ASSET_MAP, "AssetMap"))
    tracks = _tracks(parsed(composition, name, "CompositionPlaylist"), name)
    pictures = [one for kind, resources in tracks if kind == _IMAGE for one in resources]
    if not pictures:
        refuse("it has no picture", name)
    return _file(pictures[0], files, name)


def possible_compositions(asset_map: bytes) -> list[str]:
    """Return the names of the XML files of a package that are no packing lists.

    Raises:
        ConfigError: ``bad_programme``: the asset map is none.
    """
    names = _files(parsed(asset_map, ASSET_MAP, "AssetMap")).values()
    return [one for one in names if one.lower().endswith(".xml") and one not in packing_lists(asset_map)]


def packing_lists(asset_map: bytes) -> list[str]:
    """Return the names of a package's packing lists.

    Raises:
        ConfigError: ``bad_programme``: the asset map is none.
    """
    files = _assets(parsed(asset_map, ASSET_MAP, "AssetMap"))
    return [name for asset, name in files if any(_is_true(one) for one in children(asset, "PackingList"))]


def packed_files(packing_list: bytes, asset_map: bytes, name: str) -> list[PackedFile]:
    """Return what a packing list (SMPTE ST 429-8, ST 2067-2) says of its files; those of unknown digests are left out.

    Raises:
        ConfigError: ``bad_programme``: it is none.
    """
    names = _files(parsed(asset_map, ASSET_MAP, "AssetMap"))
    found = []
    for asset in children(only(parsed(packing_list, name, "PackingList"), "AssetList", name), "Asset"):
        said = [one.get("Algorithm", "") for one in children(asset, "HashAlgorithm")]
        algorithm = DIGESTS.get(said[0] if said else SHA1, "")
        file = names.get(_identifier(asset, "Id", name), "")
        if algorithm and file:
            digest = _digest(text_of(asset, "Hash", name), name)
            size = number_of(asset, "Size", name)
            found.append(PackedFile(name=file, size_bytes=size, algorithm=algorithm, digest=digest))
    return found


def _digest(text: str, name: str) -> str:
    try:
        return base64.b64decode(text, validate=True).hex()
    except ValueError:
        refuse(f"a digest is {printable(text)[:60]!r}, and no Base64", name)


def _is_true(node: Any) -> bool:
    return str(node.text or "true").strip() in ("true", "1")


def _heard(track: list[Resource], pictures: list[Resource], files: Mapping[str, str], name: str) -> str:
    """Return the one file of a track of sound that goes along with the pictures."""
    found = {_file(one, files, name) for one in track}
    if len(found) != 1:
        refuse("a track of its sound comes from several files", name)
    if [(one.begins, one.duration) for one in track] != [(one.begins, one.duration) for one in pictures]:
        refuse(f"the stretches of {printable(next(iter(found)))} are not those of the picture", name)
    return found.pop()


def _tracks(playlist: Any, name: str) -> list[tuple[str, list[Resource]]]:
    """Return the virtual tracks of the one segment: what each is, and its resources."""
    rate = _rate(text_of(playlist, "EditRate", name), name)
    segments = children(only(playlist, "SegmentList", name), "Segment")
    if len(segments) != 1:
        refuse(f"it has {len(segments)} segments, and one is read", name)
    found = []
    for sequence in only(segments[0], "SequenceList", name):
        kind = tag_of(sequence)
        if kind in _PASSED_OVER or not kind:
            continue
        if kind not in (_IMAGE, _AUDIO):
            refuse(f"it has a {printable(kind)}, which is not read", name)
        resources = children(only(sequence, "ResourceList", name), "Resource")
        found.append((kind, [_resource(one, rate, name) for one in resources]))
    return found


def _resource(node: Any, rate: Fraction, name: str) -> Resource:
    if children(node, "KeyId"):
        refuse("its essence is encrypted", name)
    if number_of(node, "RepeatCount", name, 1) != 1:
        refuse("a stretch of it is repeated", name)
    own = children(node, "EditRate")
    unit = _rate(str(own[0].text), name) if own else rate
    begins = number_of(node, "EntryPoint", name, 0)
    known = number_of(node, "IntrinsicDuration", name)
    duration = number_of(node, "SourceDuration", name, max(0, known - begins))
    if not 0 < duration <= known - begins:
        refuse(f"a stretch of it is {duration} long from {begins} on, and its track file {known} in all", name)
    return Resource(_identifier(node, "TrackFileId", name), begins / unit, duration / unit)


def _files(asset_map: Any) -> dict[str, str]:
    """Return the names of files by their identifiers."""
    return {_identifier(asset, "Id", ASSET_MAP): name for asset, name in _assets(asset_map)}


def _identifier(node: Any, tag: str, name: str) -> str:
    """Return an identifier, in whose digits letters of either case are the same (RFC 4122, 3)."""
    return text_of(node, tag, name).lower()


def _assets(asset_map: Any) -> Iterator[tuple[Any, str]]:
    """Yield every asset of one piece, and its file's name."""
    for asset in children(only(asset_map, "AssetList", ASSET_MAP), "Asset"):
        chunks = [one for listed in children(asset, "ChunkList") for one in children(listed, "Chunk")]
        if len(chunks) == 1:
            yield asset, text_of(chunks[0], "Path", ASSET_MAP).removeprefix("file://").removeprefix("./")


def _file(resource: Resource, files: Mapping[str, str], name: str) -> str:
    if resource.track_file not in files:
        cause = (
            f"its track file {printable(resource.track_file)[:60]} is not in the asset map: it is of another package"
        )
        refuse(cause, name)
    file = files[resource.track_file]
    if "/" in file:
        refuse(f"its track file {printable(file)[:60]} lies in a folder: put all files beside the playlist", name)
    return file


def _rate(text: str, name: str) -> Fraction:
    numbers = text.split()
    if len(numbers) != 2 or not all(re.fullmatch(r"0*[1-9][0-9]{0,8}", one) for one in numbers):
        refuse(f"its edit rate is {printable(text)[:40]!r}", name)
    return Fraction(int(numbers[0]), int(numbers[1]))
