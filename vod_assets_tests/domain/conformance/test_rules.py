"""Each rule finds the package that breaks it, and nothing in one that keeps it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from vod_assets.domain.conformance.document import conformance_document
from vod_assets.domain.conformance.judging import DASH, HLS, every_rule
from vod_assets.domain.conformance.mpd_facts import MpdFacts
from vod_assets.domain.conformance.playlists import playlist_sets
from vod_assets.domain.conformance.rules import RuleBook, Verdict
from vod_assets_tests.adapters.package.test_conformance import CASES as CMAF_CASES
from vod_assets_tests.golden.packages import composed

COMPOSED = composed()
Change = tuple[str, str, str]  # what the file's name begins with, what is there, and what comes instead

# Which golden package, what makes it keep the rule where it does not, and what then breaks it.
PLAYLISTS: dict[str, tuple[str, Sequence[Change], Sequence[Change]]] = {
    "hls-first-line": ("cbcs", (), [("text_eng", "#EXTM3U\n", "")]),
    "hls-version": ("cbcs", (), [("aac_eng", "VERSION:6", "VERSION:5")]),
    "hls-target": ("cbcs", (), [("aac_eng", "DURATION:4", "DURATION:3")]),
    "hls-same-target": ("cbcs", (), [("aac_eng", "DURATION:4", "DURATION:5")]),
    "hls-whole": ("cbcs", (), [("aac_eng", "#EXT-X-ENDLIST\n", "")]),
    "hls-playlists": ("cbcs", (), [("master", 'URI="aac_eng.m3u8"', 'URI="aac_deu.m3u8"')]),
    "hls-bandwidth": ("cbcs", (), [("master", "BANDWIDTH=1030400,AVERAGE", "AVERAGE")]),
    "hls-groups": ("cbcs", (), [("master", 'GROUP-ID="text"', 'GROUP-ID="words"')]),
    "hls-renditions": ("cbcs", (), [("master", "DEFAULT=YES,AUTOSELECT=YES", "DEFAULT=YES,AUTOSELECT=NO")]),
    "hls-automatic": ("clear", (), [("master", 'CHARACTERISTICS="public.accessibility.describes-video",', "")]),
    "hls-keys": ("cbcs", (), [("aac_eng", "METHOD=SAMPLE-AES,", "METHOD=AES-128,")]),
    "hls-session-keys": ("cbcs", (), [("master", "data:widevine,22", "data:widevine,44")]),
    "hls-map": ("cbcs", (), [("aac_eng", "#EXT-X-MAP", "#EXT-X-PAM")]),
    "hls-dates": ("clear", (), [("aac_eng.", "#EXT-X-PROGRAM-DATE-TIME", "#EXT-X-NO-DATE")]),
    "hls-session-data": ("clear", (), [("master", 'URI="chapters.json"', 'URI="chapters.json",VALUE="x"')]),
    "apple-codecs": ("cbcs", (), [("master", 'CODECS="avc1.4d401e,mp4a.40.2",', "")]),
    "apple-picture": ("cbcs", (), [("master", "FRAME-RATE=23.976,", "")]),
    "apple-average": ("cbcs", (), [("master", "AVERAGE-BANDWIDTH=928300,", "")]),
    "apple-peak": ("cbcs", (), [("master", "BANDWIDTH=1030400", "BANDWIDTH=9030400")]),
    "apple-steps": (
        "cbcs",
        [("master", "AVERAGE-BANDWIDTH=928300", "AVERAGE-BANDWIDTH=2500000")],
        [("master", "AVERAGE-BANDWIDTH=2500000", "AVERAGE-BANDWIDTH=4000000")],
    ),
    "apple-cellular": (
        "cbcs",
        [("master", "BANDWIDTH=1030400", "BANDWIDTH=190000")],
        [("master", "BANDWIDTH=190000", "BANDWIDTH=193000")],
    ),
    "apple-iframes": ("cbcs", (), [("master", "#EXT-X-I-FRAME-STREAM-INF", "#EXT-X-NO-FRAMES")]),
    "apple-parameter-sets": ("clear", (), [("master", "hvc1", "hev1")]),
    "apple-container": ("clear", (), [("hevc_1080p", "#EXT-X-MAP", "#EXT-X-PAM")]),
    "apple-one-codec": ("cbcs", (), [("master", "avc1.4d401e,mp4a.40.2", "avc1.4d401e,mp4a.40.2,ec-3")]),
    "apple-same-languages": (
        "cbcs",
        (),
        [("master", "#EXT-X-STREAM-INF", '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="b",LANGUAGE="fr"\n#EXT-X-STREAM-INF')],
    ),
    "apple-stereo": ("cbcs", (), [("master", 'CHANNELS="2"', 'CHANNELS="6"')]),
    "apple-languages": ("cbcs", (), [("master", 'LANGUAGE="en",', "")]),
    "apple-captions": ("clear", (), [("master", "AUTOSELECT=YES,FORCED=YES", "AUTOSELECT=NO,FORCED=YES")]),
    "apple-imsc1": ("ondemand", (), [("master", ",stpp.ttml.im1t", "")]),
    "apple-closed-captions": ("cbcs", (), [("master", ",CLOSED-CAPTIONS=NONE", "")]),
    "apple-video-range": ("clear", (), [("master", "VIDEO-RANGE=SDR", "VIDEO-RANGE=PQ")]),
    "apple-independent": ("cbcs", (), [("master", "#EXT-X-INDEPENDENT-SEGMENTS\n", "")]),
    "apple-session-keys": ("cbcs", (), [("master", "#EXT-X-SESSION-KEY", "#EXT-X-NO-KEY")]),
    "apple-six-seconds": ("cbcs", [("h264", "DURATION:4", "DURATION:6")], [("h264", "DURATION:6", "DURATION:10")]),
}
MPDS: dict[str, tuple[str, str, str]] = {
    "dash-grammar": ("cbcs", 'startNumber="1"', 'firstNumber="1"'),
    "dash-static": ("cbcs", 'type="static"', 'type="dynamic"'),
    "dash-ids": ("cbcs", 'AdaptationSet id="1"', 'AdaptationSet id="0"'),
    "dash-profile": ("ondemand", "isoff-on-demand", "isoff-live"),
    "dash-alignment": ("cbcs", 'segmentAlignment="true"', 'segmentAlignment="false"'),
    "dash-timelines": ("cbcs", '<S t="192192"', '<S t="192193"'),
    "dash-one-codec": ("clear", 'codecs="avc1.64001f"', 'codecs="hvc1.1.6.L93.90"'),
    "dash-picture": ("cbcs", 'sar="1:1"', ""),
    "dash-sound": ("cbcs", 'audioSamplingRate="48000"', ""),
    "dash-text": ("clear", 'value="forced-subtitle"', 'value="main"'),
    "dash-protection": ("cbcs", 'cenc:default_KID="33333333-3333-3333-3333-333333333333"', ""),
    "dash-switching": ("cbcs", 'switching:2016" value="1"', 'switching:2016" value="2"'),
    "dash-trick-mode": ("cbcs", 'trickmode" value="0 1"', 'trickmode" value="0 2"'),
    "dash-thumbnails": ("clear", 'value="2x2"', 'value="3x2"'),
    "dash-range": ("clear", 'TransferCharacteristics" value="16"', 'TransferCharacteristics" value="1"'),
    "dash-events": ("clear", 'presentationTime="360360"', 'presentationTime="936036000"'),
    "dash-buffer": ("clear", 'minBufferTime="PT4.010667S"', 'minBufferTime="PT0S"'),
}


def verdict(books: Sequence[RuleBook[Any]], subject: object, name: str) -> Verdict:
    return next(one for book in books for one in book.judge(subject) if one.rule == name)


def changed(texts: dict[str, str], changes: Sequence[Change]) -> dict[str, str]:
    for beginning, old, new in changes:
        names = [name for name in texts if name.startswith(beginning) and old in texts[name]]
        assert names, f"{beginning}: {old} is not there"
        texts = texts | {name: texts[name].replace(old, new) for name in names}
    return texts


@pytest.mark.parametrize("name", PLAYLISTS)
def test_playlists_that_break_a_rule_are_found(name: str) -> None:
    kind, first, then = PLAYLISTS[name]
    whole = {file.partition("/")[2]: text for file, text in COMPOSED.items() if file.startswith(f"{kind}/")}
    texts = changed({file: text for file, text in whole.items() if file.endswith(".m3u8")}, first)
    (kept,), (broken,) = playlist_sets(texts), playlist_sets(changed(texts, then))
    assert verdict(HLS, kept, name).state == "met"
    assert verdict(HLS, broken, name).findings


@pytest.mark.parametrize("name", MPDS)
def test_an_mpd_that_breaks_a_rule_is_found(name: str) -> None:
    kind, old, new = MPDS[name]
    text = COMPOSED[f"{kind}/manifest.mpd"].partition("?>")[2]
    assert old in text
    assert verdict(DASH, MpdFacts(etree.fromstring(text)), name).state == "met"
    assert verdict(DASH, MpdFacts(etree.fromstring(text.replace(old, new))), name).findings


def test_a_schema_is_asked_where_there_is_one() -> None:
    root = etree.fromstring(COMPOSED["cbcs/manifest.mpd"].encode())
    assert verdict(DASH, MpdFacts(root), "dash-schema").state == "not applicable"
    asked = MpdFacts(root, lambda found: iter([f"{found.tag} is wrong"]))
    assert verdict(DASH, asked, "dash-schema").findings == ("{urn:mpeg:dash:schema:mpd:2011}MPD is wrong",)


@pytest.mark.parametrize(
    "fault", ["<Label/>", "words", "<x:y xmlns:x='urn:x'/>", "<SegmentTemplate/><SegmentTemplate/>"]
)
def test_the_grammar_knows_what_belongs_where(fault: str) -> None:
    text = COMPOSED["cenc/manifest.mpd"].partition("?>")[2]
    broken = text.replace("</Representation>", f"{fault}</Representation>")
    assert verdict(DASH, MpdFacts(etree.fromstring(broken)), "dash-grammar").findings


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('bandwidth="130000"', 'bandwidth="4294967296"'),
        ('S t="0"', 'S t="18446744073709551616"'),
        ('codecs="mp4a.40.2"', 'codecs="mp4a.40.2, ec-3"'),
        ('schemeIdUri="urn:mpeg:dash:role:2011"', 'schemeIdUri=":"'),
        ('minBufferTime="PT4.010667S"', 'minBufferTime="PT"'),
        ('segmentAlignment="true"', 'segmentAlignment="2"'),
        ('profiles="urn:mpeg:dash:profile:isoff-live:2011"', 'profiles="{live}"'),
    ],
)
def test_the_grammar_is_as_strict_as_the_schema(old: str, new: str) -> None:
    """Each of these is refused by MPEG's schema, of the fourth edition or of the sixth's draft."""
    text = COMPOSED["cenc/manifest.mpd"].partition("?>")[2]
    assert old in text
    broken = etree.fromstring(text.replace(old, new))
    assert verdict(DASH, MpdFacts(broken), "dash-grammar").findings


@pytest.mark.parametrize(("emptied", "missing"), [("MPD", "Period"), ("SegmentTimeline", "S")])
def test_the_grammar_misses_what_must_be_inside(emptied: str, missing: str) -> None:
    root = etree.fromstring(COMPOSED["cenc/manifest.mpd"].encode())
    for one in root.iter(f"{{urn:mpeg:dash:schema:mpd:2011}}{emptied}"):
        del one[:]
    assert f"{emptied}: there is no {missing}" in verdict(DASH, MpdFacts(root), "dash-grammar").findings


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ('r="1"', 'r="99999999999"', "dash-timelines"),
        ('bandwidth="130000"', 'bandwidth="much"', "dash-buffer"),
        ('d="96096"', 'd=""', "dash-grammar"),
        ('timescale="24000"', 'timescale="0"', "dash-timelines"),
    ],
)
def test_what_cannot_be_read_is_a_finding(old: str, new: str, name: str) -> None:
    """Packages that others made are judged, too."""
    text = COMPOSED["cbcs/manifest.mpd"].partition("?>")[2].replace(old, new)
    assert verdict(DASH, MpdFacts(etree.fromstring(text)), name).findings


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ('minBufferTime="PT4.010667S"', 'minBufferTime="PT1M"', "dash-buffer"),
        ('minBufferTime="PT4.010667S"', 'minBufferTime="P0Y0M0DT0H0M4.000S"', "dash-buffer"),
        ('presentationTime="360360"', 'presentationTime="900901"', "dash-events"),  # 10.01 s and a tick
    ],
)
def test_an_mpd_that_says_it_otherwise_keeps_the_rule(old: str, new: str, name: str) -> None:
    text = COMPOSED["clear/manifest.mpd"].partition("?>")[2]
    assert old in text
    assert verdict(DASH, MpdFacts(etree.fromstring(text.replace(old, new))), name).state == "met"


def test_playlists_are_judged_with_those_that_they_name() -> None:
    """Other packages may lie in the same folder."""
    texts = {file.partition("/")[2]: text for file, text in COMPOSED.items() if file.startswith("cbcs/")}
    one = {name: text for name, text in texts.items() if name.endswith(".m3u8")}
    renamed = changed(one | {"aac é.m3u8": one["aac_eng.m3u8"]}, [("master", "aac_eng", "aac%20%C3%A9")])
    sets = playlist_sets({f"{folder}/{name}": text for folder in "ab" for name, text in renamed.items()})
    assert [found.top.address for found in sets] == ["a/master.m3u8", "b/master.m3u8"]
    for found in sets:
        assert {name.partition("/")[0] for name in found.media} == {found.top.address.partition("/")[0]}
        assert not any("aac_eng" in name for name in found.media)
        for name in ("hls-whole", "hls-playlists", "hls-same-target"):
            assert verdict(HLS, found, name).state == "met"


@pytest.mark.parametrize("value", ["²", "9" * 5000, f"1,{'A' * 1_000_000}"])
def test_attributes_that_make_no_sense_are_passed_over(value: str) -> None:
    """A line may be as long as a playlist."""
    top = f"#EXTM3U\n#EXT-X-STREAM-INF:RESOLUTION=1x1,AVERAGE-BANDWIDTH={value}\na.m3u8\n"
    (found,) = playlist_sets({"master.m3u8": top})
    assert verdict(HLS, found, "hls-bandwidth").findings
    assert verdict(HLS, found, "apple-steps").state == "not applicable"


def test_every_rule_that_can_be_checked_has_a_package_that_breaks_it() -> None:
    checked = {rule.name for rule in every_rule() if rule.find}
    assert checked == {*PLAYLISTS, *MPDS, *CMAF_CASES, "dash-schema"}


def test_the_page_says_what_the_rules_say() -> None:
    """When rules change: ``python -m vod_assets.domain.conformance.document > docs/conformance.md``."""
    page = Path(__file__).parents[3] / "docs" / "conformance.md"
    assert page.read_text("utf-8") == conformance_document()
    assert all(rule.gap for rule in every_rule() if rule.find is None)
