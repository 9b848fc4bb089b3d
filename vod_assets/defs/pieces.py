"""Renditions in pieces: each piece of each rung is an artifact of its own, and what is there is not made again."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

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
from vod_assets.ports import Attempt, CodecJob, EncodeReport, PieceTranscoder, RungJob, SourceStore

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


@dataclass
class _Spent:
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    made_now: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Cutting:
    """How a codec's renditions of one title are cut, and what makes them.

    Attributes:
        mezzanine: The source as an artifact.
        pieces: Empty when all is made whole.
        findings: Why, where the profile asks for pieces.
    """

    mezzanine: Artifact
    info: MediaInfo
    ladder: Ladder
    video: VideoPreset
    preset: PiecePreset
    tool: PieceTranscoder
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

    def make(self, at: Step, sources: SourceStore, keys: Sequence[str]) -> dict[str, Pieced]:
        """Return the pieces of some rungs, made now as far as the store does not have them.

        Raises:
            PieceError: The pieces are not the whole.
        """
        return _Making(self, at, sources).all(keys)


class _Making:
    """The work on one codec's pieces in one run."""

    def __init__(self, cutting: Cutting, at: Step, sources: SourceStore) -> None:
        self.cutting, self.at, self.sources = cutting, at, sources
        self.spent = _Spent()
        self.source = at.source(cutting.mezzanine, sources)
        self.clock = cutting.tool.clock(self.source, cutting.info)

    def all(self, keys: Sequence[str]) -> dict[str, Pieced]:
        """Make what is not there, piece by piece, all rungs of a piece in one process."""
        made: dict[str, list[Artifact]] = {key: [] for key in keys}
        for piece, named in zip(self.cutting.pieces, self._inputs(), strict=True):
            recipes = {key: self.cutting.recipe(key, piece, named) for key in keys}
            found = {key: self.at.find(recipe) for key, recipe in recipes.items()}
            lacking = {key: recipes[key] for key in keys if found[key] is None}
            fresh = self._encoded(piece, lacking) if lacking else {}
            for key in keys:
                made[key].append(fresh[key] if key in fresh else _there(found[key]))
        return {key: self._pieced(key, tuple(pieces)) for key, pieces in made.items()}

    def _inputs(self) -> Iterator[Mapping[str, str]]:
        """Yield what each piece is made of: the source, or only those of its packets that the piece needs."""
        if self.cutting.preset.fingerprint == "source":
            yield from ({"mezzanine": self.cutting.mezzanine.digest} for _ in self.cutting.pieces)
            return
        marks = self.cutting.tool.marks(self.source, self.cutting.info)
        for piece in self.cutting.pieces:
            yield {"packets": marks.digest(piece, self.clock, self.cutting.ladder.frame_rate)}

    def _encoded(self, piece: Piece, lacking: Mapping[str, Recipe]) -> dict[str, Artifact]:
        at, cutting = self.at, self.cutting
        at.guard.check()
        with ExitStack() as attempts:
            store = at.artifacts.store
            opened = {key: attempts.enter_context(store.attempt(at.title, lacking[key])) for key in lacking}
            report = cutting.tool.encode_piece(
                self.source,
                cutting.info,
                CodecJob(cutting.ladder, cutting.video, [self._job(key, one) for key, one in opened.items()]),
                (self.clock, piece),
                partial(at.reporter.progressed, at.title, at.name),
            )
            at.source(cutting.mezzanine, self.sources)  # it must still be the file that was fingerprinted
            self.spent.cpu_seconds += report.cpu_seconds
            self.spent.wall_seconds += report.wall_seconds
            for key in opened:
                self.spent.made_now[key] = self.spent.made_now.get(key, 0) + 1
            document = plain(report.made)
            return {key: at.artifacts.maker.commit(attempt, document) for key, attempt in opened.items()}

    def _pieced(self, key: str, pieces: tuple[Artifact, ...]) -> Pieced:
        """Return the pieces of a rung that fit together, judged like one decode of the whole source."""
        info, made = self.cutting.info, [piece.read(PieceMade) for piece in pieces]
        if objection := torn(self.cutting.pieces, made):
            raise PieceError("piece_inexact", objection)
        counts = DecodeCounts(
            frames={info.video.index: sum(one.shown_frames for one in made)},
            corrupt={info.video.index: sum(one.damaged_frames for one in made)},
        )
        findings = judge_decode(info, counts, self.sources.name(self.at.record.source))
        report = EncodeReport(
            decoded_frames=sum(one.shown_frames for one in made),
            encoded_frames=sum(one.frames for one in made),
            cpu_seconds=self.spent.cpu_seconds,
            wall_seconds=self.spent.wall_seconds,
            findings=findings,
        )
        return Pieced(pieces, findings, self.spent.made_now.get(key, 0), report)

    def _job(self, key: str, attempt: Attempt) -> RungJob:
        rung = self.cutting.rung(key)
        return RungJob(rung=rung, preset=rung_preset(self.cutting.video, rung), directory=attempt.directory)


def folders(at: Step, pieced: Pieced) -> list[tuple[Path, int]]:
    """Return the local folders of pieces, and how many frames each has."""
    return [(at.path(piece), made.frames) for piece, made in zip(pieced.pieces, pieced.made, strict=True)]


def joined_document(document: Mapping[str, Any], pieced: Pieced) -> dict[str, Any]:
    """Return the document of a rendition that was joined of pieces."""
    return {**document, "pieces": pieced.named()}


def _there(found: Artifact | None) -> Artifact:
    if found is None:
        raise KeyError("a piece is neither there nor made")
    return found
