"""IMSC1 documents say what WebVTT says: the same words, times, styles and places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from vod_assets.domain.text.captions import read_captions
from vod_assets.domain.text.imsc import PROFILE, imsc_document, is_right_to_left, write_imsc
from vod_assets.domain.text.placing import NARROW, box_of, settings_of

VTT = """WEBVTT

00:00:01.000 --> 00:00:02.000 line:0
<i>One</i> & <b>two</b>
three

00:00:01.500 --> 00:00:03.000 line:50% position:20%,line-left size:30% align:start
placed

00:00:04.000 --> 00:00:05.000
مرحبا <u>世界</u>
"""
NAMES = {"tt": "http://www.w3.org/ns/ttml", "tts": "http://www.w3.org/ns/ttml#styling"}


def test_document_reads_back_as_the_same_cues() -> None:
    captions = read_captions(VTT.encode(), "film.vtt")
    again = read_captions(write_imsc(captions, "ar"), "film.ttml")
    assert again.cues == captions.cues
    assert again.language == "ar"


def test_document_is_of_the_text_profile_and_turns_arabic_lines() -> None:
    root = etree.fromstring(write_imsc(read_captions(VTT.encode(), "film.vtt"), "ar"))
    assert root.get("{http://www.w3.org/ns/ttml#parameter}profile") == PROFILE
    turned = [line.get(f"{{{NAMES['tts']}}}direction") for line in root.iterfind(".//tt:p", NAMES)]
    assert turned == [None, None, "rtl"]
    regions = {
        region.get("{http://www.w3.org/XML/1998/namespace}id") for region in root.iterfind(".//tt:region", NAMES)
    }
    assert {line.get("region") for line in root.iterfind(".//tt:p", NAMES)} == regions


@pytest.mark.parametrize("character", ["\ufffe", "\uffff", "\0", "\x0b", "\x1f", "&#xD800;", "\U0001fffe"])
def test_document_is_xml_whatever_a_cue_says(character: str) -> None:
    data = f"WEBVTT\n\n00:01.000 --> 00:02.000\na{character}b\n".encode()
    root = etree.fromstring(write_imsc(read_captions(data, "film.vtt")))
    assert str(root.xpath("string()")).strip().startswith("a")


def test_document_without_cues_shows_nothing() -> None:
    root = etree.fromstring(imsc_document([], "en"))
    assert root.find("tt:body", NAMES) is not None
    assert not list(root.iterfind(".//tt:p", NAMES))


@pytest.mark.parametrize(
    ("text", "turned"), [("abc", False), ("123 שלום", True), ("“مرحبا”", True), ("日本", False), ("…", False)]
)
def test_first_strong_letter_gives_the_direction(text: str, turned: bool) -> None:
    assert is_right_to_left(text) == turned


@given(
    st.tuples(
        st.sampled_from(["", "line:0", "line:10%", "line:40%,end", "line:50%,center", "line:-3", "line:14"]),
        st.sampled_from(["", "position:20%,line-left", "position:80%,line-right", "position:50%,center"]),
        st.sampled_from(["", "size:30%", "size:90%"]),
        st.sampled_from(["", "align:start", "align:end", "align:left", "align:right"]),
    )
)
def test_place_survives_the_way_to_a_box_and_back(words: tuple[str, ...]) -> None:
    box = box_of(" ".join(word for word in words if word))
    again = box_of(settings_of(box))
    assert (again.stands, again.align) == (box.stands, box.align)
    assert abs(again.left + again.width / 2 - box.left - box.width / 2) < 1 or box.width >= NARROW
    assert 0 <= box.left <= box.left + box.width <= 101
    assert 0 <= box.top <= box.top + box.height <= 101


@pytest.mark.parametrize(("vertical", "left"), [("rl", 0), ("lr", 10)])
def test_columns_are_counted_from_their_side(vertical: str, left: int) -> None:
    box = box_of(f"vertical:{vertical} line:10%")
    assert (box.left, box.width, box.vertical) == (left, 90, vertical)
    assert box_of(settings_of(box)) == box
