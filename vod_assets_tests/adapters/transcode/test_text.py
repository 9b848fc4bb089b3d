"""Embedded text comes out as a caption file that our reader reads."""

from fractions import Fraction
from pathlib import Path

import pytest

from vod_assets.adapters.ffmpeg.command import caption_input, generated_input, source_input
from vod_assets.adapters.probe.ffprobe import FfprobeProber
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.transcode.text import FfmpegTextExtractor
from vod_assets.domain.errors import SourceError
from vod_assets.domain.media_info import TextStream
from vod_assets.domain.text.captions import read_captions
from vod_assets.domain.text.fitting import earlier
from vod_assets_tests.adapters.transcode.clips import make, tools
from vod_assets_tests.teletext import stream

pytestmark = pytest.mark.media
SRT = "1\n00:00:00,500 --> 00:00:01,000\n<i>Hello</i> & you\n\n2\n00:00:01,250 --> 00:00:01,750\nBye\n"


@pytest.mark.parametrize(
    ("container", "codec", "suffix"),
    [("mkv", "subrip", ".srt"), ("mkv", "ass", ".ass"), ("mkv", "webvtt", ".vtt"), ("mp4", "mov_text", ".srt")],
)
def test_embedded_text_is_taken_out(tmp_path: Path, container: str, codec: str, suffix: str) -> None:
    words = tmp_path / "words.srt"
    words.write_text(SRT)
    picture = generated_input("testsrc2=s=64x36:r=25:d=2")
    clip = make(tmp_path / f"c.{container}", picture, caption_input(words), **{"c:s": codec, "pix_fmt": "yuv420p"})
    stream = TextStream(index=1, codec=codec, is_text=True)
    path = FfmpegTextExtractor(tools(), SupervisedRunner()).extract_text(clip, stream, tmp_path)
    captions = read_captions(path.read_bytes(), path.name)
    assert path.suffix == suffix
    assert [(cue.start_seconds, cue.text) for cue in captions.cues] == [
        (Fraction(1, 2), "<i>Hello</i> &amp; you"),
        (Fraction(5, 4), "Bye"),
    ]


def test_bitmap_subtitles_are_refused_by_name(tmp_path: Path) -> None:
    stream = TextStream(index=3, codec="hdmv_pgs_subtitle", is_text=False, language="fr")
    with pytest.raises(SourceError, match="stream 3") as caught:
        FfmpegTextExtractor(tools(), SupervisedRunner()).extract_text(tmp_path / "film.mkv", stream, tmp_path)
    assert caught.value.code == "subtitle_bitmap_unsupported"


def test_teletext_subtitles_last_until_their_page_changes(tmp_path: Path) -> None:
    source = stream(tmp_path / "film.ts", [(1, "BONJOUR"), (3, ""), (4, "AU REVOIR"), (6, ""), (8, "")])
    teletext = TextStream(index=0, codec="dvb_teletext", is_text=True)
    path = FfmpegTextExtractor(tools(), SupervisedRunner()).extract_text(source, teletext, tmp_path)
    captions = read_captions(path.read_bytes(), path.name)
    assert [(cue.start_seconds, cue.end_seconds, cue.text) for cue in captions.cues] == [
        (Fraction(0), Fraction(2), "BONJOUR"),
        (Fraction(3), Fraction(5), "AU REVOIR"),
    ]


def test_teletext_that_begins_after_the_picture_comes_late(tmp_path: Path) -> None:
    """FFmpeg counts the time of a transport stream from the first packet of what is read of it."""
    pages = stream(tmp_path / "pages.ts", [(0, "BONJOUR"), (2, ""), (3, "AU REVOIR"), (5, ""), (6, "")])
    picture = generated_input("testsrc2=s=64x36:r=25:d=9")
    alone = make(tmp_path / "alone.mp4", picture, **{"c:v": "libx264", "bf": 0, "g": 25, "pix_fmt": "yuv420p"})
    late = source_input(pages, itsoffset="1.5")["0"]
    source = make(tmp_path / "film.ts", source_input(alone)["v"], late, c="copy", copyts=None)
    info = FfprobeProber(tools(), SupervisedRunner()).inspect(source)
    path = FfmpegTextExtractor(tools(), SupervisedRunner()).extract_text(source, info.text[0], tmp_path)
    captions = earlier(read_captions(path.read_bytes(), path.name), info.first_picture_in(info.text[0]))
    begins = [float(cue.start_seconds) for cue in captions.cues]
    late = float(info.text[0].start_seconds)  # not 1.5: FFmpeg moves teletext that is far from its programme's clock
    assert late > 0.5
    assert begins == pytest.approx([late, late + 3], abs=0.08)
