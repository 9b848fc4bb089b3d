"""The folder that we and a transcoding service both reach: sources go there, and what it makes comes from there."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from vod_assets.domain.errors import ConfigError
from vod_assets.ports.blobs import Blobs
from vod_assets.ports.services import Asked

SOURCES, JOBS = "sources/", "jobs/"


@dataclass(frozen=True)
class WorkFolder:
    """A folder under two addresses.

    Attributes:
        blobs: It, as we reach it.
        address: It, as the service knows it, ending in ``/``.
        reads: Returns the address by which the service reads a source where it lies; empty: it cannot.
    """

    blobs: Blobs
    address: str
    reads: Callable[[str], str]

    def source(self, asked: Asked) -> str:
        """Return the address by which the service reads a source, brought to this folder once if it has to be."""
        in_place = self.reads(asked.source)
        if in_place:
            return in_place
        name = SOURCES + asked.sha256 + _suffix(asked.source)
        if self.blobs.stat(name) is None:
            self.blobs.send(asked.local(), name, asked.sha256)
        return self.address + name

    def folder(self, key: str) -> str:
        """Return where a job's files go, as the service knows it."""
        return f"{self.address}{JOBS}{key}/"

    def size(self, address: str) -> int | None:
        """Return how many bytes a file of the service has; None: it is not there."""
        found = self.blobs.stat(self._name(address))
        return found.size_bytes if found else None

    def fetch(self, address: str, path: Path) -> None:
        """Write a file of the service to a local path."""
        self.blobs.fetch(self._name(address), path)

    def clear(self, key: str) -> None:
        """Remove whatever lies in a job's folder."""
        self.blobs.delete([blob.name for blob in self.blobs.walk(f"{JOBS}{key}/")])

    def _name(self, address: str) -> str:
        root, whole = (text.replace("\\", "/") for text in (self.address, address))
        if not whole.startswith(root):
            cause = f"{address} does not lie in the work folder {self.address}"
            raise ConfigError("service_refused", cause, "Check the work folder in the settings; docs/transcoders.md")
        return whole.removeprefix(root)


def _suffix(source: str) -> str:
    """Return how a source's name ends, by which services tell containers apart."""
    ending = PurePosixPath(source.partition("?")[0].replace("\\", "/")).suffix.lower()
    return ending if re.fullmatch(r"\.[a-z0-9]{1,8}", ending) else ""


def work_of(service: str, place: str, recipes: list[str]) -> str:
    """Return the name of the work that makes recipes at a service: the same recipes there are the same work."""
    return hashlib.sha256("\n".join([service, place, *sorted(recipes)]).encode()).hexdigest()


def key_of(work: str, number: int) -> str:
    """Return the key of the order of a try."""
    return hashlib.sha256(f"{work} {number}".encode()).hexdigest()
