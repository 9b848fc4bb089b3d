"""What staging costs: the main job from S3 to S3 against the same from disk to disk, round by round.

``python benchmarks/staging.py WORK CLIP [--profile NAME] [--rounds N]``. CPU of the whole tree of `vod run-workflow`,
without the server's. The table shows least, median and most of both, of the difference, and of its share.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.sides import vod
from vod_assets.adapters.blobs.objects import s3_blobs
from vod_assets_tests.servers.s3 import S3Server, s3_server


def settings_of(server: S3Server, number: int) -> dict[str, str]:
    """Return the settings of a run whose store and origin are in the bucket."""
    return {
        "VOD_STORE": f"s3://{server.bucket}/round-{number}/store",
        "VOD_ORIGIN": f"s3://{server.bucket}/round-{number}/origin",
        "VOD_S3_ENDPOINT": server.endpoint,
        "VOD_S3_REGION": "us-east-1",
        "VOD_S3_ACCESS_KEY_ID": server.access.access_key_id,
        "VOD_S3_SECRET_ACCESS_KEY": server.access.secret_access_key,
    }


def cpu_of(source: str, home: Path, profile: str, settings: dict[str, str]) -> float:
    """Return the CPU seconds of a run; measured by a process of its own, which has the settings in its environment."""
    argv = [sys.executable, __file__, str(home), source, "--profile", profile, "--measure"]
    run = subprocess.run(argv, env={**os.environ, **settings}, capture_output=True, text=True)
    if run.returncode:
        raise SystemExit(run.stderr[-3000:])
    return float(run.stdout)


def main() -> None:
    """Run the rounds and print their figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path, help="folder for homes and the server; not in the checkout")
    parser.add_argument("clip")
    parser.add_argument("--profile", default="seed")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(vod(arguments.clip, arguments.work, "--profile", arguments.profile).whole.cpu_seconds)
        return
    work, clip = arguments.work.absolute() / "staging", Path(arguments.clip).absolute()
    shutil.rmtree(work, ignore_errors=True)
    figures: dict[str, list[float]] = {}
    with s3_server(work / "seaweed") as server:
        for number in range(arguments.rounds):
            disk = cpu_of(str(clip), work / "disk", arguments.profile, {})
            blobs = s3_blobs(server.bucket, f"round-{number}", server.access)
            blobs.send(clip, f"in/{clip.name}", hashlib.sha256(clip.read_bytes()).hexdigest())
            address = f"{blobs.address}/in/{clip.name}"
            s3 = cpu_of(address, work / "s3", arguments.profile, settings_of(server, number))
            share = 100 * s3 / disk - 100
            found = {"disk to disk": disk, "S3 to S3": s3, "difference": s3 - disk, "share, % (≤ 3)": share}
            for name, value in found.items():
                figures.setdefault(name, []).append(value)
                print(f"{name}: {value:.2f}", flush=True)
    for name, values in figures.items():
        print(f"| {name} | {len(values)} | {min(values):.1f}/**{median(values):.1f}**/{max(values):.1f} |")
    shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
