"""Keys of a key server: what comes through, who is let in, and what becomes of answers that cannot be used."""

import base64
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from vod_assets.adapters.blobs import faults
from vod_assets.adapters.blobs.opening import S3Access
from vod_assets.adapters.keys.calls import BOUNDS
from vod_assets.adapters.keys.opening import open_keys
from vod_assets.adapters.keys.quoting import plain_words
from vod_assets.domain.content_keys import ContentKeys, Contract, KeyRequest
from vod_assets.domain.errors import ConfigError, RemoteError, VodError
from vod_assets.domain.key_checksum import require_same_key
from vod_assets.domain.pssh import data_of, pssh_boxes
from vod_assets.ports import KeyProvider
from vod_assets.settings import Settings
from vod_assets_tests.servers.speke import ACCESS_KEY, CPIX, KID_ONE, PSKC, REGION, SECRET_KEY, SpekeServer

CONTRACT = Contract(classes=("VIDEO", "AUDIO"), systems=("widevine", "playready", "fairplay"))
REQUEST = KeyRequest(title="film", contracts={"cbcs": CONTRACT})
TAMPERED = 7


def asking(server: SpekeServer, **said: object) -> KeyProvider:
    """Return the provider of settings that name the server."""
    settings = Settings.model_validate({"keys": f"speke:{server.url}", **said})
    return open_keys(settings, S3Access, lambda settings, name: getattr(settings, name).get_secret_value())


def refused(server: SpekeServer, request: KeyRequest = REQUEST, **said: object) -> VodError:
    """Return why no keys come, and that nothing of them is said."""
    with pytest.raises((RemoteError, ConfigError)) as raised, faults.patience(0.3):
        asking(server, **said).describe(request)
    assert str(raised.value).startswith("film: ")
    for kid in (kid for one in server.asked for kid in [key.get("kid", "") for key in one.iter(f"{CPIX}ContentKey")]):
        assert base64.b64encode(server.key("film", kid)).decode() not in f"{raised.getrepr(chain=True)}"
    return raised.value


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """An RSA key and a certificate that it signs itself."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "packager")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    path = tmp_path / "packager.pem"
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(pem + builder.sign(key, SHA256()).public_bytes(Encoding.PEM))
    path.chmod(0o600)
    return path


def test_keys_and_signalling_come_through(key_server: SpekeServer) -> None:
    provider = asking(key_server, licence_urls={"widevine": "https://drm/{title}?kid={kid}&x"})
    found = provider.describe(REQUEST)
    assert [(key.scheme, key.track_class) for key in found.keys] == [("cbcs", "VIDEO"), ("cbcs", "AUDIO")]
    kids = [key.kid for key in found.keys]
    for kid, secret in provider.keys(found.request, kids).items():
        assert secret.value == key_server.key("film", kid)
        known = found.named(kid)
        assert known is not None
        require_same_key(known, secret.value)
        widevine, playready, fairplay = known.systems
        (box,) = pssh_boxes(base64.b64decode(widevine.pssh))
        assert data_of(box) == b"of the key server " + bytes.fromhex(kid)
        assert widevine.content_protection == (
            f'<pssh xmlns="urn:mpeg:cenc:2013">{widevine.pssh}</pssh>'
            f'<dashif:Laurl xmlns:dashif="https://dashif.org/CPS">https://drm/film?kid={kid}&amp;x</dashif:Laurl>'
        )
        assert widevine.licence_url == f"https://drm/film?kid={kid}&x"
        said = f'METHOD=SAMPLE-AES,URI="data:text/plain;base64,{kid}",KEYFORMAT="urn:uuid:{playready_id()}"'
        assert (playready.hls_media, playready.hls_session) == (f"#EXT-X-KEY:{said}", f"#EXT-X-SESSION-KEY:{said}")
        assert (fairplay.pssh, fairplay.content_protection) == ("", "")
        assert "skd://key-server/" in fairplay.hls_media
    assert key_server.calls == 1  # what was asked for once is not asked for again by the same run


def playready_id() -> str:
    return "9a04f079-9840-4286-ab92-e65be0885f95"


def test_another_process_is_given_the_same_keys(key_server: SpekeServer) -> None:
    found = asking(key_server).describe(REQUEST)
    (kid, _) = [key.kid for key in found.keys]
    assert asking(key_server).keys(found.request, [kid])[kid].value == key_server.key("film", kid)


@pytest.mark.parametrize("presets", ["1/2", "5/3", "8/2", "shared/shared", "3/unencrypted"])
def test_a_server_that_reads_contracts_to_the_letter_takes_every_preset(key_server: SpekeServer, presets: str) -> None:
    from vod_assets.domain.track_classes import AUDIO, VIDEO

    video, _, audio = presets.partition("/")
    classes = tuple(dict.fromkeys((*VIDEO[video], *AUDIO[audio])))
    one = Contract(video_preset=video, audio_preset=audio, classes=classes, systems=("widevine", "playready"))
    found = asking(key_server).describe(KeyRequest(title="film", contracts={"cenc": one, "cbcs": one}))
    assert len({key.kid for key in found.keys}) == 2 * len(classes)


def test_aes128_has_lines_and_no_boxes(key_server: SpekeServer) -> None:
    plain = Contract(video_preset="shared", audio_preset="shared", classes=("ALL",))
    (key,) = asking(key_server).describe(KeyRequest(title="film", contracts={"aes128": plain})).keys
    assert [(one.system, one.pssh) for one in key.systems] == [("aes128", "")]
    assert key.systems[0].hls_media.startswith("#EXT-X-KEY:")


CREDENTIALS = {
    "basic": {"keys_username": "house", "keys_password": "password-of-the-house"},
    "bearer": {"keys_password": "token-of-the-house"},
    "sigv4": {"keys_username": ACCESS_KEY, "keys_password": SECRET_KEY, "keys_region": REGION},
}


@pytest.mark.parametrize("auth", CREDENTIALS)
def test_who_is_known_is_let_in_and_nobody_else(key_server: SpekeServer, auth: str) -> None:
    key_server.auth = auth
    assert asking(key_server, keys_auth=auth, **CREDENTIALS[auth]).describe(REQUEST).keys
    wrong = refused(key_server, keys_auth=auth, **CREDENTIALS[auth] | {"keys_password": "wrong"})
    assert (wrong.code, "403 who are you?" in str(wrong)) == ("drm_refused", True)
    assert refused(key_server).code == "drm_refused"


@pytest.mark.parametrize("auth", CREDENTIALS)
def test_what_a_server_repeats_of_secrets_is_not_quoted(
    key_server: SpekeServer, auth: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    key_server.auth, key_server.is_echoing = auth, True
    wrong = CREDENTIALS[auth] | {"keys_password": "open sesame"}
    denied = refused(key_server, keys_auth=auth, **wrong)
    key_server.statuses = [500] * 100
    busy = refused(key_server, keys_auth=auth, **wrong)
    assert "refuses the request: 403 who are you? [drm_refused]" in str(denied)
    assert busy.cause.endswith("does not answer: it answered 500 the server is not well")
    key = key_server.key("film", KID_ONE)
    pair = b64(f"{wrong.get('keys_username')}:open sesame")
    secrets = [key.hex(), base64.b64encode(key).decode(), pair, "sesame", "Signature=", ACCESS_KEY]
    assert [secret for secret in secrets if secret in f"{denied}{busy}{caplog.text}"] == []


KEY = bytes.fromhex("9a04f079984042869b92e65be0885f95")


@pytest.mark.parametrize(
    ("said", "quoted"),
    [
        (
            b"Missing ContentKey@commonEncryptionScheme for KID 0123",
            "Missing ContentKey@commonEncryptionScheme for KID",
        ),
        (b"Malformed encryption contract. " + KEY.hex().encode(), "Malformed encryption contract."),
        (b"no key " + base64.b64encode(KEY), "no key"),
        (b"no key " + b"abcdefghijklmnopqrstuA is here", "no key"),  # 16 bytes of base64 may be letters alone
        (b"no key " + str(list(KEY)).encode(), "no key"),
        (b"not with open\n  SESAME, friend", "not with"),
        (b"bad header AUTHORIZATION of friend", "bad header"),
        (b'{"message": "Forbidden"}', ""),
        (b"<html><body>Sign in", ""),
        (b"\xff\x00", ""),
    ],
)
def test_only_the_plain_words_of_a_refusal_are_quoted(said: bytes, quoted: str) -> None:
    assert plain_words(said, ["open sesame"]) == quoted


def test_a_token_that_no_header_can_hold_is_not_quoted(key_server: SpekeServer) -> None:
    for token in ("token\nof-the-house", "token-of-the-h\u00f6use"):
        wrong = refused(key_server, keys_auth="bearer", keys_password=token)
        assert (wrong.code, "of-the" in str(wrong)) == ("drm_refused", False)


@pytest.mark.parametrize("scheme", ["cbcs", "cenc", "aes128"])
def test_key_lines_that_say_another_method_than_the_scheme_s_are_refused(key_server: SpekeServer, scheme: str) -> None:
    systems = () if scheme == "aes128" else ("widevine",)
    request = KeyRequest(title="film", contracts={scheme: Contract(classes=("VIDEO",), systems=systems)})
    right = {"cbcs": "SAMPLE-AES", "cenc": "SAMPLE-AES-CTR", "aes128": "AES-128"}
    (key,) = asking(key_server).describe(request).keys
    assert f":METHOD={right[scheme]}," in key.systems[0].hls_media
    for wrong in {*right.values(), "XOR", f"{right[scheme]},METHOD=XOR"} - {right[scheme]}:
        key_server.method = wrong
        error = refused(key_server, request)
        assert (error.code, f"another METHOD than {right[scheme]}" in error.cause) == ("drm_answer_bad", True)


def test_keys_are_encrypted_for_us_when_we_ask_for_it(key_server: SpekeServer, certificate: Path) -> None:
    provider = asking(key_server, keys_certificate=certificate)
    found = provider.describe(REQUEST)
    for kid, secret in provider.keys(found.request, [key.kid for key in found.keys]).items():
        assert secret.value == key_server.key("film", kid)
    (asked,) = key_server.asked
    assert asked.find(f"{CPIX}DeliveryDataList") is not None


def test_a_server_that_is_down_or_busy_is_waited_for_and_then_named(key_server: SpekeServer) -> None:
    key_server.statuses = [503, 429]
    with faults.patience(10):
        assert asking(key_server).describe(REQUEST).keys
    assert key_server.calls == 3
    key_server.statuses = [500] * 100
    busy = refused(key_server)
    assert (busy.code, "500 the server is not well" in str(busy)) == ("drm_unavailable", True)
    key_server.statuses.clear()
    key_server.url = "http://127.0.0.1:9/speke"
    assert refused(key_server).code == "drm_unavailable"


def test_a_server_whose_answer_drips_is_given_up(key_server: SpekeServer) -> None:
    key_server.seconds = 5
    assert refused(key_server).code == "drm_unavailable"


def test_no_answer_to_a_refusal_is_asked_for_again(key_server: SpekeServer) -> None:
    key_server.statuses = [422]
    assert refused(key_server).code == "drm_refused"
    assert key_server.calls == 1


def drop(name: str) -> Callable[[ET.Element], None]:
    def spoil(root: ET.Element) -> None:
        parent, child = next((p, c) for p in root.iter() for c in p if c.tag == name)
        parent.remove(child)

    return spoil


def put(name: str, text: str) -> Callable[[ET.Element], None]:
    def spoil(root: ET.Element) -> None:
        next(root.iter(name)).text = text

    return spoil


def name_it(name: str, attribute: str, value: str) -> Callable[[ET.Element], None]:
    return lambda root: next(root.iter(name)).set(attribute, value)


def repeat(name: str) -> Callable[[ET.Element], None]:
    def spoil(root: ET.Element) -> None:
        parent, child = next((p, c) for p in root.iter() for c in p if c.tag == name)
        parent.append(child)

    return spoil


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


OTHER_KID = "00000000-0000-4000-8000-000000000000"
SPOILED: dict[str, tuple[Callable[[ET.Element], object], str]] = {
    "too few keys": (drop(f"{CPIX}ContentKey"), "1 of 2 keys are missing"),
    "no keys": (drop(f"{CPIX}ContentKeyList"), "2 of 2 keys are missing"),
    "a key of another id": (name_it(f"{CPIX}ContentKey", "kid", OTHER_KID), "was not asked for"),
    "a key without an id": (name_it(f"{CPIX}ContentKey", "kid", "x"), "no key id"),
    "a key twice": (repeat(f"{CPIX}ContentKey"), "twice"),
    "a key without a value": (drop(f"{PSKC}PlainValue"), "is not there"),
    "a short key": (put(f"{PSKC}PlainValue", b64("short")), "5 bytes"),
    "a long key": (put(f"{PSKC}PlainValue", b64("x" * 32)), "32 bytes"),
    "a key that is no base64": (put(f"{PSKC}PlainValue", "??"), "no base64"),
    "another scheme": (name_it(f"{CPIX}ContentKey", "commonEncryptionScheme", "cenc"), "another scheme"),
    "another title": (name_it(f"{CPIX}CPIX", "contentId", "other"), "for this title"),
    "another CPIX": (name_it(f"{CPIX}CPIX", "version", "2.0"), "CPIX 2.3"),
    "no system": (drop(f"{CPIX}DRMSystem"), "nothing of widevine"),
    "no PSSH": (drop(f"{CPIX}PSSH"), "PSSH of widevine"),
    "an empty PSSH": (put(f"{CPIX}PSSH", ""), "PSSH of widevine"),
    "a PSSH that is none": (put(f"{CPIX}PSSH", b64("plain words")), "is no PSSH box"),
    "a PSSH of another system": (
        put(f"{CPIX}PSSH", base64.b64encode(bytes([0, 0, 0, 32]) + b"pssh" + bytes(24)).decode()),
        "another system",
    ),
    "two sorts of PSSH": (
        put(f"{CPIX}ContentProtectionData", b64(f'<pssh xmlns="urn:mpeg:cenc:2013">{b64("other")}</pssh>')),
        "another PSSH than PSSH has",
    ),
    "broken XML for the MPD": (put(f"{CPIX}ContentProtectionData", b64("<a>")), "line 1"),
    "an entity for the MPD": (put(f"{CPIX}ContentProtectionData", b64("<a>&b;</a>")), "line 1"),
    "no HLS line": (put(f"{CPIX}HLSSignalingData", b64("METHOD=NONE")), "no #EXT-X-KEY line"),
    "an HLS line of clear segments": (
        put(f"{CPIX}HLSSignalingData", b64('#EXT-X-KEY:METHOD=NONE,URI="a"')),
        "no #EXT-X-KEY line",
    ),
    "more than an HLS line": (
        put(f"{CPIX}HLSSignalingData", b64('#EXT-X-KEY:METHOD=NONE,URI="a"\n#EXT-X-ENDLIST')),
        "no #EXT-X-KEY line",
    ),
    "a quote in an HLS line": (
        put(f"{CPIX}HLSSignalingData", b64('#EXT-X-KEY:METHOD=SAMPLE-AES,URI="a"b"')),
        "no #EXT-X-KEY line",
    ),
}


@pytest.mark.parametrize("spoiled", SPOILED)
def test_an_answer_that_does_not_fit_is_refused_by_name(key_server: SpekeServer, spoiled: str) -> None:
    key_server.spoil, cause = SPOILED[spoiled]
    error = refused(key_server)
    assert error.code == "drm_answer_bad"
    assert cause in error.cause


BODIES: dict[str, bytes] = {
    "nothing": b"",
    "a page": b"<html><body>Sign in<br></body></html>",
    "half a document": b"<cpix:CPIX xmlns:cpix='urn:dashif:org:cpix'>",
    "an entity bomb": b'<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]><a>&c;</a>',
    "a document type": b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>',
    "a deep document": b"<a>" * 100 + b"</a>" * 100,
    "another document": b"<a/>",
    "too long": b" " * (BOUNDS.most_bytes + 1),
}


@pytest.mark.parametrize("name", BODIES)
def test_what_is_no_answer_is_refused(key_server: SpekeServer, name: str) -> None:
    key_server.body = BODIES[name]
    assert refused(key_server).code == "drm_answer_bad"


def test_another_version_of_speke_is_refused(key_server: SpekeServer) -> None:
    key_server.version = "1.0"
    assert "SPEKE 1.0" in refused(key_server).cause
    key_server.version = "token-of-the-house"
    assert "SPEKE of another version" in refused(key_server).cause


def tamper(root: ET.Element) -> None:
    value = next(root.iterfind(f"{CPIX}ContentKeyList//{{http://www.w3.org/2001/04/xmlenc#}}CipherValue"))
    data = bytearray(base64.b64decode(value.text or ""))
    data[TAMPERED] ^= 1
    value.text = base64.b64encode(data).decode()


def test_an_encrypted_key_that_somebody_changed_is_refused(key_server: SpekeServer, certificate: Path) -> None:
    key_server.spoil = tamper
    assert "authentication code" in refused(key_server, keys_certificate=certificate).cause
    key_server.spoil = drop(f"{CPIX}MACMethod")
    assert "MACMethod" in refused(key_server, keys_certificate=certificate).cause
    key_server.spoil = drop(f"{CPIX}DocumentKey")
    assert "DocumentKey" in refused(key_server, keys_certificate=certificate).cause
    key_server.spoil = drop(f"{CPIX}DeliveryData")
    assert "not encrypted for our certificate" in refused(key_server, keys_certificate=certificate).cause


def test_a_key_in_the_clear_is_refused_when_it_was_to_be_encrypted(key_server: SpekeServer, certificate: Path) -> None:
    def spoil(root: ET.Element) -> None:
        secret = next(root.iterfind(f"{CPIX}ContentKeyList//{PSKC}Secret"))
        secret.clear()
        ET.SubElement(secret, f"{PSKC}PlainValue").text = b64("x" * 16)

    key_server.spoil = spoil
    assert "encrypted for this house" in refused(key_server, keys_certificate=certificate).cause


def test_a_certificate_that_others_can_read_is_refused(key_server: SpekeServer, certificate: Path) -> None:
    certificate.chmod(0o644)
    with pytest.raises(ConfigError) as raised:
        asking(key_server, keys_certificate=certificate).describe(REQUEST)
    assert raised.value.code == "secret_exposed"


@pytest.mark.parametrize(
    "address",
    ["speke:http://drm.example.com/speke", "speke:https://u:p@drm.example.com/", "speke:", "vault:x", "static"],
)
def test_an_address_by_which_keys_would_be_read_by_others_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"key server|gives no keys|user does not belong"):
        Settings(keys=address)


@pytest.mark.parametrize("place", ["h:abc/", "h:99999/", "ex..ample.com/", f"{'a' * 64}.example.com/"])
def test_an_address_that_nobody_can_have_is_refused_at_start(place: str) -> None:
    with pytest.raises(ValueError, match="a host or a port that cannot be"):
        Settings(keys=f"speke:https://{place}")


def test_a_missing_file_of_certificates_is_named_with_its_setting(key_server: SpekeServer, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"VOD_KEYS_CA_FILE names .*gone.pem, which cannot be used") as raised:
        asking(key_server, keys_ca_file=tmp_path / "gone.pem").describe(REQUEST)
    assert raised.value.code == "bad_setting"


def test_credentials_of_aws_that_are_half_there_are_told(
    key_server: SpekeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY", raising=False)
    found = refused(key_server, keys_auth="sigv4", keys_region=REGION)
    assert (found.code, "AWS gives no credentials for the key server" in str(found)) == ("drm_refused", True)


def test_nothing_secret_is_logged(key_server: SpekeServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    key_server.auth = "basic"
    found: ContentKeys = asking(key_server, keys_auth="basic", **CREDENTIALS["basic"]).describe(REQUEST)
    said = caplog.text + found.model_dump_json()
    values = [key_server.key("film", key.kid) for key in found.keys]
    secrets = [*(value.hex() for value in values), *(base64.b64encode(value).decode() for value in values)]
    assert [secret for secret in [*secrets, "password-of-the-house"] if secret in said] == []
