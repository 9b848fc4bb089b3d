"""What came of decoding each track, kept: a package with one more caption holds tracks that were decoded before."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from vod_assets.defs.step import Step
from vod_assets.domain.isobmff import MalformedError
from vod_assets.domain.manifests.hls_reading import media_playlist
from vod_assets.domain.package_view import Decoded, PackageView
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
        """Return what came of decoding each playlist, now or when its track was decoded for another package.

        An encrypted track is known, too, when another one that holds the same samples was decoded: new keys change
        nothing that a decoder sees.
        """
        recipes = {address: self._recipe(address) for address in addresses}
        known = self._known(recipes)
        alike = {address: self._recipe_of_samples(address) for address in addresses if address not in known}
        known |= self._known(alike)
        missing = [address for address in addresses if address not in known]
        decoded = dict(self.package.decode_all(missing)) if missing else {}
        for address, counts in {**known, **decoded}.items():
            if counts.frames and not counts.errors:
                self._keep(recipes[address], counts)
                self._keep(alike.get(address), counts)
        return known | decoded

    def _known(self, recipes: Mapping[str, Recipe | None]) -> dict[str, Decoded]:
        found = {address: self.at.find(recipe) for address, recipe in recipes.items() if recipe}
        return {address: Decoded(**one.document["decoded"]) for address, one in found.items() if one}

    def _keep(self, recipe: Recipe | None, counts: Decoded) -> None:
        if recipe:
            kept = self.at.make(recipe, partial(_document, counts)).artifact
            self.parts.append(ReportPart(asset=kept.asset, recipe=kept.recipe))

    def _recipe_of_samples(self, address: str) -> Recipe | None:
        samples = self.package.fingerprint(address)
        return self._named({"samples": samples}) if samples else None

    def _named(self, inputs: Mapping[str, str]) -> Recipe:
        return Recipe(self.check, dict(inputs), {"kind": "decoded", "measures": self.measures}, self.build_ids)

    def _recipe(self, address: str) -> Recipe | None:
        played = played_track(self.package.view, address)
        return self._named({"track": played[0], "playlist": played[1]}) if played else None


def played_track(view: PackageView, address: str) -> tuple[str, str] | None:
    """Return the digests of the one track that a playlist plays, and of the playlist; None: it plays no one track."""
    try:
        played = {segment.address or "" for segment in media_playlist(view, address).segments}
    except MalformedError:
        return None
    tracks = {one.removeprefix(TRACKS).partition("/")[0] for one in played if one.startswith(TRACKS)}
    if len(tracks) != 1 or not all(one.startswith(TRACKS) for one in played):
        return None
    return tracks.pop(), hashlib.sha256(view.text(address).encode()).hexdigest()


def _document(counts: Decoded, _directory: Path) -> dict[str, dict[str, int]]:
    return {"decoded": asdict(counts)}
