"""Which key protects which track, and what a recipe says of it: everything but the key."""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from vod_assets.defs.making import Made
from vod_assets.defs.step import Step
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.content_keys import ContentKeys, TrackKey
from vod_assets.domain.documents import canonical_json
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.initial_vectors import initial_vector
from vod_assets.domain.key_checksum import require_same_key
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.track import Track
from vod_assets.domain.track_classes import audio_class, video_class
from vod_assets.domain.variants import Variant
from vod_assets.ports import KeyProvider, Packager, Protection, SecretKey, TrackJob, Unlocking

MAKER = 1  # to be raised when the same file is packaged into other bytes, or described differently
SAID = ("language", "label", "role", "is_default", "is_forced", "is_hearing_impaired")


class Keys:
    """A title's content keys: what is known of them, and the keys themselves, once somebody needs one.

    Args:
        title: Whose they are.
        described: The artifact ``content_keys``; empty when no variant is protected.
        provider: Who gives them; asked at most once.
    """

    def __init__(self, title: str, described: Artifact, provider: KeyProvider) -> None:
        self._title, self._described, self._provider = title, described, provider

    @cached_property
    def known(self) -> ContentKeys:
        """What is known of them.

        Raises:
            ConfigError: ``content_key_missing``: nobody asked for keys since a variant is protected.
        """
        if self._described.empty:
            raise ConfigError(
                "content_key_missing",
                f"there are no content keys: {self._described.empty}",
                "Materialise content_keys, and what follows it",
                title=self._title,
            )
        return self._described.read(ContentKeys)

    def secret(self, known: TrackKey) -> SecretKey:
        """Return a key.

        Raises:
            ConfigError: ``content_key_changed``: it is not the one that viewers' licences are for.
            RemoteError: The key server does not give it.
        """
        key = self._secrets[known.kid]
        require_same_key(known, key.value, self._title)
        return key

    def unlocking(self, track: Track) -> Unlocking:
        """Return what opens a track's files.

        Raises:
            ConfigError: As above; ``content_key_missing``.
        """
        key = self.secret(self.known.of(track.scheme, track.track_class))
        clear = frozenset(segment.path for segment in track.segments[: track.clear_segments])
        return Unlocking(track.scheme, key, bytes.fromhex(track.iv), clear if track.scheme == "aes128" else frozenset())

    @cached_property
    def _secrets(self) -> Mapping[str, SecretKey]:
        return self._provider.keys(self.known.request, [one.kid for one in self.known.keys])


class Unlockings(Mapping[str, Unlocking]):
    """What opens tracks, by digest; keys are asked for when the first is looked up.

    A check that finds all that it needs in kept reports must not fail for a key server that is down.
    """

    def __init__(self, keys: Keys, tracks: Mapping[str, Track]) -> None:
        self._keys, self._tracks = keys, tracks

    def __getitem__(self, digest: str) -> Unlocking:
        """Return what opens a track."""
        return self._keys.unlocking(self._tracks[digest])

    def __iter__(self) -> Iterator[str]:
        """Yield the digests of the tracks."""
        return iter(self._tracks)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._tracks)


def track_class(variant: Variant, encoded: Artifact, kind: str) -> str:
    """Return the class of an encoded file's track; empty when the variant leaves it clear."""
    if not variant.is_protected:
        return ""
    said = encoded.document
    if kind == "video":
        return video_class(variant.video_keys, said["width"], said["height"])
    return audio_class(variant.audio_keys, said["channels"])


def package_clear(at: Step, variant: Variant, packager: Packager, encoded: Artifact, job: TrackJob) -> Made:
    """Package one file that no variant encrypts: text."""
    work = replace(job, layout=variant.layout)

    def make(directory: Path) -> dict[str, Any]:
        return packager.package(replace(work, directory=directory)).model_dump()

    return at.make(_recipe(packager, encoded, work, {"scheme": "none"}), make)


def package(at: Step, variant: Variant, packager: Packager, encoded: Artifact, job: TrackJob, keys: Keys) -> Made:
    """Package one file for a variant; variants of equal scheme, layout and systems share the leaf."""
    name = track_class(variant, encoded, job.kind)
    if not name:
        return package_clear(at, variant, packager, encoded, job)
    known, work = keys.known.of(variant.scheme, name), replace(job, layout=variant.layout)

    def make(directory: Path) -> dict[str, Any]:
        protection = _protection(keys.secret(known), known, variant, encoded, work)
        return packager.package(replace(work, directory=directory, protection=protection)).model_dump()

    return at.make(_recipe(packager, encoded, work, _locked(known, variant)), make)


def _recipe(packager: Packager, encoded: Artifact, job: TrackJob, locked: dict[str, Any]) -> Recipe:
    return Recipe(f"{job.kind}_tracks", {"encoded": encoded.digest}, _said(job) | locked, packager.build_ids)


def _said(job: TrackJob) -> dict[str, Any]:
    """Return what a recipe says of a job; what few jobs have is left out where it is not there."""
    said = {field: getattr(job, field) for field in ("name", *SAID)} | {
        "segment_seconds": job.segment_seconds,
        "duration_seconds": job.duration_seconds,
        "layout": job.layout,
        "maker": MAKER,
    }
    text_format = job.extra.get("text_format", "webvtt")
    return (
        said
        | ({"cues": job.cues} if job.cues else {})
        | ({"text_format": text_format} if text_format != "webvtt" else {})
    )


def _locked(known: TrackKey, variant: Variant) -> dict[str, Any]:
    """Return what a recipe says of a key. The checksum stands for it: another key under its id is another recipe."""
    return {
        "scheme": known.scheme,
        "kid": known.kid,
        "checksum": known.checksum,
        "class": known.track_class,
        "pssh": [one.pssh for one in known.signalled(variant.systems)],
        "clear_lead_seconds": variant.clear_lead_seconds,
    }


def _protection(key: SecretKey, known: TrackKey, variant: Variant, encoded: Artifact, job: TrackJob) -> Protection:
    parts = [job.name, job.layout, job.segment_seconds, variant.clear_lead_seconds, job.cues]
    return Protection(
        scheme=known.scheme,
        key=key,
        iv=initial_vector(known.scheme, key.value, encoded.digest, canonical_json(parts).decode()),
        track_class=known.track_class,
        pssh=tuple(base64.b64decode(one.pssh) for one in known.signalled(variant.systems) if one.pssh),
        clear_lead_seconds=variant.clear_lead_seconds,
    )
