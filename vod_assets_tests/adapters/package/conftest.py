from fractions import Fraction
from pathlib import Path

import pytest

from vod_assets_tests.adapters.package.tiny_title import Clip, TinyTitle


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> TinyTitle:
    """Three and a half segments at 24000/1001 fps: two rungs, AAC, WebVTT, thumbnails. Copy it before changing it."""
    return TinyTitle.make(tmp_path_factory.mktemp("film") / "title", Clip(Fraction(24000, 1001)))


@pytest.fixture
def broken(film: TinyTitle, tmp_path: Path) -> TinyTitle:
    """A copy of the film, to be broken."""
    return film.copy(tmp_path / "title")
