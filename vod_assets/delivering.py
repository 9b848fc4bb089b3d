"""What a repackager gets of a release: files of the store and the origin, under names that say what they are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from vod_assets.domain.artifact import Artifact
from vod_assets.domain.delivery import (
    Gops,
    gops_of,
    is_taken,
    moved_manifest,
    ondemand_variant,
    played_tracks,
    refuse,
    require_one_gop,
)
from vod_assets.domain.documents import canonical_json, digest_of
from vod_assets.domain.errors import ConfigError, StoreError
from vod_assets.domain.release import Release, ReleasedTrack, unique_tracks
from vod_assets.domain.smil import SmilStream, compose_smil
from vod_assets.domain.text.subrip_file import subrip_of
from vod_assets.domain.track import Track
from vod_assets.ports import ArtifactStore, Origin
from vod_assets.ports.delivery import Consignment, Part, Progressive
from vod_assets.releasing import load_release
from vod_assets.targets_file import TargetPlace

MAKER = 1  # to be raised when equal releases are delivered as other files
SUFFIXES = {"webvtt": ".vtt", "srt": ".srt"}
TARGET_WORDS = {"address", "allow_cues", "automatic", "withdraw"}  # that change no file
PHASES = {"text": "subtitles"}  # of tracks; all others are media


@dataclass(frozen=True)
class Delivery:
    """A release, who gets it, and where its bytes come from."""

    release: Release
    target: TargetPlace
    store: ArtifactStore
    origin: Origin
    progressive: Progressive

    @cached_property
    def made(self) -> dict[str, Artifact]:
        """Every artifact of the title by its digest, that anything was kept of."""
        return {one.digest: one for one in self.store.artifacts(self.release.title) if not one.entries}

    def leaf(self, track: ReleasedTrack) -> Artifact:
        """Return a track as the store has it.

        Raises:
            StoreError: ``artifact_missing``.
        """
        if track.digest not in self.made:
            raise self._missing(f"track {track.name}")
        return self.made[track.digest]

    def source(self, track: ReleasedTrack) -> Artifact:
        """Return what a track was packaged from: a rendition, encoded sound, captions.

        Raises:
            StoreError: ``artifact_missing``.
        """
        leaf, title = self.leaf(track), self.release.title
        asset = leaf.document.get("source_asset", "")
        inputs = self.store.made_of(title, leaf.asset, leaf.recipe).values()
        found = [self.made[digest] for digest in inputs if digest in self.made and self.made[digest].asset == asset]
        if not found:
            raise self._missing(f"{asset or 'what'} track {track.name} was packaged from")
        return found[0]

    def _missing(self, what: str) -> StoreError:
        cause = f"{what} of release {self.release.number} is not in the store any more"
        return StoreError("artifact_missing", cause, "Run the title again, and deliver its newest release", self.title)

    @property
    def title(self) -> str:
        """The title's id."""
        return self.release.title

    def consignment(self) -> Consignment:
        """Return everything that is delivered.

        Raises:
            ConfigError: ``delivery_refused``: its GOPs are mixed, or it has no variant of single files.
            StoreError: ``artifact_missing``.
        """
        tracks, parts = self._ondemand() if self.target.format == "ondemand" else self._smil()
        require_one_gop(self.title, self._gops(tracks), allow_cues=self.target.allow_cues)
        marker = list(self._marker(parts))
        return Consignment(
            title=self.title,
            number=self.release.number,
            made_of=digest_of(
                {
                    "release": self.release.digest,
                    "target": self.target.model_dump(exclude=TARGET_WORDS),
                    "maker": MAKER,
                }
            ),
            parts=(*parts, *marker),
            left_out=tuple(self._left_out()),
        )

    def _gops(self, tracks: list[ReleasedTrack]) -> list[Gops]:
        found = {}
        for track in (track for track in tracks if track.kind == "video"):
            source = self.source(track)
            made = self.store.provenance(self.title, source.asset, source.recipe)
            rate = self.leaf(track).read(Track).frame_rate
            if made is None or rate is None:
                refuse(self.title, f"nothing says how long the GOPs of {track.name} are", "Encode it again here")
            found[track.name] = gops_of(self.title, track.name, made.recipe.get("parameters", {}), rate)
        if not found:
            refuse(self.title, f"release {self.release.number} has no picture that the target takes", "Encode H.264")
        return list(found.values())

    def _ondemand(self) -> tuple[list[ReleasedTrack], list[Part]]:
        texts = {file.path: self._text(file.path) for file in self.release.manifests if "/" in file.path}
        played = played_tracks(self.release, texts)
        variant = ondemand_variant(self.release, played, self.target.variant)
        tracks = unique_tracks(played[variant])
        parts = [part for track in tracks for part in self._track_files(track)]
        names = {track.digest: track.name for track in tracks}
        entrances = self.release.variants[variant]
        for path, text in texts.items():
            if path.startswith(f"{variant}/"):
                moved = moved_manifest(text, names).encode()
                phase = "manifests" if path in (entrances.hls, entrances.dash) else "playlists"
                parts.append(_written(path.removeprefix(f"{variant}/"), phase, moved))
        return tracks, parts

    def _track_files(self, track: ReleasedTrack) -> Iterator[Part]:
        leaf = self.leaf(track)
        for file in leaf.files:
            yield Part(
                path=f"{track.name}/{file.path}",
                phase=PHASES.get(track.kind, "media"),
                size_bytes=file.size_bytes,
                make=partial(self._kept, leaf, file.path),
                sha256=file.sha256,
            )

    def _kept(self, leaf: Artifact, path: str, _scratch: Path) -> Path:
        return self.store.local_path(leaf, path)

    def _text(self, path: str) -> str:
        data = self.origin.read(self.title, f"{self.release.directory}/{path}")
        if data is None:
            remedy = f"Bring it back: vod releases {self.title} --repair"
            raise StoreError("release_missing", "it is not at the origin", remedy, self.title, path)
        return data.decode()

    def _smil(self) -> tuple[list[ReleasedTrack], list[Part]]:
        tracks = list(self._sources().values())
        parts, streams = [], []
        for track in tracks:
            source = self.source(track)
            path = f"{track.name}{SUFFIXES[self.target.subtitles] if track.kind == 'text' else '.mp4'}"
            make = self._subtitles if track.kind == "text" else self._movie
            phase = PHASES.get(track.kind, "media")
            parts.append(Part(path, phase, source.size_bytes, partial(make, source, track.kind, path)))
            streams.append(_stream(track, path))
        smil = compose_smil(streams, self.target.dialect)
        return tracks, [*parts, _written(f"{self.title}.smil", "manifests", smil)]

    def _sources(self) -> dict[str, ReleasedTrack]:
        """Return one track for each thing that tracks were packaged from, by its digest; variants share them."""
        wanted = [track for track in self.release.tracks if track.kind in ("video", "audio", "text")]
        found: dict[str, ReleasedTrack] = {}
        for track in (track for track in wanted if track.kind == "text" or is_taken(track.codecs)):
            found.setdefault(self.source(track).digest, track)
        return found

    def _left_out(self) -> list[str]:
        if self.target.format != "smil":
            return []
        media = [track for track in self.release.tracks if track.kind in ("video", "audio")]
        return list(dict.fromkeys(f"{one.name} ({one.codecs})" for one in media if not is_taken(one.codecs)))

    def _movie(self, source: Artifact, kind: str, path: str, scratch: Path) -> Path:
        self.progressive(self.store.local_path(source, source.files[0].path), kind, scratch / path)
        return scratch / path

    def _subtitles(self, source: Artifact, _kind: str, path: str, scratch: Path) -> Path:
        webvtt = next(file.path for file in source.files if file.path.endswith(".vtt"))
        data = self.store.local_path(source, webvtt).read_bytes()
        (scratch / path).write_bytes(subrip_of(data) if self.target.subtitles == "srt" else data)
        return scratch / path

    def _marker(self, parts: list[Part]) -> Iterator[Part]:
        if self.target.done_marker:
            said: Mapping[str, Any] = {
                "title": self.title,
                "release": self.release.number,
                "files": sorted(part.path for part in parts),
            }
            yield _written(self.target.done_marker, "marker", canonical_json(said))


def released_to_deliver(origin: Origin, title: str, number: int, shown: int | None) -> Release:
    """Return the release that is meant: that of a number, else the one that viewers see, else the newest.

    Raises:
        ConfigError: ``title_taken_down``; ``delivery_refused``: there is no release.
        StoreError: ``release_missing``.
    """
    if origin.is_blocked(title):
        cause = "it was taken down, and is delivered to nobody"
        raise ConfigError("title_taken_down", cause, f"Lift that first: vod takedown {title} --lift", title)
    numbers = origin.releases(title)
    if not numbers:
        refuse(title, "it was never released", "Run its workflow first: vod run-workflow SOURCE")
    return load_release(origin, title, number or (shown if shown in numbers else None) or max(numbers))


def _stream(track: ReleasedTrack, path: str) -> SmilStream:
    return SmilStream.model_validate(
        {
            "kind": track.kind,
            "path": path,
            "bits_per_second": track.bits_per_second,
            "width": track.width,
            "height": track.height,
            "language": track.language,
            "label": track.label,
            "role": track.role if track.kind == "text" else "",
        }
    )


def _written(path: str, phase: str, data: bytes) -> Part:
    """Return a small file that is made of bytes."""

    def make(scratch: Path) -> Path:
        (scratch / path).write_bytes(data)
        return scratch / path

    return Part(path, phase, len(data), make)
