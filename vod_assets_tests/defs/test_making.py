"""What is made again takes the place of what was there, and not a moment earlier."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from vod_assets.adapters.store.artifacts import BlobArtifactStore, disk_store
from vod_assets.defs.making import Made, Maker
from vod_assets.domain.errors import Cancelled
from vod_assets.domain.recipe import Recipe
from vod_assets_tests.fakes import Switch

RECIPE = Recipe("poster", {"mezzanine": "a" * 64})


@pytest.fixture
def guard() -> Switch:
    return Switch()


@pytest.fixture
def store(tmp_path: Path, guard: Switch) -> BlobArtifactStore:
    return disk_store(tmp_path, guard)


def made(maker: Maker, words: str) -> Made:
    def work(folder: Path) -> Mapping[str, Any]:
        return {"size": (folder / "poster.txt").write_text(words)}

    return maker.make("film", RECIPE, work, is_composed=False)


def test_what_is_forced_is_made_again_once(store: BlobArtifactStore) -> None:
    kept = made(Maker(store), "first").artifact
    maker = Maker(store, ("post*",))
    again = made(maker, "second")
    assert not again.reused
    assert store.find("film", RECIPE) == again.artifact != kept
    assert made(maker, "third") == Made(again.artifact, reused=True)


def test_a_cancelled_run_that_forces_leaves_what_was_there(store: BlobArtifactStore, guard: Switch) -> None:
    kept = made(Maker(store), "first").artifact
    maker, guard.is_wanted = Maker(store, ("poster",)), False
    with pytest.raises(Cancelled):
        made(maker, "second")
    assert store.find("film", RECIPE) == kept
    assert maker.is_forced(RECIPE)
