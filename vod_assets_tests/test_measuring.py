"""The benchmarks' measure of a command: all that it leads to, and nothing else of this machine."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from benchmarks import measure

BUSY_AND_GONE = "setsid sleep 60 & echo $!; python3 -c 'sum(range(3_000_000))' & exit 3"


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


def test_what_a_command_leaves_behind_is_counted_and_ended_and_nothing_else(
    bystander: subprocess.Popen[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measure, "ORPHAN_GRACE_SECONDS", 2.0)
    ended = measure.measured(["bash", "-c", BUSY_AND_GONE], tmp_path)
    assert ended.returncode == 3
    assert ended.cpu_seconds > 0.02
    assert not psutil.pid_exists(int(ended.stdout))
    assert bystander.poll() is None
