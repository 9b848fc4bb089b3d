"""A title file's points, parts and idents: all that is made counts in the programme's own time."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from vod_assets.adapters.ffmpeg.command import source_input
from vod_assets.defs.markers import read_markers
from vod_assets.defs.registration import register
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.errors import SourceError
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.quality_control import QualityControl
from vod_assets_tests.adapters.transcode.clips import make
from vod_assets_tests.counted import beeps, counted, numbers
from vod_assets_tests.domain.test_imf import MAP, PICTURE, SOUND, composition, packing_list
from vod_assets_tests.studio import Studio

pytestmark = pytest.mark.media
TITLE_FILE = """\
title: Counted
parts:
  - {in: "1", out: "2"}
  - {file: reel.mp4, in: "0.2", out: "1.2"}
  - {in: "3", out: "OUT"}
idents: {head: {file: ident.mp4}}
chapters: [0:00.5, 3.4]
ad_breaks: [1.6, 2.5]
"""
EXPECTED = [*range(900, 925), *range(25, 50), *range(505, 530), *range(75, 90)]
SUBRIP = """\
1
00:00:00,100 --> 00:00:00,900
before

2
00:00:01,800 --> 00:00:03,200
across

3
00:00:03,400 --> 00:00:03,500
within
"""


def ask(profile: dict[str, Any]) -> None:
    """Ask for what is made of the encoded programme, and require that nothing is wrong with it."""
    checks = [f"quality_control.{check}" for check in ("black", "freeze", "silence", "missing_audio", "length")]
    profile["required_checks"] = [*profile["required_checks"], *checks]
    profile["quality_control"] = {"length": {"most_seconds": 0}, "silence": {"longest_seconds": 2}}
    profile["loudness"] = {"standard": "ebu_r128"}
    profile |= {"preview_movie": {"side": 180}, "downloads": ["h264_180p"]}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    """A title of an ident of a second, a stretch of the master, one of a reel, and another one of the master."""
    folder = tmp_path_factory.mktemp("programme") / "studio"
    studio = Studio.make(folder)
    counted(folder / "film.mp4", 100, g=12, **{"c:a": "aac"})
    counted(folder / "reel.mp4", 40, first=500, **{"c:a": "aac"})
    counted(folder / "ident.mp4", 25, first=900, **{"c:a": "aac"})
    studio.captions.write_text(SUBRIP)
    (folder / "film.yaml").write_text(TITLE_FILE.replace("OUT", "3.6"))
    studio.edit_profile(ask)
    result = studio.run()
    assert result.code == 0, (result.stdout, result.stderr)
    return studio


def latest(studio: Studio, asset: str, title: str = "film") -> Artifact:
    with studio.session() as session:
        artifact = session.store.latest(title, asset)
        assert artifact is not None
        if artifact.entries:
            (entry,) = artifact.entries
            artifact = session.store.load(title, entry.asset, entry.recipe)
        return artifact


def files(studio: Studio, asset: str, title: str = "film") -> Path:
    with studio.session() as session:
        return session.store.local_path(latest(studio, asset, title))


def test_a_rendition_holds_the_frames_of_all_parts(made: Studio) -> None:
    assert numbers(files(made, "h264_180p") / "video.mp4") == EXPECTED
    info = latest(made, "media_info").read(MediaInfo)
    assert info.duration_seconds == Fraction(len(EXPECTED), 25)
    assert info.video.promised_frames == len(EXPECTED)


def test_captions_and_markers_move_along(made: Studio) -> None:
    spoken = (files(made, "captions") / "captions.vtt").read_text()
    assert "before" not in spoken
    assert "00:00:01.800 --> 00:00:02.000\nacross" in spoken
    assert "00:00:03.000 --> 00:00:03.200\nacross" in spoken
    assert "00:00:03.400 --> 00:00:03.500\nwithin" in spoken
    found = read_markers(latest(made, "markers"))
    assert [one.start_seconds for one in found.chapters] == [1, Fraction(17, 5)]
    assert [one.start_seconds for one in found.ad_breaks] == [Fraction(8, 5)]


def test_pictures_are_taken_of_the_programme_alone(made: Studio) -> None:
    assert latest(made, "thumbnails").document["count"] == 4
    assert latest(made, "poster").files


def test_what_is_checked_and_downloaded_is_the_programme(made: Studio) -> None:
    controlled = latest(made, "quality_control").read(QualityControl)
    assert controlled.seconds == Fraction(90, 25)
    assert controlled.verdict("length").measured["stream_1_seconds"] == "3.6"
    assert controlled.verdict("silence").measured == {"longest_seconds": "0"}
    assert numbers(files(made, "mp4") / "movie.mp4") == EXPECTED
    assert len(numbers(files(made, "preview") / "movie.mp4")) == len(EXPECTED)
    assert beeps(files(made, "mp4") / "movie.mp4") == pytest.approx([0, 48_000, 134_400, 144_000], abs=480)


def test_nothing_is_made_again_until_a_part_or_a_point_changes(made: Studio) -> None:
    assert made.run().executed == set()
    counted(made.folder / "ident.mp4", 25, first=950, **{"c:a": "aac"})
    again = made.run("--select", "mezzanine,media_info,markers,encoding_ladder,h264_180p")
    assert {"mezzanine", "media_info", "h264_180p"} <= again.executed
    assert numbers(files(made, "h264_180p") / "video.mp4")[:26] == [*range(950, 975), 25]
    (made.folder / "film.yaml").write_text(TITLE_FILE.replace("OUT", "3.4"))
    shorter = made.run("--select", "mezzanine,media_info,markers,encoding_ladder,h264_180p")
    assert "mezzanine" not in shorter.executed
    assert numbers(files(made, "h264_180p") / "video.mp4")[-1] == 84


def test_a_part_that_is_not_there_is_refused_by_name(made: Studio) -> None:
    (made.folder / "film.yaml").write_text("parts: [{}, {file: gone.mov}]")
    result = made.run("--select", "mezzanine,media_info")
    assert result.failed_with == "bad_programme"
    assert "film: gone.mov: the title file names it, and it is not beside" in result.outcome["error"]["message"]


def test_an_imf_of_one_segment_is_read_from_its_playlist(tmp_path: Path) -> None:
    """JPEG 2000 in MXF, PCM in OP-Atom, 24 frames a second: the playlist shows frames 24 to 48."""
    studio = Studio.make(tmp_path / "studio")
    whole = counted(
        tmp_path / "whole.mov", 60, "24", **{"c:v": "prores_ks", "pix_fmt": "yuv422p10le", "c:a": "pcm_s24le"}
    )
    picture, sound = studio.folder / "picture.mxf", studio.folder / "sound.mxf"
    make(picture, source_input(whole)["v"], **{"c:v": "jpeg2000", "pix_fmt": "yuv422p10le"})
    make(sound, source_input(whole)["a"], **{"c:a": "pcm_s16le", "f": "mxf_opatom"})  # OP1a needs a picture
    first, rate = PICTURE.replace("<SourceDuration>48", "<SourceDuration>24"), ("24000 1001", "24 1")
    heard = SOUND.replace("48048", "48000").replace("96096", "48000")
    (studio.folder / "CPL.xml").write_bytes(composition(first.replace(*rate), heard))
    (studio.folder / "ASSETMAP.xml").write_text(MAP)
    picture.with_suffix(".yaml").write_text("imf: CPL.xml\n")
    packed = {"v": picture.read_bytes(), "a": sound.read_bytes()}
    (studio.folder / "PKL.xml").write_bytes(packing_list(**packed | {"a": bytes(len(packed["a"]))}))
    with studio.session() as session:
        for named in (studio.folder / "CPL.xml", studio.folder):
            with pytest.raises(
                SourceError, match=r"Register picture\.mxf, with “imf: CPL\.xml” in picture\.yaml beside"
            ):
                register(session.registrar(), str(named))
    refused = studio.vod("run-workflow", picture, "--json", "--select", "mezzanine,media_info")
    assert refused.outcome["error"]["code"] == "package_mismatch"
    assert "sound.mxf: its packing list says sha1 " in refused.outcome["error"]["message"]
    (studio.folder / "PKL.xml").write_bytes(packing_list(**packed))
    selected = "mezzanine,media_info,markers,encoding_ladder,h264_180p,audio_levels,audio_aac"
    result = studio.vod("run-workflow", picture, "--json", "--select", selected)
    assert result.code == 0, (result.stdout, result.stderr)
    assert numbers(files(studio, "h264_180p", "picture") / "video.mp4") == [*range(24, 48)]
    assert beeps(files(studio, "audio_aac", "picture") / "audio.mp4")[0] < 480
    info = latest(studio, "media_info", "picture").read(MediaInfo)
    assert [one.cause for one in info.findings if one.code == "package_unchecked"] == [
        "CPL.xml: no packing list beside the master has a digest of it"
    ]
