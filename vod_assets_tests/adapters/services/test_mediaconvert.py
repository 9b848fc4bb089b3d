"""MediaConvert makes what is ordered, on a server that refuses what AWS refuses and really encodes."""

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from vod_assets.adapters.blobs.aws import client_of
from vod_assets.adapters.blobs.objects import s3_blobs
from vod_assets.adapters.ledger.blobs import BlobLedger
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.services.asking import Asking, Patience
from vod_assets.adapters.services.mediaconvert import MediaConvert, MediaConvertSettings
from vod_assets.adapters.services.output import Outputs
from vod_assets.adapters.services.transcoder import ServiceTranscoder
from vod_assets.adapters.services.work_folder import WorkFolder
from vod_assets.adapters.transcode.ffmpeg import FfmpegTranscoder
from vod_assets.domain.errors import RemoteError
from vod_assets.domain.rendition import rung_preset
from vod_assets.ports import CodecJob, RungJob
from vod_assets.ports.services import Asked, JobState, Order
from vod_assets_tests.adapters.services.doubles import SPEC
from vod_assets_tests.adapters.transcode.clips import tools
from vod_assets_tests.contracts.transcoding import H264, RUNGS, Commission, TranscodingContract, commission
from vod_assets_tests.fakes import MemoryBlobs, Switch
from vod_assets_tests.servers.mediaconvert import ROLE, FakeMediaConvert, mediaconvert_server
from vod_assets_tests.servers.s3 import S3Server

pytestmark = pytest.mark.media
QUICK = Patience(first_wait=0.02, longest_wait=0.1, asked_for=5, stalled=0.4, queued=5)


@pytest.fixture(scope="module")
def service(s3: S3Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeMediaConvert]:
    with mediaconvert_server(s3.access, tmp_path_factory.mktemp("mediaconvert")) as server:
        yield server


@dataclass
class House:
    """A transcoder at the server, with a ledger of its own."""

    s3: S3Server
    service: FakeMediaConvert

    def __post_init__(self) -> None:
        self.prefix, self.ledger = f"work-{secrets.token_hex(4)}", BlobLedger(MemoryBlobs())

    @property
    def client(self) -> MediaConvert:
        settings = MediaConvertSettings(ROLE, place=self.service.url)
        return MediaConvert(lambda: client_of(self.s3.access, "mediaconvert", self.service.url), settings)

    @property
    def transcoder(self) -> ServiceTranscoder:
        blobs = s3_blobs(self.s3.bucket, self.prefix, self.s3.access)
        folder = WorkFolder(blobs, f"s3://{self.s3.bucket}/{self.prefix}/", lambda _: "")
        outputs = Outputs(tools(), SupervisedRunner(), folder)
        return ServiceTranscoder(Asking(self.client, Switch(), QUICK), self.ledger, folder, outputs)

    def asked(self, work: Commission, folders: Mapping[str, Path]) -> Asked:
        digest = hashlib.sha256(work.source.read_bytes()).hexdigest()
        specs, recipes = work.specs, [f"{spec.key} {digest}" for spec in work.specs]
        return Asked("film", str(work.source), digest, lambda: work.source, specs, recipes, list(folders.values()))


@pytest.fixture
def house(s3: S3Server, service: FakeMediaConvert) -> House:
    return House(s3, service)


@pytest.fixture
def work(tmp_path: Path) -> Commission:
    return commission(tmp_path, H264.model_copy(update={"rungs": RUNGS[1:]}))


class TestMediaConvert(TranscodingContract):
    @pytest.fixture(autouse=True)
    def _at_the_server(self, house: House) -> None:
        self.house = house

    def made(self, commission: Commission, folders: Mapping[str, Path]) -> None:
        for spec in commission.specs:
            assert self.house.transcoder.obstacle(spec) == ""
        self.house.transcoder.make(self.house.asked(commission, folders), lambda _: None)


class TestFfmpeg(TranscodingContract):
    def made(self, commission: Commission, folders: Mapping[str, Path]) -> None:
        rungs = commission.ladder.made
        jobs = [RungJob(rung, rung_preset(commission.preset, rung), folders[rung.key]) for rung in rungs]
        job = CodecJob(commission.ladder, commission.preset, jobs)
        transcoder = FfmpegTranscoder(tools(), SupervisedRunner())
        transcoder.encode_video(commission.source, commission.info, job, lambda _: None)


def test_the_service_may_fail_in_every_way(house: House, work: Commission, tmp_path: Path) -> None:
    faults, before = house.service.faults, len(house.service.requests)
    faults.answers, faults.unsaid = [429, 500], 1
    faults.missing = 1
    report = house.transcoder.make(house.asked(work, {"h264_90p": tmp_path}), lambda _: None)
    assert (tmp_path / "video.mp4").stat().st_size > 1000
    assert report.billed["h264_90p"]["seconds"] == "2"
    assert len(house.service.requests) - before == 2  # the one whose answer was lost made no file
    house.transcoder.forget(house.asked(work, {}))
    faults.lost, faults.errors = 1, [1999]
    assert house.transcoder.make(house.asked(work, {"h264_90p": tmp_path}), lambda _: None).handed_in == 3


def test_half_a_file_is_never_taken(house: House, work: Commission, tmp_path: Path) -> None:
    house.service.faults.cut = 2
    with pytest.raises(RemoteError, match=r"h264_90p of film came back wrong.*service_output_wrong"):
        house.transcoder.make(house.asked(work, {"h264_90p": tmp_path}), lambda _: None)
    assert not (tmp_path / "video.mp4").exists()


def test_a_job_that_hangs_is_cancelled_there(house: House, work: Commission, tmp_path: Path) -> None:
    house.service.faults.hangs = 2
    with pytest.raises(RemoteError, match="hangs at 99 %"):
        house.transcoder.make(house.asked(work, {"h264_90p": tmp_path}), lambda _: None)
    assert [job["status"] for job in list(house.service.jobs.values())[-2:]] == ["CANCELED", "CANCELED"]


def test_a_job_that_fails_for_good_is_told_with_its_code(house: House, work: Commission, tmp_path: Path) -> None:
    house.service.faults.errors = [1401]
    with pytest.raises(RemoteError, match="failed: 1401 as it was told"):
        house.transcoder.make(house.asked(work, {"h264_90p": tmp_path}), lambda _: None)


def test_a_job_is_found_by_its_key_and_deduped_by_its_token(house: House) -> None:
    order = Order(secrets.token_hex(32), "film", "s3://media/none.mov", f"s3://media/{house.prefix}/", [SPEC])
    assert house.client.find(order.key) == ""
    job = house.client.submit(order)
    assert house.client.submit(order) == job
    assert house.client.find(order.key) == job
    house.service.wait()
    status = house.client.status(job)
    assert (status.state, status.is_passing, status.cause[:4]) == (JobState.FAILED, False, "1010")
    house.client.cancel(job)
    assert house.client.status("1-unknown").state == JobState.LOST


def test_a_wrong_role_is_refused_by_name(house: House, s3: S3Server) -> None:
    client = client_of(s3.access, "mediaconvert", house.service.url)
    stranger = MediaConvert(lambda: client, MediaConvertSettings("arn:aws:s3:::bucket"))
    with pytest.raises(RemoteError, match=r"/role is not the ARN of a role.*service_refused"):
        stranger.submit(Order("ab", "film", "s3://media/a.mov", "s3://media/w/", [SPEC]))
