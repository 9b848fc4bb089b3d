"""Wherever a release or an order is killed, viewers see one release or the other: a small one of the trial."""

import re
import subprocess
import sys


def test_five_kills_of_a_release_and_one_of_everything_else_leave_nothing_mixed_or_missing() -> None:
    argv = [sys.executable, "-m", "trials.publishing_kills", "--kills", "5", "--others", "1", "--houses", "disk"]
    ran = subprocess.run(argv, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "release: 5 killed" in ran.stdout
    assert re.search(r"vod verify --all: 17 titles, \d\d+ files: all is well$", ran.stdout.rstrip())
