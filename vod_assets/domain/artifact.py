"""Artifacts: what an asset of a title is, as a value that names its bytes."""

from functools import cached_property
from typing import Any, Self, TypeVar

from pydantic import BaseModel

from vod_assets.domain.documents import Document, digest_of

Model = TypeVar("Model", bound=BaseModel)


class ArtifactFile(Document):
    """One file of a leaf; ``path`` is relative, with forward slashes."""

    path: str
    size_bytes: int
    sha256: str


class IndexEntry(Document):
    """One artifact that an index lists; ``asset`` and ``recipe`` say where the store keeps it."""

    name: str
    asset: str
    recipe: str
    digest: str


class Artifact(Document):
    """A leaf (files and a document), or an index (entries of other artifacts), as committed to a store.

    ``title``, ``asset``, ``recipe`` and ``attempt`` say where it lies and are no part of its digest, so equal content
    made twice has one digest. An artifact that does not apply to a title is empty and says why in its document's
    ``empty``.
    """

    title: str
    asset: str
    recipe: str
    attempt: str = ""
    files: tuple[ArtifactFile, ...] = ()
    entries: tuple[IndexEntry, ...] = ()
    document: dict[str, Any] = {}

    @cached_property
    def digest(self) -> str:
        """SHA-256 of canonical JSON of {files, document}, or of the entries' names and digests for an index."""
        if self.entries:
            return digest_of([{"name": entry.name, "digest": entry.digest} for entry in self.entries])
        return digest_of({"files": self.files, "document": self.document})

    @property
    def empty(self) -> str:
        """Why there is nothing here, or an empty string."""
        return str(self.document.get("empty", ""))

    @property
    def size_bytes(self) -> int:
        """Bytes of all files of a leaf."""
        return sum(file.size_bytes for file in self.files)

    def read(self, model: type[Model]) -> Model:
        """Return the document as the model that wrote it."""
        return model.model_validate(self.document)

    def entry(self, name: str) -> IndexEntry:
        """Return this leaf as an index lists it."""
        return IndexEntry(name=name, asset=self.asset, recipe=self.recipe, digest=self.digest)

    @classmethod
    def nothing(cls, title: str, asset: str, reason: str) -> Self:
        """Return the empty artifact that says why."""
        return cls(title=title, asset=asset, recipe="", document={"empty": reason})
