"""Play packages with FFmpeg, to prove that they can be played."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import ffmpeg

from vod_assets.adapters.ffmpeg.command import compile_ffmpeg, package_input
from vod_assets.adapters.ffmpeg.progress import STALL_SECONDS, ProgressReader
from vod_assets.adapters.tools import Tools
from vod_assets.domain.errors import ToolError
from vod_assets.domain.package_view import Decoded
from vod_assets.ports import Limits, ToolRunner

AT_ONCE = 8  # playlists a process: its start costs more than a small track's decode, its memory grows with each
LIMITS = Limits(wall_seconds=6 * 3600, stall_seconds=STALL_SECONDS)
BLAMED = ("tool_failed", "decoder_crash")  # codes for which the package is to blame
STRICT = "explode"  # else the H.264 decoder conceals all faults: noise, decrypted with a wrong key, has frames, too
NOTHING = Decoded(packets=0, frames=0, errors=0)
_STREAM = re.compile(
    r"Input stream #(\d+):\d+ \((video|audio)\): (\d+) packets read \(\d+ bytes\);"
    r" (\d+) frames decoded; (\d+) decode errors"
)


class FfmpegPackageDecoder:
    """Decodes whole tracks through their HLS media playlists and throws the frames away."""

    def __init__(self, tools: Tools, runner: ToolRunner) -> None:
        self._program, self._runner = tools.ffmpeg, runner
        self.build_ids: Mapping[str, str] = {"ffmpeg": tools.build_id("ffmpeg")}

    def decode(self, playlist: Path, root: Path) -> tuple[int, Fraction]:
        """Decode every frame that a media playlist below ``root`` leads to; return frames and seconds.

        Raises:
            ToolError: ``undecodable``.
        """
        argv, progress = self._command([playlist], root), ProgressReader()
        stderr = self._play(argv, progress)
        decoded = _read(stderr).get(0, NOTHING)
        if decoded.errors or not decoded.frames:
            cause = f"{decoded.frames} frames decode, with {decoded.errors} errors"
            raise ToolError("undecodable", cause, "Package it again", file=playlist.name, argv=argv, stderr=stderr)
        return decoded.frames, progress.advance().done_seconds

    def decode_all(self, playlists: Sequence[Path], root: Path) -> list[Decoded]:
        """Decode many media playlists in as few processes as sensible; return what came of each, in order.

        One that FFmpeg cannot open at all has decoded nothing.

        Raises:
            ToolError: A limit was hit, or the machine failed; that says nothing of the package.
        """
        found: list[Decoded] = []
        for at in range(0, len(playlists), AT_ONCE):
            some = playlists[at : at + AT_ONCE]
            try:
                found += self._decode_some(some, root)
            except ToolError as error:
                if error.code not in BLAMED:
                    raise
                found += [self._decode_one(playlist, root) for playlist in some]  # the others may be sound
        return found

    def _decode_one(self, playlist: Path, root: Path) -> Decoded:
        try:
            return self._decode_some([playlist], root)[0]
        except ToolError as error:
            if error.code not in BLAMED:
                raise
            return NOTHING

    def _decode_some(self, playlists: Sequence[Path], root: Path) -> list[Decoded]:
        argv = self._command(playlists, root)
        counts = _read(self._play(argv, ProgressReader()))
        order = [argument for before, argument in pairwise(argv) if before == "-i"]  # the builder's, not ours
        return [counts.get(order.index(f"file:{playlist.resolve()}"), NOTHING) for playlist in playlists]

    def _play(self, argv: Sequence[str], progress: ProgressReader) -> str:
        return self._runner.run(argv, limits=LIMITS, on_line=progress.read, pulse=progress.advance).stderr

    def _command(self, playlists: Sequence[Path], root: Path) -> list[str]:
        inputs = [package_input(playlist, root, threads=1, err_detect=STRICT) for playlist in playlists]
        # One output an input: as streams of one output, a slow track would hold the others' frames in memory. Streams
        # are named, or ffmpeg would choose the best of all inputs for the first output.
        outputs = [ffmpeg.output(one["v?"], one["a?"], "pipe:", f="null") for one in inputs]
        return compile_ffmpeg(self._program, outputs, progress=True, verbosity="level+verbose")


def _read(stderr: str) -> dict[int, Decoded]:
    """Return the decoder's closing counts of each input: its video's frames, or its audio's; all streams' errors."""
    found: dict[int, Decoded] = {}
    for line in sorted(_STREAM.findall(stderr), key=lambda line: line[1], reverse=True):  # video first
        number, packets, frames, errors = (int(line[place]) for place in (0, 2, 3, 4))
        first = found.get(number, Decoded(packets, frames, 0))
        found[number] = Decoded(first.packets, first.frames, first.errors + errors)
    return found
