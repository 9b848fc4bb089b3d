"""A key server that speaks SPEKE v2.0, refuses what a real one refuses, and misbehaves when it is told to.

It reads requests with the standard library's parser, checks signatures by its own reckoning, and signals systems with
words of its own, so that what comes through it was understood on both sides.
"""

import base64
import hashlib
import hmac
import os
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.etree import ElementTree as ET

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA1

CPIX, PSKC = "{urn:dashif:org:cpix}", "{urn:ietf:params:xml:ns:keyprov:pskc}"
ENC, DS = "{http://www.w3.org/2001/04/xmlenc#}", "{http://www.w3.org/2000/09/xmldsig#}"
WIDEVINE, PLAYREADY = "edef8ba9-79d6-4ace-a3c8-27dcd51d21ed", "9a04f079-9840-4286-ab92-e65be0885f95"
FAIRPLAY, AES_128 = "94ce86fb-07ff-4f43-adb8-93d2fa968ca2", "3ea8778f-7742-4bf9-b18b-e834b2acbd47"
METHODS, AES_128_METHOD = {"cbcs": "SAMPLE-AES", "cenc": "SAMPLE-AES-CTR"}, "AES-128"
SCHEMES = {WIDEVINE: {"cenc", "cbcs"}, PLAYREADY: {"cenc", "cbcs"}, FAIRPLAY: {"cbcs"}}
KID_ONE = "00000000000000000000000000000001"
PIXELS = {
    "VIDEO": [(None, None)],
    "SD": [(None, 589824)],
    "HD": [(589825, None), (589825, 2073600)],
    "UHD": [(2073601, None)],
    "HD1": [(589825, 921600)],
    "HD2": [(921601, 2073600)],
    "UHD1": [(2073601, 8847360)],
    "UHD2": [(8847361, None)],
}
CHANNELS = {
    "AUDIO": (None, None),
    "STEREO_AUDIO": (None, 2),
    "MULTICHANNEL_AUDIO": (3, None),
    "MULTICHANNEL_AUDIO_3_6": (3, 6),
    "MULTICHANNEL_AUDIO_7": (7, None),
}
ACCESS_KEY, SECRET_KEY, REGION = "AKIDOFTHEHOUSE", "secret-of-the-house", "eu-central-1"
AUTHORISED = {
    "basic": "Basic " + base64.b64encode(b"house:password-of-the-house").decode(),
    "bearer": "Bearer token-of-the-house",
}


class Refused(Exception):  # noqa: N818 - it is an answer
    """The request is none that a key server fills in."""


Spoiler = Callable[[ET.Element], object]


@dataclass
class SpekeServer:
    """A running key server, and what it is told to do.

    Attributes:
        auth: Whom it lets in: ``none``, ``basic``, ``bearer`` or ``sigv4``.
        statuses: Answered first, one a request, in place of a document.
        body: Sent in place of a document.
        is_echoing: Whether its refusals repeat what it was told, and a key.
        method: What HLS lines say in place of the scheme's METHOD.
        version: The version that it says it speaks.
        spoil: Changes the document before it is sent.
        seconds: How long each answer takes.
        asked: Requests that it filled in.
        calls: Requests that came.
    """

    url: str = ""
    auth: str = "none"
    statuses: list[int] = field(default_factory=list)
    body: bytes | None = None
    is_echoing: bool = False
    method: str = ""
    version: str = "2.0"
    spoil: Spoiler = lambda root: root
    seconds: float = 0.0
    asked: list[ET.Element] = field(default_factory=list)
    calls: int = 0

    def key(self, content_id: str, kid: str) -> bytes:
        """Return the key of a key id, which stays the same."""
        return hmac.digest(b"of the key server", f"{content_id}|{uuid.UUID(kid).hex}".encode(), "sha256")[:16]

    def filled(self, data: bytes, headers: dict[str, str]) -> bytes:
        """Return the request with all that it asks for."""
        if headers.get("x-speke-version") != "2.0":
            raise Refused("Unsupported SPEKE version")
        if headers.get("content-type") != "application/xml":
            raise Refused("Unsupported content type")
        root = ET.fromstring(data)  # noqa: S314 - of our own client
        check(root)
        self.asked.append(ET.fromstring(data))  # noqa: S314
        self._fill(root)
        self.spoil(root)
        return ET.tostring(root, xml_declaration=True, encoding="utf-8")

    def lets_in(self, headers: dict[str, str], data: bytes, host: str) -> bool:
        said = headers.get("authorization", "")
        if self.auth == "sigv4":
            return hmac.compare_digest(said, signature(headers, data, host))
        return self.auth == "none" or said == AUTHORISED[self.auth]

    def _fill(self, root: ET.Element) -> None:
        seal = _sealer(root)
        for one in root.iter(f"{CPIX}ContentKey"):
            secret = ET.SubElement(ET.SubElement(one, f"{CPIX}Data"), f"{PSKC}Secret")
            value = self.key(root.get("contentId", ""), one.get("kid", ""))
            if seal is None:
                ET.SubElement(secret, f"{PSKC}PlainValue").text = base64.b64encode(value).decode()
            else:
                seal(secret, value)
        scheme = next(root.iter(f"{CPIX}ContentKey")).get("commonEncryptionScheme", "")
        for one in root.iter(f"{CPIX}DRMSystem"):
            method = self.method or (AES_128_METHOD if one.get("systemId") == AES_128 else METHODS[scheme])
            for element in one:
                element.text = base64.b64encode(signalled(one, element, method)).decode()

    def refusal(self, words: str, headers: dict[str, str]) -> bytes:
        """Return what it says when it refuses; an echoing one says more than is good."""
        if not self.is_echoing:
            return words.encode()
        key = self.key("film", KID_ONE)
        told = "\n".join(f"{name.title()}: {value}" for name, value in headers.items())
        return f"{words} {base64.b64encode(key).decode()} {key.hex()}\n{told}".encode()


def check(root: ET.Element) -> None:
    """Refuse what the specification refuses, in its words."""
    if root.tag != f"{CPIX}CPIX" or not root.get("contentId"):
        raise Refused("Missing CPIX@contentId")
    if root.get("version") != "2.3":
        raise Refused("Unsupported CPIX@version" if root.get("version") else "Missing CPIX@version")
    keys = list(root.iterfind(f"{CPIX}ContentKeyList/{CPIX}ContentKey"))
    kids = [str(uuid.UUID(key.get("kid"))) for key in keys]
    if kids != [key.get("kid") for key in keys] or not kids or max(Counter(kids).values()) > 1:
        raise Refused("Malformed ContentKeyList")
    schemes = {key.get("commonEncryptionScheme") for key in keys}
    if None in schemes:
        raise Refused(f"Missing ContentKey@commonEncryptionScheme for KID {kids[0]}")
    if len(schemes) > 1:
        raise Refused("Non compliant ContentKey@commonEncryptionScheme combination")
    systems = [(one.get("kid"), one.get("systemId", "")) for one in root.iter(f"{CPIX}DRMSystem")]
    if not systems or {kid for kid, _ in systems} != set(kids) or len(set(systems)) != len(systems):
        raise Refused("Malformed DRMSystemList")
    for _, system in systems:
        if system in SCHEMES and not schemes <= SCHEMES[system]:
            raise Refused(f"ContentKey@commonEncryptionScheme non compatible with DRMSystem {system}")
    check_contract(root, kids)


def check_contract(root: ET.Element, kids: list[str]) -> None:
    rules = list(root.iterfind(f"{CPIX}ContentKeyUsageRuleList/{CPIX}ContentKeyUsageRule"))
    if not any(len(rule) for rule in rules):
        raise Refused("Missing CPIX encryption contract")
    types = [rule.get("intendedTrackType", "") for rule in rules]
    if {rule.get("kid") for rule in rules} != set(kids) or len(set(types)) != len(types):
        raise Refused("Malformed encryption contract")
    for rule, track_type in zip(rules, types, strict=True):
        found = sorted(((one.tag.removeprefix(CPIX), *_ends(one)) for one in rule), key=str)
        if track_type == "ALL":
            fits = found == [("AudioFilter", None, None), ("VideoFilter", None, None)] and types == ["ALL"]
        elif track_type in CHANNELS:
            fits = found == [("AudioFilter", *CHANNELS[track_type])]
        else:
            parts = track_type.split("+")
            spans = [one[1:] for one in found if one[0] == "VideoFilter"]
            fits = len(found) == len(spans) == len(parts) and all(
                any(span in PIXELS.get(part, []) for span in spans) for part in parts
            )
        if not fits:
            raise Refused("Malformed encryption contract")


def _ends(one: ET.Element) -> tuple[int | None, int | None]:
    unit = "Pixels" if one.tag.endswith("VideoFilter") else "Channels"
    if set(one.keys()) - {f"min{unit}", f"max{unit}"}:
        raise Refused("Malformed encryption contract")
    least, most = one.get(f"min{unit}"), one.get(f"max{unit}")
    return int(least) if least else None, int(most) if most else None


def signalled(system: ET.Element, element: ET.Element, method: str) -> bytes:
    """Return what the server says in one element of a system."""
    kid, system_id = uuid.UUID(system.get("kid")), uuid.UUID(system.get("systemId"))
    said = b"of the key server " + kid.bytes
    body = bytes(4) + system_id.bytes + len(said).to_bytes(4, "big") + said
    pssh = (8 + len(body)).to_bytes(4, "big") + b"pssh" + body
    if element.tag == f"{CPIX}PSSH":
        return pssh
    if element.tag == f"{CPIX}ContentProtectionData":
        return b'<pssh xmlns="urn:mpeg:cenc:2013">' + base64.b64encode(pssh) + b"</pssh>"
    tag = {"media": "#EXT-X-KEY", "master": "#EXT-X-SESSION-KEY"}[element.get("playlist", "")]
    carried = base64.b64encode(pssh).decode() if str(system_id) == WIDEVINE else kid.hex
    uri = f"skd://key-server/{kid}" if str(system_id) == FAIRPLAY else f"data:text/plain;base64,{carried}"
    return f'{tag}:METHOD={method},URI="{uri}",IV=0x{kid.hex},KEYFORMAT="urn:uuid:{system_id}"'.encode()


def _sealer(root: ET.Element) -> Callable[[ET.Element, bytes], None] | None:
    """Return what encrypts keys for whom the request names; None when it names nobody."""
    delivery = root.find(f"{CPIX}DeliveryDataList/{CPIX}DeliveryData")
    if delivery is None:
        return None
    der = base64.b64decode(delivery.findtext(f".//{DS}X509Certificate") or "")
    public = x509.load_der_x509_certificate(der).public_key()
    assert isinstance(public, RSAPublicKey)
    document_key, mac_key = os.urandom(32), os.urandom(64)
    oaep, wrapped = OAEP(MGF1(SHA1()), SHA1(), None), "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"  # noqa: S303
    named = ET.SubElement(delivery, f"{CPIX}DocumentKey", Algorithm="http://www.w3.org/2001/04/xmlenc#aes256-cbc")
    secret = ET.SubElement(ET.SubElement(named, f"{CPIX}Data"), f"{PSKC}Secret")
    _encrypted(secret, wrapped, public.encrypt(document_key, oaep))
    hmac_sha512 = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha512"
    method = ET.SubElement(delivery, f"{CPIX}MACMethod", Algorithm=hmac_sha512)
    _encrypted(ET.SubElement(method, f"{CPIX}Key"), wrapped, public.encrypt(mac_key, oaep))

    def seal(secret: ET.Element, value: bytes) -> None:
        iv = os.urandom(16)
        cipher = Cipher(algorithms.AES(document_key), modes.CBC(iv)).encryptor()
        sealed = iv + cipher.update(value + bytes([16]) * 16) + cipher.finalize()
        _encrypted(secret, "http://www.w3.org/2001/04/xmlenc#aes256-cbc", sealed)
        code = base64.b64encode(hmac.digest(mac_key, sealed, "sha512")).decode()
        ET.SubElement(secret, f"{PSKC}ValueMAC").text = code

    return seal


def _encrypted(parent: ET.Element, algorithm: str, data: bytes) -> None:
    value = ET.SubElement(parent, f"{PSKC}EncryptedValue")
    ET.SubElement(value, f"{ENC}EncryptionMethod", Algorithm=algorithm)
    text = ET.SubElement(ET.SubElement(value, f"{ENC}CipherData"), f"{ENC}CipherValue")
    text.text = base64.b64encode(data).decode()


def signature(headers: dict[str, str], data: bytes, host: str) -> str:
    """Return the ``Authorization`` header that AWS's Signature Version 4 asks for."""
    stamp = headers.get("x-amz-date", "")
    signed = sorted(("content-type", "host", "x-amz-date", "x-speke-version") & headers.keys())
    lines = "".join(f"{name}:{host if name == 'host' else headers[name].strip()}\n" for name in signed)
    names, scope = ";".join(signed), f"{stamp[:8]}/{REGION}/execute-api/aws4_request"
    canonical = f"POST\n/speke\n\n{lines}\n{names}\n{hashlib.sha256(data).hexdigest()}"
    to_sign = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = f"AWS4{SECRET_KEY}".encode()
    for part in (stamp[:8], REGION, "execute-api", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    found = hmac.digest(key, to_sign.encode(), "sha256").hex()
    return f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/{scope}, SignedHeaders={names}, Signature={found}"


@contextmanager
def speke_server() -> Iterator[SpekeServer]:
    """Run a key server on loopback."""
    server = SpekeServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            server.calls += 1
            status, body = self.answer(data, headers)
            self.send_response(status)
            self.send_header("x-speke-version", server.version)
            self.send_header("x-speke-user-agent", "vod_assets_tests")
            self.send_header("content-type", "application/xml")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.drip(body)

        def answer(self, data: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
            if server.statuses:
                return server.statuses.pop(0), server.refusal("the server is not well", headers)
            if not server.lets_in(headers, data, headers.get("host", "")):
                return 403, server.refusal("who are you?", headers)
            try:
                return 200, server.filled(data, headers) if server.body is None else server.body
            except Refused as refused:
                return 422, str(refused).encode()

        def drip(self, body: bytes) -> None:
            """Send a body over some seconds, one piece in each tenth of them."""
            pieces = 10 if server.seconds else 1
            size = max(1, -(-len(body) // pieces))
            for start in range(0, len(body), size):
                time.sleep(server.seconds / pieces)
                try:
                    self.wfile.write(body[start : start + size])
                except (BrokenPipeError, ConnectionResetError):
                    return

        def log_message(self, *_: object) -> None:
            """Be silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        http.daemon_threads = True
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        server.url = f"http://127.0.0.1:{http.server_address[1]}/speke"
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()
