"""Titles that the whole graph was run on, shared by the tests of the graph and of the command line."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from vod_assets_tests.studio import Ended, Studio, film


@dataclass(frozen=True)
class Finished:
    """A studio whose title is published, how it came to that, and a copy of its home as it was then."""

    studio: Studio
    first_run: Ended
    snapshot: Path


@pytest.fixture(scope="session")
def film_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of 640x360 at 25 fps with a tone and English captions."""
    return film(tmp_path_factory.mktemp("source"))


@pytest.fixture(scope="session")
def finished_once(film_source: Path, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    studio = Studio.make(tmp_path_factory.mktemp("finished") / "studio", film_source)
    first_run = studio.run()
    assert first_run.code == 0, first_run.stderr
    snapshot = studio.folder.with_name("snapshot")
    shutil.copytree(studio.folder, snapshot)
    return Finished(studio, first_run, snapshot)


@pytest.fixture
def finished(finished_once: Finished) -> Studio:
    """A studio with a published title, as it was after its first run; addresses are those of that run."""
    studio = finished_once.studio
    shutil.rmtree(studio.folder)
    shutil.copytree(finished_once.snapshot, studio.folder)
    studio.calls()
    return studio


@pytest.fixture
def studio(film_source: Path, tmp_path: Path) -> Studio:
    """A studio with a source and nothing made of it."""
    return Studio.make(tmp_path / "studio", film_source)
