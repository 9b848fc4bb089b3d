"""What lies in a folder of a server that lists nothing: a document beside the files, which whoever writes there keeps.

A file is named in it before it is sent, and until after it is removed: whatever lies there is named, and what is named
may be missing. Who wrote it is known by the moment at which it was named, so that nobody strikes out another's line.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from vod_assets.domain.errors import StoreError

INDEX = ".index.json"


@dataclass(frozen=True)
class Entry:
    """A file that is named.

    Attributes:
        noted_at: When its writer named it, in seconds since the epoch.
        size_bytes: -1: it is on its way in or out, and has to be looked for.
    """

    noted_at: float
    size_bytes: int = -1
    modified_at: float = 0.0
    version: str = ""

    @property
    def is_open(self) -> bool:
        """Whether nobody has said yet that it is there."""
        return self.size_bytes < 0


@dataclass(frozen=True)
class Index:
    """The files and folders of a folder, by their last names."""

    files: Mapping[str, Entry] = field(default_factory=dict)
    folders: frozenset[str] = frozenset()

    def with_folder(self, name: str) -> "Index":
        """Return the same, naming a folder."""
        return replace(self, folders=self.folders | {name})

    def with_opened(self, names: Iterable[str], at: float) -> "Index":
        """Return the same, naming files that are on their way in or out."""
        return replace(self, files={**self.files, **dict.fromkeys(names, Entry(at))})

    def with_settled(self, found: Mapping[str, Entry]) -> "Index":
        """Return the same, saying of files what was found, unless another writer has named them since."""
        mine = {name: one for name, one in found.items() if self._is_mine(name, one.noted_at)}
        return replace(self, files={**self.files, **mine})

    def without(self, found: Mapping[str, float]) -> "Index":
        """Return the same without files that were named at some moments, unless another writer has named them since."""
        doomed = {name for name, at in found.items() if self._is_mine(name, at)}
        return replace(self, files={name: one for name, one in self.files.items() if name not in doomed})

    def _is_mine(self, name: str, at: float) -> bool:
        there = self.files.get(name)
        return there is None or there.noted_at == at

    def as_json(self) -> bytes:
        """Return the document."""
        files = {
            name: [one.noted_at] if one.is_open else [one.noted_at, one.size_bytes, one.modified_at, one.version]
            for name, one in self.files.items()
        }
        said = {"files": files, "folders": sorted(self.folders)}
        return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def read_index(text: bytes, where: str) -> Index:
    """Return what a document says.

    Raises:
        StoreError: ``store_damaged``.
    """
    try:
        said = json.loads(text)
        files = {str(name): _entry(*facts) for name, facts in said["files"].items()}
        return Index(files, frozenset(map(str, said["folders"])))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        remedy = "Restore it from the server's backup; or empty the origin and refill it: vod releases TITLE --repair"
        raise StoreError("store_damaged", f"{where} is no list of what lies beside it", remedy) from error


def _entry(noted_at: float, size_bytes: int = -1, modified_at: float = 0.0, version: str = "") -> Entry:
    return Entry(float(noted_at), int(size_bytes), float(modified_at), str(version))
