"""A file for RTSP has parameter sets before every key frame, keeps to its bitrate, and is copied where it can be."""

from fractions import Fraction
from pathlib import Path

import pytest

from vod_assets.adapters.ffmpeg.command import artifact_input, compile_ffmpeg, generated_input
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.transcode.streams import FfmpegStreamMaker
from vod_assets.domain.ladder import Rung
from vod_assets.domain.rtsp import StreamDemand, demand_of, objections
from vod_assets.domain.rtsp_presets import RtspPreset
from vod_assets_tests.adapters.transcode.clips import make, moving_picture, tools

pytestmark = pytest.mark.media
SECONDS = 2
MAKER = FfmpegStreamMaker(tools(), SupervisedRunner())


def demand(side: int = 180, channels: int = 2) -> StreamDemand:
    preset = RtspPreset.model_validate({"side": side, "bits_per_second": "400k", "preset": "ultrafast"})
    rung = Rung(key="h264_180p", codec="h264", name="180p", width=320, height=180)
    return demand_of(preset, rung, Fraction(25), channels)


def parameter_sets(path: Path) -> int:
    """Return how many NAL units of type 7 (SPS) the pictures hold, besides the one of the index."""
    raw = artifact_input(path)["v:0"].output("pipe:", f="data", c="copy")
    data = SupervisedRunner().run(compile_ffmpeg(tools().ffmpeg, [raw])).stdout
    found = at = 0
    while at + 5 <= len(data):  # each unit begins with its length, in four bytes
        found += data[at + 4] & 31 == 7
        at += 4 + int.from_bytes(data[at : at + 4])
    return found


def test_what_players_can_follow_is_copied_with_parameter_sets_before_key_frames(tmp_path: Path) -> None:
    video = moving_picture(
        tmp_path / "video.mp4", seconds=SECONDS, **{"b:v": "200k", "maxrate": "200k", "bufsize": "200k"}
    )
    sound = make(tmp_path / "audio.mp4", generated_input(f"sine=440:d={SECONDS}"), **{"c:a": "aac", "ac": 2})
    done = MAKER.stream(video, sound, demand(), tmp_path / "stream.mp4", lambda _: None)
    assert done == {"picture": "copied", "because": ""}
    before, after = MAKER.packets(video), MAKER.packets(tmp_path / "stream.mp4")
    assert [(one.shown, one.is_key) for one in before] == [(one.shown, one.is_key) for one in after]
    assert (parameter_sets(video), parameter_sets(tmp_path / "stream.mp4")) == (0, SECONDS)


def test_everything_else_is_encoded_to_what_was_asked_for_with_the_same_bytes_twice(tmp_path: Path) -> None:
    """Long GOPs, B-frames, and five channels."""
    bad = {"bf": 2, "preset": "veryfast"}
    video = moving_picture(tmp_path / "video.mp4", seconds=SECONDS, gop=50, **bad)
    five = generated_input(f"sine=440:d={SECONDS},pan=5.1|FL=c0|FR=c0|FC=c0|LFE=c0|BL=c0|BR=c0")
    sound = make(tmp_path / "audio.mp4", five, **{"c:a": "aac"})
    targets = [tmp_path / "stream.mp4", tmp_path / "again.mp4"]
    for target in targets:
        done = MAKER.stream(video, sound, demand(channels=6), target, lambda _: None)
    assert done["picture"] == "encoded"
    assert "B-frames" in done["because"]
    assert targets[0].read_bytes() == targets[1].read_bytes()
    made = MAKER.packets(targets[0])
    assert objections(made, demand()) == []
    assert (len(made), parameter_sets(targets[0])) == (25 * SECONDS, SECONDS)
