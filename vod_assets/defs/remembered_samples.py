"""Whether each track holds the very samples that were encoded, kept: who adds a caption need not compare all again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from vod_assets.defs.remembered_decodes import played_track
from vod_assets.defs.step import Step
from vod_assets.defs.tracks import FILES
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.report import ReportPart
from vod_assets.domain.track import Track
from vod_assets.ports import InspectedPackage

MEASURES = 1  # to be raised when samples are compared differently


@dataclass
class RememberedSamples:
    """Compares the samples of a package's tracks with those of the files that they were packaged from.

    Attributes:
        check: The check that they are compared for.
        tracks: Every track leaf of the package, by its digest.
        encoded_samples: Returns the digest of the samples of an encoded file.
        parts: Where it is kept that they are the same; the check's report names them.
    """

    at: Step
    check: str
    package: InspectedPackage
    tracks: Mapping[str, Artifact]
    encoded_samples: Callable[[Path], str]
    parts: list[ReportPart] = field(default_factory=list)

    def unlike(self, address: str) -> str:
        """Return how a playlist's samples differ from those that were encoded.

        Empty when they do not, and when nobody can say: an older encoded file may be gone by now.
        """
        played = played_track(self.package.view, address)
        leaf = self.tracks.get(played[0]) if played else None
        encoded = self._encoded(leaf) if leaf else None
        if not (played and leaf and encoded):
            return ""
        inputs = {"track": played[0], "playlist": played[1], "encoded": encoded.digest}
        recipe = Recipe(self.check, inputs, {"kind": "samples", "measures": MEASURES})
        if (kept := self.at.find(recipe)) is None:
            path = self.at.path(encoded, FILES[leaf.read(Track).kind])
            here, there = self.package.samples(address), self.encoded_samples(path)
            if here and there and here != there:
                return f"its samples are not those of {encoded.asset}: package it again"
            if not (here and there):
                return ""
            kept = self.at.make(recipe, lambda _: {"samples": here}).artifact
        self.parts.append(ReportPart(asset=kept.asset, recipe=kept.recipe))
        return ""

    def _encoded(self, leaf: Artifact) -> Artifact | None:
        """Return the file that a track was packaged from, if that is still what was encoded last."""
        store, asset = self.at.artifacts.store, leaf.document["source_asset"]
        digest = store.made_of(self.at.title, leaf.asset, leaf.recipe).get("encoded")
        made = store.latest(self.at.title, asset)
        if made is None or made.digest == digest:
            return made
        entry = next((one for one in made.entries if one.digest == digest), None)
        return self.at.leaf(entry) if entry else None
