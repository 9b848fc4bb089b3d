"""Helping with a piece: what another worker does that hears of an order.

An order that comes late, twice or to the wrong place does no harm: whoever asked makes what nobody else has made.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Literal

import dagster as dg

from vod_assets.defs.artifact_io import ARTIFACTS, ArtifactIOManager
from vod_assets.defs.claims import Claiming
from vod_assets.defs.guard import Guarding
from vod_assets.defs.leases import is_gone
from vod_assets.defs.piece_making import PieceEncoder, PieceOfRungs
from vod_assets.defs.pieces import Cutting
from vod_assets.defs.step import Step
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.ladder import Ladder
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.piece_orders import PieceOrder
from vod_assets.ports import Leases, PieceTranscoder, Progress, SourceStore, Transcoder, Transfer
from vod_assets.ports.claims import Claims

Outcome = Literal["made", "there", "claimed", "unwanted", "another"]

OF_THE_RUN = (ARTIFACTS, "guard", "sources", "pieces", "transcoder")
BEFORE = ("leases", "crew")  # what tells whether anybody still wants a piece, before anything of the run is opened


class _Unheard:
    """A reporter that tells nobody: the step that asked shows what becomes of the title."""

    def started(self, title: str, step: str) -> None:
        """Pass over it."""

    def progressed(self, title: str, step: str, progress: Progress) -> None:
        """Pass over it."""

    def moved(self, title: str, step: str, transfer: Transfer) -> None:
        """Pass over it."""

    def made(self, title: str, asset: str, reused: bool, empty: str = "") -> None:
        """Pass over it."""


@dataclass(frozen=True)
class Hand:
    """What a worker helps with.

    Attributes:
        guard: Knows whether the run that asked is still wanted and holds its title.
    """

    artifacts: ArtifactIOManager
    guard: Guarding
    sources: SourceStore
    pieces: PieceTranscoder
    transcoder: Transcoder

    def help(self, order: PieceOrder, worker: Claiming) -> Outcome:
        """Make a piece that is asked for, unless it is there or another worker makes it; return what became of it.

        Raises:
            Cancelled: The run is no longer wanted.
            VodError: It cannot be made here; whoever asked will try.
        """
        self.guard.check()
        cutting = self._cutting(order)
        if cutting is None:
            return "another"
        work = PieceOfRungs.of(cutting, order.keys, order.piece, order.named)
        if work.recipe_ids != order.recipes:
            return "another"
        with ExitStack() as opened:
            at = Step(_NO_CONTEXT, self.artifacts, self.guard, _Unheard(), order.title, "piece", opened)
            with worker.claimed(work.name) as is_ours:
                if not is_ours:
                    return "claimed"
                encoder = PieceEncoder(cutting, at, self.sources, order.clock)
                found = encoder.found(work)
                if len(found) == len(work.recipes):
                    return "there"
                self.transcoder.require_encoder(cutting.video, at.profile.name)
                encoder.encoded(work, found, lambda spent: worker.note(work.name, spent))
        return "made"

    def _cutting(self, order: PieceOrder) -> Cutting | None:
        """Return how the title is cut here; None where the piece and its rungs are none of this deployment's."""
        profile = self.artifacts.profile_of(order.title)
        video = next((video for video in profile.video if video.codec == order.codec), None)
        if video is None or profile.pieces is None or not set(order.keys) <= set(profile.rendition_keys()):
            return None
        loaded = {asset: self._loaded(order, asset) for asset in ("mezzanine", "media_info", "encoding_ladder")}
        ladder = loaded["encoding_ladder"].read(Ladder)
        info = loaded["media_info"].read(MediaInfo)
        cutting = Cutting(loaded["mezzanine"], info, ladder, video, profile.pieces, self.pieces).decided()
        rungs = {rung.key for rung in ladder.rungs}
        return cutting if order.piece in cutting.pieces and set(order.keys) <= rungs else None

    def _loaded(self, order: PieceOrder, asset: str) -> Artifact:
        return self.artifacts.store.load(order.title, asset, order.inputs.get(asset, ""))


_NO_CONTEXT: Any = None  # nothing is told to Dagster: the step that joins the pieces does that


def help_with(order: PieceOrder, instance: dg.DagsterInstance, resources: Mapping[str, Any]) -> Outcome:
    """Open what a piece is made with, as the run that asked does, and help.

    Args:
        order: The piece.
        instance: Where the run is recorded.
        resources: Those of the deployment, by their keys.
    """
    with dg.build_resources({name: resources[name] for name in BEFORE}, instance) as opened:
        leases, claims = opened.leases, opened.crew.claims
        run = instance.get_run_by_id(order.run)
        if claims is None or run is None or run.is_finished or not is_asked(order, leases, claims):
            return "unwanted"
        with dg.build_resources({name: resources[name] for name in OF_THE_RUN}, instance, dagster_run=run) as tools:
            hand = Hand(**{name: getattr(tools, name) for name in OF_THE_RUN})
            with Claiming(claims, order.title, order.run) as worker:
                return hand.help(order, worker)


def is_asked(order: PieceOrder, leases: Leases, claims: Claims) -> bool:
    """Whether the worker that asked, and the run that it asked for, are there as far as anybody knows."""
    signs = (leases.beat_of(order.run), claims.of(order.title, order.run).beat_of(order.asked_by))
    return all(sign is not None and not is_gone(sign) for sign in signs)
