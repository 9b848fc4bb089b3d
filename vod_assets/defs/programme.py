"""Programmes of several files: where they are, what their bytes are, what is in them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from vod_assets.defs.description import read_said
from vod_assets.defs.packing import require_as_packed
from vod_assets.domain.acceptance import warning
from vod_assets.domain.codes import CODES
from vod_assets.domain.containers import zero_of_what_is_read
from vod_assets.domain.errors import ConfigError, printable
from vod_assets.domain.imf import ASSET_MAP, LARGEST_BYTES, packed_files, packing_lists, programme_of
from vod_assets.domain.media_info import AudioStream, MediaInfo
from vod_assets.domain.programme.composing import compose
from vod_assets.domain.programme.cutting import Programme
from vod_assets.domain.programme.files import Files
from vod_assets.domain.programme.packed import PackedFile
from vod_assets.domain.title import Fingerprint, PartFingerprint, TitleRecord
from vod_assets.ports import Prober, SourceStore


def said_programme(record: TitleRecord, sources: SourceStore) -> Programme | None:
    """Return what the title file makes of the master; None: it is shown as it is.

    A title file that cannot be read is refused by the assets that are made of its words, `metadata` and `markers`;
    without the latter nothing is encoded.
    """
    try:
        said = read_said(record, sources)
    except ConfigError:
        return None
    programme = said[0].programme if said else None
    if programme is None or not programme.composition:
        return programme
    beside = addresses_beside(sources, record.source, [programme.composition, ASSET_MAP])
    composition, files = (sources.read(beside[name], LARGEST_BYTES) for name in (programme.composition, ASSET_MAP))
    master = sources.name(record.source)
    found = programme_of(composition, files, programme, master)
    return found.model_copy(update={"packed": tuple(_packed(record.source, [master, *found.files], files, sources))})


def _packed(source: str, used: Sequence[str], asset_map: bytes, sources: SourceStore) -> Iterator[PackedFile]:
    """Yield what the packing lists beside a source say of the files that are used."""
    beside = {sources.name(one): one for one in sources.siblings(source)}
    for name in (name for name in packing_lists(asset_map) if name in beside):
        listed = packed_files(sources.read(beside[name], LARGEST_BYTES), asset_map, name)
        yield from (one for one in listed if one.name in used)


def fingerprint_of(record: TitleRecord, sources: SourceStore) -> Fingerprint:
    """Return the bytes of a title's source, and of the files beside it that its programme is made of.

    Raises:
        ConfigError: ``bad_programme``: one of them is not there.
    """
    master, said = sources.fingerprint(record.source), said_programme(record, sources)
    own = sources.name(record.source)
    names = [name for name in said.files if name != own] if said else []
    if not names:
        return master
    beside = addresses_beside(sources, record.source, names)
    found = {name: sources.fingerprint(beside[name]) for name in names}
    parts = (PartFingerprint(name=name, size_bytes=one.size_bytes, sha256=one.sha256) for name, one in found.items())
    return master.model_copy(update={"parts": tuple(parts)})


def addresses_beside(sources: SourceStore, address: str, names: Sequence[str]) -> dict[str, str]:
    """Return the addresses of files beside a source by their names.

    Raises:
        ConfigError: ``bad_programme``: one of them is not there.
    """
    beside = {sources.name(one): one for one in sources.siblings(address)}
    missing = [name for name in names if name not in beside]
    if missing:
        cause = "the title file names it, and it is not beside the master"
        raise ConfigError("bad_programme", cause, CODES["bad_programme"].remedy, file=missing[0])
    return {name: beside[name] for name in names}


def inspected(source: Path, master: str, said: Programme | None, prober: Prober) -> MediaInfo:
    """Return what is in a source, or in the programme that is made of it.

    Args:
        source: The file, or the folder of the programme's files.
        master: Name of the file.
        said: What is made of it.
        prober: Inspects each file.
    """
    if said is None:
        return prober.inspect(source, master)
    paths = {name: source / name for name in (master, *said.files)} if source.is_dir() else {master: source}
    require_as_packed(paths, said.packed)
    pictures = {name: prober.inspect(paths[name], name) for name in dict.fromkeys((master, *said.pictures))}
    sounds = {name: prober.inspect_sound(paths[name], name) for one in said.sound for name in one.files}
    return _with_unchecked(compose(said, Files(master, pictures, sounds)), said, list(paths))


def _with_unchecked(info: MediaInfo, said: Programme, names: Sequence[str]) -> MediaInfo:
    """Return what there is to know of a package, and which of its files no packing list names."""
    unchecked = set(names).difference(one.name for one in said.packed)
    if not said.composition or not unchecked:
        return info
    cause = f"{printable(', '.join(sorted(unchecked)))}: no packing list beside the master has a digest of it"
    return info.model_copy(update={"findings": (*info.findings, warning("package_unchecked", cause))})


def timeline_parameters(info: MediaInfo, *streams: AudioStream) -> dict[str, Any]:
    """Return what a recipe says of the timeline of what it is made from, and of sounds that begin late."""
    if info.timeline is not None:
        return {"timeline": info.timeline}
    late = [zero_of_what_is_read(info.container, one.start_seconds) for one in streams]
    return {"late": late} if any(late) else {}
