"""A packaged title passes every check, and each fault is found by the check that is there for it."""

import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from vod_assets_tests.adapters.package.tiny_title import Clip, TinyTitle

pytestmark = pytest.mark.media
CHECKS = ("durations", "aligned", "manifest", "decodes", "mpd", "same_media")
RATES = ("24000/1001", "25", "30000/1001", "50", "60000/1001")
OTHER_RATES = ("12", "15", "2997/125")


@pytest.fixture(scope="session")
def titles(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], TinyTitle]:
    made: dict[str, TinyTitle] = {}

    def make(rate: str) -> TinyTitle:
        if rate not in made:
            made[rate] = TinyTitle.make(tmp_path_factory.mktemp("rates") / "title", Clip(Fraction(rate)))
        return made[rate]

    return make


@pytest.mark.parametrize("rate", [*RATES, *OTHER_RATES])
def test_every_check_passes_at_any_frame_rate(titles: Callable[[str], TinyTitle], rate: str) -> None:
    title = titles(rate)
    assert {name: title.check(name).findings for name in CHECKS} == dict.fromkeys(CHECKS, ())


@pytest.mark.parametrize("rate", [*RATES, *OTHER_RATES])
def test_every_segment_holds_the_same_number_of_frames(titles: Callable[[str], TinyTitle], rate: str) -> None:
    title = titles(rate)
    track = title.tracks["h264_72p"]
    ticks = [Fraction(segment.duration, track.timescale) / title.clip.segment_seconds for segment in track.segments]
    assert ticks == [1, 1, 1, Fraction(1, 2)]
    assert track.frame_rate == title.clip.rate


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("manifest", ["master.m3u8", "manifest.mpd"])
def test_ffmpeg_plays_the_whole_title(titles: Callable[[str], TinyTitle], rate: str, manifest: str) -> None:
    title = titles(rate)
    with title.opened() as package:
        address = f"releases/0/clear/{manifest}"
        decoded = package.decode_all([address])[address]
    assert (decoded.frames, decoded.errors) == (title.clip.frames, 0)


def rewrite(name: str, pattern: str, replacement: str) -> Callable[[TinyTitle], None]:
    def change(title: TinyTitle) -> None:
        path = title.manifests / name
        text, count = re.subn(pattern, replacement, path.read_text(), count=1)
        assert count == 1
        path.write_text(text)

    return change


def lose_segment(title: TinyTitle) -> None:
    (title.leaf("h264_72p") / "00002.m4s").unlink()


def empty_segment(title: TinyTitle) -> None:
    (title.leaf("aac_eng") / "00002.m4s").write_bytes(b"")


def cut_segment(title: TinyTitle) -> None:
    path = title.leaf("h264_72p") / "00002.m4s"
    path.write_bytes(path.read_bytes()[:-100])


def damage_samples(title: TinyTitle) -> None:
    path = title.leaf("h264_72p") / "00002.m4s"
    data = bytearray(path.read_bytes())
    data[data.find(b"mdat") + 4 : -1] = bytes(len(data) - data.find(b"mdat") - 5)
    path.write_bytes(data)


def damage_sheet(title: TinyTitle) -> None:
    (title.leaf("thumbnails_18p") / "sheet_001.jpg").write_bytes(b"\xff\xd8\xff nothing")


def exchange_segments(title: TinyTitle) -> None:
    one, other = (title.leaf("h264_36p") / name for name in ("00002.m4s", "00004.m4s"))
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def hide_idr(title: TinyTitle) -> None:
    """Make the first slice of a segment say that it is no IDR picture; its sample flags stay."""
    path = title.leaf("h264_36p") / "00003.m4s"
    data = bytearray(path.read_bytes())
    at = data.find(b"mdat") + 4
    while data[at + 4] & 0x1F != 5:
        at += 4 + int.from_bytes(data[at : at + 4])
    data[at + 4] = data[at + 4] & 0xE0 | 1
    path.write_bytes(data)


FAULTS = [
    (lose_segment, "manifest", "h264_72p.m3u8: 00002.m4s is not there"),
    (lose_segment, "mpd", "h264_72p: 00002.m4s is not there"),
    (lose_segment, "decodes", "packets are played|cannot be read"),
    (empty_segment, "manifest", "aac_eng.m3u8: 00002.m4s is empty"),
    (cut_segment, "manifest", r"00002.m4s has \d+ bytes, its descriptor says \d+"),
    (cut_segment, "aligned", "reach beyond|claims"),
    (damage_samples, "decodes", "h264_72p.m3u8: .*(do not decode|frames decode)"),
    (damage_sheet, "decodes", "sheet_001.jpg is no picture"),
    (exchange_segments, "aligned", r"h264_36p.m3u8: 00002.m4s begins at 3.\d+ s, in h264_72p.m3u8 at 1.\d+ s"),
    (hide_idr, "aligned", "h264_36p.m3u8: 00003.m4s starts with NAL unit type 1, not with an IDR picture"),
    (rewrite("h264_72p.m3u8", r"#EXTINF:1\.0", "#EXTINF:1.1"), "manifest", "EXTINF is 1.1.* its samples last 1.0"),
    (rewrite("h264_72p.m3u8", "#EXT-X-ENDLIST", ""), "manifest", "no EXT-X-ENDLIST"),
    (rewrite("h264_72p.m3u8", "DURATION:1", "DURATION:0"), "manifest", "EXT-X-TARGETDURATION is 0"),
    (rewrite("h264_72p.m3u8", r"\.\./\.\./\.\./tracks", "../../../../tracks"), "manifest", "leads out"),
    (rewrite("h264_72p.m3u8", "#EXTINF.*\n.*00004.m4s\n", ""), "aligned", "has 3 segments|has 4 segments, .* 3"),
    (rewrite("h264_72p.m3u8", "#EXTINF.*\n.*00003.m4s\n", ""), "durations", "lasts .* s, the mezzanine"),
    (rewrite("h264_72p.m3u8", "#EXTINF.*\n.*00004.m4s\n", ""), "same_media", "00004.m4s is in DASH only"),
    (rewrite("h264_72p_iframes.m3u8", "BYTERANGE:.*@", "BYTERANGE:9@"), "manifest", "holds no fragment"),
    (rewrite("h264_72p_iframes.m3u8", "BYTERANGE:.*@", "BYTERANGE:99999@"), "manifest", "a byte range ends at"),
    (rewrite("master.m3u8", "h264_36p.m3u8", "h264_1p.m3u8"), "manifest", "h264_1p.m3u8 is not there"),
    (rewrite("master.m3u8", r"BANDWIDTH=\d", "BANDWIDTH="), "manifest", "BANDWIDTH is .* its segments need"),
    (rewrite("master.m3u8", r"BANDWIDTH=", "BANDWIDTH=9"), "manifest", "its segments need only"),
    (rewrite("master.m3u8", r"AVERAGE-BANDWIDTH=\d", "AVERAGE-BANDWIDTH="), "manifest", "AVERAGE-BANDWIDTH is"),
    (rewrite("master.m3u8", "mp4a.40.2", "mp4a.40.5"), "manifest", "CODECS are .* the init segments say"),
    (rewrite("master.m3u8", "128x72", "128x74"), "manifest", "RESOLUTION is 128x74, the init segment says 128x72"),
    (rewrite("master.m3u8", "23.976", "25.000"), "manifest", "FRAME-RATE is 25.000, its samples make 23.976"),
    (rewrite("master.m3u8", "#EXTM3U", "#EXTINF"), "manifest", "does not begin with #EXTM3U"),
    (rewrite("manifest.mpd", ' d="24024" r="2"', ' d="24124" r="2"'), "mpd", "S@(d|t) is"),
    (rewrite("manifest.mpd", 'bandwidth="1', 'bandwidth="'), "mpd", "bandwidth is .* its segments need"),
    (rewrite("manifest.mpd", "avc1.", "avc3."), "mpd", "codecs are avc3"),
    (rewrite("manifest.mpd", 'width="128"', 'width="130"'), "mpd", "the size is"),
    (rewrite("manifest.mpd", 'tationDuration="PT3', 'tationDuration="PT9'), "mpd", "the presentation 9"),
    (rewrite("manifest.mpd", "<MPD", "<!DOCTYPE a><MPD"), "mpd", "document type declaration"),
    (rewrite("manifest.mpd", "init.mp4", "no.mp4"), "mpd", "the init segment .*no.mp4 is not there"),
    (rewrite("manifest.mpd", r'media="\.\./', 'media="/'), "mpd", "leads out of the package"),
]


@pytest.mark.parametrize(("fault", "check", "finding"), FAULTS)
def test_a_fault_is_found_and_named(
    broken: TinyTitle, fault: Callable[[TinyTitle], None], check: str, finding: str
) -> None:
    fault(broken)
    report = broken.check(check)
    assert not report.passed
    assert any(re.search(finding, one) for one in report.findings), report.findings


def test_a_shorter_dub_is_found(broken: TinyTitle, tmp_path: Path) -> None:
    short = TinyTitle.make(tmp_path / "short", Clip(broken.clip.rate, segments=Fraction(2)))
    (short.leaf("aac_eng")).rename(tmp_path / "dub")
    broken.keep("aac_eng", short.tracks["aac_eng"])
    broken.leaf("aac_eng").rename(tmp_path / "old")
    (tmp_path / "dub").rename(broken.leaf("aac_eng"))
    broken.compose()
    (finding,) = broken.check("durations").findings
    assert re.fullmatch(r"clear: aac_eng.m3u8 lasts 2.002 s, the mezzanine 3.504 s; .*", finding)
