"""The seed profile's rungs are those of the classic FFmpeg command: size, duration and bitrate."""

from fractions import Fraction
from pathlib import Path

import pytest

from vod_assets.adapters.ffmpeg.command import compile_ffmpeg, ffprobe_command, source_input
from vod_assets.adapters.probe.ffprobe import FfprobeProber
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.profiles import load_profiles
from vod_assets.adapters.transcode.ffmpeg import VIDEO_FILE, FfmpegTranscoder
from vod_assets.domain.ladder import fit
from vod_assets.ports import CodecJob, RungJob
from vod_assets_tests.adapters.transcode.clips import moving_picture, tools

SECONDS = 4


def classic_rung(source: Path, target: Path, size: str, bitrate: int) -> Path:
    """One output of the classic command: ``-preset fast -g 48 -sc_threshold 0 -s SIZE -b:v BITRATE``."""
    options = {"c:v": "libx264", "preset": "fast", "g": 48, "sc_threshold": 0, "s": size, "b:v": bitrate}
    output = source_input(source)["v"].output(str(target), **options)
    SupervisedRunner().run(compile_ffmpeg(tools().ffmpeg, [output]))
    return target


def facts(path: Path) -> tuple[str, Fraction, Fraction]:
    """Return a file's picture size, duration in seconds, and bits per second of its packets."""
    entries = ("-select_streams", "v", "-show_entries", "packet=size:stream=width,height,duration", "-of", "csv=p=0")
    lines = SupervisedRunner().run(ffprobe_command(tools().ffprobe, path, *entries)).stdout.decode().split()
    *packets, stream = (line.strip(",").split(",") for line in lines)
    duration = Fraction(stream[2])
    return f"{stream[0]}x{stream[1]}", duration, Fraction(8 * sum(int(packet[0]) for packet in packets)) / duration


@pytest.mark.media
def test_the_seed_rungs_are_those_of_the_classic_command_within_a_tenth(tmp_path: Path) -> None:
    source = moving_picture(tmp_path / "source.mp4", "1280x720", SECONDS, vf="noise=alls=12:allf=t")
    info = FfprobeProber(tools(), SupervisedRunner()).inspect(source)
    profile = load_profiles()["seed"]
    preset, ladder = profile.video[0], fit(profile, info.video)
    jobs = []
    for rung in ladder.made:
        folder = tmp_path / rung.key
        folder.mkdir()
        jobs.append(RungJob(rung, next(one for one in preset.rungs if one.name == rung.name), folder))
    FfmpegTranscoder(tools(), SupervisedRunner()).encode_video(
        source, info, CodecJob(ladder, preset, jobs), lambda _: None
    )
    assert [job.rung.name for job in jobs] == ["720p", "480p"]
    for job in jobs:
        size = f"{job.preset.box[0]}x{job.preset.box[1]}"
        theirs = facts(classic_rung(source, tmp_path / f"{job.rung.name}.mp4", size, job.preset.bitrate or 0))
        ours = facts(job.directory / VIDEO_FILE)
        assert ours[:2] == theirs[:2] == (size, SECONDS)
        assert abs(ours[2] / theirs[2] - 1) <= Fraction(1, 10)
