"""An encode that no longer advances is ended, and the error says where; a large source gets the memory it needs."""

import os
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from vod_assets.adapters.ffmpeg.command import generated_input
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.transcode.ffmpeg import VIDEO_FILE, FfmpegTranscoder
from vod_assets.adapters.transcode.memory import address_space_bytes
from vod_assets.adapters.transcode.pictures import FfmpegPictureMaker
from vod_assets.domain.audio_presets import AudioPreset
from vod_assets.domain.audio_rendition import SoundPlan
from vod_assets.domain.audio_sources import stream_sound
from vod_assets.domain.errors import ToolError
from vod_assets.domain.ladder import Ladder, Rung
from vod_assets.domain.media_info import AudioStream, MediaInfo
from vod_assets.domain.thumbnails import ThumbnailPreset
from vod_assets.domain.video_presets import RungPreset, VideoPreset
from vod_assets.ports import CodecJob, EncodeReport, Limits, Progress, RungJob, ToolResult, ToolRunner
from vod_assets_tests.adapters.transcode.clips import described, make, moving_picture, tools

pytestmark = pytest.mark.media
SMALL = RungPreset(name="90p", box=(160, 90), crf=30)
PRESET = VideoPreset(preset="ultrafast", threads=1, rungs=(SMALL,))
STREAM = AudioStream(index=0, codec="aac", channels=1, sample_rate=48000, duration_seconds=Fraction(8))
SOUND = SoundPlan(stream_sound(STREAM), AudioPreset(), "mono")


class Impatient:
    """Runs tools with less patience than they are given, and remembers the limits."""

    def __init__(self, stall_seconds: int) -> None:
        self.stall_seconds = stall_seconds
        self.given: list[Limits] = []

    def run(self, argv: Sequence[str], *, limits: Limits = Limits(), **options: Any) -> ToolResult:  # noqa: B008
        self.given.append(limits)
        return SupervisedRunner().run(argv, limits=replace(limits, stall_seconds=self.stall_seconds), **options)


class OldProcessor:
    """Runs FFmpeg as if the processor had no instructions later than AVX."""

    def run(self, argv: Sequence[str], **options: Any) -> ToolResult:
        return SupervisedRunner().run([argv[0], "-cpuflags", "avx", *argv[1:]], **options)


@contextmanager
def stopping_pipe(pipe: Path, start: bytes) -> Iterator[Path]:
    """Make a FIFO that gives the start of a file and then nothing more, without an end."""
    os.mkfifo(pipe)
    is_done = threading.Event()

    def feed() -> None:
        with pipe.open("wb", buffering=0) as end:
            end.write(start)
            is_done.wait(60)

    feeder = threading.Thread(target=feed)
    feeder.start()
    try:
        yield pipe
    finally:
        is_done.set()
        feeder.join()


def encode(source: Path, info: MediaInfo, target: Path, runner: ToolRunner) -> EncodeReport:
    rung = Rung(key="h264_90p", codec="h264", name="90p", width=160, height=90)
    ladder = Ladder(frame_rate=Fraction(25), gop_frames=50, segment_frames=50, rungs=(rung,))
    target.mkdir()
    seen: list[Progress] = []
    jobs = [RungJob(rung=rung, preset=SMALL, directory=target)]
    return FfmpegTranscoder(tools(), runner).encode_video(source, info, CodecJob(ladder, PRESET, jobs), seen.append)


def test_an_encode_whose_source_stops_coming_is_stalled(tmp_path: Path) -> None:
    data = moving_picture(tmp_path / "clip.ts", seconds=8).read_bytes()
    info = described(320, 180, 8, 1)
    with stopping_pipe(tmp_path / "pipe.ts", data[: len(data) * 3 // 4]) as source, pytest.raises(ToolError) as caught:
        encode(source, info, tmp_path / "made", Impatient(2))
    assert caught.value.code == "stalled"
    assert re.search(r"stalled at 00:00:0[2-6]\.\d{3}: no advance for 2 s", str(caught.value))


def test_sound_whose_source_stops_coming_is_stalled(tmp_path: Path) -> None:
    clip = make(tmp_path / "tone.ts", generated_input("sine=440:d=8"), **{"c:a": "aac", "b:a": "96k"})
    data, info = clip.read_bytes(), described(320, 180, 8, 1)
    with stopping_pipe(tmp_path / "pipe.ts", data[: len(data) * 3 // 4]) as source, pytest.raises(ToolError) as caught:
        FfmpegTranscoder(tools(), Impatient(2)).encode_audio(source, info, SOUND, tmp_path / "a.mp4")
    assert caught.value.code == "stalled"


@pytest.mark.parametrize(("size", "gibibytes"), [((1920, 1080), 4), ((3840, 2160), 12), ((7680, 4320), 12)])
def test_a_large_source_may_take_more_memory_however_small_its_rungs(
    tmp_path: Path, size: tuple[int, int], gibibytes: int
) -> None:
    clip, info = moving_picture(tmp_path / "clip.mp4", size="64x36", seconds=1), described(*size, 1, 1)
    runner = Impatient(60)
    encode(clip, info, tmp_path / "made", runner)
    FfmpegPictureMaker(tools(), runner).poster(clip, info, tmp_path / "poster.jpg")
    FfmpegPictureMaker(tools(), runner).thumbnails(clip, info, ThumbnailPreset(width=32), tmp_path)
    assert {limits.address_space_bytes >> 30 for limits in runner.given} == {gibibytes}
    assert len(runner.given) >= 3


def test_a_rendition_has_the_same_bytes_on_older_processors(tmp_path: Path) -> None:
    clip, info = moving_picture(tmp_path / "clip.mp4", seconds=1), described(320, 180, 1, 1)
    for name, runner in (("new", SupervisedRunner()), ("old", OldProcessor())):
        encode(clip, info, tmp_path / name, runner)
    assert (tmp_path / "new" / VIDEO_FILE).read_bytes() == (tmp_path / "old" / VIDEO_FILE).read_bytes()


def test_a_large_rung_may_take_more_memory() -> None:
    rung = Rung(key="h264_2160p", codec="h264", name="2160p", width=3840, height=2160)
    assert address_space_bytes(described(1280, 720, 1, 1).video, [rung]) == 12 << 30
