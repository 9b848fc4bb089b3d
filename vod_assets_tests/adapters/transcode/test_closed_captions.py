"""Captions inside pictures are found when a source is inspected, and taken out channel by channel."""

from fractions import Fraction
from pathlib import Path

import pytest

from vod_assets.adapters.probe.ffprobe import FfprobeProber
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.transcode.closed_captions import WINDOW_BYTES, carries_closed_captions
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


def test_captions_that_begin_late_are_found(tmp_path: Path) -> None:
    """The first eighty pictures have no user data at all."""
    source = clip(tmp_path / "film.ts", {80: pop_on("HELLO")}, frames=100)
    assert [text.codec for text in FfprobeProber(tools(), SupervisedRunner()).inspect(source).text] == [CLOSED_CAPTIONS]


@pytest.mark.parametrize(
    ("codec", "mark"),
    [
        ("hevc", b"\xb5\x00\x31GA94\x03"),
        ("mpeg2video", b"\x00\x00\x01\xb2GA94\x03"),
        ("mpeg2video", b"\x00\x00\x01\xb2CC\x01\xf8"),
        ("mpeg2video", b"\x00\x00\x01\xb2\x03\x81"),
    ],
)
def test_mark_of_captions_is_found_wherever_it_stands(tmp_path: Path, codec: str, mark: bytes) -> None:
    """Across two windows of a file that is searched whole; of a larger one in what is searched of it."""
    file = tmp_path / "film"
    file.write_bytes(bytes(2 * WINDOW_BYTES - 4) + mark + bytes(9 * WINDOW_BYTES))
    assert carries_closed_captions(file, codec)
    assert not carries_closed_captions(file, codec, whole_bytes=WINDOW_BYTES)
    file.write_bytes(bytes(8 * WINDOW_BYTES + 5) + mark)
    assert carries_closed_captions(file, codec, whole_bytes=WINDOW_BYTES)
    assert not carries_closed_captions(file, "prores")


def test_pictures_without_captions_are_no_stream_of_text(tmp_path: Path) -> None:
    source = moving_picture(tmp_path / "film.mp4", size="64x64", seconds=2)
    assert FfprobeProber(tools(), SupervisedRunner()).inspect(source).text == ()
    nothing = TextStream(index=0, codec=CLOSED_CAPTIONS, is_text=True)
    assert FfmpegTextExtractor(tools(), SupervisedRunner()).closed_captions(source, nothing, tmp_path).channels == {}
