"""Whether the process that executes a run has certainly ended."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from vod_assets.defs import executors
from vod_assets.defs.executors import Executor
from vod_assets_tests.studio import wait_until

HERE = Executor.this_process()
TELLS_WHO_IT_IS = (
    "import json; from vod_assets.defs.executors import Executor; "
    "print(json.dumps(Executor.this_process().as_tags()), flush=True); input()"
)


def test_tags_carry_an_executor_unchanged() -> None:
    assert Executor.from_tags({"dagster/partition": "film", **HERE.as_tags()}) == HERE


@pytest.mark.parametrize("tags", [{"dagster/partition": "film"}, {**HERE.as_tags(), "vod/pid": "?"}])
def test_a_run_that_does_not_say_who_executes_it_has_no_executor(tags: dict[str, str]) -> None:
    assert Executor.from_tags(tags) is None


def test_the_process_that_asks_is_there() -> None:
    assert not HERE.is_gone()


def test_a_process_with_the_number_of_an_older_one_is_another() -> None:
    assert replace(HERE, started_ticks=HERE.started_ticks - 1).is_gone()


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this machine's id stands."""
    path = tmp_path / "machine-id"
    path.write_text("4d6f\n")
    monkeypatch.setattr(executors, "MACHINE_ID", path)
    return path


def test_every_process_of_an_earlier_boot_is_gone(machine: Path) -> None:
    earlier = replace(Executor.this_process(), boot_id="an earlier one", pid_namespace="another")
    assert earlier.is_gone()


@pytest.mark.parametrize(("there", "here"), [("4d6f", "5e70"), ("", "4d6f"), ("4d6f", ""), ("", "")])
def test_of_a_machine_that_may_only_have_the_same_name_nothing_is_certain(machine: Path, there: str, here: str) -> None:
    machine.write_text(there)
    namesake = replace(Executor.this_process(), boot_id="its own")
    machine.write_text(here)
    assert not namesake.is_gone()


def test_a_run_of_an_older_version_does_not_name_its_machine() -> None:
    tags = HERE.as_tags()
    del tags["vod/machine"]
    assert Executor.from_tags(tags) == replace(HERE, machine="")


def test_the_id_of_the_machine_itself_is_not_shown(machine: Path) -> None:
    machine.write_text("0123456789abcdef0123456789abcdef")
    shown = Executor.this_process().as_tags()["vod/machine"]
    assert shown
    assert shown not in machine.read_text()


@pytest.mark.parametrize("elsewhere", [replace(HERE, host="another"), replace(HERE, pid_namespace="pid:[1]")])
def test_of_another_host_or_container_nothing_is_certain(elsewhere: Executor) -> None:
    assert not replace(elsewhere, started_ticks=1).is_gone()


def test_a_killed_process_is_gone_even_before_its_parent_looks() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", TELLS_WHO_IT_IS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        executor = Executor.from_tags(json.loads(process.stdout.readline()))
        assert executor is not None
        assert executor.pid == process.pid
        assert not executor.is_gone()
        process.kill()
        wait_until(lambda: os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT))
        assert executor.is_gone()  # a zombie
    assert executor.is_gone()
