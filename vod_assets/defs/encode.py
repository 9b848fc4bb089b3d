"""What one codec's encode of a title starts from, and what it says of each rung."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from vod_assets.defs.crew import ALONE, Crew
from vod_assets.defs.pieces import Cutting
from vod_assets.defs.programme import timeline_parameters
from vod_assets.defs.source import made_from
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.estimates import Timing
from vod_assets.domain.ladder import Ladder, Rung
from vod_assets.domain.media_info import Finding, MediaInfo
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.rendition import rung_parameters
from vod_assets.domain.video_presets import RungPreset, VideoPreset
from vod_assets.ports import Attempt, RungJob, SourceStore, Transcoder

MAKER = 1  # to be raised when the same encode leaves other bytes, or describes them differently


@dataclass(frozen=True)
class Encode:
    """What one codec's encode of a title starts from."""

    mezzanine: Artifact
    info: MediaInfo
    ladder: Ladder
    profile: str
    preset: VideoPreset | None
    sources: SourceStore
    transcoder: Transcoder
    cutting: Cutting | None = None
    findings: Sequence[Finding] = ()
    crew: Crew = ALONE

    def rung(self, key: str) -> Rung | None:
        """Return the fitted rung of an asset key, if the title's profile has it."""
        return next((rung for rung in self.ladder.rungs if rung.key == key), None)

    def recipe(self, key: str) -> Recipe:
        """Return the recipe of one rung: nothing of the other rungs is in it."""
        preset, rung = self._presets(key)
        parameters = rung_parameters(self.info, preset, rung, self.ladder) | {"maker": MAKER}
        parameters |= timeline_parameters(self.info)
        parameters |= self.cutting.parameters if self.cutting else {}
        return Recipe(key, {"mezzanine": self.mezzanine.digest}, parameters, self.transcoder.build_ids)

    def job(self, key: str, attempt: Attempt) -> RungJob:
        """Return the work of one rung."""
        fitted = self.rung(key)
        if fitted is None:
            raise KeyError(key)
        return RungJob(rung=fitted, preset=self._presets(key)[1], directory=attempt.directory)

    def described(self, key: str) -> dict[str, Any]:
        """Return the document of one rung."""
        rung = self.rung(key)
        shape = {"width": rung.width, "height": rung.height, "frame_rate": self.ladder.frame_rate} if rung else {}
        return shape | made_from(self.mezzanine)

    def timing(self, key: str, together: Iterable[str], wall_seconds: float, cpu_seconds: float = 0.0) -> Timing:
        """Return how long one of several rungs took that were encoded together: its share is that of its pixels."""
        pixels = {one: rung.width * rung.height for one in together if (rung := self.rung(one))}
        share = pixels[key] / sum(pixels.values())
        media_seconds = float(self.info.duration_seconds)
        return Timing(self.profile, wall_seconds * share, media_seconds, cpu_seconds * share)

    def _presets(self, key: str) -> tuple[VideoPreset, RungPreset]:
        if self.preset is None:
            raise KeyError(key)
        return self.preset, next(rung for rung in self.preset.rungs if key == f"{self.preset.codec}_{rung.name}")
