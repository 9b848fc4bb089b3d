"""What the prober measures: exact rates, durations and promises, whatever the container says."""

import os
from fractions import Fraction
from pathlib import Path

import pytest

from vod_assets.adapters.ffmpeg.command import artifact_input, generated_input
from vod_assets.domain.errors import SourceError
from vod_assets_tests.adapters.probe.conftest import FAST, Bench

pytestmark = pytest.mark.media


def test_a_plain_clip_is_measured_exactly(bench: Bench, good: Path):
    info = bench.inspect(good)
    video = info.video
    assert (info.container, info.duration_seconds, info.size_bytes) == ("mov", Fraction(4), good.stat().st_size)
    assert (video.codec, video.width, video.height, video.frame_rate) == ("h264", 160, 90, Fraction(25))
    assert (video.promised_frames, video.leading_frames, video.keyframe_gap_seconds) == (100, 0, Fraction(1))
    assert (info.audio[0].codec, info.audio[0].channels, info.audio[0].sample_rate) == ("aac", 1, 44100)
    assert info.findings == ()


def test_probing_twice_gives_the_same_document(bench: Bench, good: Path):
    assert bench.inspect(good) == bench.inspect(good)


@pytest.mark.parametrize(
    ("rate", "exact"),
    [
        ("24000/1001", Fraction(24000, 1001)),
        ("25", Fraction(25)),
        ("60000/1001", Fraction(60000, 1001)),
        ("12.5", Fraction(25, 2)),
    ],
)
@pytest.mark.parametrize("extension", ["mp4", "mkv", "ts"])
def test_a_constant_rate_is_exact_in_every_container(
    bench: Bench, tmp_path: Path, rate: str, exact: Fraction, extension: str
):
    clip = bench.clip(tmp_path / f"a.{extension}", f"testsrc2=s=64x64:r={rate}:d=2", sound="")
    video = bench.inspect(clip).video
    assert (video.frame_rate, video.is_variable_rate) == (exact, False)
    assert abs(video.duration_seconds - 2) <= 1 / exact


@pytest.mark.parametrize(("rate", "made", "code"), [(120, 60, "frame_rate_capped"), (1, 5, "low_frame_rate")])
def test_an_extreme_rate_is_brought_into_range(bench: Bench, tmp_path: Path, rate: int, made: int, code: str):
    info = bench.inspect(bench.clip(tmp_path / "a.mp4", f"testsrc2=s=64x64:r={rate}:d=2", sound=""))
    assert info.video.frame_rate == made
    assert code in {finding.code for finding in info.findings}


def test_a_variable_rate_gets_a_standard_one(bench: Bench, tmp_path: Path):
    uneven = "testsrc2=s=64x64:r=30:d=4,select='not(mod(n\\,3))+lt(n\\,40)'"
    info = bench.inspect(bench.clip(tmp_path / "a.mkv", uneven, sound="", fps_mode="passthrough"))
    assert info.video.is_variable_rate
    assert info.video.frame_rate in {Fraction(30), Fraction(30000, 1001)}


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_rotation_is_clockwise(bench: Bench, good: Path, tmp_path: Path, degrees: int):
    turned = bench.copy(good, tmp_path / "a.mp4", read={"display_rotation": -degrees})
    video = bench.inspect(turned).video
    assert (video.rotation, video.mirrored) == (degrees, False)
    assert video.display_size == ((90, 160) if degrees != 180 else (160, 90))


def test_mirroring_is_told_from_turning(bench: Bench, good: Path, tmp_path: Path):
    video = bench.inspect(bench.copy(good, tmp_path / "a.mp4", read={"display_hflip": None})).video
    assert (video.rotation, video.mirrored) == (0, True)


def test_an_odd_angle_is_ignored_and_said(bench: Bench, good: Path, tmp_path: Path):
    info = bench.inspect(bench.copy(good, tmp_path / "a.mp4", read={"display_rotation": 17}))
    assert info.video.rotation == 0
    assert "rotation_not_right_angle" in {finding.code for finding in info.findings}


def test_colour_and_depth_are_read(bench: Bench, tmp_path: Path):
    tagged = "setparams=color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc:range=tv"
    clip = bench.clip(
        tmp_path / "a.mkv", f"testsrc2=s=64x64:r=25:d=1,format=yuv420p10le,{tagged}", sound="", pix_fmt="yuv420p10le"
    )
    video = bench.inspect(clip).video
    assert video.bit_depth == 10
    assert (video.colour.primaries, video.colour.transfer, video.colour.matrix) == ("bt2020", "smpte2084", "bt2020nc")
    assert "hdr_source" in {finding.code for finding in bench.inspect(clip).findings}


def test_languages_become_bcp_47_and_roles_are_kept(bench: Bench, tmp_path: Path):
    streams = [
        generated_input("testsrc2=s=64x64:r=25:d=1").video,
        *(generated_input(f"sine=f={f}:d=1").audio for f in (300, 400, 500)),
    ]
    tags = {"metadata:s:a:0": "language=ger", "metadata:s:a:1": "language=xx-<b>", "metadata:s:a:2": "title=Kommentar"}
    bench.write(tmp_path / "a.mkv", streams, **FAST, acodec="aac", **tags, **{"disposition:a:2": "comment"})
    info = bench.inspect(tmp_path / "a.mkv")
    assert [stream.language for stream in info.audio] == ["de", "und", "und"]
    assert (info.audio[2].role, info.audio[2].label) == ("commentary", "Kommentar")
    assert "bad_language" in {finding.code for finding in info.findings}


def test_the_largest_picture_is_the_video_and_cover_art_never(bench: Bench, tmp_path: Path):
    cover = bench.clip(tmp_path / "c.png", "testsrc2=s=640x640:r=1:d=1", sound="", vcodec="png", g=1, pix_fmt="rgb24")
    streams = [
        artifact_input(cover).video,
        generated_input("testsrc2=s=64x64:r=25:d=1").video,
        generated_input("testsrc2=s=128x96:r=25:d=1").video,
    ]
    codecs = {"c:v:0": "png", "c:v:1": "libx264", "c:v:2": "libx264", "disposition:v:0": "attached_pic"}
    bench.write(tmp_path / "a.mp4", streams, **codecs, pix_fmt="yuv420p", **{"pix_fmt:v:0": "rgb24"})
    info = bench.inspect(tmp_path / "a.mp4")
    assert (info.video.width, info.video.index in info.other_video, len(info.other_video)) == (128, False, 1)


def test_sound_that_starts_late_is_said(bench: Bench, good: Path, tmp_path: Path):
    late = tmp_path / "late.mkv"
    bench.write(late, [artifact_input(good)["v"], artifact_input(good, itsoffset=2)["a"]], c="copy")
    info = bench.inspect(late)
    assert abs(info.audio[0].start_seconds - 2) < Fraction(1, 20)
    assert {"audio_offset", "length_mismatch"} <= {finding.code for finding in info.findings}


def test_time_that_starts_late_starts_at_zero(bench: Bench, good: Path, tmp_path: Path):
    info = bench.inspect(bench.copy(good, tmp_path / "a.ts", output_ts_offset=36000))
    assert info.video.start_seconds < Fraction(1, 10)
    assert info.duration_seconds == 4


def test_an_edit_list_is_followed(bench: Bench, good: Path, tmp_path: Path):
    cut = bench.copy(good, tmp_path / "a.mp4", read={"ss": 1.5})
    info = bench.inspect(cut)
    assert abs(info.duration_seconds - Fraction(5, 2)) < Fraction(1, 10)
    assert "edit_list_applied" in bench.accept(cut)


def test_a_live_written_file_states_no_duration(bench: Bench, good: Path, tmp_path: Path):
    live = bench.copy(good, tmp_path / "a.mkv", live=1, format="matroska")
    assert "duration_measured" in bench.accept(live)
    assert bench.inspect(live).duration_seconds == 4


@pytest.mark.parametrize(
    "name",
    ["-i.mp4", "a b'c\"d.mp4", "$(id);`id`.mp4", "a\nb.mp4", "\u202egp4.mp4", "concat:x|y.mp4", "é" * 120 + ".mp4"],
)
def test_a_hostile_name_is_only_a_name(bench: Bench, good: Path, tmp_path: Path, name: str):
    named = tmp_path / name
    named.write_bytes(good.read_bytes())
    assert bench.accept(named) == set()


def test_the_error_names_the_file_and_cannot_move_the_cursor(bench: Bench, tmp_path: Path):
    (tmp_path / "x\u202ey.mp4").write_bytes(b"")
    with pytest.raises(SourceError) as caught:
        bench.inspect(tmp_path / "x\u202ey.mp4")
    assert str(caught.value).startswith("x\\u202ey.mp4: the file has 0 bytes [source_empty].")


def corpus(*folders: str) -> list[Path]:
    root = os.environ.get("VOD_CORPUS")
    return [path for folder in folders for path in sorted(Path(root, folder).iterdir())] if root else []


def sampled(files: list[Path]) -> list[Path]:
    """Return every third file in CI, which has minutes, and all of them elsewhere."""
    return files[1::3] if os.environ.get("CI") else files


if corpus("natural"):  # the tests exist only where the corpus does

    @pytest.mark.parametrize("path", sampled(corpus("natural", "formats")), ids=lambda path: path.name)
    def test_real_files_are_accepted_unless_they_hold_no_picture(bench: Bench, path: Path):
        try:
            info = bench.inspect(path)
        except SourceError as error:
            if error.code != "no_video":
                raise
        else:
            bench.decode(path, info)

    HARMLESS = {
        *("ax_avi_large_length.avi", "ax_empty_track.mp4", "ax_iframes_only.ts", "ax_large_bitrates.mp4"),
        *("ax_mdat_too_long.mp4", "ax_missing_stsd.mp4", "ax_odd_161x121.webm", "decord_unordered.mov"),
        *("fps1000_66x64.mp4", "mb_no_initial_keyframe.ts", "moviepy_failing_audio.mp4"),
        *("moviepy_no_duration_720p.webm", "muxjs_middle_pat_pmt.ts", "muxjs_no_audio_0ch.ts", "name_plain.mp4"),
    }

    @pytest.mark.parametrize("path", corpus("hostile"), ids=lambda path: path.name)
    def test_hostile_files_are_refused_unless_all_their_frames_are_there(bench: Bench, path: Path):
        if path.name in HARMLESS:
            bench.accept(path)
            return
        with pytest.raises(SourceError):
            bench.accept(path)
