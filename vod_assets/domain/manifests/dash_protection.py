"""Say in an MPD how a track is encrypted (ISO/IEC 23009-1, 5.8.4.1; ISO/IEC 23001-7, 11.2)."""

from uuid import UUID

from lxml import etree

from vod_assets.domain.content_keys import DASH_SYSTEM_IDS, SYSTEM_IDS, SystemSignalling
from vod_assets.domain.manifests.dash_xml import CENC, CPS, NAMESPACES, describe
from vod_assets.domain.manifests.presentation import Presentation
from vod_assets.domain.signalling import laurl, pssh_element
from vod_assets.domain.track import Track

MP4_PROTECTION = "urn:mpeg:dash:mp4protection:2011"
VALUES = {"widevine": "Widevine", "playready": "MSPR 2.0"}


def add_content_protection(adaptation: etree._Element, presentation: Presentation, track: Track) -> None:
    """Add the scheme with the KID, then each system that an MPD can tell anything."""
    signalling = presentation.signalling(track)
    if track.scheme == "none":
        return
    scheme = describe(adaptation, "ContentProtection", MP4_PROTECTION, track.scheme)
    scheme.set(f"{CENC}default_KID", str(UUID(hex=track.kid)))
    for one in signalling:
        if one.system == "clearkey":
            _add_clear_key(adaptation, one)
        elif one.system != "fairplay":  # MPEG-DASH does not know it
            element = describe(adaptation, "ContentProtection", _urn(SYSTEM_IDS[one.system]), VALUES.get(one.system))
            _add_content(element, one)


def _add_clear_key(adaptation: etree._Element, signalling: SystemSignalling) -> None:
    """Add both names of ClearKey: players look for the PSSH under one and for the address under the other."""
    common = describe(adaptation, "ContentProtection", _urn(SYSTEM_IDS["clearkey"]), "cenc")
    common.extend(_fragments(pssh_element(signalling.pssh)))
    for address in _fragments(laurl(signalling.licence_url)):
        own = describe(adaptation, "ContentProtection", _urn(DASH_SYSTEM_IDS["clearkey"]), "ClearKey1.0")
        address.set("licenseType", "EME-1.0")
        own.append(address)


def _add_content(element: etree._Element, signalling: SystemSignalling) -> None:
    """Add what the system's own XML says; the PSSH and the address too, where it does not say them."""
    element.extend(_fragments(signalling.content_protection))
    if element.find(f"{CENC}pssh") is None:
        element.extend(_fragments(pssh_element(signalling.pssh)))
    if element.find(f"{CPS}Laurl") is None:
        element.extend(_fragments(laurl(signalling.licence_url)))


def _fragments(xml: str) -> list[etree._Element]:
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items() if prefix)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_blank_text=True)
    return list(etree.fromstring(f"<fragments {declared}>{xml}</fragments>".encode(), parser))


def _urn(system_id: str) -> str:
    return f"urn:uuid:{system_id}"
