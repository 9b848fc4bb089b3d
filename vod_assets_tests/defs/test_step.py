"""A step takes what an index names, to the byte, or says what is not there."""

from pathlib import Path
from typing import Any

import pytest

from vod_assets.adapters.store.artifacts import disk_store
from vod_assets.defs.artifact_io import ArtifactIOManager
from vod_assets.defs.step import Step
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.errors import StoreError
from vod_assets.domain.recipe import Recipe
from vod_assets_tests.fakes import Switch

LEAF = Recipe("captions", {"text": "a" * 64})


@pytest.fixture
def at(tmp_path: Path) -> Step:
    guard, nobody = Switch(), None
    artifacts = ArtifactIOManager(disk_store(tmp_path, guard), {})
    unused: Any = nobody  # no leaf needs Dagster or a person
    return Step(unused, artifacts, guard, unused, "film", "captions")


def commit(at: Step, words: str) -> Artifact:
    return at.make(LEAF, lambda folder: {"size": (folder / "captions.vtt").write_text(words)}).artifact


def test_an_index_gives_the_leaves_that_it_names(at: Step) -> None:
    leaf = commit(at, "Good morning.")
    index = Artifact(title="film", asset="captions", recipe="", entries=(leaf.entry("text_en"),))
    assert at.leaves(index) == {"text_en": leaf}


def test_a_leaf_that_was_made_anew_with_other_bytes_is_not_taken(at: Step, tmp_path: Path) -> None:
    leaf = commit(at, "Good morning.")
    index = Artifact(title="film", asset="captions", recipe="", entries=(leaf.entry("text_en"),))
    at.path(leaf, "captions.vtt").unlink()
    assert commit(at, "Good night.").recipe == leaf.recipe
    with pytest.raises(StoreError, match="Materialise captions") as caught:
        at.leaves(index)
    assert (caught.value.code, caught.value.title) == ("artifact_missing", "film")
