"""Renditions by a transcoding service: each job is handed in once, looked after, and its files are fetched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from vod_assets.adapters.services.asking import Asking
from vod_assets.adapters.services.work_folder import WorkFolder, key_of, work_of
from vod_assets.domain.errors import RemoteError, StoreError
from vod_assets.domain.rendition_spec import RenditionSpec
from vod_assets.domain.service_billing import billed
from vod_assets.ports.ledger import Ledger
from vod_assets.ports.runs import OnProgress, Progress
from vod_assets.ports.services import Asked, JobState, JobStatus, Order, ServiceReport

MOST_FAILURES = 2  # after which a job is still handed in again
ONCE = 1  # what a failure weighs that may pass, and a lost job: handed in again twice
TWICE = 2  # a job that hung, and one whose files are missing or wrong: handed in again once
FOR_GOOD = 3


class Taking(Protocol):
    """Takes what comes back; see `vod_assets.adapters.services.output.Outputs`."""

    build_ids: Mapping[str, str]

    def take(self, order: Order, files: Sequence[tuple[RenditionSpec, str]], folders: Sequence[Path]) -> float:
        """Write each rendition to its folder, and return how many CPU seconds that took."""
        ...


@dataclass
class ServiceTranscoder:
    """Makes renditions by one service.

    Attributes:
        asking: Asks the service.
        ledger: What is known of jobs.
        work_folder: Where files go there and back.
        outputs: Takes what comes back, if it is what was ordered.
    """

    asking: Asking
    ledger: Ledger
    work_folder: WorkFolder
    outputs: "Taking"

    @property
    def name(self) -> str:
        """The service's name."""
        return self.asking.service.name

    @property
    def build_ids(self) -> Mapping[str, str]:
        """What a recipe says of it: the service, and the FFmpeg that writes its MP4 files anew."""
        return {**self.asking.service.build_ids, **self.outputs.build_ids}

    def obstacle(self, spec: RenditionSpec) -> str:
        """Return why it cannot make a rendition."""
        return self.asking.service.obstacle(spec)

    def parameters(self, spec: RenditionSpec) -> Mapping[str, object]:
        """Return what a rendition's recipe says."""
        return self.asking.service.parameters(spec)

    def make(self, asked: Asked, on_progress: OnProgress) -> ServiceReport:
        """Make renditions, in the job that runs already if there is one."""
        began, handed_in, failed = self.asking.clock(), 0, 0
        source = self.work_folder.source(asked)
        while True:
            running = self._handed_in(asked, source)
            handed_in += running.is_new
            status, weight = self._ended(running, asked, on_progress)
            if status.state is not JobState.COMPLETE:
                failure = self._failure(running, status, weight)
            else:
                try:
                    cpu = self.outputs.take(running.order, self._files(running.order), asked.folders)
                except RemoteError as error:
                    failure, weight = error, TWICE
                else:
                    seconds, bill = self.asking.clock() - began, billed(asked.renditions)
                    return ServiceReport(self.name, running.job, handed_in, seconds, cpu, status.warnings, bill)
            self.ledger.end(running.work, running.number, failure.cause)
            failed += weight
            if failed > MOST_FAILURES:
                raise failure

    def forget(self, asked: Asked) -> None:
        """Note that renditions were fetched, and take their files away at the service; what cannot be is left."""
        work = self._work(asked)
        number = self.ledger.current(work)
        if self.ledger.job(work, number):
            self.ledger.end(work, number, "fetched")
            try:
                self.work_folder.clear(key_of(work, number))
            except StoreError:
                return  # the bucket's own rule for old files takes them

    def _handed_in(self, asked: Asked, source: str) -> "_Running":
        work = self._work(asked)
        number = self.ledger.current(work)
        key = key_of(work, number)
        folder = self.work_folder.folder(key)
        order = Order(key, asked.title, source, folder, tuple(asked.renditions), asked.priority)
        job = self.ledger.job(work, number)
        if job:
            return _Running(work, number, order, job, is_new=False)
        is_first = self.ledger.mean(work, number, {"service": self.name, "title": asked.title, "key": key})
        job, is_new = self.asking.hand_in(order, is_perhaps_there=not is_first)
        return _Running(work, number, order, self.ledger.note(work, number, job), is_new)

    def _ended(self, running: "_Running", asked: Asked, on_progress: OnProgress) -> tuple[JobStatus, int]:
        """Return how a job ended, and how much its failure weighs; one that hangs is cancelled there."""
        seconds = asked.renditions[0].picture.duration_seconds

        def told(status: JobStatus) -> None:
            if status.percent is not None:
                done = seconds * Fraction(status.percent).limit_denominator(1000) / 100
                on_progress(Progress(min(done, seconds), seconds, Fraction(0), Fraction(0)))

        try:
            status = self.asking.ended(running.job, told)
        except RemoteError as error:
            is_cancelled = self.asking.cancel(running.job)
            if error.code != "service_stalled" or not is_cancelled:
                raise  # the job may go on: whoever comes next finds it
            return JobStatus(JobState.FAILED, cause=error.cause, is_passing=True), TWICE
        is_final = status.state is JobState.FAILED and not status.is_passing
        is_unwanted = status.state is JobState.CANCELLED and running.is_new  # somebody at the service says so
        return status, FOR_GOOD if is_final or is_unwanted else ONCE

    def _files(self, order: Order) -> Sequence[tuple[RenditionSpec, str]]:
        files = self.asking.service.files(order)
        return [(spec, files[spec.key]) for spec in order.renditions]

    def _failure(self, running: "_Running", status: JobStatus, weight: int) -> RemoteError:
        why = status.cause or f"it was {status.state} there"
        code = "service_stalled" if weight == TWICE else "service_failed"
        cause = f"job {running.job} of {self.name} failed: {why}"
        return RemoteError(code, cause, "Look at the job at the service; then run the title again")

    def _work(self, asked: Asked) -> str:
        place = f"{self.asking.service.place} {self.work_folder.address}"  # another house may use the same service
        return work_of(self.name, place, list(asked.recipes))


@dataclass(frozen=True)
class _Running:
    """A job, and which try of which work it is."""

    work: str
    number: int
    order: Order
    job: str
    is_new: bool
