"""A run that is killed leaves nothing half made to see, no tool running, and next to nothing to do again."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from vod_assets_tests.defs.test_reuse import encoded_rungs
from vod_assets_tests.studio import Studio, bytes_below, ended, wait_until

pytestmark = pytest.mark.media


class Reader:
    """Follows every pointer of a title to its files, and every CMS entry to its tracks, again and again."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.missing: list[str] = []
        self.passes = 0
        self._is_done = threading.Event()
        self._thread = threading.Thread(target=self._read)

    def __enter__(self) -> "Reader":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_done.set()
        self._thread.join()

    def _read(self) -> None:
        while not self._is_done.wait(0.05):
            self.missing += [str(path) for path in self._addressed() if not path.is_file()]
            self.passes += 1

    def _addressed(self) -> Iterator[Path]:
        for pointer in self.studio.title.glob("*/latest.json"):
            committed = pointer.parent / json.loads(pointer.read_text())["recipe"] / "artifact.json"
            yield committed
            artifact = json.loads(committed.read_text())["artifact"]
            yield from (committed.parent / artifact["attempt"] / file["path"] for file in artifact["files"])
            for leaf in artifact["entries"]:
                yield self.studio.title / leaf["asset"] / leaf["recipe"] / "artifact.json"
        yield from released_files(self.studio)


def released_files(studio: Studio) -> Iterator[Path]:
    """Yield every file that the title's CMS entry leads to."""
    entry = studio.home / "cms" / "titles" / "film.json"
    if not entry.exists():
        return
    for document in (studio.home / "origin" / "film" / "releases").glob("*/release.json"):
        release = json.loads(document.read_text())
        yield from (document.parent / file["path"] for file in release["manifests"])
        tracks = document.parent.parent.parent / "tracks"
        for track in release["tracks"]:
            yield from (tracks / track["digest"] / file["path"] for file in track["files"])


def test_a_kill_during_the_encode_costs_that_encode_alone(studio: Studio) -> None:
    studio.hold()
    with Reader(studio) as reader:
        run = studio.start_run()
        wait_until(studio.is_encoding)
        time.sleep(1.0)
        run.kill()
        ended(run)
        wait_until(lambda: not studio.tools_running(), seconds=2)
        assert not [*studio.title.glob("h264_360p/*/artifact.json"), *studio.title.glob("h264_180p/*/artifact.json")]
        studio.release_hold()
        studio.calls()
        again = studio.run()
    assert again.code == 0, again.stderr
    assert {"audio_aac", "captions", "poster", "thumbnails", "media_info"} <= set(again.outcome["reused"])
    calls = studio.calls()
    assert encoded_rungs(calls) == ["h264_180p", "h264_360p"]
    assert sum("ffmpeg" in call[0] and "aac" in call for call in calls) == 0
    assert reader.passes > 1
    assert reader.missing == []


def test_a_kill_between_two_commits_repeats_no_committed_rung(finished: Studio) -> None:
    finished.forget("h264_360p", "h264_180p")
    arguments = ("h264_180p", "1", "run-workflow", finished.source, "--json")
    run = finished.start(*arguments, module="vod_assets_tests.defs.killed_at")
    assert ended(run).code == -9
    committed = {path.parents[1].name for path in finished.title.glob("h264_*0p/*/artifact.json")}
    assert "h264_360p" in committed
    assert "h264_180p" not in committed
    finished.calls()
    again = finished.run()
    assert again.code == 0, again.stderr
    assert "h264_180p" in again.executed
    assert "h264_360p" not in again.executed
    assert encoded_rungs(finished.calls()) == ["h264_180p"]


@pytest.mark.parametrize("point", ["/origin/film/tracks/ 1", "/origin/film/releases/ 1", "/cms/ 1"])
def test_a_kill_while_publishing_shows_viewers_the_old_or_the_new(finished: Studio, point: str) -> None:
    finished.captions.write_text("1\n00:00:00,500 --> 00:00:01,500\nGood evening.\n")
    entry = finished.home / "cms" / "titles" / "film.json"
    old = entry.read_bytes()
    released = bytes_below(finished.home / "origin" / "film" / "releases" / "1")
    with Reader(finished) as reader:
        arguments: list[str | Path] = [*point.split(), "run-workflow", finished.source, "--json"]
        assert ended(finished.start(*arguments, module="vod_assets_tests.defs.killed_at")).code == -9
        assert entry.read_bytes() == old
        again = finished.run()
    assert again.code == 0, again.stderr
    assert reader.missing == []
    assert "/releases/2/" in again.outcome["hls"]
    assert entry.read_bytes() != old
    assert bytes_below(finished.home / "origin" / "film" / "releases" / "1") == released
    assert not (finished.home / "origin" / "film" / "releases" / "3").exists()
