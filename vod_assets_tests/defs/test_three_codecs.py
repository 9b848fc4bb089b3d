"""HDR as a telephone takes it, in three codecs and in pieces, through the whole graph to what is published."""

import json
import subprocess
from pathlib import Path
from typing import Any

import m3u8
import pytest
from lxml import etree

from vod_assets.adapters.ffmpeg.command import artifact_input, generated_input
from vod_assets_tests.adapters.transcode.clips import make, tools
from vod_assets_tests.studio import Ended, Studio

pytestmark = [pytest.mark.media, pytest.mark.slow]
FRAMES, RATE = 120, 10
HLG = {"color_transfer": "arib-std-b67", "color_primaries": "bt2020", "color_space": "bt2020nc"}
BT709 = dict.fromkeys(HLG, "bt709")
SAID = {"p": "bt2020", "t": "arib-std-b67", "m": "bt2020nc", "r": "limited"}
CODED = "log-level=none:colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc:range=limited"
TRANSFER = "urn:mpeg:mpegB:cicp:TransferCharacteristics"
RUNGS = {
    "h264_160p": ("avc1", "SDR", None, BT709),
    "hevc_160p_hdr": ("hvc1.2.4.", "HLG", "18", HLG),
    "hevc_80p_hdr": ("hvc1.2.4.", "HLG", "18", HLG),
    "av1_160p_hdr": ("av01.0.00M.10.0.110.09.18.09.0", "HLG", "18", HLG),
}


def telephone(folder: Path) -> Path:
    """Write twelve seconds of HLG that the display matrix turns to portrait."""
    picture = generated_input(f"testsrc2=s=160x96:r={RATE}:d={FRAMES // RATE}").filter("format", "gbrpf32")
    picture = picture.filter("zscale", pin="bt709", tin="bt709", min="gbr", **SAID).filter("format", "yuv420p10le")
    options = {"c:v": "libx265", "preset": "ultrafast", "x265-params": CODED, "g": RATE, "tag:v": "hvc1", "c:a": "aac"}
    flat = make(folder / "flat.mp4", picture, generated_input(f"sine=440:d={FRAMES // RATE}"), **options)
    return make(folder / "film.mp4", artifact_input(flat, display_rotation=90), c="copy")


def demanding(profile: dict[str, Any]) -> None:
    """Make of a profile one of three codecs, HDR in two of them, and three pieces of four seconds."""
    (h264,) = profile["video"]
    rung = {"name": "160p", "box": "320x160", "crf": 30}
    small = {"name": "80p_hdr", "box": "160x80", "crf": 30, "dynamic_range": "hdr"}
    large = rung | {"name": "160p_hdr", "dynamic_range": "hdr"}
    hevc, av1 = {**h264, "codec": "hevc", "rungs": [large, small]}, {**h264, "codec": "av1", "preset": 12}
    profile["video"] = [{**h264, "rungs": [rung]}, hevc, {**av1, "rungs": [large]}]
    profile["pieces"] = {"seconds": 4}
    profile["variants"] = [{**profile["variants"][0], "codecs": ["h264", "hevc", "av1"]}]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Studio, Ended]:
    """A studio that has made and published the title, and how that ended."""
    studio = Studio.make(tmp_path_factory.mktemp("codecs") / "studio")
    telephone(studio.folder)
    studio.edit_profile(demanding)
    return studio, studio.run()


def package(studio: Studio) -> Path:
    return studio.home / "origin" / "film" / "releases" / "1" / "clear"


def shown(studio: Studio, playlist: str) -> dict[str, Any]:
    """Return what ffprobe says of a published track: its stream, and every frame's packet."""
    segments = m3u8.load(str(package(studio) / playlist))
    files = [segments.segment_map[0].uri, *(segment.uri for segment in segments.segments)]
    track = studio.folder / "track.mp4"
    track.write_bytes(b"".join((package(studio) / file).read_bytes() for file in files))
    entries = f"stream=width,height,pix_fmt,{','.join(HLG)}:packet=flags"
    command = [str(tools().ffprobe), "-v", "error", "-show_entries", entries, "-of", "json", str(track)]
    said: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return {**said["streams"][0], "packets": said["packets"]}


def test_hlg_is_published_in_three_codecs_by_both_manifests(published: tuple[Studio, Ended]) -> None:
    studio, ended = published
    assert ended.code == 0, ended.stdout
    master = m3u8.load(str(package(studio) / "master.m3u8"))
    variants = {one.uri.removesuffix(".m3u8"): one.stream_info for one in master.playlists}
    document = etree.parse(package(studio) / "manifest.mpd")
    sets = {rung.get("id"): one for one in document.iterfind(".//{*}AdaptationSet") for rung in one}
    assert {*variants} == {*RUNGS}
    for rung, (codec, video_range, transfer, colour) in RUNGS.items():
        assert variants[rung].codecs.startswith(codec)
        assert variants[rung].video_range == video_range
        properties = {one.get("schemeIdUri"): one.get("value") for one in sets[rung]}
        assert properties.get(TRANSFER) == transfer
        probed = shown(studio, f"{rung}.m3u8")
        assert {name: probed[name] for name in HLG} == colour
        assert probed["pix_fmt"] == ("yuv420p10le" if transfer else "yuv420p")
        assert probed["width"] < probed["height"], "the display matrix turns it"
    assert {one.get("id") for one in sets["hevc_160p_hdr"]} >= {"hevc_160p_hdr", "hevc_80p_hdr"}


@pytest.mark.parametrize("rung", RUNGS)
def test_three_pieces_of_each_codec_are_one_rendition(published: tuple[Studio, Ended], rung: str) -> None:
    studio, _ = published
    rendition = json.loads(next(studio.title.glob(f"{rung}/*/artifact.json")).read_text())["artifact"]["document"]
    assert len(rendition["pieces"]) == 3
    keys = [place for place, packet in enumerate(shown(studio, f"{rung}.m3u8")["packets"]) if "K" in packet["flags"]]
    assert keys == [*range(0, FRAMES, RATE)]
