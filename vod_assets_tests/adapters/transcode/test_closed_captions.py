"""Captions inside pictures are found when a source is inspected, and taken out channel by channel."""

from fractions import Fraction
from pathlib import Path

import pytest

from vod_assets.adapters.probe.ffprobe import FfprobeProber
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.transcode.text import FfmpegTextExtractor
from vod_assets.domain.media_info import CLOSED_CAPTIONS, TextStream
from vod_assets.domain.text.captions import read_captions
from vod_assets_tests.adapters.transcode.clips import moving_picture, tools
from vod_assets_tests.closed_captions import clip, erased, hidden, packet, pop_on, window

pytestmark = pytest.mark.media
PICTURE = Fraction(1001, 30000)


@pytest.mark.parametrize("name", ["film.mp4", "a,b;c'[d]:e.ts"])
def test_captions_of_both_fields_are_taken_out_to_the_frame(tmp_path: Path, name: str) -> None:
    source = clip(
        tmp_path / name,
        {10: pop_on("HELLO"), 60: erased()},
        {20: pop_on("HOLA", second_field=True), 70: erased(second_field=True)},
        sound=True,
        digital={30: packet((2, window("¿QUÉ?"))), 80: packet((2, hidden()))},
    )
    info = FfprobeProber(tools(), SupervisedRunner()).inspect(source)
    assert [(one.index, one.codec, one.language, one.is_hearing_impaired) for one in info.text] == [
        (info.video.index, CLOSED_CAPTIONS, "fr", True)
    ]
    found = FfmpegTextExtractor(tools(), SupervisedRunner()).closed_captions(source, info.text[0], tmp_path)
    (cue,) = read_captions(found.services[2].encode(), "cc.vtt").cues
    assert (cue.text, round(cue.start_seconds / PICTURE), round(cue.end_seconds / PICTURE)) == ("¿QUÉ?", 30, 80)
    assert list(found.offered()) == ["CC1", "CC3", "S2"]
    for channel, words, begin, end in ((1, "HELLO", 16, 60), (3, "HOLA", 25, 70)):
        (cue,) = read_captions(found.channels[channel].encode(), "cc.scc").cues
        assert cue.text == words
        assert abs(cue.start_seconds - begin * PICTURE) < PICTURE
        assert abs(cue.end_seconds - end * PICTURE) < PICTURE
    assert not (tmp_path / "source").exists()


def test_pictures_without_captions_are_no_stream_of_text(tmp_path: Path) -> None:
    source = moving_picture(tmp_path / "film.mp4", size="64x64", seconds=2)
    assert FfprobeProber(tools(), SupervisedRunner()).inspect(source).text == ()
    nothing = TextStream(index=0, codec=CLOSED_CAPTIONS, is_text=True)
    assert FfmpegTextExtractor(tools(), SupervisedRunner()).closed_captions(source, nothing, tmp_path).channels == {}
