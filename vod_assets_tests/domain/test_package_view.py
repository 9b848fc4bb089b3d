"""Addresses in manifests lead below the package's root, or nowhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vod_assets.domain.isobmff import MalformedError
from vod_assets.domain.manifests.dash_reading import read_mpd
from vod_assets.domain.package_view import resolved
from vod_assets.domain.references import foreign_references, media_kind, playlist_references


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("a.m4s", "releases/1/clear/a.m4s"),
        ("../../../tracks/x/a.m4s", "tracks/x/a.m4s"),
        ("a%20b.ts?token=1", "releases/1/clear/a b.ts"),
        ("../../../../etc/passwd", None),
        ("/etc/passwd", None),
        ("%2fetc/passwd", None),
        ("..%2f..%2f..%2f..%2fetc", None),
        ("file:a.ts", None),
        ("http://[", None),
        ("a\\..\\b", None),
        ("a\nb", None),
        ("", None),
        ("../../..", None),
        ("a%2fb%2fc%2fd%2fe/../../../../../x", None),
        ("a?b/../../../../x", None),
        ("a#b/../../../../x", None),
    ],
)
def test_an_address_is_resolved_as_a_player_does(uri: str, address: str | None) -> None:
    assert resolved("releases/1/clear/master.m3u8", uri) == address


@given(st.text(alphabet="./%2eEfF5cC:\\ab{$}?#"))
def test_no_address_escapes(uri: str) -> None:
    address = resolved("a/b.m3u8", uri)
    assert address is None or not (address.startswith(("/", "../")) or address == "..")


def test_every_reference_of_a_playlist_is_seen() -> None:
    text = '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="k",IV=0x1\n#EXT-X-NEW:X=1,uri=/n,Y=2\n # EXT URI="s"\n\n a.ts \n'
    assert playlist_references(text) == ["k", "/n", "s", "a.ts"]
    assert foreign_references("p.m3u8", text) == ["/n"]


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x47" + bytes(187) + b"\x47", "mpegts"),
        (b"\x00\x00\x00\x18styp", "mp4"),
        (b"\xef\xbb\xbfWEBVTT\n", "webvtt"),
        (b"\xff\xd8\xff\xe0", "jpeg"),
        (b"ID3", "adts"),
        (b"#EXTM3U", ""),
        (b"ffconcat version 1.0", ""),
        (b"G" + bytes(200), ""),
    ],
)
def test_files_are_told_by_their_first_bytes(head: bytes, kind: str) -> None:
    assert media_kind(head) == kind


class OneFile:
    """A view of a package with one MPD."""

    variants = ("clear",)

    def __init__(self, text: str) -> None:
        self._text = text

    def text(self, address: str) -> str:
        return self._text


def mpd(inside: str, head: str = 'xmlns="urn:mpeg:dash:schema:mpd:2011" mediaPresentationDuration="PT1M0.5S"') -> str:
    return f"<MPD {head}><Period><AdaptationSet contentType='video'>{inside}</AdaptationSet></Period></MPD>"


def template(attributes: str, inside: str = "") -> str:
    inner = f"<SegmentTemplate {attributes}>{inside}</SegmentTemplate>"
    return f"<Representation id='v' bandwidth='9'>{inner}</Representation>"


def test_templates_are_filled_in() -> None:
    text = mpd(template("media='$RepresentationID$_$Bandwidth$_$Number%03d$.m4s' duration='20' startNumber='7'"))
    (one,) = read_mpd(OneFile(text), "clear", "m.mpd").representations  # type: ignore[arg-type]
    assert [segment.uri for segment in one.segments] == ["v_9_007.m4s", "v_9_008.m4s", "v_9_009.m4s", "v_9_010.m4s"]
    assert [segment.duration for segment in one.segments] == [20, 20, 20, 1]
    timed = mpd(template("media='$Time$.m4s'", "<SegmentTimeline><S t='5' d='2' r='1'/><S d='3'/></SegmentTimeline>"))
    (other,) = read_mpd(OneFile(timed), "clear", "m.mpd").representations  # type: ignore[arg-type]
    assert [segment.uri for segment in other.segments] == ["5.m4s", "7.m4s", "9.m4s"]


@pytest.mark.parametrize(
    "text",
    [
        "no XML",
        "<MPD/>",
        "<!DOCTYPE x [<!ENTITY a 'b'>]>" + mpd(template("duration='1'")),
        mpd(template("duration='0'")),
        mpd(template("timescale='0' duration='1'")),
        mpd(template("media='a' ", "<SegmentTimeline><S d='1' r='99999999999'/></SegmentTimeline>")),
        mpd("<Representation id='v'><SegmentList/></Representation>"),
        mpd(template("duration='1'")).replace("<Period>", "<Period><BaseURL>http://x/</BaseURL>"),
        mpd(template("duration='1'"), 'xmlns="urn:mpeg:dash:schema:mpd:2011" mediaPresentationDuration="P1Y"'),
        mpd(template("duration='1' xmlns:l='http://www.w3.org/1999/xlink' l:href='http://x/'")),
    ],
)
def test_what_is_no_plain_mpd_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        read_mpd(OneFile(text), "clear", "m.mpd")  # type: ignore[arg-type]
