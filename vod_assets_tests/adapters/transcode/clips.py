"""Clips of seconds, made by FFmpeg from its own test pictures with the project's own command builder."""

from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from vod_assets.adapters.ffmpeg.command import compile_ffmpeg, generated_input
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.tools import Tools
from vod_assets.domain.media_info import MediaInfo, VideoStream
from vod_assets.settings import Settings


@cache
def tools() -> Tools:
    return Tools.from_settings(Settings())


def make(target: Path, *inputs: Any, **options: Any) -> Path:
    """Encode the inputs into one file."""
    output = inputs[0].output(*inputs[1:], str(target), **options)
    SupervisedRunner().run(compile_ffmpeg(tools().ffmpeg, [output]))
    return target


def moving_picture(target: Path, size: str = "320x180", seconds: int = 4, gop: int = 25, **options: Any) -> Path:
    """Write FFmpeg's moving test picture, ``gop`` frames from one key frame to the next, 25 frames a second."""
    picture = generated_input(f"testsrc2=s={size}:r=25:d={seconds}")
    encoding = {
        "c:v": "libx264",
        "preset": "ultrafast",
        "g": gop,
        "sc_threshold": 0,
        "pix_fmt": "yuv420p",
        "threads": 1,
    }
    return make(target, picture, **{**encoding, **options})


def described(width: int, height: int, seconds: Fraction | int, gap: Fraction | int | None, **video: Any) -> MediaInfo:
    """Return the media info of a clip."""
    stream = VideoStream(
        index=0,
        codec="h264",
        width=width,
        height=height,
        frame_rate=Fraction(25),
        duration_seconds=Fraction(seconds),
        keyframe_gap_seconds=None if gap is None else Fraction(gap),
        **video,
    )
    return MediaInfo(container="mp4", size_bytes=1, duration_seconds=Fraction(seconds), video=stream)
