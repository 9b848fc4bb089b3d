"""Where sources go that somebody else packages."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from vod_assets.ports.runs import RunGuard

PHASES = ("media", "subtitles", "playlists", "manifests", "marker")  # in the order in which they arrive
Progressive = Callable[[Path, str, Path], None]  # source, "video" or "audio", target: an MP4 whose index comes first


@dataclass(frozen=True)
class Part:
    """One file of a delivery.

    Attributes:
        path: Relative to the delivery's folder.
        phase: One of `PHASES`.
        size_bytes: Of what it is made from.
        make: Returns a local file, which it may write into the folder that it is given.
        sha256: What its bytes have to be; empty: they are made only now.
    """

    path: str
    phase: str
    size_bytes: int
    make: Callable[[Path], Path]
    sha256: str = ""


@dataclass(frozen=True)
class Consignment:
    """Everything that one delivery consists of.

    Attributes:
        made_of: Digest of all that its bytes follow from; another one never goes into the same folder.
        left_out: What the target gets not, and why.
    """

    title: str
    number: int
    made_of: str
    parts: tuple[Part, ...]
    left_out: tuple[str, ...] = ()

    @property
    def folder(self) -> str:
        """Where it lies below the target's address."""
        return f"{self.title}/{self.number}/"


class Target(Protocol):
    """Takes deliveries in."""

    address: str

    def bring(self, consignment: Consignment, guard: RunGuard) -> list[str]:
        """Send what is not there yet, phase by phase, and return the paths that were sent; none: all of it was there.

        Raises:
            ConfigError: ``delivery_refused``: other files lie there.
        """
        ...

    def withdraw(self, title: str) -> list[str]:
        """Remove what was delivered of a title, what leads to the rest first, and return it; other files stay."""
        ...
