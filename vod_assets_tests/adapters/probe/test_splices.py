"""Chapters and SCTE 35 of real files: on the title's own timeline, whatever clock the container has."""

from fractions import Fraction
from pathlib import Path

import pytest

from vod_assets.adapters.probe.splices import read_splices
from vod_assets.domain.markers import Chapter
from vod_assets.domain.splices import place
from vod_assets_tests.adapters.probe.conftest import Bench
from vod_assets_tests.adapters.probe.spliced_stream import SECTION_PID, with_splices
from vod_assets_tests.corpus import corpus_files
from vod_assets_tests.domain.splice_sections import null, section, splice_insert, time_signal

pytestmark = pytest.mark.media
SCTE_35 = corpus_files("formats/ax_scte35_mpeg2.ts")
CHAPTERED = corpus_files("formats/ax_chapters*")


@pytest.fixture(scope="module")
def stream(bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of MPEG-TS at 25 fps."""
    return bench.clip(tmp_path_factory.mktemp("ts") / "plain.ts", "testsrc2=s=64x64:r=25:d=4")


def test_splices_lie_on_the_timeline_of_the_picture(bench: Bench, stream: Path, tmp_path: Path) -> None:
    """FFmpeg's muxer begins at 1.4 s and two frames of reordering; one section is longer than a packet."""
    first = _clock_zero(bench, stream, tmp_path)
    many = time_signal(first + 3 * 90_000, *[(7, 0x34, 45_000), *((number, 0x40, None) for number in range(12))])
    assert len(many) > 188
    sections = {
        0: null(),
        2: splice_insert(1, first + 90_000, duration=90_000),
        5: splice_insert(1, first + 90_000, duration=90_000),
        30: many,
        50: splice_insert(9, None),
    }
    info = bench.inspect(with_splices(stream, tmp_path / "a.ts", sections))
    assert len(info.splices) == 3, "signs of life and repeated sections are no news"
    placed = place(info.splices, info.clock_zero)
    assert [(one.id, one.start_seconds, one.duration_seconds) for one in placed.ad_breaks] == [
        ("scte35-1", Fraction(1), Fraction(1)),
        ("scte35-9", Fraction(2), None),
        ("scte35-7-34", Fraction(3), Fraction(1, 2)),
    ]
    assert (placed.findings, info.findings) == ((), ())


def test_a_damaged_section_costs_itself(bench: Bench, stream: Path, tmp_path: Path) -> None:
    first = _clock_zero(bench, stream, tmp_path)
    good = splice_insert(1, first + 90_000)
    damaged = bytearray(splice_insert(2, first + 180_000))
    damaged[20] ^= 1
    cut = section(5, b"\0\0\0\x03\x7f\xcf\xfe")
    sections = {1: bytes(damaged), 2: cut, 3: b"\xfc\x3f\xff" + bytes(100), 4: good}
    info = bench.inspect(with_splices(stream, tmp_path / "a.ts", sections))
    placed = place(info.splices, info.clock_zero)
    assert [one.id for one in placed.ad_breaks] == ["scte35-1"]
    assert [finding.code for finding in placed.findings] == ["splice_refused"] * 3
    assert "has a wrong CRC" in placed.findings[0].cause


def test_a_flood_of_sections_is_cut_off_and_said(bench: Bench, stream: Path, tmp_path: Path) -> None:
    first = _clock_zero(bench, stream, tmp_path)
    flood = {
        n: section(6, b"\xfe" + bytes(4), bytes([9, 250, n]) + bytes(249) + bytes([n, 0]) * 1800) for n in range(90)
    }
    info = bench.inspect(with_splices(stream, tmp_path / "a.ts", {0: splice_insert(1, first)} | flood))
    assert 60 < len(info.splices) < 90
    assert [finding.code for finding in info.findings] == ["splice_refused"]


def test_a_stream_of_nothing_but_sections_is_read_through(tmp_path: Path) -> None:
    """Each of them arrives with the one picture that is there, which is looked for once."""
    picture = bytes([0x47, 0x41, 0x00, 0x10, 0, 0, 1, 0xE0, 0, 0, 0x80, 0x80, 5, 0x21, 0, 5, 0xBF, 0x21])
    empty = bytes([0x47, SECTION_PID >> 8, SECTION_PID & 0xFF, 0x10])
    last = bytes([0x47, 0x40 | SECTION_PID >> 8, SECTION_PID & 0xFF, 0x10, 0]) + splice_insert(1, None)
    path = tmp_path / "a.ts"
    path.write_bytes(b"".join(one.ljust(188, b"\xff") for one in (picture, *[empty] * 39_000, last)))
    (found,), is_whole = read_splices(path, SECTION_PID, 0x100, 0)
    assert (found.arrives_seconds, is_whole) == (Fraction(1), True)


def test_a_chapter_begins_where_the_picture_of_its_time_is(bench: Bench, good: Path, tmp_path: Path) -> None:
    written = tmp_path / "chapters.txt"
    chapters = "".join(
        f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={start}\nEND={start + 1000}\ntitle={title}\n"
        for start, title in ((0, "Opening"), (1500, "Le \\=milieu"))
    )
    written.write_text(f";FFMETADATA1\n{chapters}")
    target = tmp_path / "a.mkv"
    argv = [str(bench.tools.ffmpeg), "-v", "error", "-i", str(good), "-i", str(written), "-map_metadata", "1"]
    bench.runner.run([*argv, "-map", "0", "-c", "copy", str(target)])
    assert bench.inspect(target).chapters == (
        Chapter(start_seconds=Fraction(0), titles={"und": "Opening"}),
        Chapter(start_seconds=Fraction(3, 2), titles={"und": "Le =milieu"}),
    )


def _clock_zero(bench: Bench, stream: Path, folder: Path) -> int:
    """Return the clock at the first frame: an immediate splice is asked for, which says it."""
    return bench.inspect(with_splices(stream, folder / "zero.ts", {0: splice_insert(1, None)})).clock_zero


if SCTE_35:

    @pytest.mark.parametrize("path", SCTE_35, ids=lambda path: path.name)
    def test_the_corpus_break_is_out_and_in(bench: Bench, path: Path) -> None:
        info = bench.inspect(path)
        (one,) = place(info.splices, info.clock_zero).ad_breaks
        assert (one.id, one.start_seconds, one.duration_seconds) == (
            "scte35-100",
            Fraction(70997, 90000),
            Fraction(10, 9),
        )


if CHAPTERED:

    @pytest.mark.parametrize("path", CHAPTERED, ids=lambda path: path.name)
    def test_the_corpus_chapters_have_titles(bench: Bench, path: Path) -> None:
        chapters = bench.inspect(path).chapters
        assert [chapter.titles["und"] for chapter in chapters] == [f"Chapter {n}" for n in range(1, len(chapters) + 1)]
        assert chapters[0].start_seconds == 0
        assert len(chapters) >= 2
