"""A transcoding service in memory, which fails as it is told, and a clock that only waiting moves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

from vod_assets.adapters.ledger.blobs import BlobLedger
from vod_assets.adapters.services.asking import Asking
from vod_assets.adapters.services.transcoder import ServiceTranscoder
from vod_assets.adapters.services.work_folder import WorkFolder
from vod_assets.domain.colours import BT709
from vod_assets.domain.errors import RemoteError
from vod_assets.domain.rendition_spec import PictureSpec, RenditionSpec
from vod_assets.ports.services import Asked, JobState, JobStatus, Order
from vod_assets_tests.fakes import MemoryBlobs, Switch

RUNNING = JobStatus(JobState.RUNNING, 50)
COMPLETE = JobStatus(JobState.COMPLETE, 100)
AWAY = RemoteError("service_unreachable", "nobody answers")

PICTURE = PictureSpec(
    stream=0,
    width=640,
    height=360,
    sample_aspect=Fraction(1),
    frame_rate=Fraction(25),
    is_variable_rate=False,
    duration_seconds=Fraction(2),
    field_order="progressive",
    telecine="",
    rotation=0,
    is_mirrored=False,
    colour=BT709,
    is_corrected=False,
    dynamic_range="sdr",
    container="mov",
    codec="h264",
)
SPEC = RenditionSpec(
    key="h264_360p",
    codec="h264",
    width=640,
    height=360,
    frame_rate=Fraction(25),
    gop_frames=25,
    level="4.1",
    crf=Fraction(23),
    maxrate=1_000_000,
    bufsize=2_000_000,
    picture=PICTURE,
)


class Clock:
    """Time passes only while somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class ScriptedService:
    """Answers as it was told: each job has the states of the next script, its last one for ever.

    Attributes:
        scripts: Of each job that is handed in, in order; the last one for all that follow.
        troubles: What is raised by the next calls of a method, by its name; None: nothing, this time.
    """

    name, place = "scripted", "here"
    build_ids: Mapping[str, str] = MappingProxyType({"scripted": "1"})

    def __init__(self, *scripts: Sequence[JobStatus]) -> None:
        self.scripts = scripts or ((RUNNING, COMPLETE),)
        self.troubles: dict[str, list[BaseException | None]] = {}
        self.jobs: dict[str, list[JobStatus]] = {}
        self.orders: list[Order] = []
        self.cancelled: list[str] = []

    def obstacle(self, spec: RenditionSpec) -> str:
        return "scripted makes no AV1" if spec.codec == "av1" else ""

    def parameters(self, spec: RenditionSpec) -> Mapping[str, object]:
        return {"height": spec.height}

    def files(self, order: Order) -> Mapping[str, str]:
        return {spec.key: f"{order.folder}{spec.key}.mp4" for spec in order.renditions}

    def submit(self, order: Order) -> str:
        self._trouble("submit")
        self.orders.append(order)
        job = f"job-{len(self.orders)}"
        self.jobs[job] = list(self.scripts[min(len(self.orders), len(self.scripts)) - 1])
        self._trouble("answer")
        return job

    def find(self, key: str) -> str:
        self._trouble("find")
        found = [f"job-{number}" for number, order in enumerate(self.orders, 1) if order.key == key]
        return found[-1] if found else ""

    def status(self, job: str) -> JobStatus:
        self._trouble("status")
        states = self.jobs[job]
        return states.pop(0) if len(states) > 1 else states[0]

    def cancel(self, job: str) -> None:
        self._trouble("cancel")
        self.cancelled.append(job)
        self.jobs[job] = [replace(RUNNING, state=JobState.CANCELLED)]

    def _trouble(self, name: str) -> None:
        waiting = self.troubles.get(name, [])
        if waiting and (error := waiting.pop(0)):
            raise error


@dataclass
class Taken:
    """Takes every file, or raises what it is told to."""

    troubles: list[RemoteError] = field(default_factory=list)
    build_ids: Mapping[str, str] = field(default_factory=dict)

    def take(self, _order: Order, _files: Sequence[tuple[RenditionSpec, str]], folders: Sequence[Path]) -> float:
        if self.troubles:
            raise self.troubles.pop(0)
        return float(len(folders))


@dataclass
class Bench:
    """A service transcoder of doubles, which can be started anew as after a crash."""

    service: ScriptedService = field(default_factory=ScriptedService)
    blobs: MemoryBlobs = field(default_factory=MemoryBlobs)
    taken: Taken = field(default_factory=Taken)
    clock: Clock = field(default_factory=Clock)
    guard: Switch = field(default_factory=Switch)
    on_sleep: Callable[[], None] = lambda: None

    @property
    def transcoder(self) -> ServiceTranscoder:
        def sleep(seconds: float) -> None:
            self.clock.sleep(seconds)
            self.on_sleep()

        folder = WorkFolder(self.blobs, "s3://work/", lambda address: address if address.startswith("s3://") else "")
        asking = Asking(self.service, self.guard, sleep=sleep, clock=self.clock)
        return ServiceTranscoder(asking, BlobLedger(self.blobs), folder, self.taken)


def asked_of(folder: Path, source: str = "s3://films/film.mov", *specs: RenditionSpec) -> Asked:
    """Return an order of one small rung."""
    wanted = specs or (SPEC,)
    recipes = [f"recipe of {spec.key}" for spec in wanted]
    return Asked("film", source, "5a" * 32, lambda: folder / "film.mov", wanted, recipes, [folder for _ in wanted])
