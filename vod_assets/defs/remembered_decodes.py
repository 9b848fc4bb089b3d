"""What came of decoding each track, kept: a package with one more caption holds tracks that were decoded before."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from vod_assets.defs.step import Step
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.isobmff import MalformedError
from vod_assets.domain.manifests.hls_reading import media_playlist
from vod_assets.domain.package_view import Decoded
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.report import ReportPart
from vod_assets.ports import InspectedPackage

TRACKS = "tracks/"


@dataclass
class RememberedDecodes:
    """Decodes the playlists of a package of which nobody knows yet what comes of them.

    Attributes:
        check: The check that they are decoded for.
        build_ids: Of what decodes.
        measures: Version of how it is decoded.
        parts: Where what came of each is kept; the check's report names them, so that they stay as long as it does.
    """

    at: Step
    check: str
    build_ids: Mapping[str, str]
    package: InspectedPackage
    measures: int
    parts: list[ReportPart] = field(default_factory=list)

    def decode_all(self, addresses: Sequence[str]) -> dict[str, Decoded]:
        """Return what came of decoding each playlist, now or when its track was decoded for another package."""
        recipes = {address: self._recipe(address) for address in addresses}
        known = {address: self._known(recipe) for address, recipe in recipes.items()}
        missing = [address for address in addresses if known[address] is None]
        decoded = dict(self.package.decode_all(missing)) if missing else {}
        for address, counts in decoded.items():
            recipe = recipes[address]
            if recipe and counts.frames and not counts.errors:
                self._keep(self.at.make(recipe, partial(_document, counts)).artifact)
        return {address: counts for address, counts in known.items() if counts} | decoded

    def _known(self, recipe: Recipe | None) -> Decoded | None:
        found = self.at.find(recipe) if recipe else None
        return Decoded(**self._keep(found).document["decoded"]) if found else None

    def _keep(self, artifact: Artifact) -> Artifact:
        self.parts.append(ReportPart(asset=artifact.asset, recipe=artifact.recipe))
        return artifact

    def _recipe(self, address: str) -> Recipe | None:
        """Return what names the decoding of one track through one playlist; None when it plays no one track."""
        try:
            played = {segment.address or "" for segment in media_playlist(self.package.view, address).segments}
        except MalformedError:
            return None
        tracks = {one.removeprefix(TRACKS).partition("/")[0] for one in played if one.startswith(TRACKS)}
        if len(tracks) != 1 or not all(one.startswith(TRACKS) for one in played):
            return None
        text = self.package.view.text(address)
        inputs = {"track": tracks.pop(), "playlist": hashlib.sha256(text.encode()).hexdigest()}
        return Recipe(self.check, inputs, {"kind": "track", "measures": self.measures}, self.build_ids)


def _document(counts: Decoded, _directory: Path) -> dict[str, dict[str, int]]:
    return {"decoded": asdict(counts)}
