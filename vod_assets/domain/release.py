"""Releases: what lies at an origin under one number, for ever the same."""

import json
import posixpath
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Self

from pydantic import Field, ValidationError

from vod_assets.domain.artifact import Artifact, ArtifactFile
from vod_assets.domain.documents import Document, digest_of
from vod_assets.domain.errors import StoreError
from vod_assets.domain.title import Fingerprint
from vod_assets.domain.track import Track

RELEASE_FILE = "release.json"


class ReleasedTrack(Document):
    """Files that lie under ``tracks/<digest>/``: a CMAF track, or pictures, or a whole external folder.

    Attributes:
        kind: ``video``, ``audio``, ``text``, ``image``, ``poster`` or ``external``.
        digest: Digest of the artifact whose files these are.
        files: Every file, relative to ``tracks/<digest>/``, so that a release can be verified from this document alone.
    """

    name: str
    kind: str
    digest: str
    files: tuple[ArtifactFile, ...]
    codecs: str = ""
    width: int = 0
    height: int = 0
    bits_per_second: int = 0
    duration_seconds: Fraction | None = None
    language: str = "und"
    label: str = ""
    role: str = "main"
    is_forced: bool = False
    is_hearing_impaired: bool = False

    @property
    def size_bytes(self) -> int:
        """Bytes of all files."""
        return sum(file.size_bytes for file in self.files)

    def path(self, file: str) -> str:
        """Return a file's path below the title."""
        return f"tracks/{self.digest}/{file}"

    @classmethod
    def of(cls, artifact: Artifact, track: Track) -> Self:
        """Return a track leaf as a release lists it."""
        return cls(
            name=track.name,
            kind=track.kind,
            digest=artifact.digest,
            files=artifact.files,
            codecs=track.codecs,
            width=track.width,
            height=track.height,
            bits_per_second=track.average_bits_per_second,
            duration_seconds=track.duration_seconds,
            language=track.language,
            label=track.label,
            role=track.role,
            is_forced=track.is_forced,
            is_hearing_impaired=track.is_hearing_impaired,
        )

    @classmethod
    def of_files(cls, artifact: Artifact, name: str, kind: str) -> Self:
        """Return a leaf that is no CMAF track, the poster say, as a release lists it."""
        return cls(name=name, kind=kind, digest=artifact.digest, files=artifact.files)


class ReleasedKey(Document):
    """A content key that a variant's tracks are encrypted with, as players and licence servers know it.

    Attributes:
        kid: Key id, 32 hex digits.
        track_class: The tracks that it is for, in SPEKE's words: ``ALL``, ``AUDIO``, ``HD1``.
        licences: Where players ask for a licence, by system, or for the key itself (``aes128``); empty: not set.
    """

    kid: str
    scheme: str
    track_class: str
    licences: dict[str, str] = {}


class VariantManifests(Document):
    """Where one variant is opened, relative to ``releases/<n>/``; empty when the variant lacks that format.

    Attributes:
        keys: What its tracks are encrypted with; none for a clear variant.
    """

    hls: str = ""
    dash: str = ""
    keys: tuple[ReleasedKey, ...] = Field((), exclude_if=lambda keys: not keys)  # so that older digests stay true


class Release(Document):
    """``release.json``: everything that a release consists of.

    Attributes:
        number: Given once per distinct digest of a title; no part of the digest.
        manifests: Every file below ``releases/<n>/`` but ``release.json`` itself.
        external: Whether its files were made elsewhere and only checked here.
    """

    title: str
    number: int = 0
    profile: str = ""
    source: Fingerprint | None = None
    external: bool = False
    variants: dict[str, VariantManifests]
    tracks: tuple[ReleasedTrack, ...]
    manifests: tuple[ArtifactFile, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON of everything but the number."""
        return digest_of(self.model_dump(exclude={"number"}))

    @property
    def open_variant(self) -> VariantManifests:
        """The variant that is shown where one has to be chosen: the first by name that needs no key, or the first."""
        return next((one for one in self.variants.values() if not one.keys), next(iter(self.variants.values())))

    @property
    def directory(self) -> str:
        """Path of this release below the title."""
        return f"releases/{self.number}"

    @property
    def files(self) -> dict[str, ArtifactFile]:
        """Every file of the release but ``release.json``, by its path below the title."""
        manifests = {f"{self.directory}/{file.path}": file for file in self.manifests}
        return manifests | {track.path(file.path): file for track in self.tracks for file in track.files}

    def with_number(self, number: int) -> "Release":
        """Return the same release under a number."""
        return self.model_copy(update={"number": number})

    def below_title(self, path: str) -> str:
        """Return the path below the title of an address that is relative to the release's directory."""
        return posixpath.normpath(f"{self.directory}/{path}")

    def track_of_kind(self, kind: str) -> ReleasedTrack | None:
        """Return the first track of a kind, or None."""
        return next((track for track in self.tracks if track.kind == kind), None)

    def as_json(self) -> bytes:
        """Return ``release.json``: the document and its digest."""
        document = self.model_dump(mode="json") | {"digest": self.digest}
        return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def read_release(text: bytes, title: str) -> Release:
    """Return the release of a ``release.json``.

    Raises:
        StoreError: ``release_corrupt``: it is no release, or not the one that its digest names.
    """
    remedy = f"Restore the release at the origin, or publish {title} again"
    try:
        document = json.loads(text)
        digest = document.pop("digest")
        release = Release.model_validate(document)
    except (ValueError, KeyError, AttributeError, TypeError, ValidationError) as error:
        cause = f"it cannot be read ({type(error).__name__})"
        raise StoreError("release_corrupt", cause, remedy, title, RELEASE_FILE) from error
    if release.digest != digest:
        cause = f"its digest is {release.digest[:12]} where it says {str(digest)[:12]}"
        raise StoreError("release_corrupt", cause, remedy, title, RELEASE_FILE)
    return release


def next_number(existing: Mapping[int, str], digest: str) -> int:
    """Return the number of a release: the one its digest already has, else one more than the highest.

    Args:
        existing: Digest of every release of the title, by number; empty for one that cannot be read.
        digest: Digest of the release to publish.
    """
    known = [number for number, other in existing.items() if other == digest]
    return min(known) if known else max(existing, default=0) + 1


class ReleaseDifference(Document):
    """What a release changes against another, by track name."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    new_bytes: int = 0

    def __str__(self) -> str:
        parts = [
            f"{word} {', '.join(names)}"
            for word, names in (("adds", self.added), ("removes", self.removed), ("changes", self.changed))
            if names
        ]
        return f"{'; '.join(parts) or 'changes no track'}; keeps {len(self.kept)}; {self.new_bytes} bytes are new"


def difference(old: Release | None, new: Release) -> ReleaseDifference:
    """Return what ``new`` changes against ``old``; a track is the same when its digest is."""
    before = _digests_by_name(old.tracks if old else ())
    after = _digests_by_name(new.tracks)
    there = {digest for digests in before.values() for digest in digests}
    return ReleaseDifference(
        added=tuple(sorted(after.keys() - before.keys())),
        removed=tuple(sorted(before.keys() - after.keys())),
        changed=tuple(sorted(name for name in after.keys() & before.keys() if after[name] != before[name])),
        kept=tuple(sorted(name for name in after.keys() & before.keys() if after[name] == before[name])),
        new_bytes=sum(track.size_bytes for track in unique_tracks(new.tracks) if track.digest not in there),
    )


def unique_tracks(tracks: Iterable[ReleasedTrack]) -> list[ReleasedTrack]:
    """Return tracks in their order, each digest once: variants share tracks."""
    return list({track.digest: track for track in tracks}.values())


def _digests_by_name(tracks: Sequence[ReleasedTrack]) -> dict[str, frozenset[str]]:
    names = {track.name for track in tracks}
    return {name: frozenset(track.digest for track in tracks if track.name == name) for name in names}
