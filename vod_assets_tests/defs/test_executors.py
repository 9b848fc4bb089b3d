"""Whether the process that executes a run has certainly ended."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest

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


def test_every_process_of_an_earlier_boot_is_gone() -> None:
    assert replace(HERE, boot_id="an earlier one", pid_namespace="another").is_gone()


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
