"""What `vod run-workflow` shows and says, however it ends."""

import json
import os
import pty
import re
import shutil
from pathlib import Path

import pytest

from vod_assets.adapters.ffmpeg.command import generated_input
from vod_assets.cli.run_workflow import run_workflow
from vod_assets.places import SOURCE_SCHEMES
from vod_assets_tests.adapters.transcode.clips import make
from vod_assets_tests.studio import ENCODE_OPTIONS, Ended, Studio, ended

pytestmark = pytest.mark.media
KEYS = ["title", "run_id", "status", "elapsed_seconds", "hls", "dash", "cms_entry", "executed", "reused", "error"]


def percentages(text: str) -> list[int]:
    """Return the percentages that were shown of the video encode, without repetitions."""
    shown = [int(found) for found in re.findall(r"h264_renditions[^%\n]*?(\d+) %", text)]
    return [value for number, value in enumerate(shown) if number == 0 or value != shown[number - 1]]


def rises(values: list[int]) -> bool:
    return len([value for value in values if 0 < value <= 100]) >= 3 and values == sorted(values)


def read_terminal(descriptor: int) -> str:
    """Return what a process writes to a terminal until it closes it."""
    read = b""
    try:
        while chunk := os.read(descriptor, 4096):
            read += chunk
    except OSError:  # Linux's way to say that the other side is closed
        pass
    return read.decode(errors="replace")


def test_its_help_names_every_kind_of_address_that_is_read() -> None:
    (argument,) = run_workflow.__annotations__["source"].__metadata__
    assert set(re.findall(r"[a-z0-9]+://", argument.help)) == {f"{scheme}://" for scheme in ("file", *SOURCE_SCHEMES)}


def test_progress_rises_in_plain_lines_when_nobody_watches(finished: Studio) -> None:
    finished.forget("h264_360p", "h264_180p")
    finished.hold()
    result = ended(finished.start_run("--select", "group:renditions"))
    assert result.code == 0
    assert list(result.outcome) == KEYS
    assert rises(percentages(result.stderr)), result.stderr
    assert "\x1b" not in result.stderr
    assert re.search(r"\d+ % \d+ fps \d+\.\d\dx \d+:\d\d left", result.stderr)


def test_progress_rises_as_a_bar_on_a_terminal(finished: Studio) -> None:
    finished.forget("h264_360p", "h264_180p")
    finished.hold()
    ours, theirs = pty.openpty()
    command = ("run-workflow", finished.source, "--select", "group:renditions")
    process = finished.start(*command, stderr=theirs, stdout=theirs, stdin=theirs)
    os.close(theirs)
    shown = read_terminal(ours)
    os.close(ours)
    assert process.wait() == 0, shown
    assert "━" in shown
    assert rises(percentages(re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown))), shown


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--profile", "nonsense"], "unknown_profile"),
        (["--select", "nonsense"], "bad_selection"),
        (["--select", "group:"], "bad_selection"),
        (["--title", "No Such/Title"], "bad_title_id"),
    ],
)
def test_wrong_usage_ends_with_2_and_one_object(studio: Studio, arguments: list[str], code: str) -> None:
    result = studio.run(*arguments)
    assert (result.code, result.failed_with) == (2, code)
    assert list(result.outcome) == KEYS
    assert result.outcome["status"] == "failure"


def test_a_wrong_setting_ends_with_2_and_one_object(studio: Studio) -> None:
    (studio.folder / ".env").write_text("VOD_SERVE_PORT=eighty\n")
    result = studio.run()
    assert (result.code, result.failed_with) == (2, "bad_setting")
    (studio.folder / ".env").unlink()
    (studio.folder / "profiles" / "bad.yaml").write_text("name: bad\nvideo: 3\n")
    result = studio.run()
    assert (result.code, result.failed_with) == (2, "bad_profile")


def test_an_unknown_option_ends_with_2_and_one_object(studio: Studio) -> None:
    result = studio.run("--nonsense")
    assert (result.code, result.failed_with) == (2, "bad_usage")


def test_a_step_that_fails_ends_with_1_and_names_the_asset(finished: Studio) -> None:
    finished.forget("h264_360p", "h264_180p", "media_info")
    result = finished.run("--select", "h264_180p")
    assert result.code == 1
    assert result.outcome["error"]["asset"] == "h264_renditions"
    assert result.failed_with == "artifact_missing"
    assert "Stack Trace" not in result.stderr


def test_a_tool_that_is_missing_is_named_and_the_run_not_called_cancelled(finished: Studio) -> None:
    finished.ffmpeg.unlink()
    result = finished.run()
    assert result.failed_with == "tool_missing", result.stdout
    assert result.code != 0


def damaged(studio: Studio, kind: str) -> Path:
    """Return a source beside the studio's that cannot become a title."""
    source = studio.folder / f"{kind}.mp4"
    if kind == "empty":
        source.touch()
    elif kind == "audio-only":
        make(source, generated_input("sine=440:d=2"), **{"c:a": "aac"})
    elif kind == "playlist":
        source.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n")
    elif kind == "half":
        whole = make(
            studio.folder / "whole.mp4",
            generated_input("testsrc2=s=640x360:r=25:d=4"),
            **{**ENCODE_OPTIONS, "movflags": "+faststart"},
        )
        source.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    return source


def assert_refused(studio: Studio, result: Ended, title: str, code: str) -> None:
    error = result.outcome["error"]
    assert (result.code, error["code"], error["type"]) == (3, code, "SourceError"), result.stdout
    assert error["message"].startswith(f"{title}: ")
    assert f"[{code}]" in error["message"]
    assert not (studio.home / "origin" / title).exists()
    assert not (studio.home / "cms" / "titles" / f"{title}.json").exists()
    listed = json.loads(studio.vod("status", "--refused", "--json").stdout)
    assert [(one["title"], one["code"]) for one in listed] == [(title, code)]
    with studio.session() as session:
        assert session.instance.get_dynamic_partitions("titles") == []


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("missing", "source_missing"),
        ("empty", "source_empty"),
        ("audio-only", "no_video"),
        ("playlist", "format_not_allowed"),
        ("half", "source_truncated"),
    ],
)
def test_a_source_that_cannot_become_a_title_is_refused_and_listed(studio: Studio, kind: str, code: str) -> None:
    result = studio.vod("run-workflow", damaged(studio, kind), "--json")
    assert_refused(studio, result, kind, code)


def test_half_a_film_that_looks_whole_is_refused_by_counting_its_frames(studio: Studio) -> None:
    """Every byte is there and the index is right; the second half of the pictures are zeros."""
    source = damaged(studio, "half").with_name("whole.mp4")
    data = bytearray(source.read_bytes())
    data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    source.write_bytes(data)
    result = studio.vod("run-workflow", source, "--json")
    assert result.outcome["error"]["asset"] == "h264_renditions", result.stdout
    assert not list((studio.home / "store" / "titles" / "whole").glob("h264_[13]?0p/*/artifact.json"))
    code = result.failed_with
    assert code in ("source_corrupt", "source_damaged")
    assert_refused(studio, result, "whole", code)


@pytest.mark.parametrize("name", ["a film's “cut”.mp4", "two\nlines.mp4", "\u202eright-to-left.mp4", "-dash.mp4"])
def test_any_file_name_becomes_a_title(finished: Studio, name: str) -> None:
    source = finished.folder / name
    shutil.copyfile(finished.source, source)
    result = finished.vod("run-workflow", "--json", "--select", "mezzanine,media_info,poster", "--", source.name)
    assert result.code == 0, result.stdout
    assert re.fullmatch("[a-z0-9-]+", result.outcome["title"])
