"""Renditions in pieces: what is made is kept, what changed is made, and what nothing uses goes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vod_assets.domain.artifact import Artifact
from vod_assets.domain.collecting import Holdings
from vod_assets_tests.workshop import StandInPieces, StandInTranscoder, Workshop

RUNGS = ("h264_360p", "h264_180p")
SHOTS = "aaaabbbbccccddddeeeeffff"
BEGINS = (0, 100, 200, 300, 400, 500)
TITLE = "film"


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return pieced(Workshop(tmp_path), {"seconds": 4})


def pieced(workshop: Workshop, said: dict[str, Any]) -> Workshop:
    workshop.save_profile(workshop.profile() | {"pieces": said})
    workshop.deliver(TITLE, shots=SHOTS)
    workshop.register(TITLE)
    return workshop


def encoded(workshop: Workshop) -> list[tuple[str, int]]:
    """Return the pieces that were encoded since the last call."""
    tool = workshop.tools["pieces"]
    assert isinstance(tool, StandInPieces)
    found, tool.encoded = tool.encoded, []
    return found


def whole(workshop: Workshop) -> list[str]:
    tool = workshop.tools["transcoder"]
    assert isinstance(tool, StandInTranscoder)
    return tool.encoded


def rendition(workshop: Workshop, key: str = "h264_360p") -> Artifact:
    artifact = workshop.store.latest(TITLE, key)
    assert artifact is not None
    return artifact


def all_of(*begins: int) -> list[tuple[str, int]]:
    return [(key, first) for first in begins for key in RUNGS]


def test_a_title_is_made_in_pieces_that_are_kept_by_themselves(workshop: Workshop) -> None:
    assert set(RUNGS) <= workshop.run(TITLE)
    assert encoded(workshop) == all_of(*BEGINS)
    assert whole(workshop) == []
    pieces = rendition(workshop).document["pieces"]
    assert [piece["asset"] for piece in pieces] == ["h264_360p.piece"] * 6
    assert not workshop.run(TITLE)
    assert not any(one.reason for one in workshop.plan(TITLE).assets)


def test_a_failure_loses_the_piece_that_was_being_made_and_no_other(workshop: Workshop) -> None:
    tool = workshop.tools["pieces"]
    assert isinstance(tool, StandInPieces)
    tool.breaks_at = 300
    assert not {*RUNGS} & workshop.run(TITLE)
    assert encoded(workshop) == all_of(0, 100, 200)
    tool.breaks_at = None
    planned = {one.asset: (one.pieces, one.pieces_there) for one in workshop.plan(TITLE).assets if one.reason}
    assert {key: planned[key] for key in RUNGS} == dict.fromkeys(RUNGS, (6, 3))
    assert set(RUNGS) <= workshop.run(TITLE)
    assert encoded(workshop) == all_of(300, 400, 500)


def test_a_rung_that_is_asked_for_later_is_made_alone(workshop: Workshop) -> None:
    first = {"mezzanine", "media_info", "markers", "encoding_ladder", "h264_180p"}
    workshop.run(TITLE, frozenset(first))
    assert encoded(workshop) == [("h264_180p", begin) for begin in BEGINS]
    workshop.run(TITLE)
    assert encoded(workshop) == [("h264_360p", begin) for begin in BEGINS]


def test_what_is_forced_is_encoded_again(workshop: Workshop) -> None:
    workshop.run(TITLE)
    encoded(workshop)
    workshop.run(TITLE, force=["h264_360p"])
    assert encoded(workshop) == [("h264_360p", begin) for begin in BEGINS]


def test_another_source_is_encoded_anew_but_for_the_shots_that_it_shares(tmp_path: Path) -> None:
    by_source = pieced(Workshop(tmp_path / "source"), {"seconds": 4})
    by_shots = pieced(Workshop(tmp_path / "shots"), {"seconds": 4, "fingerprint": "shots"})
    for workshop in (by_source, by_shots):
        workshop.run(TITLE)
        encoded(workshop)
        workshop.deliver(TITLE, shots=SHOTS.replace("cccc", "cxxc"))
        assert set(RUNGS) <= {one.asset for one in workshop.plan(TITLE).assets if one.reason}
        assert set(RUNGS) <= workshop.run(TITLE)
    assert encoded(by_source) == all_of(*BEGINS)
    assert encoded(by_shots) == all_of(200)


def test_pieces_that_are_not_the_whole_are_given_up_for_it(workshop: Workshop) -> None:
    tool = workshop.tools["pieces"]
    assert isinstance(tool, StandInPieces)
    tool.differs_at = 200
    assert set(RUNGS) <= workshop.run(TITLE)
    assert whole(workshop) == [*RUNGS]
    assert "pieces" not in rendition(workshop).document
    assert not workshop.run(TITLE)


def test_a_title_of_one_piece_is_made_as_if_there_were_none(workshop: Workshop) -> None:
    workshop.deliver(TITLE, shots="aaaaaa")
    workshop.run(TITLE)
    assert (whole(workshop), encoded(workshop)) == ([*RUNGS], [])
    before = rendition(workshop)
    workshop.save_profile(workshop.profile() | {"pieces": None})
    assert not workshop.run(TITLE) & {*RUNGS}
    assert rendition(workshop) == before


def test_pieces_stay_as_long_as_a_rendition_is_joined_of_them(workshop: Workshop) -> None:
    workshop.run(TITLE)
    first = set(kept_pieces(workshop))
    assert superseded_pieces(workshop) == set()
    workshop.deliver(TITLE, shots=SHOTS.upper())
    tool = workshop.tools["pieces"]
    assert isinstance(tool, StandInPieces)
    tool.breaks_at = 500
    workshop.run(TITLE)
    unjoined = set(kept_pieces(workshop)) - first
    assert len(unjoined) == 10
    assert superseded_pieces(workshop) == unjoined
    tool.breaks_at = None
    workshop.run(TITLE)
    assert superseded_pieces(workshop) == first


def kept_pieces(workshop: Workshop) -> Iterator[tuple[str, str]]:
    for artifact in workshop.store.artifacts(TITLE):
        if artifact.asset.endswith(".piece"):
            yield artifact.asset, artifact.recipe


def superseded_pieces(workshop: Workshop) -> set[tuple[str, str]]:
    """Return the pieces that would be collected when everything is a day old."""
    artifacts = list(workshop.store.artifacts(TITLE))
    pointed = {one.asset: workshop.store.pointed(TITLE, one.asset) for one in artifacts}
    holdings = Holdings(
        artifacts=artifacts,
        committed_at={(one.asset, one.recipe): workshop.store.committed_at(one) for one in artifacts},
        pointed={asset: recipe for asset, recipe in pointed.items() if recipe},
        pointed_at={},
    )
    gone = holdings.superseded(86_400, now=max(holdings.committed_at.values()) + 90_000)
    return {(one.asset, one.recipe) for one in gone if one.asset.endswith(".piece")}
