"""Folders made elsewhere are checked as ours are, and hostile ones are refused before anything opens them."""

from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import ffmpeg
import pytest

from vod_assets.adapters.ffmpeg.command import compile_ffmpeg, generated_input
from vod_assets.adapters.package.external import FolderChecker
from vod_assets.domain.report import Report
from vod_assets_tests.adapters.package.tiny_title import RUNNER, TOOLS

pytestmark = pytest.mark.media
CHECKER = FolderChecker(TOOLS, RUNNER)


def by_name(reports: list[Report]) -> dict[str, tuple[str, ...]]:
    return {report.check: report.findings for report in reports}


@pytest.fixture(scope="session")
def mpegts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two variants in MPEG-TS with sound inside, and a multivariant playlist, by FFmpeg's own HLS muxer."""
    folder = tmp_path_factory.mktemp("elsewhere") / "hls"
    folder.mkdir()
    picture = generated_input("testsrc2=s=128x72:r=25", t="2")["v"]
    sound = generated_input("sine=r=48000", t="2")["a"]
    RUNNER.run(compile_ffmpeg(TOOLS.ffmpeg, [_variants(picture, sound, folder)]))
    return folder


def _variants(picture: object, sound: object, folder: Path) -> object:
    return ffmpeg.output(
        *(picture, sound, picture, sound),
        str(folder / "output_%v.m3u8"),
        **{"s:v:0": "128x72", "s:v:1": "64x36", "b:v:0": "100k", "b:v:1": "50k", "g": 25, "sc_threshold": 0},
        **{"c:v": "libx264", "c:a": "aac", "preset": "ultrafast", "f": "hls", "hls_time": 1},
        hls_playlist_type="vod",
        master_pl_name="master.m3u8",
        var_stream_map="v:0,a:0 v:1,a:1",
    )


@pytest.fixture
def hostile(mpegts: Path, tmp_path: Path) -> Path:
    """A copy of the sound folder, to be spoilt."""
    return copytree(mpegts, tmp_path / "hls")


def test_the_output_of_the_bare_ffmpeg_command_is_accepted(mpegts: Path) -> None:
    assert by_name(CHECKER.check_folder(mpegts)) == {
        "external.addresses": (),
        "hls_package.manifest": (),
        "hls_package.decodes": (),
    }


def test_dash_with_playlists_over_the_same_fragments_is_accepted(tmp_path: Path) -> None:
    folder = tmp_path / "dash"
    folder.mkdir()
    picture = generated_input("testsrc2=s=64x36:r=25", t="2")["v"]
    made = picture.output(
        str(folder / "manifest.mpd"), f="dash", seg_duration=1, hls_playlist=1, g=25, **{"c:v": "libx264"}
    )
    RUNNER.run(compile_ffmpeg(TOOLS.ffmpeg, [made]))
    reports = by_name(CHECKER.check_folder(folder))
    assert list(reports) == [
        "external.addresses",
        "hls_package.manifest",
        "hls_package.decodes",
        "dash_package.manifest",
    ]
    assert not any(reports.values())


def append(line: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        playlist = folder / "output_0.m3u8"
        playlist.write_text(f"{playlist.read_text()}{line}\n")

    return change


def link_out(folder: Path) -> None:
    (folder / "output_02.ts").symlink_to("/etc/hostname")


def script_as_segment(folder: Path) -> None:
    (folder / "output_00.ts").write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n/etc/passwd\n")


def text_as_segment(folder: Path) -> None:
    (folder / "output_00.ts").write_text("ffconcat version 1.0\nfile /etc/passwd\n")


def entities(folder: Path) -> None:
    (folder / "m.mpd").write_text('<!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/passwd">]><MPD>&x;</MPD>')


@pytest.mark.parametrize(
    ("spoil", "finding"),
    [
        (append("http://127.0.0.1:9/secret.ts"), "the address http://127.0.0.1:9/secret.ts leads out"),
        (append("//127.0.0.1/secret.ts"), "leads out"),
        (append("/etc/passwd"), "the address /etc/passwd leads out"),
        (append("file:///etc/passwd"), "leads out"),
        (append("concat:/etc/passwd|x.ts"), "leads out"),
        (append("../../../etc/passwd"), "leads out"),
        (append("a/%2e%2e/%2e%2e/etc/passwd"), "leads out"),
        (append("..\\secret.ts"), "leads out"),
        (append('#EXT-X-KEY:METHOD=AES-128,URI="http://127.0.0.1:9/key"'), "http://127.0.0.1:9/key leads out"),
        (append("#EXT-X-MAP:URI=/etc/passwd"), "the address /etc/passwd leads out"),
        (append("{$HOST}/x.ts"), "leads out"),
        (link_out, "output_02.ts is a link"),
        (script_as_segment, "output_00.ts is neither"),
        (text_as_segment, "output_00.ts is neither"),
        (entities, "document type declaration"),
    ],
)
def test_a_folder_that_leads_anywhere_else_is_refused_unopened(
    hostile: Path, spoil: Callable[[Path], None], finding: str
) -> None:
    spoil(hostile)
    (report,) = CHECKER.check_folder(hostile)
    assert report.check == "external.addresses"
    assert any(finding in one for one in report.findings), report.findings


def test_an_empty_folder_is_no_package(tmp_path: Path) -> None:
    (report,) = CHECKER.check_folder(tmp_path)
    assert "neither a playlist" in report.findings[0]


def test_a_lost_segment_is_found(hostile: Path) -> None:
    (hostile / "output_01.ts").unlink()
    assert any(
        "output_01.ts is not there" in one for one in by_name(CHECKER.check_folder(hostile))["hls_package.manifest"]
    )


def test_a_segment_of_zeroes_does_not_decode(hostile: Path) -> None:
    segment = hostile / "output_10.ts"
    packets = [segment.read_bytes()[at : at + 188] for at in range(0, segment.stat().st_size, 188)]
    segment.write_bytes(b"".join(packet[:12] + bytes(len(packet) - 12) for packet in packets))
    assert by_name(CHECKER.check_folder(hostile))["hls_package.decodes"]
