"""PSSH boxes are those that Shaka Packager writes for the same key."""

import base64

import pytest

from vod_assets.domain.content_keys import SYSTEM_IDS
from vod_assets.domain.isobmff import MalformedError
from vod_assets.domain.key_checksum import key_checksum
from vod_assets.domain.pssh import data_of, pssh_box, pssh_boxes, system_of

KID, KEY = "00112233445566778899aabbccddeeff", bytes(range(15, -1, -1))
# Written by `packager --protection_systems Widevine,PlayReady,CommonSystem` v3.8.0 for this key.
CENC_HEADER = (
    '<WRMHEADER xmlns="http://schemas.microsoft.com/DRM/2007/03/PlayReadyHeader" version="4.0.0.0"><DATA>'
    "<PROTECTINFO><KEYLEN>16</KEYLEN><ALGID>AESCTR</ALGID></PROTECTINFO><KID>MyIRAFVEd2aImaq7zN3u/w==</KID>"
    "<CHECKSUM>rhV829QKjAM=</CHECKSUM></DATA></WRMHEADER>"
)
CBCS_HEADER = (
    '<WRMHEADER xmlns="http://schemas.microsoft.com/DRM/2007/03/PlayReadyHeader" version="4.3.0.0"><DATA>'
    '<PROTECTINFO><KIDS><KID ALGID="AESCBC" VALUE="MyIRAFVEd2aImaq7zN3u/w=="></KID></KIDS></PROTECTINFO></DATA>'
    "</WRMHEADER>"
)
PACKAGERS = {
    ("widevine", "cenc"): "AAAAOHBzc2gAAAAA7e+LqXnWSs6jyCfc1R0h7QAAABgSEAARIjNEVWZ3iJmqu8zd7v9I49yVmwY=",
    ("widevine", "cbcs"): "AAAAOHBzc2gAAAAA7e+LqXnWSs6jyCfc1R0h7QAAABgSEAARIjNEVWZ3iJmqu8zd7v9I88aJmwY=",
    ("clearkey", "cenc"): "AAAANHBzc2gBAAAAEHfv7MCyTQKs4zweUuL7SwAAAAEAESIzRFVmd4iZqrvM3e7/AAAAAA==",
    ("clearkey", "cbcs"): "AAAANHBzc2gBAAAAEHfv7MCyTQKs4zweUuL7SwAAAAEAESIzRFVmd4iZqrvM3e7/AAAAAA==",
}


@pytest.mark.parametrize(("system", "scheme"), PACKAGERS)
def test_a_box_is_the_packagers_to_the_byte(system: str, scheme: str) -> None:
    assert base64.b64encode(pssh_box(system, scheme, KID)).decode() == PACKAGERS[system, scheme]


@pytest.mark.parametrize(
    ("scheme", "head", "header"), [("cenc", "060200000100", CENC_HEADER), ("cbcs", "be0100000100", CBCS_HEADER)]
)
def test_a_playready_object_is_the_packagers_to_the_byte(scheme: str, head: str, header: str) -> None:
    (box,) = pssh_boxes(pssh_box("playready", scheme, KID, key_checksum(KID, KEY)))
    data = data_of(box)
    assert data[:6].hex() == head
    assert data[6:8] == b"\x01\x00"
    assert data[8:10] == len(header.encode("utf-16-le")).to_bytes(2, "little")
    assert data[10:].decode("utf-16-le") == header
    assert (box.size, system_of(box)) == (32 + len(data), SYSTEM_IDS["playready"])


def test_what_a_box_says_is_read_back() -> None:
    found = pssh_boxes(pssh_box("widevine", "cenc", KID) + pssh_box("clearkey", "cenc", KID))
    assert [system_of(box) for box in found] == [SYSTEM_IDS["widevine"], SYSTEM_IDS["clearkey"]]
    assert data_of(found[0])[2:18].hex() == KID
    assert data_of(found[1]) == b""


def test_fairplay_has_no_box() -> None:
    assert pssh_box("fairplay", "cbcs", KID) == b""


@pytest.mark.parametrize("data", [b"", b"plain words", bytes(8), b"\x00\x00\x00\x08pssh", b"\x00\x00\x00\x08free"])
def test_other_bytes_are_no_boxes(data: bytes) -> None:
    with pytest.raises(MalformedError):
        pssh_boxes(data)
