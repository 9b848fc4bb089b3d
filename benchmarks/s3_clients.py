"""What is measured against s5cmd, each in a process of its own: ``s3_clients.py CLIENT ACTION FOLDER ENDPOINT [NAME]``.

CLIENT is ``vod`` (the storage that the product uses) or ``boto3`` (its TransferManager); ACTION is ``up``, ``down`` or
``list``; NAME is fetched instead of all segments, by ``vod``. Prints JSON: wall and CPU seconds of the transfer alone,
for an import is no transfer, and the peak of memory.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

KEY, SECRET = "VODACCESSKEY", "vod-secret-key-1"
PREFIX = "segments"


def vod(action: str, folder: Path, endpoint: str, name: str = "") -> Callable[[], object]:
    """Return what the product does to commit or stage the files of an artifact."""
    from vod_assets.adapters.blobs.objects import s3_blobs
    from vod_assets.adapters.blobs.opening import S3Access
    from vod_assets.adapters.store.artifacts import described
    from vod_assets.adapters.transfers import Load, in_parallel
    from vod_assets.domain.artifact import ArtifactFile

    blobs = s3_blobs("media", "", S3Access(endpoint, "us-east-1", KEY, SECRET))
    if action == "list":
        return lambda: sum(1 for _ in blobs.walk("keys/"))
    if action == "up":
        files = described(folder)

        def send(file: ArtifactFile) -> None:
            blobs.send(folder / file.path, f"{PREFIX}/{file.path}", file.sha256)

        return lambda: in_parallel(send, files, Load("sending", 1), blobs.transfers)
    names = [name] if name else [blob.name for blob in blobs.walk(f"{PREFIX}/")]
    folder.mkdir(parents=True, exist_ok=True)

    def fetch(name: str) -> None:
        blobs.fetch(name, folder / Path(name).name)

    return lambda: in_parallel(fetch, names, Load("fetching", 1), blobs.transfers)


def boto3(action: str, folder: Path, endpoint: str) -> Callable[[], object]:
    """Return the same with boto3's TransferManager."""
    import boto3 as sdk
    from boto3.s3.transfer import TransferConfig, create_transfer_manager

    client = sdk.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
    )
    if action == "list":
        pages = client.get_paginator("list_objects_v2").paginate(Bucket="media", Prefix="keys/")
        return lambda: sum(len(page["Contents"]) for page in pages)
    listed = client.get_paginator("list_objects_v2").paginate(Bucket="media", Prefix=f"{PREFIX}/")
    names = [entry["Key"] for page in listed for entry in page.get("Contents", ())] if action == "down" else []
    paths = sorted(folder.iterdir()) if action == "up" else []
    folder.mkdir(parents=True, exist_ok=True)

    def transfer() -> None:
        with create_transfer_manager(client, TransferConfig(max_concurrency=10)) as manager:
            futures = [manager.upload(str(path), "media", f"{PREFIX}/{path.name}") for path in paths]
            futures += [manager.download("media", name, str(folder / Path(name).name)) for name in names]
            for future in futures:
                future.result()

    return transfer


def main() -> None:
    client, action, folder, *rest = sys.argv[1:]
    transfer = {"vod": vod, "boto3": boto3}[client](action, Path(folder), *rest)
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
    transfer()
    after, wall = resource.getrusage(resource.RUSAGE_SELF), time.monotonic() - began
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"wall_seconds": wall, "cpu_seconds": cpu, "peak_bytes": after.ru_maxrss * 1024}))


if __name__ == "__main__":
    main()
