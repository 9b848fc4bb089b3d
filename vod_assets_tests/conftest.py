"""Titles that the whole graph was run on, and real servers, shared by all tests."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from vod_assets.adapters.ffmpeg.command import generated_input
from vod_assets_tests.adapters.transcode.clips import make
from vod_assets_tests.servers.fixtures import aws, dav, ftp, ftps, gcs, old_ftp, s3, sftp, smb, web
from vod_assets_tests.studio import Ended, Studio, film

__all__ = ["aws", "dav", "ftp", "ftps", "gcs", "old_ftp", "s3", "sftp", "smb", "web"]

settings.register_profile("unhurried", parent=settings(), deadline=None)  # a busy machine is no fault of the code
settings.load_profile("unhurried")


@dataclass(frozen=True)
class Finished:
    """A studio whose title is published, how it came to that, and a copy of its home as it was then."""

    studio: Studio
    first_run: Ended
    snapshot: Path

    def as_it_was(self, snapshot: Path | None = None) -> Studio:
        """Return the studio as it was after its first run, or when another copy of its folder was made."""
        shutil.rmtree(self.studio.folder)
        shutil.copytree(snapshot or self.snapshot, self.studio.folder)
        self.studio.calls()
        return self.studio


@pytest.fixture(scope="session", autouse=True)
def _no_power_cut() -> Iterator[None]:
    """Have this process wait for no disk: what tests write need survive no power cut, only the end of a process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield


@pytest.fixture(scope="session")
def film_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of 640x360 at 25 fps with a tone and English captions."""
    return film(tmp_path_factory.mktemp("source"))


@pytest.fixture(scope="session")
def finished_once(film_source: Path, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    studio = Studio.make(tmp_path_factory.mktemp("finished") / "studio", film_source)
    first_run = studio.run()
    assert first_run.code == 0, first_run.stderr
    snapshot = studio.folder.with_name("snapshot")
    shutil.copytree(studio.folder, snapshot)
    return Finished(studio, first_run, snapshot)


@pytest.fixture
def finished(finished_once: Finished) -> Studio:
    """A studio with a published title, as it was after its first run; addresses are those of that run."""
    return finished_once.as_it_was()


@pytest.fixture
def studio(film_source: Path, tmp_path: Path) -> Studio:
    """A studio with a source and nothing made of it."""
    return Studio.make(tmp_path / "studio", film_source)


@pytest.fixture(scope="session")
def finished_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An HLS folder as FFmpeg's own muxer writes it: MPEG-TS segments of one second, and a multivariant playlist."""
    folder = tmp_path_factory.mktemp("elsewhere") / "Finished HLS"
    folder.mkdir()
    options = {"c:v": "libx264", "preset": "ultrafast", "g": 25, "c:a": "aac", "pix_fmt": "yuv420p", "threads": 1}
    muxer = {"f": "hls", "hls_time": 1, "hls_playlist_type": "vod", "master_pl_name": "master.m3u8"}
    picture, tone = generated_input("testsrc2=s=128x72:r=25:d=3"), generated_input("sine=440:d=3")
    make(folder / "out.m3u8", picture, tone, **options, **muxer)
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take long: one of them at the end would leave all processes but one idle."""
    slow, media = ({item.path for item in items if item.get_closest_marker(name)} for name in ("slow", "media"))
    items.sort(key=lambda item: (item.path not in slow, item.path not in media))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the tables that tests have recorded, whichever process they ran in."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    for report in reports:
        for name, value in report.user_properties if report.when == "call" else ():
            if name == "table":
                terminalreporter.section(report.nodeid.rpartition("::")[2])
                terminalreporter.write_line("\n".join(map(str, value)))
