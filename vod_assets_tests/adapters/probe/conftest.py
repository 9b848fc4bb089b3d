"""Clips that FFmpeg generates, and the prober that looks at them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vod_assets.adapters.ffmpeg.command import artifact_input, compile_ffmpeg, generated_input, source_input
from vod_assets.adapters.ffmpeg.counts import DecodeCounter
from vod_assets.adapters.probe.ffprobe import FfprobeProber
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.tools import Tools
from vod_assets.domain.acceptance import DecodeCounts, judge_audio_decode, judge_decode, judge_failed_decode
from vod_assets.domain.errors import ToolError
from vod_assets.domain.media_info import Finding, MediaInfo
from vod_assets.settings import Settings

FAST = {"vcodec": "libx264", "preset": "ultrafast", "g": 25, "pix_fmt": "yuv420p"}
SILENT: dict[str, Any] = {}
Make = Callable[..., Path]


class Bench:
    """Makes clips, inspects them, and decodes them as the encode step does."""

    def __init__(self, tools: Tools) -> None:
        self.tools, self.runner = tools, SupervisedRunner()
        self.prober = FfprobeProber(tools, self.runner)

    def clip(
        self, target: Path, picture: str = "testsrc2=s=160x90:r=25:d=4", sound: str = "sine=d=4", **options: Any
    ) -> Path:
        """Write a clip of a lavfi picture and sound (empty: none), H.264 and AAC unless the options say otherwise."""
        streams = [generated_input(picture).video] if picture else []
        streams += [generated_input(sound).audio] if sound else []
        self.write(target, streams, **{**(FAST if picture else {}), **options})
        return target

    def write(self, target: Path, streams: list[Any], **options: Any) -> None:
        """Write a file of ready streams."""
        import ffmpeg

        self.runner.run(compile_ffmpeg(self.tools.ffmpeg, [ffmpeg.output(*streams, str(target), **options)]))

    def copy(self, source: Path, target: Path, *, read: dict[str, Any] | None = None, **options: Any) -> Path:
        """Copy a clip's streams into another container."""
        self.write(target, [artifact_input(source, **(read or {}))], **{"c": "copy", "map": "0", **options})
        return target

    def inspect(self, path: Path, file: str = "") -> MediaInfo:
        return self.prober.inspect(path, file)

    def decode(self, path: Path, info: MediaInfo) -> tuple[Finding, ...]:
        """Decode picture and sound, and return what the gate says of it."""
        indexes = [info.video.index, *(stream.index for stream in info.audio)]
        source = source_input(path)
        outputs = [source[str(index)].output("-", format="null") for index in indexes]
        counts = self.counts(compile_ffmpeg(self.tools.ffmpeg, outputs, verbosity="level+verbose"), info)
        judged = judge_decode(info, counts)
        return (*judged, *(finding for stream in info.audio for finding in judge_audio_decode(stream, counts)))

    def counts(self, argv: list[str], info: MediaInfo) -> DecodeCounts:
        counter = DecodeCounter()
        try:
            self.runner.run(argv, on_error_line=counter.read)
        except ToolError as error:
            raise judge_failed_decode(error, info.video.index, counter.counts) from error
        return counter.counts

    def accept(self, path: Path, file: str = "") -> set[str]:
        """Return the codes of everything that is said of an accepted file."""
        info = self.inspect(path, file)
        return {finding.code for finding in (*info.findings, *self.decode(path, info))}


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(Tools.from_settings(Settings(home=tmp_path_factory.mktemp("home"))))


@pytest.fixture(scope="session")
def good(bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound MP4 of 100 frames and 4 s, index first."""
    return bench.clip(tmp_path_factory.mktemp("clips") / "good.mp4", movflags="faststart")
