"""PSSH boxes (ISO/IEC 23001-7, 8.1): what a media file tells a DRM system of its key."""

import base64
import re
import struct
import uuid

from vod_assets.domain.content_keys import SYSTEM_IDS
from vod_assets.domain.isobmff import Box, MalformedError, boxes

PLAYREADY_NAMESPACE = "http://schemas.microsoft.com/DRM/2007/03/PlayReadyHeader"
RIGHTS_MANAGEMENT_HEADER = 1  # type of the one record in a PlayReady object
LENGTH_DELIMITED, KEY_ID_FIELD = 2, 2  # of protocol buffers; of WidevinePsshData
_PLAYREADY_KID = re.compile(r'<KID[^>]*VALUE="([A-Za-z0-9+/=]{24})"|<KID>([A-Za-z0-9+/=]{24})</KID>')
FIELDS_BEFORE_DATA = 20  # version, flags, system id


def pssh_box(system: str, scheme: str, kid: str, checksum: str = "") -> bytes:
    """Return the PSSH box by which a DRM system finds a key; empty for a system that has none (FairPlay).

    Args:
        system: ``widevine``, ``playready``, ``clearkey`` or ``fairplay``.
        scheme: ``cenc`` or ``cbcs``.
        kid: Key id, 32 hex digits.
        checksum: The key's, which PlayReady wants to know under cenc.
    """
    if system == "widevine":
        return _box(system, _widevine(scheme, kid))
    if system == "playready":
        return _box(system, playready_object(scheme, kid, checksum))
    return _common(kid) if system == "clearkey" else b""


def playready_object(scheme: str, kid: str, checksum: str = "") -> bytes:
    """Return a PlayReady object with one header: version 4.3 for cbcs, 4.0 for cenc.

    Licence addresses are left out: they may change, and the encrypted files must not.
    """
    value = base64.b64encode(uuid.UUID(hex=kid).bytes_le).decode()  # PlayReady's key ids are GUIDs: mixed byte order
    if scheme == "cbcs":
        version, said = "4.3.0.0", f'<KIDS><KID ALGID="AESCBC" VALUE="{value}"></KID></KIDS>'
        protect = f"<PROTECTINFO>{said}</PROTECTINFO>"
    else:
        version = "4.0.0.0"
        sum_ = base64.b64encode(bytes.fromhex(checksum)).decode()
        protect = "<PROTECTINFO><KEYLEN>16</KEYLEN><ALGID>AESCTR</ALGID></PROTECTINFO>"
        protect += f"<KID>{value}</KID><CHECKSUM>{sum_}</CHECKSUM>"
    xml = f'<WRMHEADER xmlns="{PLAYREADY_NAMESPACE}" version="{version}"><DATA>{protect}</DATA></WRMHEADER>'
    header = xml.encode("utf-16-le")
    record = struct.pack("<HH", RIGHTS_MANAGEMENT_HEADER, len(header)) + header
    return struct.pack("<IH", len(record) + 6, 1) + record


def pssh_boxes(data: bytes) -> tuple[Box, ...]:
    """Return the PSSH boxes that bytes consist of.

    Raises:
        MalformedError: They are something else.
    """
    found = tuple(boxes(data))
    whole = sum(box.size for box in found) == len(data)
    if not found or not whole or any(box.kind != "pssh" or len(box.body) < FIELDS_BEFORE_DATA + 4 for box in found):
        raise MalformedError("these bytes are no PSSH boxes")
    return found


def system_of(box: Box) -> str:
    """Return the system id that a PSSH box is for, with hyphens."""
    return str(uuid.UUID(bytes=bytes(box.body[4:FIELDS_BEFORE_DATA])))


def data_of(box: Box) -> bytes:
    """Return what a PSSH box says to its system."""
    at = FIELDS_BEFORE_DATA
    if box.version:
        at += 4 + 16 * box.u32(at)
    return bytes(box.body[at + 4 : at + 4 + box.u32(at)])


def kids_of(box: Box) -> set[str]:
    """Return the key ids that a PSSH box names, 32 hex digits each; none where its system need not say.

    Those of its own list, and of Widevine's and PlayReady's data.
    """
    found: set[str] = set()
    if box.version:
        listed = bytes(box.body[FIELDS_BEFORE_DATA + 4 : FIELDS_BEFORE_DATA + 4 + 16 * box.u32(FIELDS_BEFORE_DATA)])
        found |= {listed[at : at + 16].hex() for at in range(0, len(listed), 16)}
    if system_of(box) == SYSTEM_IDS["widevine"]:
        found |= _widevine_kids(data_of(box))
    if system_of(box) == SYSTEM_IDS["playready"]:
        text = data_of(box)[10:].decode("utf-16-le", "replace")  # behind the object's and the record's lengths
        values = (one or other for one, other in _PLAYREADY_KID.findall(text))
        found |= {uuid.UUID(bytes_le=base64.b64decode(value)).hex for value in values}
    return found


def _widevine_kids(data: bytes) -> set[str]:
    """Return the values of field 2 of a WidevinePsshData message.

    Raises:
        MalformedError: It is no such message.
    """
    found, at = set(), 0
    try:
        while at < len(data):
            key, at = _read_varint(data, at)
            number, at = _read_varint(data, at)
            if key & 7 == LENGTH_DELIMITED:
                found |= {data[at : at + number].hex()} if key >> 3 == KEY_ID_FIELD else set()
                at += number
            elif key & 7:
                break  # of a kind that such messages do not have
    except IndexError as error:
        raise MalformedError("the Widevine data of a PSSH box end early") from error
    return found


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a number of a protocol buffer, and where the next begins."""
    number = shift = 0
    while True:
        number |= (data[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if not data[at - 1] & 0x80:
            return number, at


def _box(system: str, data: bytes, kids: bytes | None = None) -> bytes:
    listed = b"" if kids is None else struct.pack(">I", len(kids) // 16) + kids
    system_id = uuid.UUID(SYSTEM_IDS[system]).bytes
    body = struct.pack(">I", 0 if kids is None else 1 << 24) + system_id + listed
    return struct.pack(">I4s", 8 + len(body) + 4 + len(data), b"pssh") + body + struct.pack(">I", len(data)) + data


def _widevine(scheme: str, kid: str) -> bytes:
    """Return a WidevinePsshData message: field 2 is the key id, field 9 the scheme's four characters as a number."""
    scheme_number = struct.unpack(">I", scheme.encode())[0]
    return b"\x12\x10" + bytes.fromhex(kid) + b"\x48" + _varint(scheme_number)


def _varint(number: int) -> bytes:
    """Return a number as protocol buffers write it: seven bits a byte, the lowest first."""
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*written, number])


def _common(kid: str) -> bytes:
    return _box("clearkey", b"", bytes.fromhex(kid))
