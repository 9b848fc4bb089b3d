"""Sound as it comes out: measured by FFmpeg's meters, and heard channel by channel."""

import cmath
import math
from array import array
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from operator import mul
from pathlib import Path
from typing import Any

import pytest

from vod_assets.adapters.ffmpeg.command import artifact_input, compile_ffmpeg, generated_input, source_input
from vod_assets.adapters.probe.ffprobe import FfprobeProber
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.transcode.ffmpeg import FfmpegTranscoder
from vod_assets.domain.audio_levels import SoundLevels
from vod_assets.domain.audio_loudness import LoudnessTarget, gain_for
from vod_assets.domain.audio_presets import AudioCodec, AudioPreset
from vod_assets.domain.audio_rendition import SoundPlan, layout_of
from vod_assets.domain.audio_sources import SourceSound, source_sounds, stream_sound
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.media_info import AudioStream, MediaInfo
from vod_assets_tests.adapters.transcode.clips import described, make, tools
from vod_assets_tests.beeps import late_by

pytestmark = pytest.mark.media
SECONDS = 4
RUNNER = SupervisedRunner()
TONES = (300, 500, 700, 60, 1100, 1300)  # of FL, FR, FC, LFE, SL, SR
EIGHT = (*TONES, 300, 500)
TARGET = LoudnessTarget()
PICTURE = described(64, 64, SECONDS, 1)


@pytest.fixture(scope="module")
def surround(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of PCM in 5.1, a tone in each channel at -20 dBFS."""
    tones = "|".join(f"0.1*sin(2*PI*{tone}*t)" for tone in TONES)
    source = generated_input(f"aevalsrc='{tones}':s=48000:c=5.1:d={SECONDS}")
    return make(tmp_path_factory.mktemp("sound") / "surround.wav", source, **{"c:a": "pcm_s24le"})


def sound(channels: int, layout: str = "", index: int = 0) -> SourceSound:
    return stream_sound(
        AudioStream(
            index=index,
            codec="pcm_s24le",
            channels=channels,
            layout=layout,
            sample_rate=48_000,
            duration_seconds=Fraction(SECONDS),
        )
    )


def planned(heard: SourceSound, codec: AudioCodec = "aac", **said: Any) -> SoundPlan:
    preset = AudioPreset(codec=codec, **said)
    return SoundPlan(heard, preset, layout_of(heard, preset))


def measured(source: Path, plans: Sequence[SoundPlan], info: MediaInfo = PICTURE) -> SoundLevels:
    return FfmpegTranscoder(tools(), RUNNER).measure_audio(source, info, {"en": plans}).sounds[0]


def encoded(source: Path, plan: SoundPlan, target: Path) -> Path:
    FfmpegTranscoder(tools(), RUNNER).encode_audio(source, PICTURE, plan, target)
    return target


def heard_in(path: Path, channels: int) -> list[dict[int, float]]:
    """Return how loud each tone is in each channel, in decibels beside that of the source; below -40 there is none."""
    output = artifact_input(path)["a"].output("pipe:", f="f32le", ac=channels)
    samples = array("f", RUNNER.run(compile_ffmpeg(tools().ffmpeg, [output])).stdout)
    return [_tones(samples[48_000 * channels + channel : 72_000 * channels : channels]) for channel in range(channels)]


def _tones(samples: Sequence[float]) -> dict[int, float]:
    found = {}
    for tone in TONES:
        turns = [cmath.exp(-2j * cmath.pi * tone * n / 48_000) for n in range(len(samples))]
        level = 2 * abs(sum(map(mul, samples, turns))) / len(samples)
        found[tone] = round(20 * math.log10(max(level, 1e-9) / 0.1), 1)
    return {tone: level for tone, level in found.items() if level > -40}


def test_every_layout_is_measured_in_one_process_and_each_channel_by_itself(surround: Path) -> None:
    heard = sound(6, "5.1")
    found = measured(surround, [planned(heard), planned(heard, "eac3")])
    assert [one.layout for one in found.loudness] == ["stereo", "5.1"]
    assert [channel.position for channel in found.channels] == ["FL", "FR", "FC", "LFE", "BL", "BR"]
    assert {round(float(channel.peak_dbfs or 0), 1) for channel in found.channels} == {-20}
    assert not found.silences


@pytest.mark.parametrize("level", ["0.01", "0.5"])
@pytest.mark.parametrize("codec", ["aac", "eac3", "opus"])
def test_what_comes_out_is_at_the_target_loudness(tmp_path: Path, codec: AudioCodec, level: str) -> None:
    source = make(tmp_path / "noise.wav", generated_input(f"anoisesrc=d={SECONDS}:r=48000:a={level}:c=pink:seed=7"))
    plan = planned(sound(1, "mono"), codec, channels="stereo")
    before = measured(source, [plan]).loudness[0]
    gain = gain_for(before, TARGET, "en")
    assert not gain.findings
    after_file = encoded(source, replace(plan, gain_db=gain.applied_db), tmp_path / "out.mp4")
    after = measured(after_file, [plan]).loudness[0]
    assert after.integrated_lufs is not None
    assert after.true_peak_dbtp is not None
    assert abs(after.integrated_lufs - TARGET.target_lufs) <= Fraction(1, 2)
    assert after.true_peak_dbtp <= TARGET.true_peak_dbtp


def test_peaks_keep_a_quiet_programme_from_its_target_and_it_is_said_by_how_much(tmp_path: Path) -> None:
    """Clicks near full scale over a whisper: -23 LUFS would put them far over."""
    clicks = "if(lt(mod(t,1),0.001),0.9,0.002)*sin(2*PI*997*t)"
    source = make(tmp_path / "clicks.wav", generated_input(f"aevalsrc='{clicks}':s=48000:d={SECONDS}"))
    plan = planned(sound(1, "mono"))
    before = measured(source, [plan]).loudness[0]
    gain = gain_for(before, TARGET, "en")
    assert [finding.code for finding in gain.findings] == ["loudness_missed"]
    after = measured(encoded(source, replace(plan, gain_db=gain.applied_db), tmp_path / "out.mp4"), [plan]).loudness[0]
    assert after.true_peak_dbtp is not None
    assert after.true_peak_dbtp <= TARGET.true_peak_dbtp


def test_silence_gets_no_gain_and_is_known_as_silence(tmp_path: Path) -> None:
    source = make(tmp_path / "silence.wav", generated_input(f"anullsrc=r=48000:cl=stereo:d={SECONDS}"))
    found = measured(source, [planned(sound(2, "stereo"))])
    assert found.is_silent
    assert found.loudness[0].integrated_lufs is None
    assert [(one.start_seconds, one.end_seconds) for one in found.silences] == [(0, SECONDS)]
    assert gain_for(found.loudness[0], TARGET, "en").applied_db == 0


def test_clipping_is_seen_in_its_own_channel(tmp_path: Path) -> None:
    pair = "clip(1.5*sin(2*PI*440*t),-1,1)|0.5*sin(2*PI*440*t)"
    source = make(tmp_path / "clipped.wav", generated_input(f"aevalsrc='{pair}':s=48000:c=stereo:d={SECONDS}"))
    channels = measured(source, [planned(sound(2, "stereo"))]).channels
    assert [channel.is_clipped for channel in channels] == [True, False]


def test_a_downmix_has_the_coefficients_of_the_standard(surround: Path, tmp_path: Path) -> None:
    """ITU-R BS.775: centre and surround 3 dB down, the effects channel left out."""
    plan = replace(planned(sound(6, "5.1"), bits_per_second="256k"), gain_db=Fraction(0))
    stereo = encoded(surround, plan, tmp_path / "stereo.mp4")
    left, right = heard_in(stereo, 2)
    assert left == pytest.approx({300: 0, 700: -3, 1100: -3}, abs=0.4)
    assert right == pytest.approx({500: 0, 700: -3, 1300: -3}, abs=0.4)


def test_a_mix_that_gets_no_gain_is_measured_as_it_is_delivered(surround: Path, tmp_path: Path) -> None:
    plan = planned(sound(6, "5.1"), bits_per_second="256k")
    before, made = measured(surround, [plan]).loudness[0], encoded(surround, plan, tmp_path / "a.mp4")
    after = measured(made, [planned(sound(2, "stereo"))]).loudness[0]
    assert before.integrated_lufs is not None
    assert after.integrated_lufs is not None
    assert abs(before.integrated_lufs - after.integrated_lufs) < Fraction(1, 2)


@pytest.mark.parametrize("codec", ["aac", "ac3", "eac3", "opus"])
def test_every_channel_of_surround_stays_in_its_place(surround: Path, tmp_path: Path, codec: AudioCodec) -> None:
    made = encoded(surround, planned(sound(6, "5.1"), codec, channels="source"), tmp_path / f"{codec}.mp4")
    assert heard_in(made, 6) == [pytest.approx({tone: 0}, abs=1) for tone in TONES]


@pytest.mark.parametrize(("ending", "codec"), [("mov", "pcm_s24le"), ("mkv", "flac"), ("ts", "aac")])
@pytest.mark.parametrize(("begins", "lasts"), [(0.5, 2), (-0.4, 4)])
def test_sound_keeps_its_place_beside_the_picture_to_the_sample(
    tmp_path: Path, ending: str, codec: str, begins: float, lasts: float
) -> None:
    """It begins later or earlier than the picture, and ends before or after it.

    A transport stream counts in 90 kHz, so its times are right to half a sample at best.
    """
    at = 1.25 - begins
    beep = f"if(gte(t,{at})*lt(t,{at + 0.75}),0.4*sin(2*PI*1000*(t-{at})),0)"
    picture = generated_input("testsrc2=s=64x64:r=25:d=3.2", itsoffset=max(0, -begins))["v"]
    heard = generated_input(f"aevalsrc='{beep}':s=48000:d={lasts}", itsoffset=max(0, begins))["a"]
    film = make(tmp_path / f"film.{ending}", picture, heard, **{"c:v": "mpeg4", "c:a": codec})
    info = FfprobeProber(tools(), RUNNER).inspect(film)
    target = tmp_path / "made.mp4"
    plan = planned(stream_sound(info.audio[0]))
    FfmpegTranscoder(tools(), RUNNER).encode_audio(film, info, plan, target)
    assert abs(late_by(artifact_input(target)["a"])) <= (1.5 if ending == "ts" else 0.5)
    lasting = FfprobeProber(tools(), RUNNER).inspect_sound(target).stream.duration_seconds
    assert abs(lasting - info.duration_seconds) < Fraction(1, 48_000)


@pytest.mark.parametrize(
    ("words", "has_hole"),
    [("setts=pts=PTS+14*random(0):dts=DTS+14*random(0)", False), ("noise=drop=eq(n\\,100)", True)],
)
def test_time_stamps_that_tremble_are_no_holes_and_a_lost_packet_is_one(
    tmp_path: Path, words: str, has_hole: bool
) -> None:
    whole = make(tmp_path / "whole.mkv", generated_input("sine=997:d=4:r=48000"), **{"c:a": "aac"})
    film = make(tmp_path / "film.mkv", source_input(whole)["a"], **{"c": "copy", "bsf:a": words})
    made = encoded(film, planned(sound(1, "mono")), tmp_path / "made.mp4")
    argv = compile_ffmpeg(tools().ffmpeg, [artifact_input(made)["a"].output("pipe:", f="f32le")])
    samples = array("f", RUNNER.run(argv).stdout)[9600:-9600]
    windows = [max(samples[at : at + 120]) for at in range(0, len(samples) - 120, 120)]
    silent = sum(level < max(windows) / 2 for level in windows)
    assert bool(silent) == has_hole


def test_eight_mono_streams_become_surround_and_stereo(tmp_path: Path) -> None:
    spec = "aevalsrc='0.1*sin(2*PI*{}*t)':s=48000:d={}"
    tones = [generated_input(spec.format(tone, SECONDS + number / 1e4))["a"] for number, tone in enumerate(EIGHT)]
    picture = generated_input(f"testsrc2=s=64x64:r=25:d={SECONDS}")["v"]
    film = make(tmp_path / "film.mxf", picture, *tones, **{"c:v": "mpeg2video", "c:a": "pcm_s16le"})
    info = FfprobeProber(tools(), RUNNER).inspect(film)
    surround, stereo = source_sounds(info)
    for number, (heard, preset) in enumerate([(surround, AudioPreset(channels="source")), (stereo, AudioPreset())]):
        target = tmp_path / f"{number}.mp4"
        plan = SoundPlan(heard, preset, layout_of(heard, preset))
        FfmpegTranscoder(tools(), RUNNER).encode_audio(film, info, plan, target)
        assert heard_in(target, plan.channels) == [pytest.approx({tone: 0}, abs=1) for tone in TONES[: plan.channels]]


def test_a_codec_that_this_ffmpeg_cannot_make_is_refused_by_name(surround: Path, tmp_path: Path) -> None:
    """The packaged FFmpeg has no encoder of HE-AAC."""
    with pytest.raises(ConfigError, match="asks for HE-AAC, and this FFmpeg was built without libfdk_aac") as caught:
        encoded(surround, planned(sound(6, "5.1"), "he_aac"), tmp_path / "a.mp4")
    assert caught.value.code == "encoder_missing"
