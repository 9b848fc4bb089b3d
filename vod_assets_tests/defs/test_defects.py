"""Defects that are injected one by one are published by no selection; `trials.defects` does the same with all."""

import shutil

import pytest

from trials.defective import DEFECTS, House
from trials.defects import ask, is_published
from vod_assets_tests.studio import Studio

pytestmark = pytest.mark.media


@pytest.mark.parametrize(
    ("name", "way", "code"),
    [
        ("rotten_byte", "release,cms_entry", "upload_corrupt"),
        ("poster_of_text", "release", "poster_damaged"),
        ("wrong_sound_byte", "hls_package", "check_failed"),
        ("mpd_rung_left_out", "dash_package", "check_failed"),
        ("lost_check", "release", "check_missing"),
        ("lost_at_origin", "cms_entry", "release_damaged"),
    ],
)
def test_a_defect_is_not_published(finished: Studio, name: str, way: str, code: str) -> None:
    defect = DEFECTS[name]
    shutil.rmtree(finished.home / "cms")
    if not defect.after_release:
        shutil.rmtree(finished.home / "origin")
    injected = defect.put_in(House(finished))
    assert ask(finished, way) == code
    assert not is_published(finished, injected)
