"""Processes share the pieces of one title: each piece is encoded once, by whoever lives."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from vod_assets.defs.resources.places import CrewResource
from vod_assets.domain.piece_orders import PieceOrder
from vod_assets_tests.adapters.transcode.clips import moving_picture
from vod_assets_tests.piece_hands import hand, shared_crew, write
from vod_assets_tests.studio import Studio, ended, wait_until

pytestmark = pytest.mark.media

ASSETS = "mezzanine,media_info,markers,encoding_ladder,h264_360p,h264_180p"
PIECES = 5


def pieced(folder: Path, source: Path) -> Studio:
    studio = Studio.make(folder, source)
    studio.edit_profile(lambda profile: profile.update(pieces={"seconds": 4}))
    return studio


def renditions(studio: Studio) -> list[str]:
    with studio.session() as session:
        found = [session.store.latest("film", key) for key in ("h264_360p", "h264_180p")]
    return [artifact.digest for artifact in found if artifact is not None]


def encodes(studio: Studio) -> int:
    """Return how many encodes have ended by themselves since the last call."""
    return sum("libx264" in call for call in studio.calls())


class Helpers:
    """Two helpers: one is killed while it encodes, the other has made a piece before the step begins."""

    def __init__(self, studio: Studio) -> None:
        self.studio, self.orders = studio, studio.folder / "orders"
        self.crew = shared_crew(self._asked)

    def _asked(self, orders: Sequence[PieceOrder], _: Mapping[str, str]) -> None:
        write(self.orders, orders)
        self.studio.hold()
        with hand(self.studio, self.orders) as killed:
            wait_until(self.studio.is_encoding)
            killed.kill()
        self.studio.release_hold()
        self.living = hand(self.studio, self.orders)
        wait_until(lambda: list(self.studio.title.glob("h264_180p.piece/*/artifact.json")))


def test_a_killed_helpers_piece_is_made_by_another_and_no_other_piece_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = moving_picture(tmp_path / "film.mp4", "640x360", 4 * PIECES)
    studio, alone = pieced(tmp_path / "shared", source), pieced(tmp_path / "alone", source)
    assert alone.run("--select", ASSETS).code == 0
    with studio.entered():
        helpers = Helpers(studio)
    monkeypatch.setattr(CrewResource, "create_resource", lambda _resource, _context: helpers.crew)
    shared = studio.run("--select", ASSETS)
    assert shared.code == 0, shared.stderr
    last = ended(helpers.living)
    assert (last.code, set(last.stdout.split())) == (
        0,
        {*last.stdout.split()} & {"made", "there", "claimed", "unwanted"},
    )
    assert last.stdout.startswith("made")
    assert encodes(studio) == encodes(alone) == PIECES
    assert renditions(studio) == renditions(alone)
    assert len(renditions(studio)) == 2
    assert not list((studio.home / "store" / "claims").rglob("*.json"))
