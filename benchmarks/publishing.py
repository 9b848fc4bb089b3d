"""How long rolling back and taking down take, with a feature film's release of some 15,000 objects.

``python benchmarks/publishing.py WORK [--houses folder s3 two far] [--rounds N]``. A film in five variants of ten
tracks and 300 segments each, and a second release of it with a late dub, are placed in a folder, in a bucket of
SeaweedFS, at two places of that bucket, or in one that answers late; moto stands for CloudFront. Each order is given in
this process and by the command line.
A process of its own looks every few milliseconds at what viewers can fetch: *to the pointer* ends when the entry leads
to the release that is wanted, or to none, and, of a takedown, when no manifest is left at any origin.
"""

import argparse
import hashlib
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from vod_assets.adapters.blobs.disk import DiskBlobs
from vod_assets.adapters.blobs.opening import open_blobs
from vod_assets.cli.session import Session
from vod_assets.domain.artifact import Artifact, ArtifactFile
from vod_assets.domain.catalogue import entry_for
from vod_assets.domain.orders import HeldBack, TakenDown
from vod_assets.domain.release import Release, ReleasedTrack, VariantManifests
from vod_assets.domain.title import Fingerprint, TitleRecord
from vod_assets.publishing import Publisher
from vod_assets.releasing import Offer, place
from vod_assets.settings import load_settings
from vod_assets_tests.fakes import Switch
from vod_assets_tests.servers.aws import AwsServer, aws_server
from vod_assets_tests.servers.s3 import s3_server
from vod_assets_tests.servers.weather import Weather, http_proxy

VARIANTS, TRACKS, SEGMENTS = ("clear", "cenc", "cbcs", "hevc", "ts"), 10, 300

HOUSES = ("folder", "s3", "two", "far")
TITLE, PUBLIC = "film", "http://127.0.0.1:8080"
FAR_SECONDS = 0.03
LOOK_SECONDS, PATIENCE_SECONDS = 0.02, 300.0
ORIGINS = "origins:\n  east: {{address: '{address}/east'}}\n  west: {{address: '{address}/west'}}\n"


@dataclass(frozen=True)
class House:
    """A deployment.

    Attributes:
        variables: Its settings.
        origins: Addresses of its origins.
        aws: Where its CloudFront is.
        distribution: The CloudFront's id.
    """

    folder: Path
    variables: Mapping[str, str]
    origins: tuple[str, ...]
    aws: AwsServer
    distribution: str

    def session(self) -> Session:
        """Return what a command works with."""
        for name in [one for one in os.environ if one.startswith("VOD_")]:
            del os.environ[name]
        os.environ.update(self.variables)
        return Session(load_settings())

    def invalidated(self) -> dict[str, list[str]]:
        """Return the paths of each invalidation that CloudFront was asked for, by its id."""
        client, said = self.aws.client("cloudfront"), {"DistributionId": self.distribution}
        pages = client.get_paginator("list_invalidations").paginate(**said)
        names = [one["Id"] for page in pages for one in page["InvalidationList"].get("Items", [])]
        found = {name: client.get_invalidation(Id=name, **said)["Invalidation"] for name in names}
        return {name: one["InvalidationBatch"]["Paths"]["Items"] for name, one in found.items()}


@dataclass(frozen=True)
class Order:
    """What an operator orders.

    Attributes:
        command: As a command.
        shown: The release that viewers are led to afterwards; 0: none.
        call: As a call.
    """

    command: tuple[str, ...]
    shown: int
    call: Callable[[], object]


@dataclass(frozen=True)
class Figure:
    """Seconds that something took, and to the pointer, and how many paths CloudFront was to forget."""

    name: str
    whole: float
    pointer: float
    paths: int = 0


@contextmanager
def house(kind: str, folder: Path) -> Iterator[House]:
    """Give a deployment: ``folder``, ``s3``, ``two`` origins in a bucket, or one that answers 30 ms late: ``far``."""
    folder.mkdir(parents=True)
    variables = {"VOD_HOME": str(folder / "home"), "VOD_PUBLIC_URL": PUBLIC}
    origins = (str(folder / "home" / "origin"),)
    with ExitStack() as stack:
        aws = stack.enter_context(aws_server(folder))
        distribution = _distribution(aws)
        variables |= {"VOD_CDN": f"cloudfront:{distribution}", "VOD_CDN_ENDPOINT": aws.endpoint}
        access = aws.access
        if kind != "folder":
            server = stack.enter_context(s3_server(folder / "server"))
            address, access = f"s3://{server.bucket}/{kind}", server.access
            origins = (f"{address}/east", f"{address}/west") if kind == "two" else (f"{address}/origin",)
            endpoint = server.endpoint
            if kind == "far":
                sky = Weather(latency_seconds=FAR_SECONDS)
                port = stack.enter_context(http_proxy(int(endpoint.rpartition(":")[2]), sky))
                endpoint = f"http://127.0.0.1:{port}"
            variables |= {"VOD_STORE": f"{address}/store", "VOD_S3_ENDPOINT": endpoint}
            variables |= {"VOD_ORIGINS": str(folder / "origins.yaml")} if kind == "two" else {"VOD_ORIGIN": origins[0]}
            (folder / "origins.yaml").write_text(ORIGINS.format(address=address))
        variables |= {
            "VOD_S3_REGION": access.region,
            "VOD_S3_ACCESS_KEY_ID": access.access_key_id,
            "VOD_S3_SECRET_ACCESS_KEY": access.secret_access_key,
        }
        yield House(folder, variables, origins, aws, distribution)


def _distribution(aws: AwsServer) -> str:
    origin = {"Id": "o", "DomainName": f"{aws.bucket}.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
    behaviour: dict[str, Any] = {"TargetOriginId": "o", "ViewerProtocolPolicy": "https-only", "MinTTL": 0}
    behaviour |= {"ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}}}
    behaviour |= {"TrustedSigners": {"Enabled": False, "Quantity": 0}}
    config = {"CallerReference": "film", "Comment": "", "Enabled": True, "DefaultCacheBehavior": behaviour}
    config |= {"Origins": {"Quantity": 1, "Items": [origin]}}
    made = aws.client("cloudfront").create_distribution(DistributionConfig=config)
    return str(made["Distribution"]["Id"])


def film(folder: Path, dubs: int, segments: int) -> Offer:
    """Write a release: ten tracks in each of five variants, and a sound more for each dub."""
    tracks: dict[str, dict[str, Path]] = {}
    manifests: dict[str, str] = {}
    released = []
    for variant in VARIANTS:
        names = []
        for number in range(TRACKS + dubs):
            name = f"track_{number}"
            texts = {f"{one}.m4s": f"{variant} {name} {one}" for one in range(1, segments)} | {"init.mp4": name}
            leaf, files = _leaf(folder / "tracks" / variant / name, texts)
            tracks[leaf.digest] = files
            track = ReleasedTrack.of_files(leaf, name, "video").model_copy(update={"duration_seconds": Fraction(7200)})
            released.append(track)
            lines = "".join(f"#EXTINF:24,\n../../../tracks/{leaf.digest}/{one}.m4s\n" for one in range(1, segments))
            manifests[f"{variant}/{name}.m3u8"] = f"#EXTM3U\n{lines}#EXT-X-ENDLIST\n"
            names.append(f"#EXT-X-STREAM-INF:BANDWIDTH={1000 + number}\n{name}.m3u8\n")
        manifests[f"{variant}/master.m3u8"] = f"#EXTM3U\n{''.join(names)}"
        manifests[f"{variant}/manifest.mpd"] = "<MPD/>"
    index, files = _leaf(folder / f"manifests-{dubs}", manifests)
    variants = {one: VariantManifests(hls=f"{one}/master.m3u8", dash=f"{one}/manifest.mpd") for one in VARIANTS}
    source = Fingerprint(size_bytes=1, sha256="e" * 64)
    release = Release(title=TITLE, source=source, variants=variants, tracks=tuple(released), manifests=index.files)
    return Offer(release, tracks, files)


def _leaf(folder: Path, texts: Mapping[str, str]) -> tuple[Artifact, dict[str, Path]]:
    files = []
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
        data = text.encode()
        files.append(ArtifactFile(path=path, size_bytes=len(data), sha256=hashlib.sha256(data).hexdigest()))
    return Artifact(title=TITLE, asset=folder.name, recipe="", files=tuple(files)), {one: folder / one for one in texts}


def watch(told: Connection, variables: Mapping[str, str], origins: tuple[str, ...]) -> None:
    """Say when what viewers find changes: which release the entry leads to, and how many manifests there are."""
    os.environ.update(variables)
    settings = load_settings()
    access = Session(settings).access
    places = [open_blobs(one, access) if one.startswith("s3:") else DiskBlobs(Path(one)) for one in origins]
    before = (-1, -1)
    while not told.poll():
        names = [blob.name for one in places for blob in one.walk(f"{TITLE}/releases/")]
        manifests = sum(name.endswith(("master.m3u8", "manifest.mpd")) for name in names)
        if before != (before := (_shown(settings.cms_path), manifests)):
            told.send((time.monotonic(), *before))
        time.sleep(LOOK_SECONDS)


def _shown(site: Path) -> int:
    """Return the release that the entry leads to; 0: none."""
    try:
        return int(json.loads((site / "titles" / f"{TITLE}.json").read_bytes())["release"]["number"])
    except FileNotFoundError:
        return 0


def _until(ours: Connection, order: Order) -> float:
    """Return when the watcher saw what an order leads to."""
    while ours.poll(PATIENCE_SECONDS):
        at, number, manifests = ours.recv()
        if number == order.shown and (number or not manifests):
            return float(at)
    raise SystemExit(f"nobody saw what {order.command} leads to")


def orders(at: House) -> list[Order]:
    """Return what operators order, one after the other."""

    def publisher() -> Publisher:
        return at.session().publisher

    def roll_back(number: int) -> object:
        said = {"at": datetime.now(UTC).isoformat(), "by": "ann"}
        return publisher().roll_back(TITLE, number, lambda shown, newest: HeldBack(shown=shown, newest=newest, **said))

    down = TakenDown(at=datetime.now(UTC).isoformat(), by="legal")
    return [
        Order(("rollback", TITLE), 1, lambda: roll_back(1)),
        Order(("rollback", TITLE, "2"), 2, lambda: roll_back(2)),
        Order(("takedown", TITLE), 0, lambda: publisher().take_down(TITLE, down)),
        Order(("takedown", TITLE, "--lift"), 2, lambda: publisher().lift(TITLE)),
    ]


def rounds(at: House, count: int) -> list[Figure]:
    """Give every order so many times, in this process and by the command line."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    watcher = context.Process(target=watch, args=(theirs, at.variables, at.origins))
    watcher.start()
    _until(ours, Order((), 2, lambda: None))
    figures, known = [], set(at.invalidated())
    for _ in range(count):
        for by in ("in process", "vod"):
            for order in orders(at):
                began = time.monotonic()
                order.call() if by == "in process" else _command(at, order.command)
                whole = time.monotonic() - began
                there = at.invalidated()
                paths = {path for name in there.keys() - known for path in there[name]}
                name = f"{by}: {' '.join(order.command)}"
                figures.append(Figure(name, whole, _until(ours, order) - began, len(paths)))
                known = set(there)
    ours.send("enough")
    watcher.join()
    return figures


def _command(at: House, command: tuple[str, ...]) -> None:
    argv = [sys.executable, "-m", "vod_assets", *command]
    ran = subprocess.run(argv, env={**os.environ, **at.variables}, capture_output=True, text=True)
    if ran.returncode:
        raise SystemExit(f"{ran.stdout}{ran.stderr}")


def placed(at: House, folder: Path, segments: int) -> list[Figure]:
    """Place and publish both releases."""
    session, figures = at.session(), []
    session.store.register(TitleRecord(title_id=TITLE, source=(folder / "film.mov").as_uri()))
    for dubs in (0, 1):
        offer = film(folder, dubs, segments)
        began = time.monotonic()
        released = place(session.origin, offer, Switch(), folder)
        whole = time.monotonic() - began
        record = session.store.record(TITLE)
        assert record is not None
        session.publisher.publish(entry_for(record, released, session.origin.url))
        published = time.monotonic() - began
        objects = sum(len(track.files) for track in offer.release.tracks)
        figures.append(Figure(f"release {dubs + 1} of {objects} objects placed, then published", whole, published))
    return figures


def main() -> None:
    """Run the houses and print their figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path, help="folder for homes and servers; not in the checkout")
    parser.add_argument("--houses", nargs="+", choices=HOUSES, default=list(HOUSES))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--segments", type=int, default=SEGMENTS, help="of each track")
    arguments = parser.parse_args()
    for kind in arguments.houses:
        work = arguments.work.absolute() / f"publishing-{kind}"
        shutil.rmtree(work, ignore_errors=True)
        with house(kind, work) as at:
            _print(kind, [*placed(at, work, arguments.segments), *rounds(at, arguments.rounds)])
        shutil.rmtree(work)


def _print(kind: str, figures: list[Figure]) -> None:
    for name in dict.fromkeys(one.name for one in figures):
        some = [one for one in figures if one.name == name]
        whole, pointer = (_spread([getattr(one, what) for one in some]) for what in ("whole", "pointer"))
        print(f"| {kind} | {name} | {len(some)} | {pointer} | {whole} | {max(one.paths for one in some)} |", flush=True)


def _spread(values: list[float]) -> str:
    return f"{min(values):.2f}/**{median(values):.2f}**/{max(values):.2f}"


if __name__ == "__main__":
    main()
