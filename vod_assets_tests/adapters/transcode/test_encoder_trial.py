"""An encoder that cannot run here is refused before anything is encoded; every word of its table is FFmpeg's."""

import re

import pytest

from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.transcode import encoder_trial
from vod_assets.adapters.transcode.encoder_trial import require_encoder, trial_command
from vod_assets.adapters.transcode.ffmpeg import FfmpegTranscoder
from vod_assets.domain.encoders import ENCODERS, Encoder
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.video_presets import RungPreset, VideoPreset
from vod_assets.ports import ToolResult
from vod_assets_tests.adapters.transcode.clips import tools

pytestmark = pytest.mark.media
HARDWARE = [one.name for one in ENCODERS.values() if one.is_hardware]
OF_ALL_ENCODERS = {"b:v", "tag:v", "bsf:v", "global_quality", "compression_level", "crf"}


def preset(name: str, dynamic_range: str = "sdr") -> VideoPreset:
    rung = {"name": "180p", "box": "320x180", "crf": 30, "dynamic_range": dynamic_range}
    return VideoPreset.model_validate({"codec": ENCODERS[name].codec, "encoder": name, "rungs": [rung]})


@pytest.mark.parametrize("name", ["h264_nvenc", "hevc_qsv", "av1_vaapi"])
def test_an_encoder_whose_device_is_not_there_is_refused_by_name(name: str) -> None:
    """No machine that runs these tests has such a device: its driver's library is not there either."""
    with pytest.raises(ConfigError, match=rf"profile fast asks for the encoder {name} in 8 bits") as caught:
        FfmpegTranscoder(tools(), SupervisedRunner()).require_encoder(preset(name), "fast")
    assert caught.value.code == "encoder_cannot_run"
    assert "leave `encoder` out" in caught.value.remedy


@pytest.mark.parametrize("name", ["libx264", "libx265", "libsvtav1"])
def test_software_encoders_run_in_each_depth_that_a_profile_asks_for(name: str) -> None:
    depths = ("sdr", "hdr") if 10 in ENCODERS[name].depths else ("sdr",)
    for dynamic_range in depths:
        require_encoder(tools(), SupervisedRunner(), preset(name, dynamic_range), "fast")


def test_a_trial_is_not_repeated_in_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    class Counting(SupervisedRunner):
        runs = 0

        def run(self, *given: object, **options: object) -> ToolResult:
            Counting.runs += 1
            return super().run(*given, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(encoder_trial, "_remembered", {})
    for _ in range(2):
        require_encoder(tools(), Counting(), preset("libx264"), "fast")
    assert Counting.runs == 1


def test_an_encoder_that_ffmpeg_was_built_without_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    lost = Encoder("libx266", "hevc", ("fast",), "fast", 51, ENCODERS["libx265"].depths)
    monkeypatch.setitem(ENCODERS, "libx266", lost)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="libx266") as caught:
        require_encoder(tools(), SupervisedRunner(), preset("libx266"), "fast")
    assert caught.value.code == "encoder_missing"


@pytest.mark.parametrize("name", HARDWARE)
def test_every_option_of_a_hardware_encoder_is_one_that_ffmpeg_lists(name: str) -> None:
    """None of them runs here, so at least their words are held against FFmpeg's own."""
    tool = ENCODERS[name]
    listing = SupervisedRunner().run([str(tools().ffmpeg), "-hide_banner", "-h", f"encoder={name}"]).stdout.decode()
    known = set(re.findall(r"^  -(\S+)", listing, re.MULTILINE)) | OF_ALL_ENCODERS
    assert {*tool.options, tool.preset_option, tool.quality_option} <= known
    formats = re.search(r"Supported pixel formats: (.*)", listing)
    accepted = formats[1].split() if formats else []
    assert (tool.device or "nv12") in accepted
    assert trial_command(tools(), preset(name), RungPreset(name="180p", box=(320, 180), crf=30))
