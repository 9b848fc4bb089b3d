"""A rendition in pieces against the same one made whole: ``python benchmarks/pieces.py WORK --corpus FOLDER``.

A clip of real scenes is encoded whole and in pieces of several lengths by the product's own transcoders; CPU seconds
(of all pieces and the join), bits and VMAF of each come of that.
"""

import argparse
import sys
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.clips import clip
from benchmarks.codecs import Bench
from benchmarks.scores import scored
from vod_assets.adapters.process import SupervisedRunner, Unguarded
from vod_assets.adapters.transcode.pieces import FfmpegPieces
from vod_assets.domain.ladder import fit
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.piece_presets import PiecePreset
from vod_assets.domain.pieces import cut, obstacle, torn
from vod_assets.domain.profile import Profile
from vod_assets.ports import CodecJob, RungJob

RUNG = {"name": "720p", "box": "1280x720", "crf": 24, "maxrate": "2800k", "bufsize": "5600k"}
PROFILE = Profile.model_validate(
    {"name": "bench", "video": [{"preset": "fast", "threads": 2, "rungs": [RUNG]}], "variants": [{"name": "clear"}]}
)


@dataclass(frozen=True)
class Side:
    """One way to make the rendition."""

    cpu_seconds: float
    size_bytes: int
    vmaf: float
    pieces: int = 1


class Comparison:
    """One clip, made whole and in pieces."""

    def __init__(self, source: Path, scratch: Path) -> None:
        self.source, self.scratch, self.bench = source, scratch, Bench(scratch)
        self.tool = FfmpegPieces(self.bench.tools, SupervisedRunner(Unguarded()))
        self.info: MediaInfo = self.bench.prober.inspect(source)
        self.ladder = fit(PROFILE, self.info.video)

    def whole(self) -> Side:
        """Return the rendition made by one process."""
        report = self.bench.encoded(self.source, self.info, PROFILE, ["720p"])
        return self._side(report.cpu_seconds, self.scratch / "720p" / "video.mp4")

    def pieced(self, preset: PiecePreset) -> Side:
        """Return the rendition joined of pieces."""
        if reason := obstacle(self.info, preset):
            raise SystemExit(f"{self.source.name} is not cut: {reason}")
        clock, planned = self.tool.clock(self.source, self.info), cut(self.ladder, self.info.duration_seconds, preset)
        made, cpu_seconds = [], 0.0
        for piece in planned:
            job = self._job(f"{preset.length_seconds}_{piece.first}")
            report = self.tool.encode_piece(
                self.source, self.info, CodecJob(self.ladder, PROFILE.video[0], [job]), (clock, piece), lambda _: None
            )
            made.append((job.directory, report.made))
            cpu_seconds += report.cpu_seconds
        if fault := torn(planned, [one for _, one in made]):
            raise SystemExit(fault)
        joined = self._job(f"{preset.length_seconds}_joined").directory
        join = self.tool.join([(folder, one.frames) for folder, one in made], self.ladder.frame_rate, joined)
        return self._side(cpu_seconds + join.cpu_seconds, joined / "video.mp4", len(planned))

    def _job(self, name: str) -> RungJob:
        folder = self.scratch / name
        folder.mkdir()
        return RungJob(self.ladder.made[0], PROFILE.video[0].rungs[0], folder)

    def _side(self, cpu_seconds: float, made: Path, pieces: int = 1) -> Side:
        vmaf, _ = scored(made, self.source, self.info.video.display_size, self.ladder.frame_rate, self.bench.scratch)
        return Side(cpu_seconds, made.stat().st_size, vmaf, pieces)


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--seconds", type=int, default=60, help="length of the clip")
    parser.add_argument("--pieces", type=int, nargs="*", default=[20, 8], help="lengths of pieces, in seconds")
    arguments = parser.parse_args()
    source = clip(arguments.work, arguments.corpus, arguments.seconds, 720)
    with TemporaryDirectory() as scratch:
        comparison = Comparison(source, Path(scratch))
        whole = comparison.whole()
        print("| made | pieces | CPU s | bits | VMAF |\n|---|---|---|---|---|")
        print(f"| whole | 1 | {whole.cpu_seconds:.1f} | {whole.size_bytes * 8 // 1000} kbit | {whole.vmaf:.2f} |")
        for seconds in arguments.pieces:
            side = comparison.pieced(PiecePreset(seconds=Fraction(seconds)))
            cpu, bits = side.cpu_seconds / whole.cpu_seconds - 1, side.size_bytes / whole.size_bytes - 1
            spent = f"{side.cpu_seconds:.1f} ({cpu:+.1%}) | {side.size_bytes * 8 // 1000} kbit ({bits:+.2%})"
            quality = f"{side.vmaf:.2f} ({side.vmaf - whole.vmaf:+.2f})"
            print(f"| {seconds} s | {side.pieces} | {spent} | {quality} |", flush=True)


if __name__ == "__main__":
    main()
