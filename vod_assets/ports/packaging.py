"""What packages tracks, and opens packages again."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

from vod_assets.domain.package_view import Decoded, PackageView, SeenFacts
from vod_assets.domain.track import Track
from vod_assets.ports.keys import SecretKey


@dataclass(frozen=True)
class Protection:
    """How a track is encrypted.

    Attributes:
        scheme: ``cenc``, ``cbcs`` or ``aes128``.
        key: Its content key, which goes to the packager by no command line and no file that others can read.
        iv: 8 bytes (cenc) or 16; see `vod_assets.domain.initial_vectors`.
        pssh: Whole PSSH boxes that the init segment carries.
    """

    scheme: str
    key: SecretKey
    iv: bytes
    track_class: str
    pssh: tuple[bytes, ...] = ()
    clear_lead_seconds: Fraction = Fraction(0)


@dataclass(frozen=True)
class TrackJob:
    """One track to package: the encoded file, what to call it, where its files go.

    Attributes:
        layout: ``cmaf``, ``ondemand`` or ``ts``.
        protection: None: it stays clear.
        cues: Times, in seconds, at which a segment has to begin: ad breaks.
    """

    name: str
    kind: str
    source: Path
    source_asset: str
    segment_seconds: Fraction
    directory: Path
    language: str = "und"
    label: str = ""
    role: str = "main"
    is_default: bool = False
    is_forced: bool = False
    is_hearing_impaired: bool = False
    duration_seconds: Fraction | None = None  # of the whole title; text tracks are as long as it
    layout: str = "cmaf"
    protection: Protection | None = None
    cues: tuple[Fraction, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Unlocking:
    """What opens the files of a protected track.

    Attributes:
        scheme: ``cenc``, ``cbcs`` or ``aes128``.
        iv: That of whole segments (aes128); else files say it themselves.
        clear: Paths of segments that are not encrypted.
    """

    scheme: str
    key: SecretKey
    iv: bytes = b""
    clear: frozenset[str] = frozenset()


@dataclass(frozen=True)
class InspectedPackage:
    """A package as it will lie at an origin, and a way to play its media playlists by their addresses.

    Attributes:
        decode_all: Says what came of playing each.
        fingerprint: Returns a digest of all that a decoder would be given of a playlist, in the clear: equal ones need
            not be played twice. Empty when nothing of the package is encrypted, or the playlist does not open.
        samples: Returns the digest of a playlist's samples, in the clear, as `PackageInspector.encoded_samples` has it.
            Empty when they cannot be found: in transport streams, and in what does not open.
        unlike: Says how a playlist's samples differ from those that were encoded; empty: not at all, or nobody knows.
        seen: What the view has read of segments; what is put in here is not read again.
    """

    view: PackageView
    decode_all: Callable[[Sequence[str]], Mapping[str, Decoded]]
    fingerprint: Callable[[str], str] = lambda _: ""
    samples: Callable[[str], str] = lambda _: ""
    unlike: Callable[[str], str] = lambda _: ""
    seen: SeenFacts = field(default_factory=SeenFacts)


class PackageInspector(Protocol):
    """Opens packages for the checks that look at their bytes."""

    build_ids: Mapping[str, str]

    def open(
        self,
        tracks: Mapping[str, Path],
        manifests: Mapping[str, Sequence[Path]],
        sizes: Mapping[str, int],
        unlocking: Mapping[str, Unlocking],
    ) -> AbstractContextManager[InspectedPackage]:
        """Open a package that is not published yet.

        Args:
            tracks: Folder of each track leaf, by its digest.
            manifests: Folders of each variant's manifests.
            sizes: Bytes of every file of a track by its address, ``tracks/<digest>/<path>``.
            unlocking: What opens each protected track, by the digest of its leaf.
        """
        ...

    def encoded_samples(self, encoded: Path) -> str:
        """Return the digest of the samples of a file that tracks are packaged from; empty: it is lost or broken."""
        ...


class Packager(Protocol):
    """Makes one CMAF track from one encoded file."""

    build_ids: Mapping[str, str]

    def package(self, job: TrackJob) -> Track:
        """Write init and media segments below the job's directory and describe them.

        Raises:
            ToolError: ``packaging_failed``.
        """
        ...
