"""What a key server answers: read as a document from outside, and believed only as far as it fits the question."""

import base64
import re
import uuid
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field

from lxml import etree

from vod_assets.adapters.keys.cpix import (
    CPIX,
    PLAYLISTS,
    PSKC,
    VERSION,
    common_scheme,
    key_ids,
    systems_of,
    wanted_elements,
)
from vod_assets.adapters.keys.cpix_delivery import Recipient, Unsealer
from vod_assets.adapters.keys.cpix_faults import bad_answer, decoded
from vod_assets.domain.content_keys import SYSTEM_IDS, KeyRequest, SystemSignalling
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.isobmff import MalformedError
from vod_assets.domain.key_checksum import KEY_BYTES
from vod_assets.domain.metadata_readers.xml_reading import read_xml, text_of
from vod_assets.domain.pssh import pssh_boxes, system_of
from vod_assets.domain.signalling import METHODS

NAMES = {"cpix": CPIX, "pskc": PSKC}
TAGS = {"media": "#EXT-X-KEY:", "master": "#EXT-X-SESSION-KEY:"}
_ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"\r\n]*"|[^",\s]+)(?:,|$)')
_PREFIXES = 'xmlns:cenc="urn:mpeg:cenc:2013" xmlns:mspr="urn:microsoft:playready" xmlns:dashif="https://dashif.org/CPS"'
_PSSH = "{urn:mpeg:cenc:2013}pssh"


@dataclass(frozen=True)
class Answer:
    """Keys and signalling of one scheme, by key id.

    Attributes:
        values: The keys.
    """

    values: Mapping[str, bytes] = field(repr=False)
    signalling: Mapping[str, tuple[SystemSignalling, ...]]


def read_answer(data: bytes, request: KeyRequest, scheme: str, recipient: Recipient | None) -> Answer:
    """Return what a key server gives for a request under one scheme.

    Args:
        data: The document.
        request: What was asked.
        scheme: For which scheme.
        recipient: Whom keys were to be encrypted for; None: they were asked for as they are.

    Raises:
        RemoteError: ``drm_answer_bad``: it is no CPIX document, or not the answer to this question.
    """
    root = _root(data)
    said = (root.tag, root.get("contentId"), root.get("version"))
    if said != (f"{{{CPIX}}}CPIX", request.title, VERSION):
        raise bad_answer(f"it is no CPIX {VERSION} document for this title")
    kids = list(key_ids(request, scheme).values())
    unsealer = Unsealer.of(root, recipient) if recipient else None
    return Answer(
        values=_values(root, kids, common_scheme(scheme), unsealer),
        signalling=_signalling(root, kids, systems_of(scheme, request.contracts[scheme]), METHODS[scheme]),
    )


def _root(data: bytes) -> etree._Element:
    if b"<!DOCTYPE" in data:
        raise bad_answer("it has a document type")
    try:
        return read_xml(data, "")
    except ConfigError as error:
        raise bad_answer(error.cause) from None  # a parser's words may quote the document, which holds keys


def _values(root: etree._Element, kids: list[str], scheme: str, unsealer: Unsealer | None) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for element in root.findall("cpix:ContentKeyList/cpix:ContentKey", NAMES):
        kid = _kid(element)
        if kid not in kids:
            raise bad_answer(f"it has the key id {kid}, which was not asked for")
        if kid in found:
            raise bad_answer(f"it has the key id {kid} twice")
        if element.get("commonEncryptionScheme", scheme) != scheme:
            raise bad_answer(f"the key {kid} is for another scheme than {scheme}")
        found[kid] = _value(element, kid, unsealer)
    missing = [kid for kid in kids if kid not in found]
    if missing:
        raise bad_answer(f"{len(missing)} of {len(kids)} keys are missing: {', '.join(missing)}")
    return found


def _value(element: etree._Element, kid: str, unsealer: Unsealer | None) -> bytes:
    secret = element.find("cpix:Data/pskc:Secret", NAMES)
    plain = secret.find("pskc:PlainValue", NAMES) if secret is not None else None
    if secret is None or (plain is None) == (unsealer is None):
        wanted = "encrypted for this house, as was asked" if unsealer else "in the clear: VOD_KEYS_CERTIFICATE is unset"
        raise bad_answer(f"the key {kid} is not there, or not {wanted}")
    value = unsealer.opened(secret) if unsealer else decoded(text_of(plain), f"the key {kid}")
    if len(value) != KEY_BYTES:
        raise bad_answer(f"the key {kid} has {len(value)} bytes, and needs {KEY_BYTES}")
    return value


def _signalling(
    root: etree._Element, kids: list[str], systems: tuple[str, ...], method: str
) -> dict[str, tuple[SystemSignalling, ...]]:
    listed = {
        (_kid(element), (element.get("systemId") or "").lower()): element
        for element in root.findall("cpix:DRMSystemList/cpix:DRMSystem", NAMES)
    }
    found: dict[str, tuple[SystemSignalling, ...]] = {}
    for kid in kids:
        for system in systems:
            element = listed.get((kid, SYSTEM_IDS[system]))
            if element is None:
                raise bad_answer(f"it says nothing of {system} for the key {kid}")
            found[kid] = (*found.get(kid, ()), _of_system(element, system, kid, method))
    return found


def _of_system(element: etree._Element, system: str, kid: str, method: str) -> SystemSignalling:
    about = f"{system} for the key {kid}"
    has_pssh = bool(wanted_elements(system))
    box = _pssh(_said(element, "PSSH", about), system, about) if has_pssh else b""
    media, session = (
        _hls_line(_said(element, f"HLSSignalingData[@playlist='{playlist}']", about), TAGS[playlist], method, about)
        for playlist in PLAYLISTS
    )
    return SystemSignalling(
        system=system,
        pssh=base64.b64encode(box).decode(),
        content_protection=_protection(_said(element, "ContentProtectionData", about), box, about) if has_pssh else "",
        hls_media=media,
        hls_session=session,
    )


def _said(element: etree._Element, name: str, about: str) -> bytes:
    found = element.findall(f"cpix:{name}", NAMES)
    if len(found) != 1 or not text_of(found[0]):
        raise bad_answer(f"{name} of {about} was asked for, and is not there once")
    return decoded(text_of(found[0]), f"{name} of {about}")


def _pssh(data: bytes, system: str, about: str) -> bytes:
    try:
        boxes = pssh_boxes(data)
    except MalformedError:
        raise bad_answer(f"PSSH of {about} is no PSSH box") from None
    if any(system_of(box) != SYSTEM_IDS[system] for box in boxes):
        raise bad_answer(f"PSSH of {about} is of another system")
    return data


def _protection(data: bytes, box: bytes, about: str) -> str:
    """Return the elements for an MPD, each with its own namespaces; a PSSH among them has to be the file's."""
    text = data.decode("utf-8", "replace").lstrip("\ufeff").strip()
    wrapped = _root(f"<all {_PREFIXES}>{re.sub(r'^<[?]xml[^>]*[?]>', '', text)}</all>".encode())
    elements = list(wrapped)
    if len(elements) == 1 and etree.QName(elements[0]).localname == "ContentProtection":
        elements = list(elements[0])
    if any(decoded(text_of(one), f"pssh of {about}") != box for one in elements if one.tag == _PSSH):
        raise bad_answer(f"ContentProtectionData of {about} has another PSSH than PSSH has")
    return "".join(_alone(element) for element in elements)


def _alone(element: etree._Element) -> str:
    """Return an element with the namespaces that it uses, and no others."""
    copy = deepcopy(element)
    copy.tail = None
    etree.cleanup_namespaces(copy)
    return etree.tostring(copy, encoding="unicode")


def _hls_line(data: bytes, tag: str, method: str, about: str) -> str:
    """Return a key line without IV: that is derived, and for the composer to write."""
    lines = data.decode("utf-8", "replace").strip().splitlines()
    body = lines[0].removeprefix(tag) if len(lines) == 1 and lines[0].startswith(tag) else ""
    attributes = _ATTRIBUTE.findall(body)
    is_line = body == ",".join(f"{name}={value}" for name, value in attributes)
    if not is_line or not {"METHOD", "URI"} <= dict(attributes).keys() or ("METHOD", "NONE") in attributes:
        raise bad_answer(f"HLSSignalingData of {about} is no {tag.rstrip(':')} line")
    if [value for name, value in attributes if name == "METHOD"] != [method]:
        raise bad_answer(f"HLSSignalingData of {about} has another METHOD than {method}")
    return tag + ",".join(f"{name}={value}" for name, value in attributes if name != "IV")


def _kid(element: etree._Element) -> str:
    try:
        return uuid.UUID(element.get("kid") or "").hex
    except ValueError as error:
        raise bad_answer("an element has no key id") from error
