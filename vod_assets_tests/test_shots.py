"""A title in pieces: a kill costs no piece that was done, a changed shot only those that it touches."""

import os
import signal
from pathlib import Path

import pytest

from trials.shots import House
from vod_assets_tests.studio import wait_until

pytestmark = pytest.mark.media
FRAMES = 20 * 25


def test_a_title_in_pieces_passes_its_checks_and_is_made_again_only_where_it_changed(tmp_path: Path) -> None:
    """Five pieces of four seconds: the run is killed when the first is there; later, a second of the third changes."""
    house = House(tmp_path, 20, piece_seconds=4)
    house.deliver()
    run = house.start()
    wait_until(lambda: house.pieces() or run.poll() is not None)
    os.kill(run.pid, signal.SIGKILL)
    run.communicate()
    done = {place: place.stat().st_mtime_ns for place in house.pieces()}
    assert done
    before = house.publish()
    assert {place: place.stat().st_mtime_ns for place in done} == done
    assert sorted(before.values()) == [100] * 5
    house.deliver((9, 10))
    after = house.publish()
    assert [frames for place, frames in after.items() if place not in before] == [100]
