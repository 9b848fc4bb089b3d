"""IMF: one composition (SMPTE ST 2067-3) of one segment, as stretches of a picture and of sounds.

What is read is what one picture track file and its sounds come to. Everything beyond is refused with the reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NoReturn

from lxml import etree

from vod_assets.domain.errors import ConfigError, printable
from vod_assets.domain.programme.cutting import MOST_PARTS, Programme
from vod_assets.domain.programme.points import Part
from vod_assets.domain.programme.said_sound import SaidSound

ASSET_MAP = "ASSETMAP.xml"
LARGEST_BYTES = 1_000_000
REMEDY = "Export one MXF or MOV of this composition, or name its track files as parts and sound; see docs/masters.md"
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
    files = _files(_parsed(asset_map, ASSET_MAP, "AssetMap"))
    tracks = _tracks(_parsed(composition, name, "CompositionPlaylist"), name)
    pictures = [one for kind, resources in tracks if kind == _IMAGE for one in resources]
    sounds = [resources for kind, resources in tracks if kind == _AUDIO]
    if not pictures or sum(kind == _IMAGE for kind, _ in tracks) != 1:
        _refuse("it has no single track of pictures", name)
    if {_file(one, files, name) for one in pictures} != {master}:
        _refuse(f"its picture is not that of {printable(master)} alone", name)
    if len(pictures) > MOST_PARTS:
        _refuse(f"it has {len(pictures)} stretches of picture; {MOST_PARTS} are the most", name)
    parts = tuple(Part.model_validate({"in": one.begins, "out": one.begins + one.duration}) for one in pictures)
    heard = tuple(SaidSound(file=_heard(track, pictures, files, name)) for track in sounds)
    return said.model_copy(update={"parts": parts, "sound": heard})


def track_files(composition: bytes, asset_map: bytes, name: str) -> list[str]:
    """Return the names of the track files that a composition playlist shows and lets hear, each once.

    Raises:
        ConfigError: ``bad_programme``: it is none, or one that is not read.
    """
    files = _files(_parsed(asset_map, ASSET_MAP, "AssetMap"))
    tracks = _tracks(_parsed(composition, name, "CompositionPlaylist"), name)
    return list(dict.fromkeys(_file(one, files, name) for _, resources in tracks for one in resources))


def _heard(track: list[Resource], pictures: list[Resource], files: Mapping[str, str], name: str) -> str:
    """Return the one file of a track of sound that goes along with the pictures."""
    found = {_file(one, files, name) for one in track}
    if len(found) != 1:
        _refuse("a track of its sound comes from several files", name)
    if [(one.begins, one.duration) for one in track] != [(one.begins, one.duration) for one in pictures]:
        _refuse(f"the stretches of {printable(next(iter(found)))} are not those of the picture", name)
    return found.pop()


def _tracks(playlist: Any, name: str) -> list[tuple[str, list[Resource]]]:
    """Return the virtual tracks of the one segment: what each is, and its resources."""
    rate = _rate(_text(playlist, "EditRate", name), name)
    segments = _all(_only(playlist, "SegmentList", name), "Segment")
    if len(segments) != 1:
        _refuse(f"it has {len(segments)} segments, and one is read", name)
    found = []
    for sequence in _only(segments[0], "SequenceList", name):
        kind = _tag(sequence)
        if kind in _PASSED_OVER or not kind:
            continue
        if kind not in (_IMAGE, _AUDIO):
            _refuse(f"it has a {printable(kind)}, which is not read", name)
        resources = _all(_only(sequence, "ResourceList", name), "Resource")
        found.append((kind, [_resource(one, rate, name) for one in resources]))
    return found


def _resource(node: Any, rate: Fraction, name: str) -> Resource:
    if _all(node, "KeyId"):
        _refuse("its essence is encrypted", name)
    if _number(node, "RepeatCount", name, 1) != 1:
        _refuse("a stretch of it is repeated", name)
    own = _all(node, "EditRate")
    unit = _rate(str(own[0].text), name) if own else rate
    begins = _number(node, "EntryPoint", name, 0)
    duration = _number(node, "SourceDuration", name, _number(node, "IntrinsicDuration", name) - begins)
    return Resource(_text(node, "TrackFileId", name), begins / unit, duration / unit)


def _files(asset_map: Any) -> dict[str, str]:
    """Return the names of files by their identifiers; a path of folders is none that can lie beside the master."""
    found = {}
    for asset in _all(_only(asset_map, "AssetList", ASSET_MAP), "Asset"):
        chunks = [one for listed in _all(asset, "ChunkList") for one in _all(listed, "Chunk")]
        if len(chunks) == 1:
            found[_text(asset, "Id", ASSET_MAP)] = _text(chunks[0], "Path", ASSET_MAP).removeprefix("file://")
    return found


def _file(resource: Resource, files: Mapping[str, str], name: str) -> str:
    if resource.track_file not in files:
        cause = (
            f"its track file {printable(resource.track_file)[:60]} is not in the asset map: it is of another package"
        )
        _refuse(cause, name)
    return files[resource.track_file]


def _parsed(data: bytes, name: str, root: str) -> Any:
    """Return the root of XML without entities, a document type or anything fetched."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        tree = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise ConfigError("bad_programme", f"it is no XML: {printable(str(error))[:200]}", REMEDY, file=name) from error
    if b"<!DOCTYPE" in data or _tag(tree) != root:
        _refuse(f"it is no {root} of IMF", name)
    return tree


def _tag(node: Any) -> str:
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


def _all(node: Any, tag: str) -> list[Any]:
    return [child for child in node if _tag(child) == tag]


def _only(node: Any, tag: str, name: str) -> Any:
    found = _all(node, tag)
    if len(found) != 1:
        _refuse(f"{_tag(node)} has {len(found)} of {tag}", name)
    return found[0]


def _text(node: Any, tag: str, name: str) -> str:
    return str(_only(node, tag, name).text or "").strip()


def _number(node: Any, tag: str, name: str, otherwise: int | None = None) -> int:
    if otherwise is not None and not _all(node, tag):
        return otherwise
    text = _text(node, tag, name)
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        _refuse(f"{tag} is {printable(text)[:40]!r}, and no number", name)
    return int(text)


def _rate(text: str, name: str) -> Fraction:
    numbers = text.split()
    if len(numbers) != 2 or not all(one.isascii() and one.isdigit() and int(one) for one in numbers):
        _refuse(f"its edit rate is {printable(text)[:40]!r}", name)
    return Fraction(int(numbers[0]), int(numbers[1]))


def _refuse(cause: str, name: str) -> NoReturn:
    raise ConfigError("bad_programme", cause, REMEDY, file=name)
