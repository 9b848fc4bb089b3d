"""Markers of a title: what is made again when they change, and what never is."""

import json
from fractions import Fraction
from pathlib import Path

import pytest

from vod_assets.defs.markers import title_markers
from vod_assets.domain.acceptance import warning
from vod_assets.domain.ladder import Ladder
from vod_assets.domain.markers import Chapter, Markers
from vod_assets.domain.media_info import MediaInfo, Splice
from vod_assets.domain.release import Release
from vod_assets.domain.title_file import TitleFile, read_title_file
from vod_assets_tests.adapters.transcode.clips import described
from vod_assets_tests.domain.splice_sections import splice_insert
from vod_assets_tests.studio import Studio
from vod_assets_tests.workshop import Workshop

VIDEO = {"h264_360p", "h264_180p"}


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    """A title of four seconds at 25 fps, made without markers."""
    workshop = Workshop(tmp_path)
    workshop.deliver("film")
    workshop.register("film")
    workshop.run("film")
    return workshop


def say(workshop: Workshop, words: str) -> set[str]:
    """Write a title file, and return what a run then makes."""
    workshop.source("film").with_suffix(".yaml").write_text(words)
    workshop.register("film")
    planned = {one.asset for one in workshop.plan("film").assets if one.executes}
    made = workshop.run("film")
    assert made <= planned
    return made


def test_a_new_break_pins_a_frame_and_reaches_segments_and_ladder(workshop: Workshop) -> None:
    made = say(workshop, "ad_breaks: [{at: 1.5, duration: 30}]\n")
    ladder = workshop.store.latest("film", "encoding_ladder")
    assert ladder is not None
    assert (ladder.read(Ladder).pinned_frames, ladder.read(Ladder).cue_frames) == ((38,), (38,))
    assert made >= {"markers", "encoding_ladder", *VIDEO, "video_tracks", "audio_tracks", "release"}
    assert made.isdisjoint({"audio_aac", "captions", "poster", "thumbnails", "image_tracks"})


def test_a_renamed_chapter_is_words_and_encodes_nothing(workshop: Workshop) -> None:
    assert say(workshop, "chapters: [{at: 0, title: A}, {at: 1.5, title: B}]\n") >= VIDEO
    made = say(workshop, "chapters: [{at: 0, title: A}, {at: 1.5, title: {de: C & D, en: B}}]\n")
    packages = {"hls_package", "dash_package"}
    words = {
        "metadata",
        "markers",
        "encoding_ladder",
        *packages,
        "release",
        "cms_entry",
    }  # metadata are of the same file
    assert {asset for asset in made if asset.partition(".")[0] not in packages} == words - packages
    released = workshop.store.latest("film", "release")
    assert released is not None
    files = {file.path for file in Release.model_validate(released.document["release"]).manifests}
    assert {"chapters.de.vtt", "chapters.en.vtt"} <= files
    entry = workshop.cms.entry("film")
    assert [chapter["start_seconds"] for chapter in entry["chapters"]] == ["0", "38/25"]
    assert entry["release"]["chapters"]["de"].endswith("/chapters.de.vtt")


def test_markers_on_the_regular_grid_encode_nothing(workshop: Workshop) -> None:
    made = say(workshop, "chapters: [0, 1, 3]\nad_breaks: [2, 4]\n")
    assert made.isdisjoint({*VIDEO, "video_tracks", "audio_aac", "audio_tracks"})


def test_a_malformed_list_fails_by_file_and_line(workshop: Workshop) -> None:
    workshop.source("film").with_suffix(".yaml").write_text("year: 1999\nchapters: [{at: 00:00:01:12}]\n")
    workshop.register("film")
    obstacles = {one.asset: one.obstacle for one in workshop.plan("film").assets}
    assert "film.yaml: line 2: chapters.0.at" in obstacles["markers"]
    assert "no time: write 00:12:34.5" in obstacles["markers"]


def info(**fields: object) -> MediaInfo:
    return described(64, 36, 60, 1).model_copy(update=fields)


def said(words: str) -> tuple[TitleFile, str]:
    return read_title_file(words.encode(), "film.yaml"), "film.yaml"


def test_the_title_file_wins_list_by_list() -> None:
    splice = Splice(section=splice_insert(1, 900_000).hex(), arrives_seconds=Fraction(0))
    source = info(chapters=(Chapter(start_seconds=Fraction(5)),), splices=(splice,))
    both = title_markers(source, None, "film.ts").markers
    assert [one.start_seconds for one in (*both.chapters, *both.ad_breaks)] == [5, 10]
    ours = title_markers(source, said("chapters: [7]"), "film.ts").markers
    assert [one.start_seconds for one in (*ours.chapters, *ours.ad_breaks)] == [7, 10]
    assert title_markers(source, said("chapters: []\nad_breaks: []"), "film.ts").markers == Markers()


def test_splices_of_a_clock_that_jumps_are_not_guessed_at() -> None:
    splice = Splice(section=splice_insert(1, 900_000).hex(), arrives_seconds=Fraction(0))
    jumped = info(splices=(splice,), findings=(warning("timestamp_discontinuity", "time jumps"),))
    marked = title_markers(jumped, None, "film.ts")
    assert (marked.markers, [finding.code for finding in marked.findings]) == (Markers(), ["splice_refused"])
    assert title_markers(jumped, said("ad_breaks: [3]"), "film.ts").findings == ()


@pytest.mark.media
def test_breaks_and_chapters_of_a_title_file_reach_the_viewer(studio: Studio) -> None:
    """Four seconds at 25 fps in segments of two: one begins at frame 37, where the break is."""
    chapters = "[{at: 0, title: Opening}, {at: 3.4, title: End}]"
    words = f"language: en\nchapters: {chapters}\nad_breaks: [{{at: 1.48, duration: 30}}]\n"
    (studio.folder / "film.yaml").write_text(words)
    ran = studio.run()
    assert ran.code == 0, ran.stderr
    variant = Path(ran.outcome["hls"]).parent
    video = (variant / "h264_360p.m3u8").read_text()
    assert [line for line in video.splitlines() if line.startswith("#EXTINF")] == [
        f"#EXTINF:{seconds}," for seconds in ("1.480000", "0.520000", "2.000000")
    ]
    assert "#EXT-X-DATERANGE:" in video + Path(ran.outcome["hls"]).read_text()
    assert "EventStream" in Path(ran.outcome["dash"]).read_text()
    assert "Opening" in (variant.parent / "chapters.en.vtt").read_text()
    entry = json.loads(Path(ran.outcome["cms_entry"]).read_text())
    assert [chapter["titles"] for chapter in entry["chapters"]] == [{"en": "Opening"}, {"en": "End"}]
