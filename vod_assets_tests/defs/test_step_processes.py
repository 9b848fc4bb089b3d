"""A run whose steps are processes of their own holds its title and gives signs of life from its start to its end."""

import json
import os
import threading
import time
from pathlib import Path

import dagster as dg
import pytest

from vod_assets.adapters.blobs.disk import DiskBlobs
from vod_assets.adapters.leases.blobs import BlobLeases
from vod_assets.defs.executors import Executor
from vod_assets.defs.guard import Guarding, LastingGuardResource
from vod_assets.defs.leases import is_gone
from vod_assets.defs.step_processes import step_processes
from vod_assets.domain.leases import Beat
from vod_assets.ports import Leases

pytestmark = pytest.mark.slow

STEP_SECONDS = 0.6


@dg.op(required_resource_keys={"guard", "leases"}, out=dg.Out(dg.Nothing))
def first(context: dg.OpExecutionContext) -> None:
    """Work for a while."""
    work(context)


@dg.op(required_resource_keys={"guard", "leases"}, ins={"begin": dg.In(dg.Nothing)})
def second(context: dg.OpExecutionContext) -> None:
    """Work for a while, afterwards."""
    work(context)


def work(context: dg.OpExecutionContext) -> None:
    """Ask the guard as every step does, and write down who held the title then, and which process this is."""
    guard: Guarding = context.resources.guard
    guard.check()
    held = context.resources.leases.holder("film")
    time.sleep(STEP_SECONDS)
    guard.check()
    told = {"pid": os.getpid(), "number": held.number, "run": held.run}
    (Path(os.environ["TMPDIR"]) / f"{context.op.name}.json").write_text(json.dumps(told))


class LeasesOnDisk(dg.ConfigurableResource[Leases]):
    """Leases in a folder."""

    folder: str

    def create_resource(self, context: dg.InitResourceContext) -> Leases:
        return BlobLeases(DiskBlobs(Path(self.folder)))


def two_steps() -> dg.JobDefinition:
    """Return a job of two steps, each a process of its own."""
    kept = LeasesOnDisk(folder=os.environ["VOD_STORE"])
    executor = step_processes(lambda: BlobLeases(DiskBlobs(Path(kept.folder))))

    @dg.job(resource_defs={"guard": LastingGuardResource(leases=kept), "leases": kept}, executor_def=executor)
    def steps() -> None:
        second(first())

    return steps


class Onlooker(threading.Thread):
    """Looks at a run's signs of life as the reaper does, many times."""

    def __init__(self, keeper: Leases) -> None:
        super().__init__()
        self.keeper = keeper
        self.seen: list[Beat] = []
        self.is_over = threading.Event()

    def run(self) -> None:
        while not self.is_over.wait(0.02):
            self.seen += self.keeper.beats()


def test_signs_of_life_and_the_title_outlast_each_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("VOD_STORE", str(tmp_path / "store"))
    keeper = BlobLeases(DiskBlobs(tmp_path / "store"))
    onlooker = Onlooker(keeper)
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        onlooker.start()
        try:
            tags = {"dagster/partition": "film"}
            with dg.execute_job(dg.reconstructable(two_steps), instance, tags=tags, raise_on_error=True) as result:
                assert result.success
        finally:
            onlooker.is_over.set()
            onlooker.join()
    told = [json.loads((tmp_path / f"{name}.json").read_text()) for name in ("first", "second")]
    assert len({os.getpid(), *(one["pid"] for one in told)}) == 3
    assert {(one["number"], one["run"]) for one in told} == {(1, result.run_id)}
    assert (keeper.holder("film"), keeper.beats()) == (None, [])
    here = Executor.this_process().as_tags()
    assert all(beat.executor == here and not is_gone(beat) for beat in onlooker.seen)
    assert len({beat.count >> 8 for beat in onlooker.seen}) >= 3  # this process, and each step's
