"""MPDs against the files that they name."""

from pathlib import Path

from PIL import Image

from vod_assets.adapters.package.view import FolderView
from vod_assets.domain.manifests.dash_checks import check_mpd
from vod_assets.domain.text.stpp import init_segment, media_segment

MPD = """<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" mediaPresentationDuration="PT0S"><Period>
<AdaptationSet contentType="text"><Representation id="a" bandwidth="1" codecs="stpp.ttml.im1t">
<SegmentTemplate timescale="4000" initialization="i.mp4" media="$Number$.m4s">
<SegmentTimeline><S d="0"/></SegmentTimeline></SegmentTemplate></Representation></AdaptationSet></Period></MPD>"""
SHEET = """<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT0.133S"><Period>
<AdaptationSet contentType="image"><Representation id="a" bandwidth="1" width="16" height="10">
<SegmentTemplate timescale="1" media="$Number$.jpg" duration="25"/></Representation></AdaptationSet></Period></MPD>"""


def test_a_segment_of_no_length_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.mpd").write_text(MPD)
    (tmp_path / "i.mp4").write_bytes(init_segment(4000))
    (tmp_path / "1.m4s").write_bytes(media_segment(1, 0, 0, []))
    assert "p: a: 1.m4s has no length" in check_mpd(FolderView(tmp_path, {"p": "."})).findings


def test_thumbnails_of_a_title_of_a_blink_are_no_fault(tmp_path: Path) -> None:
    """Their template counts whole seconds, and 25 of them are more than there is."""
    (tmp_path / "a.mpd").write_text(SHEET)
    Image.new("RGB", (16, 10)).save(tmp_path / "1.jpg")
    assert not check_mpd(FolderView(tmp_path, {"p": "."})).findings
