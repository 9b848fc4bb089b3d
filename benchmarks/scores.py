"""VMAF and XPSNR of an encode against its source, by a graph of its own: not by what the product measures with.

Both sides get the same grid of frames, the same size and the same tags. The tags matter: FFmpeg converts the colour of
one side of a comparison where the tags of the two differ, and an untagged source differs from every encode.
"""

import json
from fractions import Fraction
from pathlib import Path

from benchmarks.clips import FFMPEG, run

EVERY = 3  # VMAF of one frame in three
FIRST = (
    1  # from the second on: beginning with key frames, it is up to 0.4 more than that of all frames, so it is 0.1 less
)
TAGS = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"


def scored(made: Path, source: Path, size: tuple[int, int], frame_rate: Fraction, scratch: Path) -> tuple[float, float]:
    """Return mean VMAF (without the first frame, which has no motion) and XPSNR (six parts luma, one of each chroma).

    Args:
        made: The encode of an SDR source.
        source: The source; progressive, of square samples, untagged or BT.709.
        size: Width and height that both are brought to.
        frame_rate: Of the encode.
        scratch: A folder for logs.
    """
    log, detail = scratch / "vmaf.json", scratch / "xpsnr.txt"
    grid = f"setpts=PTS-STARTPTS,fps={frame_rate}:start_time=0"
    shaped = f"{grid},scale={size[0]}:{size[1]}:flags=bicubic,setsar=1,format=yuv420p,{TAGS}"
    vmaf = f"libvmaf=n_subsample={EVERY}:n_threads=2:log_fmt=json:log_path={log}"
    later = f"trim=start_frame={FIRST},setpts=PTS-STARTPTS"
    graph = f"[0:v]{shaped},split[e1][e2];[1:v]{shaped},split[r1][r2];"
    graph += f"[e1]{later}[e3];[r1]{later}[r3];[e3][r3]{vmaf};[e2][r2]xpsnr=stats_file={detail}"
    run([FFMPEG, "-i", made, "-i", source, "-lavfi", graph, "-f", "null", "-"])
    frames = json.loads(log.read_text())["frames"][1:]
    average = next(line for line in detail.read_text().splitlines() if line.startswith("XPSNR average"))
    words = average.replace(":", " ").split()
    y, u, v = (float(words[words.index(plane) + 1]) for plane in ("y", "u", "v"))
    return sum(frame["metrics"]["vmaf"] for frame in frames) / len(frames), (6 * y + u + v) / 8
