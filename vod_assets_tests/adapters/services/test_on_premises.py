"""Elemental and Vantage make what is ordered, on servers that refuse what the real ones do and really encode."""

import copy
import hashlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from vod_assets.adapters.blobs.disk import DiskBlobs
from vod_assets.adapters.ledger.blobs import BlobLedger
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.services.asking import Asking, Patience
from vod_assets.adapters.services.elemental import Elemental, Login, Storage, job_of
from vod_assets.adapters.services.output import Outputs
from vod_assets.adapters.services.rest import Service
from vod_assets.adapters.services.transcoder import ServiceTranscoder
from vod_assets.adapters.services.vantage import Vantage, _filled
from vod_assets.adapters.services.work_folder import WorkFolder
from vod_assets.domain import elemental, vantage
from vod_assets.domain.errors import RemoteError
from vod_assets.domain.rendition_spec import RenditionSpec
from vod_assets.domain.service_paths import read_pairs, theirs, unc
from vod_assets.ports.services import Asked, JobState, Order, TranscodingService
from vod_assets_tests.adapters.services.doubles import PICTURE, SPEC
from vod_assets_tests.adapters.transcode.clips import tools
from vod_assets_tests.contracts.transcoding import H264, RUNGS, Commission, TranscodingContract, commission
from vod_assets_tests.fakes import MemoryBlobs, Switch
from vod_assets_tests.servers import elemental as elementals
from vod_assets_tests.servers import vantage as vantages
from vod_assets_tests.servers.transcoding import Refused, Share

pytestmark = pytest.mark.media
QUICK = Patience(first_wait=0.02, longest_wait=0.1, asked_for=5, stalled=0.4, queued=5)
NAMED = {"elemental": "/data/mnt/nas", "vantage": r"\\nas\media"}
ORDER = Order("a" * 64, "film", "/data/mnt/nas/film.mov", "/data/mnt/nas/jobs/a/", (SPEC,))


@dataclass
class House:
    """A transcoder at a server, with a ledger of its own, and a share that both reach."""

    server: Any
    client: TranscodingService
    folder: Path

    def __post_init__(self) -> None:
        self.ledger = BlobLedger(MemoryBlobs())

    @property
    def transcoder(self) -> ServiceTranscoder:
        named = NAMED[self.client.name]
        ending = "\\" if named.startswith("\\") else "/"
        folder = WorkFolder(DiskBlobs(self.folder), named + ending, lambda _: "")
        outputs = Outputs(tools(), SupervisedRunner(), folder)
        return ServiceTranscoder(Asking(self.client, Switch(), QUICK), self.ledger, folder, outputs)

    def asked(self, work: Commission, folders: Mapping[str, Path]) -> Asked:
        digest = hashlib.sha256(work.source.read_bytes()).hexdigest()
        recipes = [f"{spec.key} {digest}" for spec in work.specs]
        return Asked("film", str(work.source), digest, lambda: work.source, work.specs, recipes, list(folders.values()))


@pytest.fixture(params=["elemental", "vantage"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    yield from opened(request.param, tmp_path)


def opened(name: str, folder: Path) -> Iterator[House]:
    share = Share(folder / "share", NAMED[name])
    share.folder.mkdir()
    if name == "elemental":
        with elementals.elemental_server(share) as server:
            login = Login(elementals.USER, elementals.API_KEY)
            yield House(server, Elemental(Service("Elemental", server.url, "as documented"), login), share.folder)
    else:
        with vantages.vantage_server(share) as server:
            client = Vantage(Service("Vantage", server.url, "as documented"), vantages.WORKFLOW)
            yield House(server, client, share.folder)


@pytest.fixture
def work(tmp_path: Path) -> Commission:
    return commission(tmp_path, H264.model_copy(update={"rungs": RUNGS[1:]}))


class _AtAServer(TranscodingContract):
    name = ""

    @pytest.fixture(autouse=True)
    def _house(self, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
        for one in opened(self.name, tmp_path_factory.mktemp(self.name)):
            self.house = one
            yield

    def made(self, commission: Commission, folders: Mapping[str, Path]) -> None:
        for spec in commission.specs:
            assert self.house.transcoder.obstacle(spec) == ""
        self.house.transcoder.make(self.house.asked(commission, folders), lambda _: None)


class TestElemental(_AtAServer):
    name = "elemental"


class TestVantage(_AtAServer):
    name = "vantage"


del _AtAServer, TranscodingContract  # pytest would run them


def test_the_service_may_fail_in_every_way(house: House, work: Commission, tmp_path: Path) -> None:
    faults = house.server.faults
    faults.answers, faults.unsaid, faults.missing = [429, 500], 1, 1
    house.transcoder.make(house.asked(work, {"h264_90p": tmp_path}), lambda _: None)
    assert (tmp_path / "video.mp4").stat().st_size > 1000
    assert len(house.server.jobs) == 2  # the one whose answer was lost made no file
    house.transcoder.forget(house.asked(work, {}))
    faults.lost, faults.errors = 1, ["a timeout of the node"]
    house.transcoder.make(house.asked(work, {"h264_90p": tmp_path}), lambda _: None)
    assert len(house.server.jobs) == 4  # one of the three was lost


def test_a_job_that_hangs_is_ended_there(house: House, work: Commission, tmp_path: Path) -> None:
    house.server.faults.hangs = 2
    with pytest.raises(RemoteError, match="service_stalled"):
        house.transcoder.make(house.asked(work, {"h264_90p": tmp_path}), lambda _: None)
    states = [one["state"] if isinstance(one, dict) else "" for one in house.server.jobs.values()]
    ended = states if house.client.name == "vantage" else [one[0] for one in house.server.states.values()]
    assert set(ended) <= {vantages.STOPPED, "cancelled"}


def test_a_fault_of_the_source_is_not_tried_again(house: House, work: Commission, tmp_path: Path) -> None:
    house.server.faults.errors = ["no decoder for this codec"]
    with pytest.raises(RemoteError, match=r"no decoder for this codec.*service_failed"):
        house.transcoder.make(house.asked(work, {"h264_90p": tmp_path}), lambda _: None)
    assert len(house.server.jobs) == 1


def test_the_jobs_of_a_run_that_died_are_found_again(house: House) -> None:
    """Between a job and its note lies nothing that could hand it in twice."""
    source, folder = (f"{NAMED[house.client.name]}{end}" for end in ("/film.mov", "/jobs/a/"))
    other = SPEC.model_copy(update={"key": "h264_180p"})
    order = Order("b" * 64, "film", source, folder, (SPEC, other))
    first = house.client.submit(order)
    again = house.client.find(order.key) or house.client.submit(order)
    assert again == first
    assert len(house.server.jobs) == (2 if house.client.name == "vantage" else 1)
    assert house.client.status("nobody-knows-it").state is JobState.LOST


def test_a_wrong_key_is_refused_and_not_shown(tmp_path: Path) -> None:
    with elementals.elemental_server(Share(tmp_path, NAMED["elemental"])) as server:
        client = Elemental(Service("Elemental", server.url, "Check the key"), Login(elementals.USER, "guessed"))
        with pytest.raises(RemoteError, match=r"401.*the key is wrong.*service_refused") as refused:
            client.find("a")
        late = Elemental(
            Service("Elemental", server.url, "Check the clocks"),
            Login(elementals.USER, elementals.API_KEY),
            clock=lambda: time.time() - 3600,
        )
        with pytest.raises(RemoteError, match="expired"):
            late.find("a")
    assert "guessed" not in str(refused.value)


def test_an_order_gets_on_while_any_of_its_jobs_does(tmp_path: Path) -> None:
    with vantages.vantage_server(Share(tmp_path, NAMED["vantage"])) as server:
        client = Vantage(Service("Vantage", server.url, "as documented"), vantages.WORKFLOW)
        server.jobs = {
            "a": {"name": "k 1", "state": vantages.WAITING, "progress": 0, "cause": ""},
            "b": {"name": "k 2", "state": vantages.RUNNING, "progress": 40, "cause": ""},
        }
        said = client.status("a+b")
    assert (said.state, said.percent) == (JobState.RUNNING, 20)


def test_what_a_service_was_told_in_confidence_is_in_no_message(tmp_path: Path) -> None:
    service = Service("Elemental", "http://127.0.0.1:9", "as documented", secrets=("s3cret",))
    assert service.without_secrets("the job <password>s3cret</password> is wrong") == "the job … is wrong"
    job = etree.tostring(job_of(ORDER, Storage("key", "s3cret"))).decode()
    assert "s3cret" not in job  # nothing of it lies in a bucket


def test_a_workflow_of_other_variables_is_refused_by_name(tmp_path: Path) -> None:
    with vantages.vantage_server(Share(tmp_path, NAMED["vantage"])) as server:
        client = Vantage(Service("Vantage", server.url, "as documented"), vantages.WORKFLOW)
        server.inputs["Variables"].pop(0)
        with pytest.raises(RemoteError, match="lacks the variable VOD_OUTPUT"):
            client.submit(ORDER)
        server.inputs = vantages.template()
        server.inputs["Variables"].append({"Identifier": "x", "Name": "COLOUR", "Value": ""})
        with pytest.raises(RemoteError, match="wants the variable COLOUR"):
            client.submit(ORDER)
    assert server.jobs == {}


CHANGES = {
    "job/unknown": ("job", "nice", "1"),
    "no uri": ("input/file_input/uri", None, ""),
    "priority": ("priority", None, "101"),
    "type": ("output_group/type", None, "apple_live_group_settings_x"),
    "container": ("output_group/output/container", None, "avi"),
    "assembly": ("output_group/output/stream_assembly_name", None, "stream_9"),
    "codec": ("stream_assembly/video_description/codec", None, "av1"),
    "odd": ("stream_assembly/video_description/width", None, "641"),
    "small": ("stream_assembly/video_description/height", None, "16"),
    "word": ("stream_assembly/video_description/width", None, "wide"),
    "gop": ("stream_assembly/video_description/h264_settings/gop_size", None, "0"),
    "bitrate": ("stream_assembly/video_description/h264_settings/bitrate", None, "12"),
    "cap": ("stream_assembly/video_description/h264_settings/max_bitrate", None, "2000"),
    "mode": ("stream_assembly/video_description/h264_settings/rate_control_mode", None, "QVBR2"),
    "profile": ("stream_assembly/video_description/h264_settings/profile", None, "Highest"),
    "settings": ("stream_assembly/video_description/h264_settings", "crf", "23"),
}


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_elemental_refuses_by_name_what_our_client_never_sends(name: str) -> None:
    path, added, text = CHANGES[name]
    job = job_of(ORDER, Storage())
    elementals.check(copy.deepcopy(job))
    element = job if path == "job" else job.find(path)
    assert element is not None
    if added is None:
        element.text = text
        named = str(element.tag)
    else:
        etree.SubElement(element, added).text = text
        named = added
    with pytest.raises(Refused, match=named.partition("_name")[0]):
        elementals.check(job)


WRONG: dict[str, tuple[str, Any]] = {
    "JobName": ("JobName", ""),
    "Priority": ("Priority", 1000),
    "Medias": ("Medias", []),
    "Files": ("Medias/0/Files", []),
    "Variables": ("Variables", []),
    "VOD_WIDTH": ("Variables/2/Value", "wide"),
    "VOD_HEIGHT": ("Variables/3/Value", "0"),
    "VOD_CODEC": ("Variables/1/Value", "av1"),
    "VOD_FRAME_RATE": ("Variables/4/Value", "25"),
    "VOD_GOP_FRAMES": ("Variables/5/Value", "-1"),
    "VOD_BITRATE": ("Variables/6/Value", ""),
    "VOD_DEINTERLACE": ("Variables/9/Value", "perhaps"),
    "Attachments": ("Attachments", None),
    "Colour": ("Colour", "red"),
}


@pytest.mark.parametrize("name", sorted(WRONG))
def test_vantage_refuses_by_name_what_our_client_never_sends(name: str) -> None:
    body: Any = _filled(vantages.template(), "job", ORDER, SPEC, "/data/mnt/nas/out.mp4")
    vantages.check(body)
    path, value = WRONG[name]
    *way, last = path.split("/")
    place = body
    for word in way:
        place = place[int(word)] if word.isdigit() else place[word]
    if value is None:
        del place[last]
    else:
        place[last] = value
    with pytest.raises(Refused, match=name):
        vantages.check(body)


@pytest.mark.parametrize("obstacle", [elemental.obstacle, vantage.obstacle])
@pytest.mark.parametrize(
    "changes",
    [
        {"codec": "av1"},
        {"dynamic_range": "hdr", "bit_depth": 10},
        {"pinned_frames": (12,)},
        {"maxrate": None},
        {"picture": PICTURE.model_copy(update={"rotation": 90})},
        {"picture": PICTURE.model_copy(update={"spans": 3})},
        {"picture": PICTURE.model_copy(update={"is_corrected": True})},
        {"picture": PICTURE.model_copy(update={"dynamic_range": "hlg"})},
    ],
)
def test_what_it_cannot_make_it_says_before(obstacle: Any, changes: dict[str, object]) -> None:
    wanted: RenditionSpec = SPEC.model_copy(update=changes)
    assert obstacle(SPEC) == ""
    assert obstacle(wanted) != ""


def test_the_same_folder_has_two_names() -> None:
    pairs = read_pairs(r"/mnt/nas=\\nas\media, /mnt/nas/fast=\\flash\fast")
    assert theirs("/mnt/nas/in/a.mov", pairs) == r"\\nas\media\in\a.mov"
    assert theirs("file:///mnt/nas/fast/a.mov", pairs) == r"\\flash\fast\a.mov"
    assert theirs("/mnt/nasty/a.mov", pairs) == ""
    assert unc("smb://anna@isilon:445/mezz/in/a.mov") == r"\\isilon\mezz\in\a.mov"
    assert unc("s3://bucket/a.mov") == ""
    with pytest.raises(ValueError, match="no pair"):
        read_pairs("/mnt/nas")
