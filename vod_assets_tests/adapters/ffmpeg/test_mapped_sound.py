"""A title file says which streams and channels of its master are one track."""

from pathlib import Path
from typing import Any

import pytest

from vod_assets.adapters.ffmpeg.command import generated_input
from vod_assets.adapters.transcode.ffmpeg import FfmpegTranscoder
from vod_assets.domain.audio_presets import AudioPreset
from vod_assets.domain.audio_rendition import SoundPlan, layout_of
from vod_assets.domain.audio_sources import stream_sound
from vod_assets.domain.errors import ConfigError
from vod_assets_tests.adapters.transcode.clips import make, tools
from vod_assets_tests.adapters.transcode.test_sound import RUNNER, TONES, heard_in
from vod_assets_tests.programmes import programme

pytestmark = pytest.mark.media
SCRAMBLED = (1300, 300, 60, 500, 1100, 700, 500, 300)
SURROUND, STEREO = [2, 4, 6, 3, 5, 1], [8, 7]
IN_STREAMS: list[dict[str, Any]] = [{"streams": SURROUND, "layout": "5.1"}, {"streams": STEREO}]
IN_CHANNELS: list[dict[str, Any]] = [{"streams": [1], "channels": one} for one in (SURROUND, STEREO)]


@pytest.fixture(scope="module")
def reels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of one film with eight mono streams, and with one stream of eight channels: a tone each, in no order."""
    folder = tmp_path_factory.mktemp("mapped")
    picture = generated_input("testsrc2=s=64x64:r=25:d=3")["v"]
    tones = [f"0.1*sin(2*PI*{tone}*t)" for tone in SCRAMBLED]
    alone = [generated_input(f"aevalsrc='{tone}':s=48000:d={3 + at / 1e4}")["a"] for at, tone in enumerate(tones)]
    together = generated_input(f"aevalsrc='{'|'.join(tones)}':s=48000:c=7.1:d=3")["a"]
    pcm = {"c:v": "mpeg2video", "c:a": "pcm_s16le"}
    make(folder / "alone.mxf", picture, *alone, **pcm)
    make(folder / "together.mov", picture, together, **pcm)
    return folder


@pytest.mark.parametrize(("name", "said"), [("alone.mxf", IN_STREAMS), ("together.mov", IN_CHANNELS)])
def test_streams_and_channels_of_the_master_become_tracks(
    reels: Path, tmp_path: Path, name: str, said: list[dict[str, Any]]
) -> None:
    sound = [one | {"language": language} for one, language in zip(said, ("en", "de"), strict=True)]
    info = programme(reels, {"master": {"in": "0.4"}, "sound": sound}, name)
    assert [(one.language, one.layout) for one in info.audio] == [("en", "5.1(side)"), ("de", "stereo")]
    plans: dict[str, list[SoundPlan]] = {}
    for track in info.audio:
        heard, preset = stream_sound(track), AudioPreset(channels="source")
        plan, target = SoundPlan(heard, preset, layout_of(heard, preset)), tmp_path / f"{track.language}.mp4"
        plans[track.language] = [plan]
        FfmpegTranscoder(tools(), RUNNER).encode_audio(reels, info, plan, target)
        expected = [pytest.approx({tone: 0}, abs=1) for tone in TONES[: track.channels]]
        assert heard_in(target, track.channels) == expected
    levels = FfmpegTranscoder(tools(), RUNNER).measure_audio(reels, info, plans)  # tracks of one stream, too
    assert [len(sound.channels) for sound in levels.sounds] == [6, 2]


@pytest.mark.parametrize(
    ("name", "said", "cause"),
    [
        ("alone.mxf", {"streams": [1, 9]}, "alone.mxf: stream 9 of its sound is named, and it has 8"),
        ("together.mov", {"streams": [1], "channels": [9]}, "stream 1 of its sound has 8 channels, and channel 9"),
        ("together.mov", {"streams": [1]}, "stream 1 of its sound has 8 channels, and is named as one channel"),
    ],
)
def test_a_stream_or_a_channel_that_is_not_there_is_refused_by_its_number(
    reels: Path, name: str, said: dict[str, Any], cause: str
) -> None:
    with pytest.raises(ConfigError, match=cause) as caught:
        programme(reels, {"sound": said}, name)
    assert caught.value.code == "bad_programme"
