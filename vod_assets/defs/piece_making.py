"""Making the pieces of some rungs of a title: one after another, by as many workers as there are."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

from vod_assets.defs.crew import Crew, Worker, helped_tag
from vod_assets.defs.guard import Guarding, PatientGuard
from vod_assets.defs.step import Step
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.documents import plain
from vod_assets.domain.piece_orders import PieceOrder, Spent, claimed_as
from vod_assets.domain.pieces import Clock, Piece
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.rendition import rung_preset
from vod_assets.ports import Attempt, CodecJob, RungJob, SourceStore
from vod_assets.ports.runs import run_of

if TYPE_CHECKING:
    from vod_assets.defs.pieces import Cutting

FIRST_LOOK_SECONDS, LAST_LOOK_SECONDS = 0.05, 1.0  # between two looks for what others make

Told = Callable[[Spent], None]


@dataclass(frozen=True)
class PieceOfRungs:
    """A piece of some rungs.

    Attributes:
        named: What it is made of, as its recipes say it.
        recipes: By rendition.
    """

    piece: Piece
    named: Mapping[str, str]
    recipes: Mapping[str, Recipe]

    @classmethod
    def of(cls, cutting: "Cutting", keys: Sequence[str], piece: Piece, named: Mapping[str, str]) -> Self:
        """Return a piece of some rungs with its recipes."""
        return cls(piece, named, {key: cutting.recipe(key, piece, named) for key in keys})

    @property
    def name(self) -> str:
        """What it is claimed by: the same for everybody who would make the same."""
        return claimed_as(self.piece, self.recipe_ids)

    @property
    def recipe_ids(self) -> dict[str, str]:
        """The recipes' ids, by rendition."""
        return {key: recipe.id for key, recipe in self.recipes.items()}


@dataclass
class PieceEncoder:
    """Makes pieces of one title's codec in this process.

    Attributes:
        known_clock: The time line of the source, where whoever asks has found it out.
    """

    cutting: "Cutting"
    at: Step
    sources: SourceStore
    known_clock: Clock | None = None

    @cached_property
    def source(self) -> Path:
        """A local path of the source, which is brought here when it is first asked for."""
        return self.at.source(self.cutting.mezzanine, self.sources)

    @cached_property
    def clock(self) -> Clock:
        """The time line of the source."""
        return self.known_clock or self.cutting.tool.clock(self.source, self.cutting.info)

    def found(self, work: PieceOfRungs) -> dict[str, Artifact]:
        """Return what is there of a piece, by rendition."""
        found = {key: self._found(recipe) for key, recipe in work.recipes.items()}
        return {key: artifact for key, artifact in found.items() if artifact is not None}

    def encoded(self, work: PieceOfRungs, found: Mapping[str, Artifact], told: Told) -> dict[str, Artifact]:
        """Return a piece of all its rungs; those that were not found are encoded in one process.

        Args:
            work: The piece.
            found: What is there of it.
            told: Is told what it took, before anybody else can find the piece.
        """
        at, cutting = self.at, self.cutting
        at.guard.check()
        with ExitStack() as attempts:
            lacking = {key: recipe for key, recipe in work.recipes.items() if key not in found}
            store = at.artifacts.store
            opened = {key: attempts.enter_context(store.attempt(at.title, one)) for key, one in lacking.items()}
            report = cutting.tool.encode_piece(
                self.source,
                cutting.info,
                CodecJob(cutting.ladder, cutting.video, [self._job(key, one) for key, one in opened.items()]),
                (self.clock, work.piece),
                partial(at.reporter.progressed, at.title, at.name),
            )
            at.source(cutting.mezzanine, self.sources)  # it must still be the file that was fingerprinted
            told(Spent(cpu_seconds=report.cpu_seconds, wall_seconds=report.wall_seconds, keys=tuple(opened)))
            document = plain(report.made)
            made = {key: at.artifacts.maker.commit(attempt, document) for key, attempt in opened.items()}
        return {key: made[key] if key in made else found[key] for key in work.recipes}

    def _found(self, recipe: Recipe) -> Artifact | None:
        """Return a recipe's artifact; one that is to be made again, only when another worker of the run has done so."""
        at, run = self.at, run_of(self.at.guard)
        found = at.find(recipe)
        if found is not None or not run or not at.artifacts.maker.is_forced(recipe):
            return found
        past = at.artifacts.store.provenance(at.title, recipe.asset, recipe.id)
        return at.artifacts.store.find(at.title, recipe) if past is not None and past.run == run else None

    def _job(self, key: str, attempt: Attempt) -> RungJob:
        rung = self.cutting.rung(key)
        return RungJob(rung=rung, preset=rung_preset(self.cutting.video, rung), directory=attempt.directory)


@dataclass
class SpentInAll:
    """What it took to make pieces, by whomever.

    Attributes:
        helped_seconds: Of the time that encoders ran, what they ran for other workers.
        made_now: How many pieces were made, by rendition.
    """

    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    helped_seconds: float = 0.0
    made_now: dict[str, int] = field(default_factory=dict)

    def add_helped(self, spent: Spent) -> None:
        """Add what one piece took another worker."""
        self.helped_seconds += spent.wall_seconds
        self.add(spent)

    def add(self, spent: Spent) -> None:
        """Add what one piece took."""
        self.cpu_seconds += spent.cpu_seconds
        self.wall_seconds += spent.wall_seconds
        for key in spent.keys:
            self.made_now[key] = self.made_now.get(key, 0) + 1


class PieceMaking:
    """A step's work on the pieces of some rungs, which others may share.

    Args:
        cutting: How the title is cut.
        at: The step.
        sources: Where its source is read.
        crew: Who may work on the pieces.
    """

    def __init__(self, cutting: "Cutting", at: Step, sources: SourceStore, crew: Crew) -> None:
        self.cutting, self.at, self.crew = cutting, at, crew
        self.spent = SpentInAll()
        self.encoder = PieceEncoder(cutting, at, sources)

    def all(self, keys: Sequence[str]) -> list[dict[str, Artifact]]:
        """Return every piece by rendition: those that are there, those made here, and those that others make."""
        pieces = zip(self.cutting.pieces, self._named(), strict=True)
        works = [PieceOfRungs.of(self.cutting, keys, piece, named) for piece, named in pieces]
        made = [self.encoder.found(work) for work in works]
        if lacking := _lack(works, made):
            with self.crew.at_work(self.at.title, run_of(self.at.guard)) as worker:
                self._ask([works[number] for number in lacking], worker)
                self._make(works, made, worker)
        if self.spent.helped_seconds:
            instance, run = self.at.context.instance, run_of(self.at.guard)
            instance.add_run_tags(run, helped_tag(self.at.name, run, self.spent.helped_seconds))
        return made

    def _make(self, works: Sequence[PieceOfRungs], made: list[dict[str, Artifact]], worker: Worker) -> None:
        """Make what nobody else makes, then wait for the rest, which falls to this worker if another one dies."""
        guard = PatientGuard(self.at.guard) if isinstance(self.at.guard, Guarding) else self.at.guard
        pause = FIRST_LOOK_SECONDS
        while lacking := _lack(works, made):
            for number in lacking:
                self._try(works[number], made[number], worker)
            if _lack(works, made) != lacking:
                pause = FIRST_LOOK_SECONDS
                continue
            guard.check()
            time.sleep(pause)
            pause = min(2 * pause, LAST_LOOK_SECONDS)

    def _try(self, work: PieceOfRungs, made: dict[str, Artifact], worker: Worker) -> None:
        """Take a piece that is there by now, or make it unless another worker does."""
        with worker.claimed(work.name) as is_ours:
            if worker.name:
                made |= self.encoder.found(work)  # since it was looked for, it may have been made
                if len(made) == len(work.recipes):
                    self.spent.add_helped(worker.noted(work.name))
            if is_ours and len(made) < len(work.recipes):
                made |= self.encoder.encoded(work, made, self.spent.add)

    def _ask(self, works: Sequence[PieceOfRungs], worker: Worker) -> None:
        """Ask for help with all but the first piece, the last one first: this step begins at the other end."""
        if worker.name and len(works) > 1:
            self.crew.ask([self._order(work, worker.name) for work in reversed(works[1:])], self.at.context.run.tags)

    def _order(self, work: PieceOfRungs, asked_by: str) -> PieceOrder:
        return PieceOrder(
            title=self.at.title,
            run=run_of(self.at.guard),
            asked_by=asked_by,
            codec=self.cutting.video.codec,
            keys=tuple(work.recipes),
            inputs=self.cutting.inputs,
            named=dict(work.named),
            recipes=work.recipe_ids,
            clock=self.encoder.clock,
            piece=work.piece,
        )

    def _named(self) -> Iterator[Mapping[str, str]]:
        """Yield what each piece is made of: the source, or only those of its packets that the piece needs."""
        cutting, encoder = self.cutting, self.encoder
        if cutting.preset.fingerprint == "source":
            yield from ({"mezzanine": cutting.mezzanine.digest} for _ in cutting.pieces)
            return
        marks = cutting.tool.marks(encoder.source, cutting.info)
        for piece in cutting.pieces:
            yield {"packets": marks.digest(piece, encoder.clock, cutting.ladder.frame_rate)}


def _lack(works: Sequence[PieceOfRungs], made: Sequence[Mapping[str, Artifact]]) -> list[int]:
    """Return the numbers of the pieces that are not there of all their rungs."""
    return [number for number, work in enumerate(works) if len(made[number]) < len(work.recipes)]
