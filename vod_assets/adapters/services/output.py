"""What comes back from transcoding services: looked at with FFmpeg, and written anew as our own renditions are."""

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from vod_assets.adapters.ffmpeg.command import compile_ffmpeg, ffprobe_command, source_input
from vod_assets.adapters.ffmpeg.counts import DecodeCounter
from vod_assets.adapters.probe.streams import bit_depth
from vod_assets.adapters.services.work_folder import WorkFolder
from vod_assets.adapters.tools import Tools
from vod_assets.domain.errors import RemoteError, StoreError, ToolError
from vod_assets.domain.filters import DETERMINISTIC_MP4
from vod_assets.domain.media_info import Colour
from vod_assets.domain.rendition_spec import RenditionSpec
from vod_assets.domain.service_output import OutputFacts, faults_of, key_frames_of, level_name
from vod_assets.ports import Limits, ToolRunner
from vod_assets.ports.services import Order

VIDEO_FILE, FETCHED_FILE = "video.mp4", "fetched.mp4"
SMALLEST_BYTES = 256  # of an MP4 file with a picture
LEAST_TICKS, MOVIE_TICKS = 10_000, 1000  # of a track and of all, as FFmpeg's MP4 writer has them when it encodes
SHOWN = ("-select_streams", "v:0", "-show_streams", "-show_packets", "-of", "json")
PACKETS = ("-show_entries", "packet=pts,flags:stream")


class Outputs:
    """Takes files of a service, if they are what was ordered."""

    def __init__(self, tools: Tools, runner: ToolRunner, work_folder: WorkFolder) -> None:
        self.tools, self.runner, self.work_folder = tools, runner, work_folder
        self.build_ids: Mapping[str, str] = {"ffmpeg": tools.build_id("ffmpeg")}

    def take(self, order: Order, files: Sequence[tuple[RenditionSpec, str]], folders: Sequence[Path]) -> float:
        """Write each rendition to ``<folder>/video.mp4``, and return how many CPU seconds that took.

        Raises:
            RemoteError: ``service_output_wrong``: one is missing, damaged, or not what was ordered.
        """
        for spec, address in files:
            if (self.work_folder.size(address) or 0) < SMALLEST_BYTES:
                raise _wrong(order, spec, f"{address} is missing or empty")
        return sum(
            self._taken(order, spec, address, folder) for (spec, address), folder in zip(files, folders, strict=True)
        )

    def _taken(self, order: Order, spec: RenditionSpec, address: str, folder: Path) -> float:
        fetched, made = folder / FETCHED_FILE, folder / VIDEO_FILE
        fetched.unlink(missing_ok=True)
        try:
            self.work_folder.fetch(address, fetched)
            seconds = self._rewritten(fetched, made, spec)
            facts, decoding = self._looked_at(made)
        except StoreError as error:
            if error.code != "artifact_missing":
                raise
            raise _wrong(order, spec, f"{address} is missing") from error
        except (ToolError, KeyError, ValueError, IndexError) as error:
            raise _wrong(order, spec, f"it cannot be read ({str(error)[:200]})") from error
        faults = faults_of(spec, facts)
        fetched.unlink()
        if faults:
            made.unlink()
            raise _wrong(order, spec, "; ".join(faults))
        return seconds + decoding

    def _probed(self, path: Path) -> Mapping[str, Any]:
        argv = ffprobe_command(self.tools.ffprobe, path, *PACKETS, *SHOWN)
        said: Mapping[str, Any] = json.loads(self.runner.run(argv).stdout)
        return said

    def _rewritten(self, fetched: Path, made: Path, spec: RenditionSpec) -> float:
        """Write the picture alone from time zero, in the ticks that FFmpeg counts our renditions in."""
        copied = {
            "c:v": "copy",
            "bsf:v": "setts=pts=PTS-STARTPTS:dts=DTS-STARTPTS",
            "video_track_timescale": timescale(spec.frame_rate),
            "movie_timescale": MOVIE_TICKS,
        }
        node = source_input(fetched)["v:0"].output(str(made), **copied, **DETERMINISTIC_MP4)
        return self.runner.run(compile_ffmpeg(self.tools.ffmpeg, [node], verbosity="level+warning")).cpu_seconds

    def facts(self, path: Path) -> OutputFacts:
        """Return what a file holds; it is decoded from its first frame to its last."""
        return self._looked_at(path)[0]

    def _looked_at(self, made: Path) -> tuple[OutputFacts, float]:
        counter = DecodeCounter()
        shown = source_input(made)["v:0"].output("-", f="null", fps_mode="passthrough")
        argv = compile_ffmpeg(self.tools.ffmpeg, [shown], verbosity="level+verbose")
        seconds = self.runner.run(argv, limits=Limits(), on_error_line=counter.read).cpu_seconds
        counts = counter.counts
        damaged = counts.errors.get(0, 0) + counts.corrupt.get(0, 0)
        complaints = counts.complaints or (f"{damaged} frames",) if damaged else ()
        return facts_of(self._probed(made), made.stat().st_size, counts.frames.get(0, 0), complaints), seconds


def timescale(frame_rate: Fraction) -> int:
    """Return how many ticks a second has in an MP4 file that FFmpeg encodes to: ten thousand at least."""
    ticks = frame_rate.numerator
    while ticks < LEAST_TICKS:
        ticks *= 2
    return ticks


def facts_of(said: Mapping[str, Any], size: int, decoded: int, complaints: Sequence[str]) -> OutputFacts:
    """Return what a file holds, of ffprobe's answer and of what a decoder said.

    Raises:
        KeyError, ValueError, IndexError: It has no picture, or one without times.
    """
    stream = said["streams"][0]
    packets = [(int(one["pts"]), "K" in one["flags"]) for one in said["packets"]]
    times = sorted(time for time, _ in packets)
    steps = {after - before for before, after in pairwise(times)}
    keys, is_closed = key_frames_of(packets)
    rate = Fraction(stream["r_frame_rate"])
    return OutputFacts(
        codec=stream["codec_name"],
        width=stream["width"],
        height=stream["height"],
        sample_aspect=Fraction(stream.get("sample_aspect_ratio", "0:1").replace(":", "/")),
        frame_rate=rate,
        is_constant=not steps or max(steps) - min(steps) <= 1,
        frames=len(packets),
        key_frames=keys,
        is_closed=is_closed,
        bit_depth=bit_depth(stream),
        field_order=stream.get("field_order", ""),
        colour=Colour(
            primaries=stream.get("color_primaries", ""),
            transfer=stream.get("color_transfer", ""),
            matrix=stream.get("color_space", ""),
            range=stream.get("color_range", ""),
        ),
        bits_per_second=int(size * 8 * rate / max(1, len(packets))),
        decoded_frames=decoded,
        complaints=tuple(complaints),
        level=level_name(stream["codec_name"], int(stream.get("level", 0))),
    )


def _wrong(order: Order, spec: RenditionSpec, why: str) -> RemoteError:
    cause = f"{spec.key} of {order.title} came back wrong: {why}"
    return RemoteError("service_output_wrong", cause, "Look at the job at the service; then run the title again")
