"""The film that players are tried with, made once; the tests need the players that `make test` installs."""

from collections.abc import Iterator

import pytest

from vod_assets_tests.players.matrix import PLAYERS_FOLDER
from vod_assets_tests.players.stage import Stage, show

collect_ignore_glob = [] if PLAYERS_FOLDER.is_dir() else ["test_*.py"]


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Twelve seconds with three rungs, two languages, two subtitles and thumbnails."""
    with show(tmp_path_factory.mktemp("players")) as shown:
        yield shown
