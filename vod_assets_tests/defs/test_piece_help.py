"""Others help with the pieces of a title: each is made once, and what they make is what the step would have made."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from vod_assets.adapters.leases.claims import BlobClaims
from vod_assets.defs.artifact_io import ArtifactIOManager
from vod_assets.defs.claims import Claiming
from vod_assets.defs.crew import Crew, helped_seconds, helped_tag
from vod_assets.defs.guard import Wanted
from vod_assets.defs.making import Maker
from vod_assets.defs.piece_help import Hand, is_asked
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.errors import ToolError
from vod_assets.domain.leases import Beat
from vod_assets.domain.piece_orders import PieceOrder
from vod_assets_tests.fakes import MemoryBlobs
from vod_assets_tests.workshop import StandInPieces, Workshop

RUNGS = ("h264_360p", "h264_180p")
BEGINS = (0, 100, 200, 300, 400, 500)
RUN, TITLE = "run-1", "film"


class OfARun(Wanted):
    """The guard of a run that is wanted."""

    run_id = RUN


class Farm:
    """A workshop whose steps ask for help.

    Attributes:
        orders: What was asked for.
        helped: Does something with the orders as soon as they are there.
    """

    def __init__(self, folder: Path) -> None:
        self.blobs = MemoryBlobs()
        self.claims = BlobClaims(self.blobs)
        self.orders: list[PieceOrder] = []
        self.helped: Callable[[], object] = lambda: None
        self.workshop = Workshop(folder, crew=Crew(self.claims, self._asked), guard=OfARun())
        self.workshop.save_profile(self.workshop.profile() | {"pieces": {"seconds": 4}})
        self.workshop.deliver(TITLE, shots="aaaabbbbccccddddeeeeffff")
        self.workshop.register(TITLE)
        self.mine, self.theirs = self.workshop.tools["pieces"], StandInPieces("ffmpeg")

    def _asked(self, orders: Sequence[PieceOrder], _: Mapping[str, str]) -> None:
        self.orders += orders
        self.helped()

    def help(self, order: PieceOrder, force: Sequence[str] = ()) -> str:
        """Help as another worker does."""
        shop = self.workshop
        artifacts = ArtifactIOManager(shop.store, shop.profiles, Maker(shop.store, force))
        tools: Any = (shop.guard, shop.sources, self.theirs, shop.tools["transcoder"])
        with Claiming(self.claims, TITLE, RUN) as worker:
            return Hand(artifacts, *tools).help(order, worker)

    def rendition(self, key: str = "h264_360p") -> Artifact:
        artifact = self.workshop.store.latest(TITLE, key)
        assert artifact is not None
        return artifact

    def encoded(self) -> tuple[list[int], list[int]]:
        """Return the first frames of the pieces that the step has made, and of those that others have."""
        told = []
        for tool in (self.mine, self.theirs):
            assert isinstance(tool, StandInPieces)
            assert [key for key, _ in tool.encoded] == [*RUNGS] * (len(tool.encoded) // 2)
            told.append([first for key, first in tool.encoded if key == RUNGS[0]])
            tool.encoded = []
        return told[0], told[1]


@pytest.fixture
def farm(tmp_path: Path) -> Farm:
    return Farm(tmp_path / "shared")


def test_what_others_encode_for_a_run_is_told_of_that_run_alone() -> None:
    tags = {**helped_tag("h264_renditions", RUN, 61.04), **helped_tag("hevc_renditions", "run-0", 9), "vod/host": "one"}
    assert (helped_seconds(RUN, tags), helped_seconds("run-0", tags), helped_seconds("run-2", tags)) == (61.0, 9.0, 0)


def test_a_step_asks_for_help_with_all_but_the_first_piece_from_the_end(farm: Farm) -> None:
    farm.workshop.run(TITLE)
    assert [order.piece.first for order in farm.orders] == [*reversed(BEGINS[1:])]
    assert farm.encoded() == ([*BEGINS], [])


def test_what_others_make_is_made_once_and_joined_as_if_nobody_had_helped(farm: Farm, tmp_path: Path) -> None:
    farm.helped = lambda: [farm.help(order) for order in farm.orders[:4]]
    assert set(RUNGS) <= farm.workshop.run(TITLE)
    assert farm.encoded() == ([0, 100], [500, 400, 300, 200])
    alone = Farm(tmp_path / "alone")
    alone.workshop.run(TITLE)
    assert [farm.rendition(key).digest for key in RUNGS] == [alone.rendition(key).digest for key in RUNGS]
    assert not farm.workshop.run(TITLE)


def test_a_piece_that_another_worker_is_making_is_waited_for_and_not_made(
    farm: Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one ends only when the step has done everything else, and sleeps."""
    other = Claiming(farm.claims, TITLE, RUN)
    made: list[str] = []

    def take() -> None:
        name = _name(farm.orders[1])
        assert farm.claims.of(TITLE, RUN).take(name, other.name, "here", None) is not None

    def sleep(_: float) -> None:
        (held,) = [lease for lease in [farm.claims.of(TITLE, RUN).holder(_name(farm.orders[1]))] if lease]
        farm.claims.of(TITLE, RUN).let_go(held)
        made.append(farm.help(farm.orders[1]))

    monkeypatch.setattr("vod_assets.defs.piece_making.time.sleep", sleep)
    with other:
        farm.helped = take
        farm.workshop.run(TITLE)
    assert made == ["made"]
    assert farm.encoded() == ([0, 100, 200, 300, 500], [400])


def test_an_order_that_comes_twice_or_late_makes_nothing(farm: Farm) -> None:
    farm.helped = lambda: farm.help(farm.orders[0])
    farm.workshop.run(TITLE)
    farm.encoded()
    assert [farm.help(order) for order in farm.orders] == ["there"] * 5
    assert farm.encoded() == ([], [])
    assert not is_asked(farm.orders[0], farm.claims.of(TITLE, "leases"), farm.claims)


def test_an_order_holds_while_whoever_asked_and_the_run_give_signs_of_life(farm: Farm) -> None:
    leases = farm.claims.of(TITLE, "leases")
    farm.workshop.run(TITLE)
    with Claiming(farm.claims, TITLE, RUN) as asking:
        order = farm.orders[0].model_copy(update={"asked_by": asking.name})
        assert not is_asked(order, leases, farm.claims)
        leases.beat(Beat(run=RUN))
        assert is_asked(order, leases, farm.claims)
        assert not is_asked(farm.orders[0], leases, farm.claims)


@pytest.mark.parametrize(
    "wrong",
    [
        {"codec": "av1"},
        {"keys": ("h264_360p", "h264_9p")},
        {"recipes": dict.fromkeys(RUNGS, "0" * 64)},
        {"named": {"mezzanine": "0" * 64}},
        {"keys": ()},
    ],
)
def test_a_piece_that_would_be_another_one_here_is_not_made(farm: Farm, wrong: dict[str, Any]) -> None:
    farm.workshop.run(TITLE)
    farm.encoded()
    assert farm.help(farm.orders[0].model_copy(update=wrong)) == "another"
    assert farm.encoded() == ([], [])


def test_a_failure_elsewhere_leaves_the_piece_to_the_step(farm: Farm) -> None:
    def fail() -> None:
        farm.theirs.breaks_at = 500
        with pytest.raises(ToolError):
            farm.help(farm.orders[0])

    farm.helped = fail
    assert set(RUNGS) <= farm.workshop.run(TITLE)
    assert farm.encoded() == ([*BEGINS], [])


def test_what_is_forced_is_made_again_once_by_whoever_does_it(farm: Farm) -> None:
    farm.workshop.run(TITLE)
    farm.encoded()
    farm.orders.clear()
    farm.workshop.guard = farm.workshop.store.guard = _of("run-2")  # type: ignore[attr-defined]
    farm.helped = lambda: [farm.help(order, RUNGS) for order in farm.orders[:2]]
    farm.workshop.run(TITLE, force=RUNGS)
    assert farm.encoded() == ([0, 100, 200, 300], [500, 400])


def _of(run: str) -> OfARun:
    guard = OfARun()
    guard.run_id = run
    return guard


def _name(order: PieceOrder) -> str:
    from vod_assets.domain.piece_orders import claimed_as

    return claimed_as(order.piece, order.recipes)
