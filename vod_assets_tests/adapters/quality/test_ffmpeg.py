"""Samples are encoded, decoded again and measured in one process, and what came of each is what an encode comes to."""

from fractions import Fraction
from pathlib import Path

import pytest

from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.quality.ffmpeg import FfmpegQualityMeter
from vod_assets.domain.errors import SourceError
from vod_assets.domain.filters import Filter
from vod_assets.domain.probing import Metric, Window
from vod_assets.domain.quality import seen_at
from vod_assets.ports import ProbeJob, Sampling
from vod_assets_tests.adapters.transcode.clips import described, moving_picture, tools

INFO = described(320, 180, 4, 1)
SHARED = (Filter(name="setpts", arguments={"expr": "PTS-STARTPTS"}), Filter(name="fps", arguments={"fps": "25"}))


def meter() -> FfmpegQualityMeter:
    return FfmpegQualityMeter(tools(), SupervisedRunner())


def scaled(width: int, height: int, pixel_format: str = "yuv420p") -> tuple[Filter, ...]:
    size = {"w": str(width), "h": str(height), "flags": "bicubic"}
    return (Filter(name="scale", arguments=size), Filter(name="format", arguments={"pix_fmts": pixel_format}))


def job(crf: int, size: tuple[int, int] = (320, 180), metric: Metric = "vmaf") -> ProbeJob:
    options = {"c:v": "libx264", "preset": "ultrafast", "threads:v": "1", "crf": str(crf), "g": "25"}
    return ProbeJob(scaled(*size), options, metric, seen_at((320, 180), scaled(320, 180)), (320, 180))


def sampling(start: int = 1, frames: int = 25) -> Sampling:
    return Sampling(Window(start_seconds=Fraction(start), frames=frames), Fraction(25), SHARED, scaled(320, 180))


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
