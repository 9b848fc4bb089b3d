"""A sample of the matrix that `make players` plays whole: each player, each scheme."""

from pathlib import Path

import pytest

from vod_assets_tests.players.matrix import Row, play
from vod_assets_tests.players.screen import COLUMNS
from vod_assets_tests.players.stage import Stage

SAMPLE = (Row("hlsjs", "clear", "HLS"), Row("shaka", "clear", "DASH"), Row("dashjs", "clear", "DASH"))


@pytest.mark.media
@pytest.mark.parametrize("row", SAMPLE, ids=str)
def test_a_player_does_all_that_a_viewer_asks_of_it(row: Row, stage: Stage, tmp_path: Path) -> None:
    with stage.screen() as screen:
        verdicts = play(row, stage, screen, tmp_path)
    assert verdicts.reasons == {}
    assert verdicts.words == dict.fromkeys(COLUMNS, "yes")
