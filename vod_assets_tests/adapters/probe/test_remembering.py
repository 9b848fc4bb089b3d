"""A file is inspected once in a process, unless it has changed or was refused."""

import os
from fractions import Fraction
from pathlib import Path

import pytest

from vod_assets.adapters.probe import remembering
from vod_assets.adapters.probe.remembering import MOST_FILES, RememberingProber
from vod_assets.domain.acceptance import refusal
from vod_assets.domain.errors import SourceError
from vod_assets.domain.media_info import AudioStream, MediaInfo, SoundInfo, VideoStream


class Counting:
    """Says how often it was asked; refuses files of no bytes, and touches those named ``restless``."""

    def __init__(self, build: str = "one") -> None:
        self.build_ids = {"ffprobe": build}
        self.asked: list[str] = []

    def inspect(self, path: Path, file: str = "") -> MediaInfo:
        self.asked.append(path.name)
        if not path.stat().st_size:
            raise refusal("no_streams", "there is nothing in it", file)
        if path.name == "restless":
            path.write_bytes(path.read_bytes() + b"more")
        second = Fraction(1)
        video = VideoStream(
            index=0, codec="h264", width=16, height=16, frame_rate=Fraction(25), duration_seconds=second
        )
        return MediaInfo(container="mp4", size_bytes=path.stat().st_size, duration_seconds=second, video=video)

    def inspect_sound(self, path: Path, file: str = "") -> SoundInfo:
        stream = AudioStream(index=0, codec="aac", channels=2, sample_rate=48_000, duration_seconds=Fraction(1))
        return SoundInfo(container=path.suffix, stream=stream)


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembering, "_seen", {})


def test_another_prober_of_the_same_tools_remembers(tmp_path: Path) -> None:
    film, prober, other, newer = tmp_path / "film", Counting(), Counting(), Counting("two")
    film.write_bytes(b"film")
    first = RememberingProber(prober).inspect(film, "film")
    assert RememberingProber(other).inspect(film, "film") == first
    RememberingProber(newer).inspect(film, "film")
    assert (prober.asked, other.asked, newer.asked) == (["film"], [], ["film"])


def test_a_file_that_has_changed_is_looked_at_again(tmp_path: Path) -> None:
    film, prober = tmp_path / "film", Counting()
    film.write_bytes(b"film")
    RememberingProber(prober).inspect(film)
    os.utime(film, ns=(0, 0))
    RememberingProber(prober).inspect(film)
    assert len(prober.asked) == 2


def test_a_file_that_changes_while_it_is_looked_at_is_not_remembered(tmp_path: Path) -> None:
    film, prober = tmp_path / "restless", Counting()
    film.write_bytes(b"film")
    RememberingProber(prober).inspect(film)
    assert remembering._seen == {}


def test_a_refusal_is_not_remembered(tmp_path: Path) -> None:
    film, prober = tmp_path / "film", Counting()
    film.touch()
    for _ in range(2):
        with pytest.raises(SourceError, match="no_streams"):
            RememberingProber(prober).inspect(film, "film")
    assert len(prober.asked) == 2


def test_only_so_many_files_are_remembered(tmp_path: Path) -> None:
    for number in range(MOST_FILES + 3):
        (tmp_path / str(number)).write_bytes(b"film")
        RememberingProber(Counting()).inspect(tmp_path / str(number))
    assert len(remembering._seen) == MOST_FILES


def test_sound_is_looked_at_by_the_prober_itself(tmp_path: Path) -> None:
    assert RememberingProber(Counting()).inspect_sound(tmp_path / "dub.wav").container == ".wav"
