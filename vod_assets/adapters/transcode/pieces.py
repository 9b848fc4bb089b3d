"""Encoding a rendition piece by piece with FFmpeg, and joining the pieces without encoding anything again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from vod_assets.adapters.ffmpeg import programme
from vod_assets.adapters.ffmpeg.command import compile_ffmpeg, ffprobe_command, joined_input
from vod_assets.adapters.ffmpeg.counts import DecodeCounter
from vod_assets.adapters.ffmpeg.programme import chained
from vod_assets.adapters.ffmpeg.progress import STALL_SECONDS, ProgressReader
from vod_assets.adapters.tools import Tools
from vod_assets.adapters.transcode.ffmpeg import VIDEO_FILE, rung_outputs
from vod_assets.adapters.transcode.memory import address_space_bytes
from vod_assets.adapters.transcode.piece_facts import (
    BORDERS_FORMAT,
    SHOWN_FORMAT,
    Outputs,
    clock_of,
    hashes_of,
    read_mark,
    sample_entry,
)
from vod_assets.domain.acceptance import judge_failed_decode
from vod_assets.domain.errors import PieceError, ToolError
from vod_assets.domain.filters import DETERMINISTIC_MP4, Filter
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.packet_marks import PacketMarks
from vod_assets.domain.pieces import (
    Clock,
    Piece,
    borders_of,
    inexact,
    on_the_whole_time_line,
    seek_seconds,
    trimmed,
)
from vod_assets.domain.rendition import shared_filters
from vod_assets.ports import CodecJob, EncodeReport, Limits, OnProgress, PieceReport, Progress, ToolRunner

BORDERS_FILE, LIST_FILE = "borders.txt", "pieces.ffconcat"
PASSED = {"fps_mode": "passthrough"}
MARKED = ("-show_entries", "packet=pts,duration,flags,data_hash:stream=extradata_hash", "-of", "csv")
MICROSECONDS = 1_000_000


class FfmpegPieces:
    """Makes pieces of renditions with the FFmpeg of the settings."""

    def __init__(self, tools: Tools, runner: ToolRunner) -> None:
        self.tools, self.runner = tools, runner
        self.build_ids: Mapping[str, str] = {"ffmpeg": tools.build_id("ffmpeg")}

    def clock(self, source: Path, info: MediaInfo) -> Clock:
        """Return the time line of a source's picture; see `vod_assets.ports.PieceTranscoder`."""
        picture = programme.picture(source, info, copyts=None)
        first = {"f": "framehash", "hash": "MD5", "frames:v": 1, "enc_time_base": "demux"}
        argv = compile_ffmpeg(self.tools.ffmpeg, [picture.output("pipe:1", **first, **PASSED)])
        limits = Limits(address_space_bytes=address_space_bytes(info.video), stall_seconds=STALL_SECONDS)
        return clock_of(self.runner.run(argv, limits=limits).stdout.decode())

    def marks(self, source: Path, info: MediaInfo) -> PacketMarks:
        """Return what every packet of a source's picture is; see `vod_assets.ports.PieceTranscoder`."""
        marks = PacketMarks()
        chosen = ("-select_streams", str(info.video.index), "-show_data_hash", "sha256")
        argv = ffprobe_command(self.tools.ffprobe, source, *chosen, *MARKED)
        self.runner.run(argv, limits=Limits(stall_seconds=STALL_SECONDS), on_line=partial(read_mark, marks))
        return marks

    def encode_piece(
        self,
        source: Path,
        info: MediaInfo,
        job: CodecJob,
        span: tuple[Clock, Piece],
        on_progress: OnProgress,
    ) -> PieceReport:
        """Encode the same piece of all rungs in one process; see `vod_assets.ports.PieceTranscoder`."""
        argv = self.piece_command(source, info, job, span)
        _, piece = span
        progress = ProgressReader(info.duration_seconds, _since(piece.first / job.ladder.frame_rate, on_progress))
        memory = address_space_bytes(info.video, [one.rung for one in job.rungs])
        counter, outputs = DecodeCounter(), Outputs()

        def read(line: str) -> None:
            counter.read(line)
            outputs.read(line)

        limits = Limits(address_space_bytes=memory, stall_seconds=STALL_SECONDS)
        try:
            result = self.runner.run(
                argv, limits=limits, on_line=progress.read, on_error_line=read, pulse=progress.advance
            )
        except ToolError as error:
            raise judge_failed_decode(error, info.video.index, counter.counts, source.name) from error
        borders = job.rungs[0].directory / BORDERS_FILE
        hashes = hashes_of(borders.read_text())
        borders.unlink()
        made = outputs.made(counter.counts, info.video.index, hashes)
        if objection := inexact(piece, made):
            raise PieceError("piece_inexact", objection, file=source.name, argv=argv)
        return PieceReport(made, result.cpu_seconds, result.wall_seconds)

    def piece_command(
        self,
        source: Path,
        info: MediaInfo,
        job: CodecJob,
        span: tuple[Clock, Piece],
    ) -> list[str]:
        """Return the command line of one piece of one codec.

        Its last outputs are the pictures at the borders and the count of the source's own pictures. What is read is
        not cut by FFmpeg (``noaccurate_seek``) but by frame numbers, and its times stay those of the file (``copyts``).
        """
        clock, piece = span
        place = seek_seconds(piece, job.ladder, info)
        found = {} if place is None else _found_at(place + clock.zero_ticks * clock.tick)
        picture = programme.picture(source, info, copyts=None, **found)
        first, *rest = on_the_whole_time_line(
            shared_filters(info.video, job.ladder), clock, is_from_start=place is None
        )
        read = chained(picture, [first]).filter_multi_output("split", 2)
        shown = chained(read[1], trimmed(*clock.span(piece, job.ladder.frame_rate)))
        even = chained(read[0], rest).filter_multi_output("split", 2)
        own = chained(even[0], [*trimmed(piece.first, None if piece.is_last else piece.end), _from_zero(piece)])
        outputs = [
            *rung_outputs(own, info, replace(job, ladder=piece.ladder(job.ladder))),
            chained(even[1], borders_of(piece)).output(
                str(job.rungs[0].directory / BORDERS_FILE), f=BORDERS_FORMAT, hash="SHA256", **PASSED
            ),
            shown.output("-", f=SHOWN_FORMAT, **{"c:v": "wrapped_avframe"}, **PASSED),
        ]
        return compile_ffmpeg(
            self.tools.ffmpeg, outputs, progress=True, verbosity="level+verbose", device=job.preset.tool.device
        )

    def join(self, pieces: Sequence[tuple[Path, int]], frame_rate: Fraction, directory: Path) -> EncodeReport:
        """Write pieces one after another as they are; see `vod_assets.ports.PieceTranscoder`."""
        files = [folder / VIDEO_FILE for folder, _ in pieces]
        if len({sample_entry(file) for file in files}) != 1:
            raise PieceError("piece_inexact", "the pieces do not begin with the same parameter sets")
        listing = directory / LIST_FILE
        listing.write_text(listed(files, [frames for _, frames in pieces], frame_rate))
        target = str(directory / VIDEO_FILE)
        output = joined_input(listing)["v"].output(target, **{"c:v": "copy"}, **DETERMINISTIC_MP4)
        argv = compile_ffmpeg(self.tools.ffmpeg, [output], progress=True, verbosity="level+warning")
        progress = ProgressReader()
        result = self.runner.run(argv, limits=Limits(stall_seconds=STALL_SECONDS), on_line=progress.read)
        listing.unlink()
        frames, joined = sum(frames for _, frames in pieces), progress.advance().frames
        if frames != joined:
            raise PieceError("piece_inexact", f"{joined} frames came of pieces with {frames}", argv=argv)
        return EncodeReport(0, joined, result.cpu_seconds, result.wall_seconds, argv=tuple(argv))


def listed(files: Sequence[Path], frames: Sequence[int], frame_rate: Fraction) -> str:
    """Return a list for FFmpeg's concat demuxer, which counts in microseconds.

    Each length is what is left to the rounded end of all so far, so that roundings never add up.
    """
    lines, begins, done = ["ffconcat version 1.0"], 0, 0
    for file, count in zip(files, frames, strict=True):
        done += count
        ends = round(done / frame_rate * MICROSECONDS)
        name = str(file.absolute()).replace("'", r"'\''")
        lines += [f"file '{name}'", f"duration {ends - begins}us"]
        begins = ends
    return "\n".join([*lines, ""])


def _found_at(seconds: Fraction) -> dict[str, Any]:
    microseconds = int(seconds * MICROSECONDS)  # rounded towards the start, which is early enough in any case
    return {"seek_timestamp": 1, "ss": f"{microseconds}us", "noaccurate_seek": None}


def _from_zero(piece: Piece) -> Filter:
    return Filter(name="setpts", arguments={"expr": f"PTS-{piece.first}"})


def _since(seconds: Fraction, on_progress: OnProgress) -> Callable[[Progress], None]:
    """Return what tells of the progress of a piece as that of the whole."""

    def tell(said: Progress) -> None:
        on_progress(Progress(seconds + said.done_seconds, said.total_seconds, said.frames_per_second, said.speed))

    return tell
