"""Publishing: an immutable release at the origin, and the CMS entry that points at it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import dagster as dg

from vod_assets.defs.house import HOUSE, Artifacts, Guard, Reporter
from vod_assets.defs.markers import read_markers
from vod_assets.defs.releasable import Judged, played_renditions, require_all_checks
from vod_assets.defs.release_contents import (
    Contents,
    manifests_of,
    named_tracks,
    released_track,
    require_pictures,
    source_of,
    texts_of,
    variants_of,
)
from vod_assets.defs.release_lineage import lineage_of
from vod_assets.defs.showing import poster_metadata
from vod_assets.defs.source import mezzanine_artifact
from vod_assets.defs.step import Step, step
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.catalogue import Entry, entry_for
from vod_assets.domain.content_keys import ContentKeys
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.lineage import require_one_source
from vod_assets.domain.markers import Chapter
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.metadata import Metadata
from vod_assets.domain.preview import require_releasable
from vod_assets.domain.publication import Lineage, Publication
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.release import Release, next_number, unique_tracks
from vod_assets.domain.release_words import release_words
from vod_assets.domain.sizes import size_text
from vod_assets.domain.title import Fingerprint
from vod_assets.ports import Origin
from vod_assets.publishing import Publisher
from vod_assets.releasing import Offer, place, require_whole
from vod_assets.releasing import digests as digests_at

GROUP = "publish"
TIED = 1  # to be raised when a release keeps something else of what its quality was judged by


@dataclass(frozen=True)
class StagedTracks(Mapping[str, Mapping[str, Path]]):
    """Local files of tracks by their digest; those in a bucket or on a share are fetched when they are asked for."""

    at: Step
    leaves: Mapping[str, Artifact]

    def __getitem__(self, digest: str) -> Mapping[str, Path]:
        """Return a track's local files by their path."""
        leaf = self.leaves[digest]
        return {file.path: self.at.path(leaf, file.path) for file in leaf.files}

    def __iter__(self) -> Iterator[str]:
        return iter(self.leaves)

    def __len__(self) -> int:
        return len(self.leaves)


@dg.asset(group_name=GROUP, kinds={"origin"}, **HOUSE)
def release(
    context: dg.AssetExecutionContext,
    mezzanine: Artifact,
    hls_package: Artifact,
    dash_package: Artifact,
    poster: Artifact,
    metadata: Artifact,
    content_keys: Artifact,
    markers: Artifact,
    quality_control: Artifact,
    quality_report: Artifact,
    artifacts: Artifacts,
    guard: Guard,
    reporter: Reporter,
    origin: dg.ResourceParam[Origin],
) -> dg.MaterializeResult[Artifact]:
    """An immutable, numbered copy at the origin: each track once by its digest, then manifests, metadata and chapters.

    Upstream: the packages, which name their tracks; metadata and markers; content_keys, for licence addresses.
    Downstream: cms_entry. Refused unless every check that the profile requires has passed on exactly these packages.
    """
    with step(context, artifacts, guard, reporter) as at:
        _require_wanted(at)
        packages = {"hls_package": hls_package, "dash_package": dash_package}
        digests = {asset: package.digest for asset, package in packages.items()}
        judges = {one.asset: one.digest for one in (quality_control, quality_report) if at.profile.requires(one.asset)}
        manifests = manifests_of(at, packages)
        require_releasable(at.title, at.profile, texts_of(manifests) if at.is_real else {})
        renditions = played_renditions(at, packages) if judges and at.is_real else {}
        passed = digests | judges
        verdicts = require_all_checks(Judged.of(at), context.instance, passed, renditions) if at.is_real else {}
        leaves = (*named_tracks(at, packages), *([] if poster.empty else [poster]))
        if at.is_real:
            require_pictures(at, leaves)
        require_one_source(mezzanine.digest, [source_of(leaf) for leaf in leaves])
        tracks = tuple(unique_tracks(released_track(leaf) for leaf in leaves))
        marked = read_markers(markers)
        contents = Contents(leaves, manifests, release_words(metadata.read(Metadata), marked.chapters, tracks))
        unnumbered = Release(
            title=at.title,
            profile=at.profile.name,
            source=Fingerprint.model_validate(mezzanine.document),
            variants=variants_of(at, packages, None if content_keys.empty else content_keys.read(ContentKeys)),
            tracks=tracks,
            manifests=contents.files,
        )
        was_there = _is_there(at, origin, unnumbered)
        numbered = _placed(at, origin, unnumbered, contents) if at.is_real else _numbered(origin, unnumbered)
        inputs = digests | judges | {"metadata": metadata.digest, "markers": markers.digest}
        parameters = {"number": numbered.number, "release": unnumbered.digest}
        recipe = Recipe("release", inputs, parameters | ({"tied": TIED} if judges else {}))
        chapters = [chapter.model_dump() for chapter in marked.chapters]
        said: dict[str, Any] = {"metadata": metadata.document, "chapters": chapters}
        said |= {"judges": judges, "renditions": renditions} if judges else {}
        said |= {"packages": digests, "checks": verdicts}
        made = at.make(recipe, lambda _: {"release": numbered.model_dump(), **said, **lineage_of(at, packages, leaves)})
        at.artifacts.store.forgive(at.title)
        return at.result(
            replace(made, reused=made.reused and was_there),
            lambda: _poster_facts(at, poster) | _release_facts(numbered, origin),
        )


@dg.asset(group_name=GROUP, kinds={"cms"}, **HOUSE)
def cms_entry(
    context: dg.AssetExecutionContext,
    release: Artifact,
    media_info: Artifact,
    artifacts: Artifacts,
    guard: Guard,
    reporter: Reporter,
    origin: dg.ResourceParam[Origin],
    publisher: dg.ResourceParam[Publisher],
) -> dg.MaterializeResult[Artifact]:
    """The title's entry in the CMS: names, synopses, policy, and where players open the release.

    Upstream: release, with the metadata that it carries. Refused unless every check that the profile requires has
    passed on what the release carries. Whether viewers see it now, its policy and its operators say.
    """
    with step(context, artifacts, guard, reporter) as at:
        _require_wanted(at)
        if at.is_real:
            judges = release.document.get("judges", {})  # what the profile required checks of when it was released
            published, renditions = release.document["packages"] | judges, release.document.get("renditions", {})
            require_all_checks(Judged.of(at), context.instance, published, renditions)
        released = Release.model_validate(release.document["release"])
        info = media_info.read(MediaInfo)
        _require_described(released, info)
        said = Metadata.model_validate(release.document["metadata"])
        chapters = [Chapter.model_validate(one) for one in release.document.get("chapters", ())]  # none in older ones
        lineage = Lineage.model_validate(release.document.get("lineage", {}))
        entry = entry_for(said, released, origin.url, info, chapters).model_copy(
            update={"publication": Publication(lineage=lineage)}
        )
        document = entry.as_document()
        recipe = Recipe("cms_entry", {"release": release.digest}, {"entry": document})
        guard.check()
        is_new = publisher.differs(entry)
        if is_new:
            at.publishes("cms_entry", "the CMS has another entry, or none")
        if is_new and at.is_real:
            require_whole(origin, released)
        settled = publisher.publish(entry) if is_new and at.is_real else None
        if at.is_real and at.profile.rtsp is None:
            publisher.end_streams(at.title)
        made = at.make(recipe, lambda _: {"release": released.number, "entry": document})
        if is_new and made.reused:
            context.log.info("the entry was missing or changed in the CMS and has been put back")
        return at.result(
            replace(made, reused=made.reused and not is_new),
            lambda: _entry_facts(settled.entry if settled else publisher.shown(at.title), released),
        )


def _entry_facts(shown: Entry | None, released: Release) -> dict[str, Any]:
    facts: dict[str, Any] = {"release": released.number}
    if shown is None or shown.publication is None:
        return facts
    publication = shown.publication
    facts |= {"status": publication.status, "revision": publication.revision}
    if shown.release is not None and shown.release.number != released.number:
        facts["release"] = shown.release.number
        facts["held_back"] = f"release {released.number} is not shown: the title was rolled back"
    return facts


def _require_wanted(at: Step) -> None:
    """Return unless an operator has taken the title down.

    Raises:
        ConfigError: ``title_taken_down``.
    """
    order = at.record.taken_down
    if order is not None:
        raise ConfigError("title_taken_down", f"it was {order}", f"Lift that first: vod takedown {at.title} --lift")


def _require_described(released: Release, info: MediaInfo) -> None:
    """Return when what is said of the source is said of the one that the release was made from."""
    source = mezzanine_artifact(released.title, released.source) if released.source else None
    if source is not None and info.mezzanine != source.digest:
        cause = f"release {released.number} was made from another source than media_info describes"
        raise ConfigError("artifacts_mixed", cause, "Materialise release again, with all that comes before it")


def _placed(at: Step, origin: Origin, release: Release, contents: Contents) -> Release:
    """Bring a release to the origin and return it with its number."""
    leaves = {leaf.digest: leaf for leaf in contents.leaves}
    paths = {path: local for path, (_, local) in contents.manifests.items()}
    beside = next(iter(paths.values())).parent.parent  # where `vod verify` looks for what killed writers left
    store = at.artifacts.store
    addresses = {
        digest: {file.path: store.file_address(leaf, file.path) for file in leaf.files}
        for digest, leaf in leaves.items()
    }
    with TemporaryDirectory(dir=beside, prefix=".scratch-") as scratch:
        written = {name: Path(scratch) / name for name in contents.words}
        for name, path in written.items():
            path.write_bytes(contents.words[name])
        offer = Offer(release, StagedTracks(at, leaves), paths | written, addresses)
        return place(origin, offer, at.guard, Path(scratch))


def _numbered(origin: Origin, unnumbered: Release) -> Release:
    """Return a release with the number that it has at the origin, or would get there."""
    return unnumbered.with_number(next_number(digests_at(origin, unnumbered.title), unnumbered.digest))


def _is_there(at: Step, origin: Origin, wanted: Release) -> bool:
    """Return whether a release is whole at the origin, and say that it will be published where it is not."""
    is_there = _is_at(origin, wanted)
    if not is_there:
        at.publishes("release", "missing: it is not whole at the origin")
    return is_there


def _is_at(origin: Origin, unnumbered: Release) -> bool:
    """Whether the very same release is there already, whole."""
    title, number = unnumbered.title, _numbered(origin, unnumbered).number
    if number not in origin.releases(title) or any(origin.lacking(title, number).values()):
        return False
    return all(origin.has_track(title, one.digest) for one in unnumbered.tracks)


def _poster_facts(at: Step, poster: Artifact) -> dict[str, Any]:
    return {} if poster.empty else {"poster": poster_metadata(at.path(poster, poster.files[0].path))}


def _release_facts(release: Release, origin: Origin) -> dict[str, Any]:
    size_bytes = sum(track.size_bytes for track in unique_tracks(release.tracks))
    facts: dict[str, Any] = {"number": release.number, "tracks": len(release.tracks), "size": size_text(size_bytes)}
    facts["delivered_bytes"] = size_bytes
    if behind := origin.lacking(release.title, release.number):
        facts["behind"] = f"not at {', '.join(behind)}; `vod releases {release.title} --repair` sends what is missing"
    for name, variant in release.variants.items():
        facts[f"hls_{name}"] = dg.MetadataValue.url(origin.url(release.title, release.below_title(variant.hls)))
        if variant.dash:
            facts[f"dash_{name}"] = dg.MetadataValue.url(origin.url(release.title, release.below_title(variant.dash)))
    return facts
