"""What a person sees of transfers: a bar on a terminal, lines elsewhere, and nothing where a machine reads."""

import io

import pytest
from rich.console import Console
from rich.progress import Progress as Bars

from vod_assets.cli.outcome import Outcome
from vod_assets.cli.progress import Lines, LiveBars, open_display
from vod_assets.cli.run_workflow import counted
from vod_assets.ports import Transfer
from vod_assets.ports.transfers import watcher

HALF = Transfer("sending film.mov", 500_000_000, 1_000_000_000, 5.0)
ALL = Transfer("sending film.mov", 1_000_000_000, 1_000_000_000, 10.0, is_over=True)


def test_lines_come_at_intervals_and_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines()
    for _ in range(3):
        lines.moved("film", "h264_1080p", HALF)
    lines.moved("film", "h264_1080p", ALL)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "film: sending film.mov 50 % of 1.0 GB, 100.0 MB/s, 0:05 left",
        "film: sending film.mov 100 % of 1.0 GB, 100.0 MB/s, 0:00 left",
    ]


def test_outside_a_run_transfers_are_told_to_the_display(capsys: pytest.CaptureFixture[str]) -> None:
    with open_display():
        tell = watcher()
        assert tell is not None
        tell(HALF)
    assert watcher() is None
    assert capsys.readouterr().err == "sending film.mov 50 % of 1.0 GB, 100.0 MB/s, 0:05 left\n"


def test_nothing_is_said_of_transfers_where_a_machine_reads(capsys: pytest.CaptureFixture[str]) -> None:
    with open_display(quiet=True) as display:
        display.moved("film", "h264_1080p", ALL)
    assert capsys.readouterr() == ("", "")


def test_what_does_not_apply_to_a_title_is_not_said_to_be_made(capsys: pytest.CaptureFixture[str]) -> None:
    screen = io.StringIO()
    bars = Bars(console=Console(file=screen))
    for display in (Lines(), LiveBars(bars)):
        display.made("film", "av1_1080p", False, "profile default has no rung av1_1080p")
        display.made("film", "h264_1080p", False)
    assert capsys.readouterr().err == "film: h264_1080p made\n"
    assert screen.getvalue() == "made   h264_1080p\n"


def test_the_assets_that_do_not_apply_are_counted_apart() -> None:
    outcome = Outcome(executed=["h264_1080p", "av1_1080p"], reused=["poster", "dubs"], empty=["av1_1080p", "dubs"])
    assert counted(outcome) == "1 assets, 1 reused, 2 not needed, 0.0 s"


def test_a_bar_moves_and_goes() -> None:
    screen = io.StringIO()
    with Bars(console=Console(file=screen, force_terminal=True)) as bars:
        display = LiveBars(bars)
        display.moved("film", "h264_1080p", HALF)
        (task,) = bars.tasks
        assert (task.description, task.completed) == ("sending film.mov", 50)
        assert task.fields["rates"] == "of 1.0 GB, 100.0 MB/s, 0:05 left"
        display.moved("film", "h264_1080p", ALL)
        assert bars.tasks == []
