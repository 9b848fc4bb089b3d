"""A SMIL file names every file once, with what its reader needs to know, whatever the names are."""

import pytest
from lxml import etree

from vod_assets.domain.smil import NAMESPACE, SmilStream, compose_smil

VIDEO = SmilStream(kind="video", path="low.mp4", bits_per_second=300_000, width=320, height=180)
HIGH = SmilStream(kind="video", path="high.mp4", bits_per_second=900_000, width=640, height=360)
SOUND = SmilStream(kind="audio", path="aac_en.mp4", bits_per_second=128_000, language="en", label="English")
TEXT = SmilStream(kind="text", path="text_de.srt", language="de", label="Deutsch (UT)", role="caption")


def test_edgeware_gets_one_switch_of_its_own_elements_the_highest_picture_first() -> None:
    root = etree.fromstring(compose_smil([TEXT, SOUND, VIDEO, HIGH]))
    (switch,) = root.findall("body/switch")
    assert [(one.tag, one.get("src")) for one in switch] == [
        ("video", "high.mp4"),
        ("video", "low.mp4"),
        ("video", "aac_en.mp4"),
        ("srt", "text_de.srt"),
    ]
    assert dict(switch[0].attrib) == {
        "src": "high.mp4",
        "system-bitrate": "900000",
        "systemBitrate": "900000",
        "width": "640",
        "height": "360",
    }
    assert switch[2].get("systemLanguage") == switch[2].get("system-language") == "en"
    said = {one.get("name"): one.get("value") for one in switch[3]}
    assert said == {"displayName": "Deutsch (UT)", "role": "caption"}


def test_smil_3_has_its_namespace_and_elements_for_sound_and_text() -> None:
    root = etree.fromstring(compose_smil([VIDEO, SOUND, TEXT], "smil3"))
    assert (root.tag, root.get("version")) == (f"{{{NAMESPACE}}}smil", "3.0")
    assert [etree.QName(one).localname for one in root[0][0]] == ["video", "audio", "textstream"]


@pytest.mark.parametrize("label", ['Tom & "Jerry" <b>', "it's ]]>", "日本語 😀", "", "&amp;"])
def test_any_name_is_read_back_as_it_was(label: str) -> None:
    composed = compose_smil([TEXT.model_copy(update={"path": f"{label}.vtt", "label": label})])
    (element,) = etree.fromstring(composed).iter("textstream")
    assert element.get("src") == f"{label}.vtt"
    assert [one.get("value") for one in element if one.get("name") == "displayName"] == ([label] if label else [])


def test_what_xml_cannot_hold_is_written_as_an_escape() -> None:
    composed = compose_smil([TEXT.model_copy(update={"label": "a\x00b"})])
    assert rb'value="a\x00b"' in composed
