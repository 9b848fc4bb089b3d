"""Renditions in pieces: each piece of each rung is an artifact of its own, and what is there is not made again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from vod_assets.defs.crew import ALONE, Crew
from vod_assets.defs.piece_making import PieceMaking, SpentInAll
from vod_assets.defs.step import Step
from vod_assets.domain.acceptance import DecodeCounts, judge_decode, normalised
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.documents import plain
from vod_assets.domain.errors import PieceError
from vod_assets.domain.ladder import Ladder, Rung
from vod_assets.domain.media_info import Finding, MediaInfo
from vod_assets.domain.piece_presets import PiecePreset
from vod_assets.domain.pieces import PIECE, RULES, Piece, PieceMade, cut, obstacle, torn
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.rendition import rung_parameters, rung_preset
from vod_assets.domain.video_presets import VideoPreset
from vod_assets.ports import EncodeReport, PieceTranscoder, SourceStore

MAKER = 1  # to be raised when the same piece is encoded into other bytes


@dataclass(frozen=True)
class Pieced:
    """The pieces of one rung, and what it took to make those that were not there."""

    pieces: tuple[Artifact, ...]
    findings: tuple[Finding, ...]
    made_now: int
    report: EncodeReport

    @property
    def made(self) -> list[PieceMade]:
        """What is known of each piece."""
        return [piece.read(PieceMade) for piece in self.pieces]

    def named(self) -> list[dict[str, str]]:
        """Return where the pieces are kept, so that they are while the rendition is."""
        return [{"asset": piece.asset, "recipe": piece.recipe} for piece in self.pieces]


@dataclass(frozen=True)
class Cutting:
    """How a codec's renditions of one title are cut, and what makes them.

    Attributes:
        mezzanine: The source as an artifact.
        inputs: The recipes of the title's artifacts that say so, by asset.
        pieces: Empty when all is made whole.
        findings: Why, where the profile asks for pieces.
    """

    mezzanine: Artifact
    info: MediaInfo
    ladder: Ladder
    video: VideoPreset
    preset: PiecePreset
    tool: PieceTranscoder
    inputs: Mapping[str, str] = field(default_factory=dict)
    pieces: tuple[Piece, ...] = ()
    findings: tuple[Finding, ...] = ()

    def decided(self) -> "Cutting":
        """Return the same with pieces, or with the reason why there are none."""
        if reason := obstacle(self.info, self.preset):
            return self.whole(reason)
        pieces = cut(self.ladder, self.info.duration_seconds, self.preset)
        return replace(self, pieces=pieces if len(pieces) > 1 else ())

    def whole(self, reason: str) -> "Cutting":
        """Return the same without pieces, and why."""
        return replace(self, pieces=(), findings=(normalised("encoded_whole", f"no pieces were made: {reason}"),))

    @property
    def parameters(self) -> dict[str, object]:
        """What a rendition's recipe says of its pieces; nothing when it is made whole."""
        begins = [piece.first for piece in self.pieces]
        return {"pieces": {"begin": begins, "rules": RULES, "maker": MAKER}} if begins else {}

    def recipe(self, key: str, piece: Piece, named: Mapping[str, str]) -> Recipe:
        """Return the recipe of a rung's piece, of what it is made of."""
        asked = rung_preset(self.video, self.rung(key))
        parameters = rung_parameters(self.info, self.video, asked, piece.ladder(self.ladder))
        said = {"piece": plain(piece), "rules": RULES, "maker": MAKER}
        return Recipe(key + PIECE, named, parameters | said, self.tool.build_ids)

    def known_recipes(self, key: str) -> tuple[Recipe, ...]:
        """Return the recipes of a rung's pieces, where they are known without reading the source; else none."""
        if self.preset.fingerprint != "source":
            return ()
        return tuple(self.recipe(key, piece, {"mezzanine": self.mezzanine.digest}) for piece in self.pieces)

    def rung(self, key: str) -> Rung:
        """Return a rung by its key."""
        return next(rung for rung in self.ladder.rungs if rung.key == key)

    def make(self, at: Step, sources: SourceStore, keys: Sequence[str], crew: Crew = ALONE) -> dict[str, Pieced]:
        """Return the pieces of some rungs, made now as far as the store does not have them.

        Raises:
            PieceError: The pieces are not the whole.
        """
        making = PieceMaking(self, at, sources, crew)
        made, name = making.all(keys), sources.name(at.record.source)
        return {key: self._pieced(key, tuple(pieces[key] for pieces in made), making.spent, name) for key in keys}

    def _pieced(self, key: str, pieces: tuple[Artifact, ...], spent: SpentInAll, name: str) -> Pieced:
        """Return the pieces of a rung that fit together, judged like one decode of the whole source."""
        video, made = self.info.video, [piece.read(PieceMade) for piece in pieces]
        if objection := torn(self.pieces, made):
            raise PieceError("piece_inexact", objection)
        counts = DecodeCounts(
            frames={video.index: sum(one.shown_frames for one in made)},
            corrupt={video.index: sum(one.damaged_frames for one in made)},
        )
        findings = judge_decode(self.info, counts, name)
        report = EncodeReport(
            decoded_frames=sum(one.shown_frames for one in made),
            encoded_frames=sum(one.frames for one in made),
            cpu_seconds=spent.cpu_seconds,
            wall_seconds=spent.wall_seconds,
            findings=findings,
        )
        return Pieced(pieces, findings, spent.made_now.get(key, 0), report)


def folders(at: Step, pieced: Pieced) -> list[tuple[Path, int]]:
    """Return the local folders of pieces, and how many frames each has."""
    return [(at.path(piece), made.frames) for piece, made in zip(pieced.pieces, pieced.made, strict=True)]


def joined_document(document: Mapping[str, Any], pieced: Pieced) -> dict[str, Any]:
    """Return the document of a rendition that was joined of pieces."""
    return {**document, "pieces": pieced.named()}
