"""What a key server is asked: CPIX 2.3 as SPEKE v2.0 restricts it (DASH-IF CPIX 2.3; AWS's SPEKE specification).

The request is the answer with holes: keys without values, systems with empty elements for what is wanted of them, and
the encryption contract, which says what tracks each key is for.
"""

import base64
import hashlib
import uuid
from collections.abc import Mapping

from lxml import etree

from vod_assets.domain.content_keys import SYSTEM_IDS, Contract, KeyRequest
from vod_assets.domain.documents import canonical_json
from vod_assets.domain.track_classes import Span, filters

CPIX = "urn:dashif:org:cpix"
PSKC = "urn:ietf:params:xml:ns:keyprov:pskc"
XMLENC = "http://www.w3.org/2001/04/xmlenc#"
XMLDSIG = "http://www.w3.org/2000/09/xmldsig#"
VERSION = "2.3"
PLAYLISTS = ("media", "master")
_AES128_SCHEME = "cbcs"  # CPIX has no word for whole segments in AES-CBC
_FILTERS = {"video": ("VideoFilter", "Pixels"), "audio": ("AudioFilter", "Channels")}


def key_ids(request: KeyRequest, scheme: str) -> dict[str, str]:
    """Return the key ids that are asked for under a scheme, by class.

    The encryptor chooses them, and they stay the same for equal requests.
    """
    return {name: _key_id(request, scheme, name) for name in request.contracts[scheme].classes}


def request_document(request: KeyRequest, scheme: str, certificate: bytes = b"") -> bytes:
    """Return the document that asks for a title's keys under one scheme: SPEKE forbids to mix them.

    Args:
        request: Which keys.
        scheme: One of its schemes.
        certificate: X.509, DER; the keys shall be encrypted for its holder. Empty: they come as they are.
    """
    contract, kids = request.contracts[scheme], key_ids(request, scheme)
    root = etree.Element(_cpix("CPIX"), nsmap={"cpix": CPIX, "pskc": PSKC}, contentId=request.title, version=VERSION)
    if certificate:
        _add_delivery(root, certificate)
    _add_keys(root, scheme, kids)
    _add_systems(root, systems_of(scheme, contract), kids)
    _add_rules(root, contract, kids)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def systems_of(scheme: str, contract: Contract) -> tuple[str, ...]:
    """Return the systems that a server is asked about under a scheme."""
    return ("aes128",) if scheme == "aes128" else contract.systems


def common_scheme(scheme: str) -> str:
    """Return what CPIX calls a scheme."""
    return _AES128_SCHEME if scheme == "aes128" else scheme


def wanted_elements(system: str) -> tuple[str, ...]:
    """Return what a system has to say of a key besides its HLS lines: FairPlay and plain AES have nothing."""
    return ("PSSH", "ContentProtectionData") if system in ("widevine", "playready") else ()


def _key_id(request: KeyRequest, scheme: str, track_class: str) -> str:
    said: Mapping[str, object] = {
        "use": "SPEKE key id",
        "title": request.title,
        "generation": request.generation,
        "scheme": scheme,
        "class": track_class,
    }
    return hashlib.sha256(canonical_json(said)).hexdigest()[:32]


def _add_delivery(root: etree._Element, certificate: bytes) -> None:
    delivery = _child(_child(root, "DeliveryDataList"), "DeliveryData", id="vod_assets")
    key = _child(delivery, "DeliveryKey")
    data = etree.SubElement(key, f"{{{XMLDSIG}}}X509Data", nsmap={"ds": XMLDSIG})
    etree.SubElement(data, f"{{{XMLDSIG}}}X509Certificate").text = base64.b64encode(certificate).decode()


def _add_keys(root: etree._Element, scheme: str, kids: Mapping[str, str]) -> None:
    keys = _child(root, "ContentKeyList")
    for kid in kids.values():
        _child(keys, "ContentKey", kid=_uuid(kid), commonEncryptionScheme=common_scheme(scheme))


def _add_systems(root: etree._Element, systems: tuple[str, ...], kids: Mapping[str, str]) -> None:
    listed = _child(root, "DRMSystemList")
    for system in systems:
        for kid in kids.values():
            one = _child(listed, "DRMSystem", kid=_uuid(kid), systemId=SYSTEM_IDS[system])
            for name in wanted_elements(system):
                _child(one, name)
            for playlist in PLAYLISTS:
                _child(one, "HLSSignalingData", playlist=playlist)


def _add_rules(root: etree._Element, contract: Contract, kids: Mapping[str, str]) -> None:
    rules = _child(root, "ContentKeyUsageRuleList")
    for track_class, kid in kids.items():
        rule = _child(rules, "ContentKeyUsageRule", kid=_uuid(kid), intendedTrackType=track_class)
        for kind, span in filters(contract, track_class):
            name, unit = _FILTERS[kind]
            _child(rule, name, **_limits(span, unit))


def _limits(span: Span, unit: str) -> dict[str, str]:
    ends = {f"min{unit}": span.least, f"max{unit}": span.most}
    return {name: str(number) for name, number in ends.items() if number is not None}


def _child(parent: etree._Element, name: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, _cpix(name), attrib=attributes)


def _cpix(name: str) -> str:
    return f"{{{CPIX}}}{name}"


def _uuid(kid: str) -> str:
    return str(uuid.UUID(hex=kid))
