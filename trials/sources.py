"""Every real source of the corpus: accepted with what was normalised, or refused with the reason, and judged.

``python -m trials.sources [--corpus FOLDER] [--folder natural --folder formats] [WORD …]``

Each file is inspected and one small rung of it made as the assets make it. Then others judge: FFprobe decodes the
source and the rung, and their durations and shapes are compared; a picture out of the middle of both is compared in
colour, and in shape, also mirrored and turned, which must fit worse.
"""

import argparse
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image, ImageChops, ImageStat

from vod_assets.adapters.probe.ffprobe import FfprobeProber
from vod_assets.adapters.process import SupervisedRunner, Unguarded
from vod_assets.adapters.tools import Tools
from vod_assets.adapters.transcode.ffmpeg import FfmpegTranscoder
from vod_assets.domain.colours import meaning
from vod_assets.domain.errors import VodError
from vod_assets.domain.ladder import Ladder, fit
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.profile import Profile
from vod_assets.domain.variants import Variant
from vod_assets.domain.video_presets import RungPreset, VideoPreset
from vod_assets.ports import CodecJob, RungJob
from vod_assets.settings import Settings

PRESET = VideoPreset(preset="ultrafast", threads=1, rungs=(RungPreset(name="360p", box=(640, 360), crf=18),))
PROFILE = Profile(name="trial", video=(PRESET,), variants=(Variant(name="clear"),))
SMALL = 64  # the longer side of pictures that are compared
SHAPE = Fraction(1, 100)  # how much aspects may differ, besides what an even number of lines takes
HDR = ("smpte2084", "arib-std-b67")  # whose tones are mapped, so that their colours cannot be compared
LEVELS = 6.0  # of 255: how much the average of a channel may differ


@dataclass
class Row:
    """What came of one file."""

    name: str
    outcome: str = "accepted"
    remark: str = ""
    seconds: str = ""
    shape: str = ""
    picture: str = ""

    @property
    def text(self) -> str:
        """One line of the table, in Markdown."""
        return f"| {self.name} | {self.outcome} | {self.seconds} | {self.shape} | {self.picture} | {self.remark} |"


class Trial:
    """The tools, and a folder to work in."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self.tools, runner = Tools.from_settings(Settings()), SupervisedRunner(Unguarded())
        self.prober, self.transcoder = FfprobeProber(self.tools, runner), FfmpegTranscoder(self.tools, runner)

    def row(self, path: Path) -> Row:
        """Return what comes of a file."""
        row = Row(f"{path.parent.name}/{path.name}")
        try:
            info = self.prober.inspect(path)
            made = self._made(path, info)
        except VodError as error:
            row.outcome, row.remark = "refused", f"`{error.code}` {error.cause}"
            return row
        row.remark = ", ".join(dict.fromkeys(finding.code for finding in info.findings))
        faults = [*self._lengths(row, path, info, made), *self._shapes(row, path, info, made)]
        faults += self._pictures(row, path, info, made)
        if faults:
            row.outcome, row.remark = "WRONG", "; ".join(faults) + f" ({row.remark})"
        return row

    def _made(self, path: Path, info: MediaInfo) -> Path:
        """Encode the rung."""
        ladder: Ladder = fit(PROFILE, info.video)
        job = RungJob(ladder.made[0], PRESET.rungs[0], self.scratch)
        self.transcoder.encode_video(path, info, CodecJob(ladder, PRESET, [job]), lambda _: None)
        return self.scratch / "video.mp4"

    def _lengths(self, row: Row, path: Path, info: MediaInfo, made: Path) -> Iterator[str]:
        source, ours = self._seconds(path, info.video.index), self._seconds(made, 0)
        row.seconds = f"{float(source):.3f} → {float(ours):.3f}"
        frame = 1 / info.video.frame_rate
        if abs(source - ours) > max(frame, Fraction(1, 25)) * Fraction(3, 2):
            yield f"the source lasts {float(source):.3f} s, the rendition {float(ours):.3f} s"

    def _shapes(self, row: Row, path: Path, info: MediaInfo, made: Path) -> Iterator[str]:
        width, height = self._size(path, info.video.index)
        raw = self._stream(made, 0)
        ours = Fraction(raw["width"], raw["height"])
        row.shape = f"{float(width / height):.3f} → {float(ours):.3f} ({raw['width']}x{raw['height']})"
        slack = SHAPE + Fraction(1, min(raw["width"], raw["height"]))
        if abs(ours / (width / height) - 1) > slack:
            yield f"the source's shape is {float(width / height):.3f}, the rendition's {float(ours):.3f}"

    def _pictures(self, row: Row, path: Path, info: MediaInfo, made: Path) -> Iterator[str]:
        at = self._seconds(made, 0) / 2
        theirs = self._frame(path, info.video.index, at + self._frames(path, info.video.index)[0][0], info)
        ours = self._frame(made, 0, at, None)
        if theirs is None or ours is None:
            yield "no picture could be taken out of the middle"
            return
        theirs = _shown(theirs.resize(ours.size), info)
        off = max(abs(a - b) for a, b in zip(ImageStat.Stat(theirs).mean, ImageStat.Stat(ours).mean, strict=True))
        distance = _distance(theirs, ours)
        turned = min(_distance(_turned(theirs, how).resize(ours.size), ours) for how in TURNS)
        row.picture = f"{off:.1f} / {distance:.1f} (else {turned:.1f})"
        if info.video.colour.transfer not in HDR and off > LEVELS:
            yield f"the average colour is {off:.1f} levels off"
        if distance > turned + 0.5:
            yield f"the picture fits better when mirrored or turned: {turned:.1f} instead of {distance:.1f}"

    def _probe(self, path: Path, index: int, *entries: str) -> Any:
        argv = [
            str(self.tools.ffprobe),
            "-v",
            "error",
            "-select_streams",
            str(index),
            *entries,
            "-of",
            "json",
            str(path),
        ]
        return json.loads(subprocess.run(argv, capture_output=True, check=False, timeout=600).stdout or "{}")

    def _stream(self, path: Path, index: int) -> Any:
        return self._probe(path, index, "-show_streams")["streams"][0]

    def _frames(self, path: Path, index: int) -> list[tuple[Fraction, Fraction]]:
        """Return when every decoded picture is shown, and for how long it says."""
        entries = ("-show_entries", "frame=best_effort_timestamp_time,pts_time,duration_time")
        found = self._probe(path, index, *entries).get("frames", [])
        if not found:  # this FFprobe has no decoder for it
            shown = self._probe(path, index, "-show_entries", "packet=pts_time,duration_time").get("packets", [])
            found = [packet for packet in shown if "pts_time" in packet]
        timed = [(frame.get("best_effort_timestamp_time") or frame.get("pts_time"), frame) for frame in found]
        return sorted((Fraction(at), Fraction(frame.get("duration_time", "0"))) for at, frame in timed if at)

    def _seconds(self, path: Path, index: int) -> Fraction:
        """Return from the first decoded picture to the end of the last."""
        frames = self._frames(path, index)
        if len(frames) < 2:
            return frames[0][1] if frames else Fraction(0)
        last = frames[-1][1] or frames[-1][0] - frames[-2][0]
        return frames[-1][0] + last - frames[0][0]

    def _size(self, path: Path, index: int) -> tuple[Fraction, Fraction]:
        """Return width and height as a player shows them."""
        raw = self._stream(path, index)
        text = str(raw.get("sample_aspect_ratio", "1:1")).replace(":", "/")
        aspect = Fraction(1) if text in ("0/1", "N/A") else Fraction(text)
        width, height = raw["width"] * aspect, Fraction(raw["height"])
        turns = [side.get("rotation", 0) for side in raw.get("side_data_list", ())]
        return (height, width) if any(int(turn) % 180 for turn in turns) else (width, height)

    def _frame(self, path: Path, index: int, at: Fraction, info: MediaInfo | None) -> Image.Image | None:
        """Return the picture that is shown at a time, small; of an untagged large one, BT.709."""
        chosen = f"select='gte(t,{float(at):.4f})',scale={SMALL}:-2:flags=area"
        if info and not info.video.colour.matrix and info.video.height > 576 and "yuv" in info.video.pixel_format:
            chosen += ":in_color_matrix=bt709"
        argv = [str(self.tools.ffmpeg), "-v", "error", "-nostdin", "-copyts", "-i", str(path), "-map", f"0:{index}"]
        argv += ["-vf", f"{chosen},format=rgb24", "-frames:v", "1", "-f", "image2pipe", "-c:v", "ppm", "-"]
        data = subprocess.run(argv, capture_output=True, check=False, timeout=600).stdout
        if not data:
            return None
        target = self.scratch / "frame.ppm"
        target.write_bytes(data)
        with Image.open(target) as picture:
            return picture.convert("RGB")


TURNS = (
    Image.Transpose.FLIP_LEFT_RIGHT,
    Image.Transpose.FLIP_TOP_BOTTOM,
    Image.Transpose.ROTATE_90,
    Image.Transpose.ROTATE_180,
    Image.Transpose.ROTATE_270,
)


PRIMARIES = {  # linear light of these to that of BT.709 (SMPTE RP 177)
    "smpte170m": ((0.9395, 0.0502, 0.0103), (0.0178, 0.9658, 0.0164), (-0.0016, -0.0044, 1.0060)),
    "bt470bg": ((1.0440, -0.0440, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0118, 0.9882)),
    "bt2020": ((1.6605, -0.5876, -0.0728), (-0.1246, 1.1329, -0.0083), (-0.0182, -0.1006, 1.1187)),
}


def _shown(picture: Image.Image, info: MediaInfo) -> Image.Image:
    """Return how a display of BT.709 shows a picture of other primaries, said or usual for its size."""
    matrix = PRIMARIES.get(meaning(info.video).primaries)
    if matrix is None:
        return picture
    shown = Image.new("RGB", picture.size)
    for x in range(picture.width):
        for y in range(picture.height):
            pixel = picture.getpixel((x, y))
            light = [(value / 255) ** 2.4 for value in pixel] if isinstance(pixel, tuple) else [0.0, 0.0, 0.0]
            mixed = (sum(a * b for a, b in zip(row, light, strict=True)) for row in matrix)
            red, green, blue = (round(255 * min(1.0, max(0.0, one)) ** (1 / 2.4)) for one in mixed)
            shown.putpixel((x, y), (red, green, blue))
    return shown


def _turned(picture: Image.Image, how: Image.Transpose) -> Image.Image:
    return picture.transpose(how)


def _distance(one: Image.Image, other: Image.Image) -> float:
    """Return the mean difference of luma, 0 to 255."""
    return float(ImageStat.Stat(ImageChops.difference(one.convert("L"), other.convert("L"))).mean[0])


def show(rows: Sequence[Row], out: Callable[[str], object] = print) -> bool:
    """Print the counts; return whether nothing was wrong."""
    counts = Counter(row.outcome for row in rows)
    out(f"\n{len(rows)} files: {', '.join(f'{count} {name}' for name, count in sorted(counts.items()))}")
    return not counts["WRONG"]


def main() -> int:
    """Run the trial."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=os.environ.get("VOD_CORPUS"))
    parser.add_argument("--folder", action="append", help="natural and formats unless named")
    parser.add_argument("words", nargs="*", help="only files whose name holds one of these")
    arguments = parser.parse_args()
    if arguments.corpus is None:
        parser.error("name the corpus: --corpus, or VOD_CORPUS")
    print("| file | outcome | seconds | shape | colour / picture | normalised, or why not |\n|---|---|---|---|---|---|")
    rows = []
    with TemporaryDirectory() as scratch:
        trial = Trial(Path(scratch))
        for folder in arguments.folder or ("natural", "formats"):
            for path in sorted((arguments.corpus / folder).iterdir()):
                if not arguments.words or any(word in path.name for word in arguments.words):
                    rows.append(trial.row(path))
                    print(rows[-1].text, flush=True)
    return 0 if show(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
