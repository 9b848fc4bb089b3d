"""Samples are encoded, decoded again and measured in one process, and what came of each is what an encode comes to."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from vod_assets.adapters.ffmpeg.command import generated_input, source_input
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.quality.ffmpeg import FfmpegQualityMeter
from vod_assets.adapters.quality.sample import grouped, read_sizes
from vod_assets.domain.encoders import X264
from vod_assets.domain.errors import SourceError, ToolError
from vod_assets.domain.filters import Filter
from vod_assets.domain.probing import Excerpt, Metric, Window
from vod_assets.domain.quality import seen_at
from vod_assets.ports import ProbeJob, Sampling
from vod_assets_tests.adapters.transcode.clips import described, make, moving_picture, tools

INFO = described(320, 180, 4, 1)
SHARED = (Filter(name="setpts", arguments={"expr": "PTS-STARTPTS"}), Filter(name="fps", arguments={"fps": "25"}))


def meter() -> FfmpegQualityMeter:
    return FfmpegQualityMeter(tools(), SupervisedRunner())


def scaled(width: int, height: int, pixel_format: str = "yuv420p") -> tuple[Filter, ...]:
    size = {"w": str(width), "h": str(height), "flags": "bicubic"}
    return (Filter(name="scale", arguments=size), Filter(name="format", arguments={"pix_fmts": pixel_format}))


def job(crf: int, size: tuple[int, int] = (320, 180), metric: Metric = "vmaf") -> ProbeJob:
    options = {"c:v": "libx264", "preset": "ultrafast", "threads:v": "1", "crf": str(crf), "g": "25"}
    return ProbeJob(scaled(*size), options, metric, seen_at((320, 180), scaled(320, 180)), (320, 180), size)


def sampling(start: int = 1, frames: int = 25) -> Sampling:
    window = Window(start_seconds=Fraction(start), frames=frames)
    return Sampling(window, Excerpt(0, frames, 0), Fraction(25), SHARED, scaled(320, 180))


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return moving_picture(tmp_path_factory.mktemp("clip") / "it's [one]; 100%.mp4")


def test_worse_factors_and_smaller_sizes_take_fewer_bits_and_score_less(source: Path, tmp_path: Path) -> None:
    jobs = [job(15), job(40), job(15, (160, 90)), job(40, metric="xpsnr")]
    fine, coarse, small, noisy = meter().probe(source, INFO, sampling(), jobs, tmp_path, lambda _: None)
    assert fine.score > max(coarse.score, small.score) > 50
    assert fine.size_bytes > 2 * coarse.size_bytes
    assert fine.size_bytes > small.size_bytes
    assert 20 < noisy.score < 45
    assert noisy.size_bytes == coarse.size_bytes
    assert not list(tmp_path.iterdir())


def test_a_single_frame_is_measured(source: Path, tmp_path: Path) -> None:
    (one,) = meter().probe(source, INFO, sampling(0, 1), [job(15)], tmp_path, lambda _: None)
    assert one.score > 60
    assert one.size_bytes > 1000


def test_a_sample_that_is_not_there_is_a_sentence(source: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"25 frames at 60\.00 s cannot be decoded") as raised:
        meter().probe(source, INFO, sampling(60), [job(15)], tmp_path, lambda _: None)
    assert raised.value.code == "sample_unreadable"


def test_a_sample_comes_to_what_it_is_in_the_whole_encode(source: Path, tmp_path: Path) -> None:
    """The encoder sees what follows a sample, and one that is not the first of all had a run-up."""
    fine = {**job(20).options, "preset": "veryfast", **X264.options}
    whole = {**fine, "pix_fmt": "yuv420p", "f": "framecrc"}
    sizes = read_sizes(make(tmp_path / "whole", source_input(source), **whole))

    def came(start: int, before: int, after: int) -> int:
        hurried = {name: words.format(first=before + 25, last=200) for name, words in X264.hurrying.items()}
        key = {"force_key_frames": f"expr:eq(n,{before})"} if before else {}
        options = fine | key | (hurried if after else {})
        window = Window(start_seconds=Fraction(start), frames=25)
        asked = Sampling(window, Excerpt(before, 25, after), Fraction(25), SHARED, scaled(320, 180))
        (one,) = meter().probe(source, INFO, asked, [replace(job(20), options=options)], tmp_path, lambda _: None)
        assert one.frames == 25
        return one.size_bytes

    assert came(0, 0, X264.lookahead_frames["veryfast"]) == sum(sizes[:25]) != came(0, 0, 0)
    wanted = sum(sizes[50:75])
    assert abs(came(2, X264.run_up_frames, 10) - wanted) < abs(came(2, 0, 0) - wanted) / 2


def test_a_picture_that_stands_long_is_what_is_sampled(tmp_path: Path) -> None:
    """One that began before the sample, and the last one of a title."""
    moving = generated_input("testsrc2=s=320x180:r=25:d=4").filter("select", "lt(n,25)+eq(n,90)")
    clip = make(tmp_path / "clip.mkv", moving, **{"c:v": "libx264", "preset": "ultrafast", "fps_mode": "vfr"})
    info = described(320, 180, 6, None, is_variable_rate=True)
    for start in (2, 5):
        (one,) = meter().probe(clip, info, sampling(start), [job(20)], tmp_path, lambda _: None)
        assert one.frames == 25
        assert one.score > 90


def test_what_the_encoder_refuses_is_not_blamed_on_the_source(source: Path, tmp_path: Path) -> None:
    refused = replace(job(20), options={**job(20).options, "profile:v": "none_of_these"})
    with pytest.raises(ToolError) as raised:
        meter().probe(source, INFO, sampling(), [refused], tmp_path, lambda _: None)
    assert raised.value.code == "tool_failed"


def test_encodes_of_uhd_are_parted_among_processes() -> None:
    def sizes(width: int, height: int, count: int) -> list[int]:
        one = replace(job(20), viewed=(width, height), coded=(width, height))
        return [len(group) for group in grouped([one] * count)]

    assert sizes(3840, 2160, 7) == [2, 2, 2, 1]
    assert sizes(1920, 1080, 10) == [10]
