"""What is asked of key servers has the structure of SPEKE v2.0's sample requests."""

import base64
import uuid
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from vod_assets.adapters.keys.cpix import key_ids, request_document
from vod_assets.domain.content_keys import Contract, KeyRequest

CPIX = "{urn:dashif:org:cpix}"
WIDEVINE, PLAYREADY = "edef8ba9-79d6-4ace-a3c8-27dcd51d21ed", "9a04f079-9840-4286-ab92-e65be0885f95"
FAIRPLAY = "94ce86fb-07ff-4f43-adb8-93d2fa968ca2"
HLS = [("HLSSignalingData", {"playlist": "media"}, []), ("HLSSignalingData", {"playlist": "master"}, [])]
FILLED = [("PSSH", {}, []), ("ContentProtectionData", {}, []), *HLS]
ALL_SYSTEMS = ("widevine", "playready", "fairplay")
# The structure of the samples for three systems and each pair of presets: class of tracks, its filters.
SAMPLES: dict[tuple[str, str], dict[str, list[tuple[str, dict[str, str]]]]] = {
    ("shared", "shared"): {"ALL": [("VideoFilter", {}), ("AudioFilter", {})]},
    ("1", "1"): {"VIDEO": [("VideoFilter", {})], "AUDIO": [("AudioFilter", {})]},
    ("1", "unencrypted"): {"VIDEO": [("VideoFilter", {})]},
    ("2", "2"): {
        "SD": [("VideoFilter", {"maxPixels": "589824"})],
        "HD": [("VideoFilter", {"minPixels": "589825"})],
        "STEREO_AUDIO": [("AudioFilter", {"maxChannels": "2"})],
        "MULTICHANNEL_AUDIO": [("AudioFilter", {"minChannels": "3"})],
    },
    ("3", "2"): {
        "SD": [("VideoFilter", {"maxPixels": "589824"})],
        "HD": [("VideoFilter", {"minPixels": "589825", "maxPixels": "2073600"})],
        "UHD": [("VideoFilter", {"minPixels": "2073601"})],
        "STEREO_AUDIO": [("AudioFilter", {"maxChannels": "2"})],
        "MULTICHANNEL_AUDIO": [("AudioFilter", {"minChannels": "3"})],
    },
    ("5", "3"): {
        "SD": [("VideoFilter", {"maxPixels": "589824"})],
        "HD1": [("VideoFilter", {"minPixels": "589825", "maxPixels": "921600"})],
        "HD2": [("VideoFilter", {"minPixels": "921601", "maxPixels": "2073600"})],
        "UHD1": [("VideoFilter", {"minPixels": "2073601", "maxPixels": "8847360"})],
        "UHD2": [("VideoFilter", {"minPixels": "8847361"})],
        "STEREO_AUDIO": [("AudioFilter", {"maxChannels": "2"})],
        "MULTICHANNEL_AUDIO_3_6": [("AudioFilter", {"minChannels": "3", "maxChannels": "6"})],
        "MULTICHANNEL_AUDIO_7": [("AudioFilter", {"minChannels": "7"})],
    },
    ("8", "2"): {
        "SD+HD1": [
            ("VideoFilter", {"maxPixels": "589824"}),
            ("VideoFilter", {"minPixels": "589825", "maxPixels": "921600"}),
        ],
        "HD2": [("VideoFilter", {"minPixels": "921601", "maxPixels": "2073600"})],
        "UHD1": [("VideoFilter", {"minPixels": "2073601", "maxPixels": "8847360"})],
        "UHD2": [("VideoFilter", {"minPixels": "8847361"})],
        "STEREO_AUDIO": [("AudioFilter", {"maxChannels": "2"})],
        "MULTICHANNEL_AUDIO": [("AudioFilter", {"minChannels": "3"})],
    },
}


def tree(element: ET.Element) -> tuple[str, dict[str, str], list[Any]]:
    """Return an element as name, attributes and children; there must be no text."""
    assert not (element.text or "").strip()
    return element.tag.removeprefix(CPIX), dict(element.attrib), [tree(child) for child in element]


def sample(content_id: str, scheme: str, kids: dict[str, str], rules: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Yield the children of the sample request for these key ids, for all three systems."""
    yield (
        "ContentKeyList",
        {},
        [("ContentKey", {"kid": k, "commonEncryptionScheme": scheme}, []) for k in kids.values()],
    )
    systems = [(WIDEVINE, FILLED), (PLAYREADY, FILLED), (FAIRPLAY, HLS)]
    listed = [("DRMSystem", {"kid": k, "systemId": one}, wanted) for one, wanted in systems for k in kids.values()]
    yield "DRMSystemList", {}, listed
    named = [
        ("ContentKeyUsageRule", {"kid": kids[name], "intendedTrackType": name}, [(*one, []) for one in filters])
        for name, filters in rules.items()
    ]
    yield "ContentKeyUsageRuleList", {}, named


@pytest.mark.parametrize(("video", "audio"), SAMPLES)
def test_a_request_is_the_sample_request(video: str, audio: str) -> None:
    rules = SAMPLES[video, audio]
    contract = Contract(video_preset=video, audio_preset=audio, classes=tuple(rules), systems=ALL_SYSTEMS)
    request = KeyRequest(title="abc123", contracts={"cbcs": contract})
    kids = {name: str(uuid.UUID(kid)) for name, kid in key_ids(request, "cbcs").items()}
    document = request_document(request, "cbcs")
    root = ET.fromstring(document)  # noqa: S314 - our own
    assert tree(root) == (
        "CPIX",
        {"contentId": "abc123", "version": "2.3"},
        list(sample("abc123", "cbcs", kids, rules)),
    )
    assert document.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<cpix:CPIX")


def test_a_request_names_whom_keys_are_to_be_encrypted_for() -> None:
    contract = Contract(classes=("VIDEO",), systems=("widevine",))
    root = ET.fromstring(request_document(KeyRequest(title="film", contracts={"cenc": contract}), "cenc", b"cert"))  # noqa: S314
    path = "DeliveryDataList/DeliveryData/DeliveryKey".replace("D", f"{CPIX}D", 1).replace("/", f"/{CPIX}")
    certificate = root.findtext(f"{path}/{{http://www.w3.org/2000/09/xmldsig#}}X509Data//*")
    assert certificate == base64.b64encode(b"cert").decode()
    assert root[0].tag == f"{CPIX}DeliveryDataList"


def test_key_ids_stay_the_same_and_no_two_are_equal() -> None:
    both = {"cbcs": Contract(classes=("VIDEO", "AUDIO")), "cenc": Contract(classes=("VIDEO", "AUDIO"))}
    requests = [KeyRequest(title=title, generation=n, contracts=both) for title in ("a", "b") for n in (0, 1)]
    found = [kid for one in requests for scheme in both for kid in key_ids(one, scheme).values()]
    assert len(set(found)) == len(found) == 16
    assert found[0] == "10dd5993bb3038eb797659a76ff62bf5"  # to be asked for by the same name for ever
