"""A programme is cut and joined at the very frame and sample that its title file names."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from vod_assets.adapters.ffmpeg.command import caption_input, generated_input, source_input
from vod_assets.adapters.probe.ffprobe import FfprobeProber
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.transcode.ffmpeg import FfmpegTranscoder
from vod_assets.adapters.transcode.sound import SoundEncoder
from vod_assets_tests.adapters.transcode.clips import make, tools
from vod_assets_tests.counted import SAMPLE_RATE, beeps, counted
from vod_assets_tests.programmes import first_sound, made, programme

pytestmark = pytest.mark.media
AAC: dict[str, Any] = {"c:a": "aac", "b:a": "96k"}
PCM: dict[str, Any] = {"c:a": "pcm_s16le"}
OPEN: dict[str, Any] = {"g": 48, "bf": 3, "sc_threshold": 0, "x264-params": "open-gop=1:b-adapt=0", **AAC}
MPEG2: dict[str, Any] = {"c:v": "mpeg2video", "qscale:v": 2, **PCM}
PRORES: dict[str, Any] = {"c:v": "prores_ks", "profile:v": 0, "pix_fmt": "yuv422p10le", **PCM}
WITHIN_SAMPLES = 480  # 10 ms: less than half an AAC frame


@pytest.fixture(scope="module")
def reels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of counted clips: long open GOPs with B frames in three containers, intra frames, drop-frame rate."""
    folder = tmp_path_factory.mktemp("reels")
    open_gops = counted(folder / "master.mp4", 330, **OPEN)
    for name in ("master.ts", "master.mkv"):
        make(folder / name, source_input(open_gops)["v"], source_input(open_gops)["a"], c="copy")
    counted(folder / "long.mxf", 330, **MPEG2, g=12, bf=2)
    counted(folder / "intra.mov", 330, **PRORES)
    counted(folder / "drop.mov", 90, "30000/1001", **PRORES)
    counted(folder / "ident.mp4", 50, "30000/1001", first=900, **AAC)
    return folder


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "made"


def close(found: list[int], *expected_seconds: float) -> bool:
    wanted = [round(one * SAMPLE_RATE) for one in expected_seconds]
    return len(found) == len(wanted) and all(
        abs(one - other) <= WITHIN_SAMPLES for one, other in zip(found, wanted, strict=True)
    )


@pytest.mark.parametrize("master", ["master.mp4", "master.ts", "master.mkv", "long.mxf", "intra.mov"])
def test_the_first_frame_is_the_in_point_and_the_last_one_comes_before_the_out_point(
    reels: Path, target: Path, master: str
) -> None:
    info = programme(reels, {"master": {"in": "10.04", "out": "12.84"}}, master)
    cut = made(reels, info, target)
    assert cut.frames == list(range(251, 321))
    assert close(cut.beeps, 0.96, 1.96)
    assert info.duration_seconds * 25 == cut.report.decoded_frames == 70
    assert info.timeline is not None
    assert info.timeline.spans[0].jump_seconds > 0, "the reading began before the in point, and not at the start"


@pytest.mark.parametrize("master", ["master.ts", "intra.mov"])
def test_an_in_point_near_the_start_is_exact_too(reels: Path, target: Path, master: str) -> None:
    cut = made(reels, programme(reels, {"master": {"in": "0.04", "out": "1.24"}}, master), target)
    assert cut.frames == list(range(1, 31))
    assert close(cut.beeps, 0.96)


@pytest.mark.parametrize(
    ("first", "points", "frames"),
    [
        ("00:59:58;00", {"in": "00:59:59;28", "out": "01:00:00;02"}, range(58, 62)),
        ("00:00:58;00", {"in": "00:01:00;02", "out": "00:01:00;05"}, range(60, 63)),
    ],
)
def test_points_in_drop_frame_time_code_name_the_frames_that_an_editor_sees(
    reels: Path, target: Path, first: str, points: dict[str, str], frames: range
) -> None:
    info = programme(reels, {"master": points}, "drop.mov", timecode=first)
    assert made(reels, info, target).frames == list(frames)
    assert info.timecode == points["in"]


def test_a_join_neither_loses_nor_repeats_a_frame_and_sound_stays_with_it(reels: Path, target: Path) -> None:
    stretches = [("1", "2"), ("12", "13.04"), ("3.04", "3.12"), ("1", "2")]
    info = programme(reels, {"parts": [{"in": first, "out": last} for first, last in stretches]})
    cut = made(reels, info, target)
    assert cut.frames == [*range(25, 50), *range(300, 326), 76, 77, *range(25, 50)]
    assert close(cut.beeps, 0, 1, 2, 2.12)


def test_an_ident_of_another_rate_is_brought_to_that_of_the_programme(reels: Path, target: Path) -> None:
    ident = {"file": "ident.mp4"}
    info = programme(
        reels, {"idents": {"head": ident | {"in": "0.5"}, "tail": ident}, "master": {"in": "10.04", "out": "11.04"}}
    )
    cut = made(reels, info, target)
    assert cut.frames[29:54] == list(range(251, 276))
    assert cut.frames[0] == 915
    assert cut.frames[54] == 900
    assert all(900 <= number < 950 for number in (*cut.frames[:29], *cut.frames[54:]))
    assert close(cut.beeps, 0.5, 1.16 + 0.96, 2.16, 3.16)


def test_sound_in_files_of_its_own_is_cut_with_the_picture(reels: Path, target: Path) -> None:
    for name, second in (("left.wav", 9), ("right.wav", 10)):
        beep = f"if(between(t,{second},{second}.02),0.9*sin(2*PI*1000*t),0)"
        tone = generated_input(f"aevalsrc=exprs='{beep}':s=48000:d=16")
        make(reels / name, tone, **{"c:a": "pcm_s24le"})
    said = {"master": {"in": "8.04", "out": "10.44"}, "sound": {"map": {"L": "left.wav", "R": "right.wav"}}}
    info = programme(reels, said)
    cut = made(reels, info, target)
    assert close(cut.beeps, 0.96, 1.96)
    assert [(one.layout, one.channels, one.duration_seconds) for one in info.audio] == [
        ("stereo", 2, info.duration_seconds)
    ]


def test_op_atom_is_one_title_of_its_picture_and_its_sounds(reels: Path, target: Path) -> None:
    intra = source_input(reels / "intra.mov")
    larger = intra["v"].filter("scale", 320, 192, flags="neighbor")  # DNxHR has a least size
    make(reels / "V1.mxf", larger, **{"c:v": "dnxhd", "profile:v": "dnxhr_sq", "pix_fmt": "yuv422p", "f": "mxf_opatom"})
    for name in ("A1.mxf", "A2.mxf"):
        make(reels / name, intra["a"], **{"c:a": "pcm_s16le", "ac": 1, "f": "mxf_opatom"})
    said = {"master": {"in": "1", "out": "2.2"}, "sound": {"map": {"L": "A1.mxf", "R": "A2.mxf"}}}
    info = programme(reels, said, "V1.mxf")
    cut = made(reels, info, target)
    assert cut.frames == list(range(25, 55))
    assert close(cut.beeps, 0, 1)
    assert all(finding.code != "no_audio" for finding in info.findings)


def test_a_programme_without_points_opens_its_file_as_ever(reels: Path) -> None:
    source = reels / "master.mp4"
    info = FfprobeProber(tools(), SupervisedRunner()).inspect(source)
    argv = SoundEncoder(tools(), SupervisedRunner()).command(source, info, first_sound(info), reels / "a.mp4")
    assert not {"-ss", "-itsoffset", "-thread_queue_size"} & {*argv}


def test_text_that_begins_before_picture_and_sound_moves_none_of_them(tmp_path: Path) -> None:
    """FFmpeg counts from the text then, and from behind what primes the decoder of the sound."""
    whole, words = counted(tmp_path / "whole.mkv", 75, **PCM), tmp_path / "words.srt"
    words.write_text("1\n00:00:01,000 --> 00:00:01,500\nBeep\n")
    delayed = [source_input(whole, itsoffset=0.7)["v"], source_input(whole, itsoffset=0.5)["a"]]
    make(tmp_path / "late.mkv", *delayed, caption_input(words, itsoffset=-0.9)["s"], **{"c:v": "copy", **AAC})
    info = FfprobeProber(tools(), SupervisedRunner()).inspect(tmp_path / "late.mkv")
    FfmpegTranscoder(tools(), SupervisedRunner()).encode_audio(
        tmp_path / "late.mkv", info, first_sound(info), tmp_path / "a.mp4"
    )
    assert [round(beep / SAMPLE_RATE, 3) for beep in beeps(tmp_path / "a.mp4")] == [0.8, 1.8]
    assert info.first_picture_in(info.text[0]) == Fraction("0.6")
    cut = made(tmp_path, programme(tmp_path, {"master": {"in": "0.52", "out": "2.52"}}, "late.mkv"), tmp_path / "made")
    assert cut.frames == list(range(13, 63))
    assert [round(beep / SAMPLE_RATE, 3) for beep in cut.beeps] == [0.28, 1.28]


@pytest.mark.parametrize("suffix", ["ts", "mpg"])
def test_sound_that_begins_late_in_a_transport_stream_stays_late(tmp_path: Path, suffix: str) -> None:
    """FFmpeg counts the time of such a file from the first packet of what is read of it."""
    whole = counted(tmp_path / "whole.mp4", 75, **AAC)
    codecs: dict[str, Any] = {"c": "copy"} if suffix == "ts" else {"c:v": "mpeg2video", "c:a": "mp2"}
    late = tmp_path / f"late.{suffix}"
    make(late, source_input(whole)["v"], source_input(whole, itsoffset="0.5")["a"], **codecs)
    info = FfprobeProber(tools(), SupervisedRunner()).inspect(late)
    FfmpegTranscoder(tools(), SupervisedRunner()).encode_audio(late, info, first_sound(info), tmp_path / "a.mp4")
    assert close(beeps(tmp_path / "a.mp4"), 0.5, 1.5, 2.5)
