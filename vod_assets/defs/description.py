"""What the files beside a source say of a title: its names, its profile, its captions."""

from collections.abc import Callable, Mapping

from vod_assets.domain.errors import ConfigError, SourceError
from vod_assets.domain.sidecars import find_sidecars
from vod_assets.domain.sound import label_of, sound_of_sidecar
from vod_assets.domain.title import Sidecar, TitleRecord
from vod_assets.domain.title_file import LARGEST_FILE_BYTES, TitleFile, read_title_file
from vod_assets.domain.waivers import Waiver
from vod_assets.ports import SourceStore


def describe_from(sources: SourceStore) -> Callable[[TitleRecord, list[str]], TitleRecord]:
    """Return a function that completes a title's record from the addresses beside its source."""

    def describe(record: TitleRecord, siblings: list[str]) -> TitleRecord:
        sidecars = find_sidecars(record.source, siblings)
        titled = next((sidecar for sidecar in sidecars if sidecar.kind == "title_file"), None)
        if titled is None:
            return record.model_copy(update={"sidecars": sidecars})
        said = _read(titled, sources)
        return with_parts(completed(record, sidecars, said), said, {sources.name(one): one for one in siblings})

    return describe


def with_parts(record: TitleRecord, said: TitleFile, beside: Mapping[str, str]) -> TitleRecord:
    """Return a record whose files are parts of the programme where the title file says so, and nothing else.

    Args:
        record: The record.
        said: The title file.
        beside: Addresses of the files beside the source, by their names.
    """
    files = said.programme.files if said.programme else ()
    parts = [Sidecar(kind="part", address=beside[name]) for name in files if name in beside]
    others = [one for one in record.sidecars if one.address not in {part.address for part in parts}]
    ordered = sorted([*others, *parts], key=lambda sidecar: sidecar.address)
    return record.model_copy(update={"sidecars": tuple(ordered)}) if parts else record


def read_said(record: TitleRecord, sources: SourceStore) -> tuple[TitleFile, str] | None:
    """Return a title's file as it is now, and its name; None when there is none.

    Raises:
        ConfigError: ``bad_title_file``.
    """
    titled = next((sidecar for sidecar in record.sidecars if sidecar.kind == "title_file"), None)
    return (_read(titled, sources), sources.name(titled.address)) if titled else None


def _read(titled: Sidecar, sources: SourceStore) -> TitleFile:
    name = sources.name(titled.address)
    try:
        data = sources.read(titled.address, LARGEST_FILE_BYTES)
    except SourceError as error:
        raise ConfigError("bad_title_file", error.cause, "Correct it, or take the file away", file=name) from error
    return read_title_file(data, name)


def completed(record: TitleRecord, sidecars: tuple[Sidecar, ...], said: TitleFile) -> TitleRecord:
    """Return a record with what the title file says; its labels go to the captions and the sound of their language."""
    labelled = tuple(
        sidecar.model_copy(update={"label": sidecar.label or _label(sidecar, said)}) for sidecar in sidecars
    )
    return record.model_copy(
        update={
            "sidecars": labelled,
            "sound_labels": said.audio,
            "names": said.titles,
            "synopses": said.synopses,
            "language": said.language,
            "profile": said.profile or record.profile,
            "callback": said.callback,
            "policy": {**record.policy, **said.policy},
            "waivers": (*record.waivers, *(Waiver.of(one) for one in said.waivers)),
        }
    )


def _label(sidecar: Sidecar, said: TitleFile) -> str:
    if sidecar.kind == "audio":
        sound = sound_of_sidecar(sidecar, said.language)
        return label_of(sound.language, sound.role, said.audio)
    return said.captions.get(sidecar.language, "") if sidecar.kind == "captions" else ""
