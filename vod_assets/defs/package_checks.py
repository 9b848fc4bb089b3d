"""Checks of the packages: each looks at bytes once, keeps what it measured as a report, and says what it judged."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import dagster as dg

from vod_assets.defs.house import Artifacts, Guard, Reporter
from vod_assets.defs.judging import Judgement, partitioned_checks
from vod_assets.defs.making import NotMadeYet
from vod_assets.defs.partitions import titles
from vod_assets.defs.protecting import Keys, Unlockings
from vod_assets.defs.remembered_decodes import RememberedDecodes
from vod_assets.defs.remembered_facts import RememberedFacts
from vod_assets.defs.remembered_samples import RememberedSamples
from vod_assets.defs.step import Step, step
from vod_assets.domain.artifact import Artifact, IndexEntry
from vod_assets.domain.content_keys import ENCRYPTED
from vod_assets.domain.manifests.dash_checks import check_mpd, check_same_media
from vod_assets.domain.manifests.hls_checks import check_manifest
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.package_checks import DECODES, check_aligned, check_decodes, check_durations
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.report import Report
from vod_assets.domain.track import Track
from vod_assets.ports import InspectedPackage, KeyProvider, PackageInspector, Unlocking

MEASURES = 3  # to be raised when a check looks at the same bytes differently
Measure = Callable[[InspectedPackage], Report]


@dataclass(frozen=True)
class Look:
    """What a check works with: its step, its name, and how it looks at an opened package.

    Attributes:
        keys: What opens tracks whose whole segments are encrypted, and in ``decodes`` all others.
        expected: What the bytes are compared with, besides one another.
    """

    at: Step
    name: str
    inspector: PackageInspector
    measure: Measure
    keys: Keys | None = None
    expected: Mapping[str, Any] = field(default_factory=dict)

    def result(self, judged: Mapping[str, Artifact]) -> dg.AssetCheckResult:
        """Return what Dagster records, with the digest of everything that was judged."""
        report = _report(self, judged)
        digests = {key: artifact.digest for key, artifact in judged.items()}
        facts = {"measured": dg.MetadataValue.json(report.measured)}
        return Judgement(self.name, digests, report.findings, facts=facts).result()


def _check(asset: str, name: str, description: str, measure: Measure, rules: int = 0) -> dg.AssetChecksDefinition:
    """Return the check ``asset.name`` of every title; it looks at that package alone.

    ``rules`` is raised when this check alone judges the same bytes differently, and nothing need be decoded again.
    """
    expected = {"rules": rules} if rules else {}

    @dg.asset_check(
        asset=asset,
        name=name,
        blocking=True,
        partitions_def=titles,
        additional_ins={"content_keys": dg.AssetIn("content_keys")},
        description=description,
    )
    def check(
        context: dg.AssetCheckExecutionContext,
        package: Artifact,
        content_keys: Artifact,
        artifacts: Artifacts,
        guard: Guard,
        reporter: Reporter,
        inspector: dg.ResourceParam[PackageInspector],
        keys: dg.ResourceParam[KeyProvider],
    ) -> dg.AssetCheckResult:
        with step(context, artifacts, guard, reporter) as at:
            given = Keys(at.title, content_keys, keys)
            return Look(at, f"{asset}.{name}", inspector, measure, given, expected).result({asset: package})

    return check


def _durations() -> dg.AssetChecksDefinition:
    """Return the check that compares every title's tracks with its mezzanine."""

    @dg.asset_check(
        asset="hls_package",
        name="durations",
        blocking=True,
        partitions_def=titles,
        additional_ins={"media_info": dg.AssetIn("media_info"), "content_keys": dg.AssetIn("content_keys")},
        description="Every track is as long as the mezzanine, within half a segment.",
    )
    def check(
        context: dg.AssetCheckExecutionContext,
        package: Artifact,
        media_info: Artifact,
        content_keys: Artifact,
        artifacts: Artifacts,
        guard: Guard,
        reporter: Reporter,
        inspector: dg.ResourceParam[PackageInspector],
        keys: dg.ResourceParam[KeyProvider],
    ) -> dg.AssetCheckResult:
        duration = media_info.read(MediaInfo).duration_seconds

        def measure(opened: InspectedPackage) -> Report:
            return check_durations(opened.view, duration)

        with step(context, artifacts, guard, reporter) as at:
            given = Keys(at.title, content_keys, keys)
            look = Look(at, "hls_package.durations", inspector, measure, given, {"duration_seconds": duration})
            return look.result({"hls_package": package})

    return check


def _same_media() -> dg.AssetChecksDefinition:
    """Return the check that compares the two packages of every title."""

    @dg.asset_check(
        asset="dash_package",
        name="same_media",
        blocking=True,
        partitions_def=titles,
        additional_ins={"hls_package": dg.AssetIn("hls_package")},
        description="DASH plays exactly the video and audio files that HLS plays.",
    )
    def check(
        context: dg.AssetCheckExecutionContext,
        dash_package: Artifact,
        hls_package: Artifact,
        artifacts: Artifacts,
        guard: Guard,
        reporter: Reporter,
        inspector: dg.ResourceParam[PackageInspector],
    ) -> dg.AssetCheckResult:
        with step(context, artifacts, guard, reporter) as at:
            look = Look(
                at,
                "dash_package.same_media",
                inspector,
                lambda package: check_same_media(package.view),
                expected={"rules": 1},
            )
            return look.result({"dash_package": dash_package, "hls_package": hls_package})

    return check


def _report(look: Look, judged: Mapping[str, Artifact]) -> Report:
    """Return the report of exactly these bytes: measured now, or found in the store."""
    inputs = {key: artifact.digest for key, artifact in judged.items()}
    recipe = Recipe(look.name, inputs, {"measures": MEASURES, **look.expected}, look.inspector.build_ids)

    def measure(_directory: Path) -> dict[str, Any]:
        tracks = _tracks(look.at, judged)
        with _opened(look, judged, tracks) as package:
            facts = RememberedFacts(look.at, tracks, package.seen)
            if not look.at.artifacts.maker.is_forced(recipe):  # whoever forces a check wants the bytes looked at
                facts.recall()
            known = RememberedDecodes(look.at, look.name, look.inspector.build_ids, package, MEASURES)
            same = RememberedSamples(look.at, look.name, package, tracks, look.inspector.encoded_samples)
            report = look.measure(replace(package, decode_all=known.decode_all, unlike=same.unlike))
            facts.keep()
            parts = (*known.parts, *same.parts, *facts.parts.values())
            return report.model_copy(update={"parts": parts}).model_dump()

    if not look.at.is_real and look.at.find(recipe) is None:
        _foretell(look.at, judged)
    return look.at.make(recipe, measure).artifact.read(Report)


def _foretell(at: Step, judged: Mapping[str, Artifact]) -> None:
    """Have a plan miss the tracks that a run would miss: a package is whole without the tracks that it names."""
    with suppress(NotMadeYet):
        _tracks(at, judged)


def _manifests(at: Step, packages: Mapping[str, Artifact]) -> Iterator[tuple[str, Artifact]]:
    """Yield the manifests of every variant that has some: DASH knows no MPEG-TS."""
    for package in packages.values():
        yield from ((variant, leaf) for variant, leaf in at.leaves(package).items() if leaf.files)


def _tracks(at: Step, packages: Mapping[str, Artifact]) -> dict[str, Artifact]:
    """Return every track leaf of some packages by its digest."""
    entries = (
        IndexEntry.model_validate(one) for _, leaf in _manifests(at, packages) for one in leaf.document["tracks"]
    )
    return {entry.digest: at.leaf(entry) for entry in entries}


@contextmanager
def _opened(look: Look, packages: Mapping[str, Artifact], tracks: Mapping[str, Artifact]) -> Iterator[InspectedPackage]:
    at = look.at
    manifests: dict[str, list[Path]] = {}
    for variant, leaf in _manifests(at, packages):
        manifests.setdefault(variant, []).append(at.path(leaf))
    folders = {digest: at.path(leaf) for digest, leaf in tracks.items()}
    sizes = {f"tracks/{digest}/{file.path}": file.size_bytes for digest, leaf in tracks.items() for file in leaf.files}
    with look.inspector.open(folders, manifests, sizes, _unlocking(look, tracks)) as opened:
        yield opened


def _unlocking(look: Look, tracks: Mapping[str, Artifact]) -> Mapping[str, Unlocking]:
    """Return what opens the tracks that a check must see into; a key is asked for when it looks there."""
    described = {digest: leaf.read(Track) for digest, leaf in tracks.items()}
    needed = ENCRYPTED if look.name == DECODES else ("aes128",)
    locked = {digest: track for digest, track in described.items() if track.scheme in needed}
    return Unlockings(look.keys, locked) if look.keys else {}


with partitioned_checks():
    package_checks = [
        _durations(),
        _check(
            "hls_package",
            "aligned",
            "Every rung's segments start on IDR frames at the same times.",
            lambda package: check_aligned(package.view),
        ),
        _check(
            "hls_package",
            "manifest",
            "Every address exists, and every figure in the playlists is that of the bytes.",
            lambda package: check_manifest(package.view),
            rules=1,
        ),
        _check(
            "hls_package",
            "decodes",
            "Every track decodes once through its playlist, to as many frames as it has samples, those encoded.",
            lambda package: check_decodes(package.view, package.decode_all, package.unlike),
            rules=1,
        ),
        _check(
            "dash_package",
            "manifest",
            "Every address exists, and every figure in the MPD is that of the bytes.",
            lambda package: check_mpd(package.view),
            rules=1,
        ),
        _same_media(),
    ]
