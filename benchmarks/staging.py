"""What staging costs: the main job from S3 to S3 against the same from disk to disk, round by round.

``python benchmarks/staging.py WORK CLIP [--profile NAME] [--rounds N]``. CPU of the whole tree of `vod run-workflow`,
without the server's. The table shows least, median and most of both, of the difference, and of its share.
"""

import argparse
import hashlib
import shutil
import sys
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.sides import VodRun, vod
from vod_assets.adapters.blobs.objects import s3_blobs
from vod_assets_tests.servers.s3 import S3Server, s3_server


def from_s3_to_s3(clip: Path, work: Path, server: S3Server, number: int, profile: str) -> VodRun:
    """Run the main job with source, store and origin in a bucket; this machine has none of it."""
    blobs = s3_blobs(server.bucket, f"round-{number}", server.access)
    blobs.send(clip, f"in/{clip.name}", hashlib.sha256(clip.read_bytes()).hexdigest())
    settings = {
        "VOD_STORE": f"{blobs.address}/store",
        "VOD_ORIGIN": f"{blobs.address}/origin",
        "VOD_S3_ENDPOINT": server.endpoint,
        "VOD_S3_REGION": "us-east-1",
        "VOD_S3_ACCESS_KEY_ID": server.access.access_key_id,
        "VOD_S3_SECRET_ACCESS_KEY": server.access.secret_access_key,
    }
    return vod(f"{blobs.address}/in/{clip.name}", work / "s3", "--profile", profile, environment=settings)


def main() -> None:
    """Run the rounds and print their figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path, help="folder for homes and the server; not in the checkout")
    parser.add_argument("clip", type=Path)
    parser.add_argument("--profile", default="seed")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    work, clip = arguments.work.absolute() / "staging", arguments.clip.absolute()
    shutil.rmtree(work, ignore_errors=True)
    figures: dict[str, list[float]] = {}
    with s3_server(work / "seaweed") as server:
        for number in range(arguments.rounds):
            disk = vod(clip, work / "disk", "--profile", arguments.profile).whole.cpu_seconds
            s3 = from_s3_to_s3(clip, work, server, number, arguments.profile).whole.cpu_seconds
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
