"""What manifests tell players of keys is of the key that the files name."""

import base64

import pytest

from vod_assets.domain.manifests.key_checks import key_line_faults, pssh_faults
from vod_assets.domain.pssh import pssh_box

KID, OTHER = "495b140d58bfbb2bfceac64a902afad5", "ba17b56c050af15b172111f372706a04"


def said(system: str, kid: str, scheme: str = "cbcs") -> str:
    return base64.b64encode(pssh_box(system, scheme, kid, checksum="00" * 8)).decode()


def line(kid: str, pssh: str) -> str:
    uri = f'URI="data:text/plain;base64,{pssh}",KEYID=0x{kid}'
    return f'#EXT-X-KEY:METHOD=SAMPLE-AES,{uri},KEYFORMAT="urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed"\n#EXTINF:2,\n'


@pytest.mark.parametrize("scheme", ["cenc", "cbcs"])
@pytest.mark.parametrize("system", ["widevine", "playready", "clearkey"])
def test_the_box_of_each_system_is_found_to_be_of_its_key(system: str, scheme: str) -> None:
    assert list(pssh_faults(said(system, KID, scheme), KID)) == []
    (fault,) = pssh_faults(said(system, OTHER, scheme), KID)
    assert fault == f"its PSSH is for {OTHER}, the init segment says {KID}"


@pytest.mark.parametrize("text", ["", "AAAA", "no base64!", said("widevine", KID)[:-8]])
def test_what_is_no_box_is_said(text: str) -> None:
    assert list(pssh_faults(text, KID)) == ["what it carries is no PSSH box"]


def test_a_box_need_not_say_which_keys_it_is_for() -> None:
    """A key server may name a content id instead: field 4 of Widevine's message."""
    data = b"\x22\x04film"
    box = pssh_box("widevine", "cbcs", KID)
    head = box[4:28]
    bare = (len(head) + 8 + len(data)).to_bytes(4) + head + len(data).to_bytes(4) + data
    assert list(pssh_faults(base64.b64encode(bare).decode(), KID)) == []


def test_a_key_line_of_another_key_is_named() -> None:
    assert list(key_line_faults(line(KID, said("widevine", KID)), KID)) == []
    assert list(key_line_faults(line(OTHER, said("widevine", KID)), KID)) == [
        f"KEYID of EXT-X-KEY is {OTHER}, the init segment says {KID}"
    ]
    (fault,) = key_line_faults(line(KID, said("widevine", OTHER)), KID)
    assert fault.startswith("EXT-X-KEY: its PSSH is for ba17")
    assert list(key_line_faults(line(OTHER, ""), "")) == []
