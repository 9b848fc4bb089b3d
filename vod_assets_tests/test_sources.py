"""Real sources come out right, as FFprobe and pixels say; collected where VOD_CORPUS is set."""

from pathlib import Path

import pytest

from trials.sources import Trial
from vod_assets_tests.corpus import corpus_files

ACCEPTED = corpus_files("formats/ax_rotate_and_reflect.mp4", "formats/ae_sar2x3.mp4", "formats/ax_bt601.mov")
REFUSED = corpus_files("formats/ax_opus.mp4")

if ACCEPTED and REFUSED:

    @pytest.mark.media
    def test_turned_anamorphic_and_differently_coloured_pictures_come_out_right(tmp_path: Path) -> None:
        rows = [Trial(tmp_path).row(path) for path in ACCEPTED]
        assert {row.name: row.outcome for row in rows} == {f"formats/{path.name}": "accepted" for path in ACCEPTED}
        assert all(row.seconds and row.shape and row.picture for row in rows)

    @pytest.mark.media
    def test_a_source_without_pictures_is_refused_by_name(tmp_path: Path) -> None:
        row = Trial(tmp_path).row(REFUSED[0])
        assert (row.outcome, row.remark.split()[0]) == ("refused", "`no_video`")
