"""Explaining published files: from what is kept of their making, without any tool."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from vod_assets.domain.catalogue import Entry
from vod_assets.domain.delivery import ASSET as DELIVERY
from vod_assets.domain.delivery import delivered_from
from vod_assets.domain.errors import ConfigError, VodError
from vod_assets.domain.explained import Explained, Runs, ToolBuild
from vod_assets.domain.lineage import TrackLineage, together
from vod_assets.domain.publication import SHOWN
from vod_assets.domain.release import RELEASE_FILE, ReleasedTrack
from vod_assets.known_releases import KnownReleases
from vod_assets.ports import ArtifactStore, Cms, Origin
from vod_assets.ports.artifacts import Provenance
from vod_assets.published_addresses import Named

FORMATS = {".mpd": "dash_package", ".m3u8": "hls_package"}
OF_TRICK_PLAY = "_iframes"  # after a track's name: the playlist of its key frames


@dataclass(frozen=True)
class Explainer:
    """Explains files from the store, the origin and the CMS.

    Attributes:
        versions: Version of each tool build that this machine has asked.
    """

    store: ArtifactStore
    origin: Origin
    cms: Cms
    versions: Mapping[str, str] = field(default_factory=dict)

    def explain(self, address: str, named: Named) -> Explained:
        """Return what is known of a file.

        Raises:
            ConfigError: ``not_published``: no release that is at the origin carries it.
        """
        if named.release:
            return self._delivered(address, named)
        if named.asset:
            named = self._as_released(named)
        return _Title(self, named).explained(address)

    def _delivered(self, address: str, named: Named) -> Explained:
        """Return what is known of a file at a repackager: what is known of the track that it was made of."""
        release = KnownReleases(self.store, self.origin, named.title).document_of(named.release)
        path, is_same = delivered_from(release["tracks"], named.path)
        found = _Title(self, Named(named.title, path or f"releases/{named.release}/{RELEASE_FILE}")).explained(address)
        its_own = {} if is_same else {"size_bytes": 0, "sha256": ""}
        return found.model_copy(update={"path": named.path, "delivered": named.release, **its_own})

    def _as_released(self, named: Named) -> Named:
        """Return where a file of the store lies at the origin: tracks under their digest, manifests in a release."""
        made = self.store.provenance(named.title, named.asset, named.recipe)
        if made is None:
            raise ConfigError("not_published", f"{named.asset} of that recipe is not in the store", title=named.title)
        if not (variant := made.artifact.document.get("variant", "")):
            return Named(named.title, f"tracks/{made.artifact.digest}/{named.path}")
        sha256 = next((one.sha256 for one in made.artifact.files if one.path == named.path), "")
        path = f"{variant}/{named.path}"
        known = KnownReleases(self.store, self.origin, named.title)
        if (number := known.newest_with(path, sha256)) is None:
            cause = f"no release carries {path} as {named.asset} made it by that recipe"
            raise ConfigError("not_published", cause, "`vod releases` lists those that are there", named.title)
        return Named(named.title, f"releases/{number}/{path}")


@dataclass(frozen=True)
class _Title:
    """What is kept of one title, read as it is needed."""

    house: Explainer
    named: Named

    def explained(self, address: str) -> Explained:
        numbers = self._known.carrying(self.named.path)
        shown, status, unseen = self._shown()
        number = shown if shown in numbers else max(numbers)
        release = self._known.document(number)
        file, track = self._file(release, number)
        made = self._known.made(number)
        lineage, own = self._lineage(made, track, release)
        record = self.house.store.record(self.named.title)
        document = made.artifact.document if made else {}
        lacking = "its release was made elsewhere" if release.get("external") else "no record of it is in the store"
        return Explained(
            address=address,
            title=self.named.title,
            path=self.named.path,
            releases=tuple(numbers),
            shown_release=shown,
            is_shown=shown in numbers and status == SHOWN,
            status=status,
            gone=self._known.gone(number),
            delivered_to=self._delivered_to(number),
            size_bytes=file.get("size_bytes", 0),
            sha256=file.get("sha256", ""),
            profile=release.get("profile", ""),
            source=record.source.rpartition("/")[2] if record else "",
            source_sha256=(release.get("source") or {}).get("sha256", ""),
            checks=document.get("checks", {}),
            runs=self._runs(made, own, lineage),
            unknown="; ".join(filter(None, (unseen, "" if lineage else f"{lacking}: how it was made"))),
            **self._of_track(track, lineage),
        )

    @cached_property
    def _known(self) -> KnownReleases:
        return KnownReleases(self.house.store, self.house.origin, self.named.title)

    def _file(self, release: Mapping[str, Any], number: int) -> tuple[Mapping[str, Any], ReleasedTrack | None]:
        kind, folder, path = self.named.path.split("/", 2)
        if kind == "releases":
            files, track = release["manifests"], None
            if path == RELEASE_FILE:
                return {}, None
        else:
            said = next((one for one in release["tracks"] if one["digest"] == folder), None)
            files = said["files"] if said else ()
            track = ReleasedTrack.model_validate(said | {"files": ()}) if said else None
        file = next((one for one in files if one["path"] == path), None)
        if file is None:
            cause = f"release {number} knows no file {self.named.path}"
            raise ConfigError("not_published", cause, "Name one that its release.json lists", self.named.title)
        return file, track

    def _shown(self) -> tuple[int, str, str]:
        """Return the release that viewers see, what the entry says of the title, and why nobody can tell."""
        try:
            document = self.house.cms.entry(self.named.title)
            entry = Entry.model_validate(document) if document is not None else None
        except VodError as error:
            return 0, "", f"the CMS cannot be asked ({error.code}): whether viewers see it"
        if entry is None:
            return 0, "", ""
        status = entry.publication.status if entry.publication else SHOWN
        return (entry.release.number if entry.release else 0), status, ""

    def _delivered_to(self, number: int) -> tuple[str, ...]:
        """Return the repackagers that got a release with its publication, as that was written down."""
        store, title = self.house.store, self.named.title
        made = (store.provenance(title, DELIVERY, recipe_id) for recipe_id in store.view(title).recipes(DELIVERY))
        said = [one.artifact.document for one in made if one and one.artifact.document.get("release") == number]
        return tuple(sorted({name for one in said for name in one["targets"]}))

    def _lineage(
        self, made: Provenance | None, track: ReleasedTrack | None, release: Mapping[str, Any]
    ) -> tuple[TrackLineage | None, Provenance | None]:
        """Return how the file was made, and what is kept of that in the store."""
        store, title = self.house.store, self.named.title
        document = made.artifact.document if made else {}
        if track is None:
            return self._of_manifest(made, release) if made else (None, None)
        said = document.get("made", {}).get(track.digest)
        if said is not None:
            lineage = TrackLineage.model_validate(said)
            return lineage, store.provenance(title, lineage.asset, lineage.recipe)
        return next(self._in_store(track), (None, None))

    def _of_manifest(
        self, made: Provenance, release: Mapping[str, Any]
    ) -> tuple[TrackLineage | None, Provenance | None]:
        """Return how a manifest was composed, with the keys of what it plays; other files the release itself wrote."""
        store, title = self.house.store, self.named.title
        variant, _, name = self.named.path.split("/", 2)[2].rpartition("/")
        asset = FORMATS.get(Path(name).suffix, "") if variant else ""
        if not asset:
            return TrackLineage(asset="release", recipe=made.artifact.recipe), made
        recipe = made.artifact.document.get("lineage", {}).get("recipes", {}).get(asset, "")
        whole = store.provenance(title, asset, recipe) if recipe else None
        entry = next((one for one in whole.artifact.entries if one.name == variant), None) if whole else None
        recipe = entry.recipe if entry is not None else recipe
        played = _played(made, variant, Path(name).stem)
        own = played[0] if len(played) == 1 else TrackLineage(asset=asset, recipe=recipe, **_keys(release, variant))
        names = tuple(one for track in played for one in track.names if one.startswith(f"{variant}/"))
        tools = together(one.tools for one in played)
        lineage = own.model_copy(update={"asset": asset, "recipe": recipe, "names": names, "tools": tools})
        return lineage, store.provenance(title, asset, recipe)

    def _in_store(self, track: ReleasedTrack) -> Iterator[tuple[TrackLineage, Provenance]]:
        """Yield what the store says of a track of a release that kept no lineage."""
        store, title = self.house.store, self.named.title
        asset = "poster" if track.kind == "poster" else f"{track.kind}_tracks"
        for recipe_id in store.view(title).recipes(asset):
            found = store.provenance(title, asset, recipe_id)
            if found is not None and found.artifact.digest == track.digest:
                document = found.artifact.document
                said = {name: document[name] for name in ("scheme", "kid", "track_class") if name in document}
                source = document.get("source_asset", "")
                tools = found.recipe["tools"]
                yield TrackLineage(asset=asset, recipe=recipe_id, source_asset=source, tools=tools, **said), found

    def _runs(self, made: Provenance | None, own: Provenance | None, lineage: TrackLineage | None) -> Runs:
        store, title = self.house.store, self.named.title
        source = lineage if lineage and lineage.source_recipe else None
        encoded = store.provenance(title, source.source_asset, source.source_recipe) if source else None
        runs = [one.run if one else "" for one in (made, own, encoded)]
        return Runs(released=runs[0], packaged=runs[1], encoded=runs[2])

    def _of_track(self, track: ReleasedTrack | None, lineage: TrackLineage | None) -> dict[str, Any]:
        said: dict[str, Any] = {}
        if track is not None:
            said |= {"kind": track.kind, "track_digest": track.digest, "codecs": track.codecs}
            said |= {"language": track.language, "track": (track.name,)}
        if lineage is not None:
            builds = [(name, build) for name, several in lineage.tools.items() for build in several.split()]
            tools = (ToolBuild(name=n, build=b, version=self.house.versions.get(b, "")) for n, b in builds)
            said |= {"asset": lineage.asset, "recipe": lineage.recipe, "tools": tuple(tools)}
            said |= {"rendition": lineage.source_asset, "rendition_recipe": lineage.source_recipe}
            said |= {"scheme": lineage.scheme, "kid": lineage.kid, "track_class": lineage.track_class}
            said |= {"track": lineage.names} if lineage.names else {}
        return said


def _played(made: Provenance, variant: str, name: str) -> list[TrackLineage]:
    """Return how the tracks were made that a manifest plays: that of its name, or all of its variant."""
    tracks = [TrackLineage.model_validate(one) for one in made.artifact.document.get("made", {}).values()]
    own = f"{variant}/{name.removesuffix(OF_TRICK_PLAY)}"
    return [one for one in tracks if own in one.names] or [
        one for one in tracks if any(called.startswith(f"{variant}/") for called in one.names)
    ]


def _keys(release: Mapping[str, Any], variant: str) -> dict[str, str]:
    """Return what the tracks of a variant are encrypted with; none of a clear one."""
    keys = release["variants"].get(variant, {}).get("keys", ())
    fields = ("scheme", "kid", "track_class") if keys else ()
    return {field: " ".join(dict.fromkeys(key[field] for key in keys)) for field in fields}
