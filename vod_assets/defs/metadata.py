"""What is said of a title: by its title file, and by the metadata of others beside the source."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import dagster as dg

from vod_assets.defs.house import BEFORE_ENCODES, HOUSE, Artifacts, Guard, Reporter
from vod_assets.defs.step import step
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.documents import digest_of, plain
from vod_assets.domain.errors import ConfigError, SourceError, VodError
from vod_assets.domain.metadata import Metadata
from vod_assets.domain.metadata_readers import LARGEST_FILE_BYTES, Beside, read_description, read_mapping
from vod_assets.domain.metadata_readers.mapping import Mapping as MamMapping
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.sidecars import SHARED_ROLE, with_shared
from vod_assets.domain.title import Sidecar, TitleRecord
from vod_assets.ports import ArtifactStore, SourceStore

READER = 2  # to be raised when the same file is read differently
FOLLOWS_WORDS = [dg.AssetKey(asset) for asset in ("metadata", "release", "cms_entry")]
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
        words = Words(sources, artifacts.metadata_mapping)
        files = words.files(at.record)
        mapping = words.mapping
        recipe = Recipe(
            "metadata",
            {said.file.name: words.digest(said) for said in files},
            {
                "record": at.record.model_dump(include={"names", "synopses", "language", "policy"}),
                "mezzanine": sources.name(at.record.source),
                "mapping": mapping.sha256 if mapping else "",
                "reader": READER,
            },
        )

        made = at.make(recipe, lambda _: words.metadata(at.record).as_document(), is_composed=True)
        return at.result(made, lambda: _facts(made.artifact.read(Metadata), files))


class Words:
    """Reads what files say of titles; what is shared by a folder is read once.

    Args:
        sources: Where the files lie.
        mapping_address: Where the mapping of a MAM's documents lies; empty: there is none.
    """

    def __init__(self, sources: SourceStore, mapping_address: str) -> None:
        self.sources, self._mapping_address = sources, mapping_address
        self._shared: dict[str, bytes] = {}

    @cached_property
    def mapping(self) -> SaidBy | None:
        """How the XML or JSON of a MAM is read."""
        address = self._mapping_address
        if not address:
            return None
        try:
            return SaidBy(Beside(self.sources.name(address), ""), self.sources.read(address, LARGEST_FILE_BYTES))
        except SourceError as error:
            raise ConfigError("bad_mapping", error.cause, "Correct VOD_METADATA_MAPPING", file=address) from error

    @cached_property
    def how(self) -> MamMapping | None:
        """The mapping, read."""
        return read_mapping(self.mapping.data, self.mapping.file.name) if self.mapping else None

    def files(self, record: TitleRecord) -> list[SaidBy]:
        """Return the files that may say something, the weightiest first: the title's own, then those of its folder."""
        kinds = ("title_file", "metadata")
        mezzanine = self.sources.name(record.source)
        found = [self._read(sidecar, mezzanine) for sidecar in record.sidecars if sidecar.kind in kinds]
        return sorted(
            found, key=lambda said: (said.file.is_shared, ORDER.index(_ending(said.file.name)), said.file.name)
        )

    def digest(self, said: SaidBy) -> str:
        """Return what names a file's words: for a shared one, those about this title alone."""
        if not said.file.is_shared:
            return said.sha256
        try:
            return digest_of(read_description(said.data, said.file, self.how))
        except VodError:
            return said.sha256  # whoever reads it then says what is wrong with it

    def metadata(self, record: TitleRecord) -> Metadata:
        """Return everything that is said of a title.

        Raises:
            ConfigError: ``bad_metadata_file`` and others: a file is wrong.
        """
        read_each = (read_description(said.data, said.file, self.how) for said in self.files(record))
        return Metadata.of(record, [said for said in read_each if said is not None])

    def _read(self, sidecar: Sidecar, mezzanine: str) -> SaidBy:
        name, is_shared = self.sources.name(sidecar.address), sidecar.role == SHARED_ROLE
        try:
            data = self._shared.get(sidecar.address) or self.sources.read(sidecar.address, LARGEST_FILE_BYTES)
        except SourceError as error:  # its code is that of a source, which would be refused
            remedy = "Correct it, or take the file away and register the title again"
            raise ConfigError("bad_metadata_file", error.cause, remedy, file=name) from error
        if is_shared:
            self._shared[sidecar.address] = data
        return SaidBy(Beside(name, mezzanine, is_shared=is_shared), data)


def said_now(store: ArtifactStore, words: Words, title: str, shared: Sequence[str]) -> str:
    """Return the digest of what is said of a title when its metadata were made of other words; else an empty text.

    What speaks of its whole folder is kept in its record. A title that was never made is made with all words anyway.

    Args:
        store: Where the title is kept.
        words: Reads files.
        title: A registered title.
        shared: Addresses of the files that speak of its whole folder.

    Raises:
        ConfigError: ``bad_metadata_file`` and others: a file is wrong.
    """
    record, made = store.record(title), store.latest(title, "metadata")
    if record is None or made is None:
        return ""
    now = record.model_copy(update={"sidecars": with_shared(record.sidecars, shared)})
    said = plain(words.metadata(now).as_document())
    if now != record:
        store.register(now)
    return "" if said == made.document else digest_of(said)


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
