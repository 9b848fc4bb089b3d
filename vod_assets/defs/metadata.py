"""What is said of a title: by its title file, and by the metadata of others beside the source."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import dagster as dg

from vod_assets.defs.house import BEFORE_ENCODES, HOUSE, Artifacts, Guard, Reporter
from vod_assets.defs.step import Step, step
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.errors import ConfigError, SourceError
from vod_assets.domain.metadata import Metadata
from vod_assets.domain.metadata_readers import LARGEST_FILE_BYTES, Beside, read_description, read_mapping
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.title import Sidecar
from vod_assets.ports import SourceStore

READER = 1  # to be raised when the same file is read differently
ORDER = ("yaml", "yml", "xml", "json", "csv")  # what an editor wrote wins over what a system exports


@dataclass(frozen=True)
class SaidBy:
    """A file of metadata, and its bytes."""

    file: Beside
    data: bytes

    @property
    def sha256(self) -> str:
        """SHA-256 of its bytes."""
        return hashlib.sha256(self.data).hexdigest()


@dg.asset(group_name="source", kinds={"json"}, op_tags=BEFORE_ENCODES, **HOUSE)
def metadata(
    context: dg.AssetExecutionContext,
    artifacts: Artifacts,
    guard: Guard,
    reporter: Reporter,
    sources: dg.ResourceParam[SourceStore],
) -> dg.MaterializeResult[Artifact]:
    """What is said of the title: names, synopses, series, people, ratings, identifiers, rights; one typed document.

    Upstream: the title file and the metadata of others beside the source. Downstream: release, which carries it as
    metadata.json, and so cms_entry. A wrong file is named with its line and field, and the title waits.
    """
    with step(context, artifacts, guard, reporter) as at:
        files = _files(at, sources)
        mapping = _mapping(artifacts.metadata_mapping, sources)
        recipe = Recipe(
            "metadata",
            {said.file.name: said.sha256 for said in files},
            {
                "record": at.record.model_dump(include={"names", "synopses", "language", "policy"}),
                "mezzanine": sources.name(at.record.source),
                "mapping": mapping.sha256 if mapping else "",
                "reader": READER,
            },
        )

        def read() -> Metadata:
            how = read_mapping(mapping.data, mapping.file.name) if mapping else None
            read_each = (read_description(said.data, said.file, how) for said in files)
            return Metadata.of(at.record, [said for said in read_each if said is not None])

        made = at.make(recipe, lambda _: read().as_document(), is_composed=True)
        return at.result(made, lambda: _facts(made.artifact.read(Metadata), files))


def _files(at: Step, sources: SourceStore) -> list[SaidBy]:
    """Return the files that may say something, the weightiest first: the title's own, then those of its folder."""
    kinds = ("title_file", "metadata")
    mezzanine = sources.name(at.record.source)
    found = [_read(sidecar, mezzanine, sources) for sidecar in at.record.sidecars if sidecar.kind in kinds]
    return sorted(found, key=lambda said: (said.file.is_shared, ORDER.index(_ending(said.file.name)), said.file.name))


def _read(sidecar: Sidecar, mezzanine: str, sources: SourceStore) -> SaidBy:
    name = sources.name(sidecar.address)
    try:
        data = sources.read(sidecar.address, LARGEST_FILE_BYTES)
    except SourceError as error:  # its code is that of a source, which would be refused
        remedy = "Correct it, or take the file away and register the title again"
        raise ConfigError("bad_metadata_file", error.cause, remedy, file=name) from error
    return SaidBy(Beside(name, mezzanine, is_shared=sidecar.role == "shared"), data)


def _mapping(address: str, sources: SourceStore) -> SaidBy | None:
    if not address:
        return None
    try:
        return SaidBy(Beside(sources.name(address), ""), sources.read(address, LARGEST_FILE_BYTES))
    except SourceError as error:
        raise ConfigError("bad_mapping", error.cause, "Correct VOD_METADATA_MAPPING", file=address) from error


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower()


def _facts(said: Metadata, files: list[SaidBy]) -> Mapping[str, Any]:
    counted = {"season": said.season, "episode": said.episode}
    numbers = " ".join(f"{word} {number}" for word, number in counted.items() if number is not None)
    facts = {
        "names": _by_language(said.names),
        "synopses": _by_language(said.synopses),
        "kind": said.kind,
        "series": " · ".join(filter(None, (_by_language(said.series), numbers))),
        "year": said.year,
        "genres": ", ".join(said.genres),
        "cast": ", ".join(person.name for person in said.cast),
        "crew": ", ".join(f"{person.role} {person.name}" for person in said.crew),
        "ratings": ", ".join(f"{rating.system} {rating.value}".strip() for rating in said.ratings),
        "identifiers": ", ".join(filter(None, (said.eidr, said.isan, said.house_id))),
        "policy": dg.MetadataValue.json(said.policy) if said.policy else "",
    }
    read_from = ", ".join(one.file.name for one in files) or "nothing beside the source"
    return {name: value for name, value in facts.items() if value} | {"read_from": read_from}


def _by_language(texts: Mapping[str, str]) -> str:
    return "; ".join(f"{tag}: {text}" for tag, text in texts.items())
