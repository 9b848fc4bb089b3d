"""Any frame rate, shape and colour comes out right, with key frames aligned over all rungs."""

import json
import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import dagster as dg
import m3u8
import pytest

from vod_assets.adapters.ffmpeg.command import artifact_input, generated_input
from vod_assets_tests.adapters.transcode.clips import make, tools
from vod_assets_tests.studio import ENCODE_OPTIONS, Studio

pytestmark = pytest.mark.media
CHECKED = "+key:hls_package"
RATES = ["24000/1001", "50", "60000/1001"]  # and that of the finished studio, 25


def clip(folder: Path, picture: str, **options: Any) -> Path:
    """Write two seconds or so of a test picture."""
    return make(folder / "film.mp4", generated_input(picture), **{**ENCODE_OPTIONS, **options})


def varying(folder: Path) -> Path:
    """Write pictures at 30 a second whose every fourth was dropped after the first second."""
    picture = generated_input("testsrc2=s=320x180:r=30:d=3").filter("select", "lt(t,1)+mod(n,4)")
    return make(folder / "film.mp4", picture, **ENCODE_OPTIONS, fps_mode="vfr")


def turned(folder: Path) -> Path:
    """Write a landscape picture that its display matrix turns to portrait, as a phone does."""
    flat = make(folder / "flat.mp4", generated_input("testsrc2=s=640x360:r=25:d=2"), **ENCODE_OPTIONS)
    return make(folder / "film.mp4", artifact_input(flat, display_rotation=90), c="copy")


def streams(studio: Studio, rung: str) -> dict[str, Any]:
    """Return what ffprobe says of a rendition, with every packet's flags."""
    file = next(studio.title.glob(f"{rung}/*/*/video.mp4"))
    entries = "stream=width,height,sample_aspect_ratio,r_frame_rate,color_primaries,color_transfer,color_space"
    command = [str(tools().ffprobe), "-v", "error", "-show_entries", f"{entries}:packet=flags,pts", "-of", "json"]
    said: dict[str, Any] = json.loads(subprocess.run([*command, str(file)], check=True, capture_output=True).stdout)
    return {**said["streams"][0], "packets": said["packets"]}


def key_frames(probed: dict[str, Any]) -> list[int]:
    return [number for number, packet in enumerate(probed["packets"]) if packet["flags"].startswith("K")]


def made(studio: Studio, source: Path) -> Path:
    """Make the packages, with their checks, and return the multivariant playlist."""
    result = studio.vod("run-workflow", source, "--json", "--select", CHECKED)
    assert result.code == 0, result.stdout
    with studio.session() as session:
        run = result.outcome["run_id"]
        kind = dg.DagsterEventType.ASSET_CHECK_EVALUATION
        records = session.instance.get_records_for_run(run, of_type=kind).records
    judged = [record.event_log_entry.get_dagster_event().asset_check_evaluation_data for record in records]
    assert {"aligned", "captions", "durations", "manifest", "decodes"} == {
        one.check_name for one in judged if one.passed
    }
    return next(studio.title.glob("hls_package/*/*/master.m3u8"))


@pytest.fixture
def folder(studio: Studio) -> Path:
    studio.source.unlink()
    return studio.folder


@pytest.mark.parametrize("rate", RATES)
def test_key_frames_are_exactly_a_gop_apart_at_any_rate(studio: Studio, folder: Path, rate: str) -> None:
    playlist = made(studio, clip(folder, f"testsrc2=s=640x360:r={rate}:d=3"))
    aligned(studio, playlist, Fraction(rate))


def test_key_frames_of_the_finished_studio_are_a_gop_apart(finished: Studio) -> None:
    aligned(finished, next(finished.title.glob("hls_package/*/*/master.m3u8")), Fraction(25))


def aligned(studio: Studio, playlist: Path, rate: Fraction) -> None:
    """Require that both rungs have the rate, say so, and have key frames at the same places, a GOP apart."""
    gop = round(rate)
    large, small = streams(studio, "h264_360p"), streams(studio, "h264_180p")
    assert Fraction(large["r_frame_rate"]) == rate
    assert key_frames(large) == key_frames(small) == list(range(0, len(large["packets"]), gop))
    shown = [variant.stream_info.frame_rate for variant in m3u8.loads(playlist.read_text()).playlists]
    assert shown == [pytest.approx(float(rate), abs=0.001)] * 2


@pytest.mark.parametrize("write", [varying])
def test_a_varying_rate_becomes_a_constant_one(studio: Studio, folder: Path, write: Callable[[Path], Path]) -> None:
    made(studio, write(folder))
    probed = streams(studio, "h264_180p")
    gaps = {second - first for first, second in zip(key_frames(probed), key_frames(probed)[1:], strict=False)}
    assert gaps == {round(Fraction(probed["r_frame_rate"]))}


def test_a_turned_picture_gives_portrait_rungs(studio: Studio, folder: Path) -> None:
    made(studio, turned(folder))
    sizes = {(streams(studio, rung)["width"], streams(studio, rung)["height"]) for rung in ("h264_360p", "h264_180p")}
    assert sizes == {(360, 640), (180, 320)}


def test_wide_pixels_become_square_ones(studio: Studio, folder: Path) -> None:
    """720x576 with 64:45 pixels is shown at 1024x576; colours are those of the source's tags."""
    colours = {"color_primaries": "bt709", "color_trc": "bt709", "colorspace": "bt709"}
    tags = ":".join(f"{name}={value}" for name, value in colours.items())
    made(studio, clip(folder, f"testsrc2=s=720x576:r=25:d=2,setsar=64/45,setparams={tags}", **colours))
    probed = streams(studio, "h264_360p")
    assert (probed["width"], probed["height"]) == (640, 360)
    assert probed["sample_aspect_ratio"] == "1:1"
    assert {probed[key] for key in ("color_primaries", "color_transfer", "color_space")} == {"bt709"}
