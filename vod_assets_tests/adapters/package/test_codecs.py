"""A title in three codecs and two ranges: every rendition says what it is, in its own bytes and in both manifests."""

import json
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from vod_assets.adapters.ffmpeg.command import artifact_input, compile_ffmpeg, generated_input
from vod_assets.adapters.transcode.ffmpeg import VIDEO_FILE, FfmpegTranscoder
from vod_assets.domain.conformance.judging import judge
from vod_assets.domain.errors import ToolError
from vod_assets.domain.ladder import fit
from vod_assets.domain.media_info import Colour, LightLevels, MediaInfo
from vod_assets.domain.profile import Profile
from vod_assets.ports import CodecJob, RungJob
from vod_assets_tests.adapters.package.test_conformance import BY_CHOICE
from vod_assets_tests.adapters.package.tiny_title import RUNNER, TOOLS, Clip, TinyTitle
from vod_assets_tests.adapters.package.tiny_variants import TinyVariant
from vod_assets_tests.adapters.transcode.clips import described, make

pytestmark = pytest.mark.media
CLIP = Clip(Fraction(24), segments=Fraction(2))
SDR, HDR = {"name": "90p", "box": "160x90"}, {"name": "90p_hdr", "box": "160x90", "dynamic_range": "hdr"}
LARGE_BUFFER = {"crf": 30, "maxrate": "16M", "bufsize": "32M"}  # which level 4.1 holds in its high tier alone
PROFILE = Profile.model_validate(
    {
        "name": "all",
        "segment_seconds": 1,
        "gop_seconds": "1/2",
        "video": [
            {"codec": "h264", "preset": "ultrafast", "rungs": [SDR | {"crf": 30}]},
            {"codec": "hevc", "preset": "ultrafast", "rungs": [SDR | {"crf": 30}, HDR | LARGE_BUFFER]},
            {"codec": "av1", "preset": 12, "rungs": [SDR | {"crf": 50}, HDR | {"crf": 50}]},
        ],
        "variants": [{"name": "clear", "codecs": ["h264", "hevc", "av1"]}],
    }
)
P3_1000 = LightLevels(
    primaries=tuple(Fraction(one, 50_000) for one in (34000, 16000, 13250, 34500, 7500, 3000, 15635, 16450)),
    least_nits=Fraction(1, 100),
    most_nits=Fraction(1000),
    max_cll=800,
    max_fall=200,
)
PQ = Colour(primaries="bt2020", transfer="smpte2084", matrix="bt2020nc", range="tv")


def hdr10(target: Path) -> Path:
    """Write FFmpeg's moving test picture, meant as PQ, with its mastering display and light levels."""
    said = {"colorspace": PQ.matrix, "color_primaries": PQ.primaries, "color_trc": PQ.transfer, "range": PQ.range}
    picture = generated_input(f"testsrc2=s=160x90:r={CLIP.rate}:d={CLIP.seconds}").filter("format", "yuv420p10le")
    display = "G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,100)"
    words = f"log-level=error:pools=1:hdr10=1:repeat-headers=1:max-cll=800,200:master-display={display}"
    encoding = {"c:v": "libx265", "preset": "ultrafast", "crf": 8, "x265-params": words}
    return make(target, picture.filter("setparams", **said), **encoding)


def hdr10_info() -> MediaInfo:
    said = {"pixel_format": "yuv420p10le", "bit_depth": 10, "colour": PQ, "dynamic_range": "hdr10", "light": P3_1000}
    info = described(160, 90, CLIP.seconds, 1, **said)
    return info.model_copy(update={"video": info.video.model_copy(update={"frame_rate": CLIP.rate})})


def encode(source: Path, folder: Path, codec: str) -> dict[str, Path]:
    """Encode a codec's rungs as the graph does."""
    info, preset = hdr10_info(), next(one for one in PROFILE.video if one.codec == codec)
    ladder = fit(PROFILE, info.video)
    jobs = []
    for rung in (one for one in ladder.made if one.codec == codec):
        (folder / rung.key).mkdir(parents=True)
        asked = next(one for one in preset.rungs if one.name == rung.name)
        jobs.append(RungJob(rung, asked, folder / rung.key))
    report = FfmpegTranscoder(TOOLS, RUNNER).encode_video(source, info, CodecJob(ladder, preset, jobs), lambda _: None)
    assert report.decoded_frames == CLIP.frames
    return {job.rung.key: job.directory / VIDEO_FILE for job in jobs}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hdr10(tmp_path_factory.mktemp("source") / "hdr.mp4")


@pytest.fixture(scope="module")
def renditions(source: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Five renditions of one HDR10 source, by asset key."""
    folder = tmp_path_factory.mktemp("renditions")
    made: dict[str, Path] = {}
    for codec in ("h264", "hevc", "av1"):
        made |= encode(source, folder, codec)
    return made


@pytest.fixture(scope="module")
def title(renditions: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> TinyTitle:
    """The renditions, packaged, with their manifests."""
    made = TinyTitle(tmp_path_factory.mktemp("title"), CLIP)
    for key, path in renditions.items():
        made.package(key, "video", path)
    made.compose()
    return made


def probed(path: Path) -> dict[str, Any]:
    """Return what ffprobe says of a file's stream."""
    command = [str(TOOLS.ffprobe), "-v", "error", "-show_streams", "-of", "json", str(path)]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["streams"][0]
    return found


def test_every_rendition_names_its_colours(renditions: dict[str, Path]) -> None:
    for key, path in renditions.items():
        stream = probed(path)
        said = tuple(stream[name] for name in ("color_primaries", "color_transfer", "color_space", "color_range"))
        wanted = ("bt2020", "smpte2084", "bt2020nc", "tv") if key.endswith("hdr") else ("bt709", "bt709", "bt709", "tv")
        assert (key, said) == (key, wanted)
        assert stream["pix_fmt"] == ("yuv420p10le" if key.endswith("hdr") else "yuv420p")


def test_the_display_and_light_levels_of_hdr10_are_in_each_hdr_rendition_and_in_no_other(
    renditions: dict[str, Path],
) -> None:
    """In the stream, as decoders read them; never in boxes, which FFmpeg writes for the last output alone."""
    for key, path in renditions.items():
        shown = artifact_input(path).output("-", vf="showinfo", f="null", **{"frames:v": 1})
        said = RUNNER.run(compile_ffmpeg(TOOLS.ffmpeg, [shown])).stderr
        is_hdr = key.endswith("hdr")
        boxes = [kind in path.read_bytes() for kind in (b"mdcv", b"clli")]
        assert (key, boxes) == (key, [False, False])
        assert ("r(0.6800,0.3200)" in said and "max_luminance=1000.0" in said) == is_hdr
        assert ("MaxCLL=800, MaxFALL=200" in said) == is_hdr


def test_manifests_keep_codecs_and_ranges_apart(title: TinyTitle) -> None:
    tracks = {name: (track.codecs.partition(".")[0], track.video_range) for name, track in title.tracks.items()}
    assert tracks == {
        "h264_90p": ("avc1", "SDR"),
        "hevc_90p": ("hvc1", "SDR"),
        "hevc_90p_hdr": ("hvc1", "PQ"),
        "av1_90p": ("av01", "SDR"),
        "av1_90p_hdr": ("av01", "PQ"),
    }
    assert title.tracks["av1_90p_hdr"].codecs == "av01.0.00M.10.0.110.09.16.09.0"
    assert title.tracks["hevc_90p_hdr"].codecs.startswith("hvc1.2.4.L153")
    mpd = etree.parse(title.manifests / "manifest.mpd").getroot()
    sets = mpd.findall(".//{*}AdaptationSet")
    assert [[one.get("id") for one in group.findall("{*}Representation")] for group in sets] == [
        [name] for name in title.tracks
    ]
    transfers = [group.xpath("*[contains(@schemeIdUri, 'TransferCharacteristics')]/@value") for group in sets]
    assert transfers == [[], [], ["16"], [], ["16"]]


def test_a_package_of_three_codecs_and_two_ranges_breaks_no_rule(title: TinyTitle) -> None:
    with title.opened() as opened:
        judged = judge(opened.view)
    assert {(one.rule, one.findings) for each in judged for one in each.broken if one.rule not in BY_CHOICE} == set()
    for name in ("durations", "aligned", "manifest", "decodes", "mpd", "same_media"):
        report = title.check(name)
        assert report.passed, (name, report)


@pytest.mark.parametrize("scheme", ["cenc", "cbcs"])
def test_encrypted_tracks_of_each_codec_are_decrypted_to_pictures_that_decode(
    renditions: dict[str, Path], tmp_path: Path, scheme: str
) -> None:
    made = TinyVariant(tmp_path / "title", CLIP, scheme=scheme)
    (made.folder / "leaves").mkdir(parents=True)
    for key, path in renditions.items():
        if key != "av1_90p_hdr":  # which no profile may ask for
            made.package(key, "video", path)
    made.compose()
    assert {track.scheme for track in made.tracks.values()} == {scheme}
    ranges = [track.video_range for track in made.tracks.values()]
    assert ranges == ["SDR", "SDR", "PQ", "SDR"]  # read behind the sample entry's encryption
    for name in ("manifest", "mpd", "decodes"):
        report = made.check(name)
        assert report.passed, (name, report)


def test_the_packager_still_fails_to_encrypt_av1_with_hdr_metadata(renditions: dict[str, Path], tmp_path: Path) -> None:
    """Profiles refuse it for that reason; where this fails, they need to no longer."""
    made = TinyVariant(tmp_path / "title", CLIP, scheme="cenc")
    (made.folder / "leaves").mkdir(parents=True)
    with pytest.raises(ToolError, match="Cannot parse media file"):
        made.package("av1_90p_hdr", "video", renditions["av1_90p_hdr"])
