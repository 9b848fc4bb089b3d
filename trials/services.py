"""A hundred crashes between handing a job in and noting it, and a hundred jobs in bad weather, at MediaConvert's fake.

The service, the S3 server, the ledger and the client are those of the product and of the tests; what crashes is the
write of the note. Each run comes back after the minute in which the service itself would know the token again.
"""

import argparse
import hashlib
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from vod_assets.adapters.blobs.aws import client_of
from vod_assets.adapters.blobs.objects import ObjectBlobs, s3_blobs
from vod_assets.adapters.ledger.blobs import BlobLedger
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.services.asking import Asking, Patience
from vod_assets.adapters.services.mediaconvert import MediaConvert, MediaConvertSettings
from vod_assets.adapters.services.output import Outputs
from vod_assets.adapters.services.transcoder import ServiceTranscoder
from vod_assets.adapters.services.work_folder import WorkFolder
from vod_assets.domain.errors import RemoteError
from vod_assets.ports.services import Asked
from vod_assets_tests.adapters.transcode.clips import tools
from vod_assets_tests.contracts.transcoding import H264, RUNGS, commission
from vod_assets_tests.fakes import Switch
from vod_assets_tests.servers.mediaconvert import DEDUPED_SECONDS, ROLE, FakeMediaConvert, mediaconvert_server
from vod_assets_tests.servers.s3 import S3Server, s3_server

QUICK = Patience(first_wait=0.02, longest_wait=0.1, asked_for=10, stalled=2, queued=30)
TROUBLES = ("calm", "429", "500", "unsaid", "lost", "missing", "cut", "hangs", "passing", "final")


class Crash(Exception):  # noqa: N818 - nobody raised it: the process is gone
    """The process is gone."""


class CrashingLedger(BlobLedger):
    """Crashes once, when a job has been handed in and is to be noted."""

    def note(self, work: str, number: int, job: str) -> str:
        """Write nothing."""
        raise Crash


@dataclass
class House:
    """A transcoder that can be started anew."""

    s3: S3Server
    service: FakeMediaConvert

    def transcoder(self, *, crashes: bool = False) -> ServiceTranscoder:
        """Return the transcoder of a process that begins."""
        blobs: ObjectBlobs = s3_blobs(self.s3.bucket, "work", self.s3.access)
        folder = WorkFolder(blobs, f"s3://{self.s3.bucket}/work/", lambda _: "")
        settings = MediaConvertSettings(ROLE, place=self.service.url)
        client = client_of(self.s3.access, "mediaconvert", self.service.url)
        ledger = (CrashingLedger if crashes else BlobLedger)(s3_blobs(self.s3.bucket, "store", self.s3.access))
        outputs = Outputs(tools(), SupervisedRunner(), folder)
        return ServiceTranscoder(
            Asking(MediaConvert(lambda: client, settings), Switch(), QUICK), ledger, folder, outputs
        )


def crashes(house: House, asked: Asked, count: int) -> int:
    """Crash `count` times, each in another work, come back, and return how many jobs were too many."""
    before, late = len(house.service.requests), 0.0
    house.service.clock = lambda: time.time() + late
    for number in range(count):
        one = replace(asked, recipes=[f"crash {number}"])
        try:
            house.transcoder(crashes=True).make(one, lambda _: None)
        except Crash:
            late += DEDUPED_SECONDS + 1
        report = house.transcoder().make(one, lambda _: None)
        if report.handed_in:
            print(f"work {number} was handed in again")
    return len(house.service.requests) - before - count


def weather(house: House, asked: Asked, count: int, seed: int) -> Counter[str]:
    """Make `count` works, each in some trouble, and return how they ended; a wrong ending is named so."""
    lots, ended = random.Random(seed), Counter[str]()  # noqa: S311 - no secret
    for number in range(count):
        trouble = lots.choice(TROUBLES)
        faults, before = house.service.faults, len(house.service.requests)
        faults.answers = {"429": [429] * 3, "500": [500] * 3}.get(trouble, [])
        faults.errors = {"passing": [1999], "final": [1401]}.get(trouble, [])
        if trouble in ("unsaid", "lost", "missing", "cut", "hangs"):
            setattr(faults, trouble, 1)
        one = replace(asked, recipes=[f"weather {number}"])
        try:
            house.transcoder().make(one, lambda _: None)
            house.transcoder().forget(one)
            said = "made"
        except RemoteError as error:
            said = error.code
        jobs = len(house.service.requests) - before
        wanted = ("service_failed", 1) if trouble == "final" else ("made", 2 if _costs_a_job(trouble) else 1)
        ended[f"{trouble}: {said}, {jobs} jobs" + ("" if (said, jobs) == wanted else ", WRONG")] += 1
    return ended


def _costs_a_job(trouble: str) -> bool:
    return trouble in ("lost", "missing", "cut", "hangs", "passing")


def main() -> None:
    """Run both, and exit 1 where a job was handed in twice or a work ended otherwise than it should."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--crashes", type=int, default=100)
    parser.add_argument("--jobs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        with s3_server(folder / "s3") as s3, mediaconvert_server(s3.access, folder / "service") as service:
            work = commission(folder, H264.model_copy(update={"rungs": RUNGS[1:]}))
            digest = hashlib.sha256(work.source.read_bytes()).hexdigest()
            made = folder / "made"
            made.mkdir()
            asked = Asked("film", str(work.source), digest, lambda: work.source, work.specs, [""], [made])
            house = House(s3, service)
            too_many = crashes(house, asked, given.crashes)
            ended = weather(house, asked, given.jobs, given.seed)
    print(f"{given.crashes} crashes between handing in and noting: {too_many} jobs too many")
    for line, count in sorted(ended.items()):
        print(f"{count:4} {line}")
    sys.exit(bool(too_many) or any("WRONG" in line for line in ended))


if __name__ == "__main__":
    main()
