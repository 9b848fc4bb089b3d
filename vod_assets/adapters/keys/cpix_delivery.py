"""Keys that a server encrypts for us (CPIX 2.3, 6.1: a document key by RSA, content keys by the document key).

XML Encryption's names are those of old algorithms (RSA-OAEP with SHA-1); CPIX and SPEKE allow no others.
"""

import hmac
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from lxml import etree

from vod_assets.adapters.keys.cpix import CPIX, PSKC, XMLDSIG, XMLENC
from vod_assets.adapters.keys.cpix_faults import bad_answer, decoded
from vod_assets.adapters.keys.secret_files import read_secret
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.metadata_readers.xml_reading import text_of

NAMES = {"cpix": CPIX, "pskc": PSKC, "enc": XMLENC, "ds": XMLDSIG}
AES256 = f"{XMLENC}aes256-cbc"
RSA_OAEP = f"{XMLENC}rsa-oaep-mgf1p"
HMAC_SHA512 = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha512"
BLOCK, DOCUMENT_KEY_BYTES, LEAST_RSA_BITS = 16, 32, 2048
WHAT = "the certificate and key that content keys are encrypted for"


@dataclass(frozen=True)
class Recipient:
    """A certificate, and the key that opens what is encrypted for it."""

    certificate: bytes
    key: RSAPrivateKey = field(repr=False)

    @classmethod
    def of_file(cls, path: Path) -> Self:
        """Return the recipient of a PEM file that holds an RSA key of at least 2,048 bits and its certificate.

        Raises:
            ConfigError: ``secret_exposed``, ``secret_unreadable``.
        """
        try:
            pem = read_secret(path, WHAT)
            certificate, key = x509.load_pem_x509_certificate(pem), load_pem_private_key(pem, None)
        except FileNotFoundError as error:
            raise _unusable(path, "it is not there") from error
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise _unusable(path, "it holds no certificate with an unencrypted private key") from None
        if not isinstance(key, RSAPrivateKey) or key.key_size < LEAST_RSA_BITS:
            raise _unusable(path, f"SPEKE wants an RSA key of {LEAST_RSA_BITS} bits")
        form = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        if certificate.public_key().public_bytes(*form) != key.public_key().public_bytes(*form):
            raise _unusable(path, "the key is not that of the certificate")
        return cls(certificate.public_bytes(Encoding.DER), key)


@dataclass(frozen=True)
class Unsealer:
    """Opens the encrypted values of one answer."""

    document_key: bytes = field(repr=False)
    mac_key: bytes = field(repr=False)

    @classmethod
    def of(cls, root: etree._Element, recipient: Recipient) -> Self:
        """Return what opens the values of a document that was encrypted for a recipient.

        Raises:
            RemoteError: ``drm_answer_bad``.
        """
        for delivery in root.findall("cpix:DeliveryDataList/cpix:DeliveryData", NAMES):
            named = delivery.find("cpix:DeliveryKey/ds:X509Data/ds:X509Certificate", NAMES)
            if _bytes(named) == recipient.certificate:
                return cls(
                    _unwrapped(delivery, ("DocumentKey", AES256), "cpix:Data/pskc:Secret", recipient),
                    _unwrapped(delivery, ("MACMethod", HMAC_SHA512), "cpix:Key", recipient),
                )
        raise bad_answer("it is not encrypted for our certificate")

    def opened(self, secret: etree._Element) -> bytes:
        """Return the key inside a ``pskc:Secret``: its code is compared before anything is decrypted."""
        sealed, code = _sealed(secret, AES256), secret.find("pskc:ValueMAC", NAMES)
        if not hmac.compare_digest(hmac.digest(self.mac_key, sealed, "sha512"), _bytes(code)):
            raise bad_answer("the authentication code of a key is wrong")
        iv, body = sealed[:BLOCK], sealed[BLOCK:]
        if len(body) not in (2 * BLOCK, 3 * BLOCK) or len(self.document_key) != DOCUMENT_KEY_BYTES:
            raise bad_answer("an encrypted key has another length than a key has")
        opener = Cipher(algorithms.AES(self.document_key), modes.CBC(iv)).decryptor()
        padded = opener.update(body) + opener.finalize()
        return padded[: -padded[-1]] if 1 <= padded[-1] <= BLOCK else b""


def _unwrapped(delivery: etree._Element, named: tuple[str, str], path: str, recipient: Recipient) -> bytes:
    name, algorithm = named
    element = delivery.find(f"cpix:{name}", NAMES)
    holder = element.find(path, NAMES) if element is not None else None
    if element is None or holder is None or element.get("Algorithm") != algorithm:
        raise bad_answer(f"{name} is not there, or of another algorithm than {algorithm}")
    try:
        return recipient.key.decrypt(_sealed(holder, RSA_OAEP), OAEP(MGF1(SHA1()), SHA1(), None))  # noqa: S303
    except ValueError:
        raise bad_answer(f"{name} cannot be decrypted") from None


def _sealed(holder: etree._Element, algorithm: str) -> bytes:
    value = holder.find("pskc:EncryptedValue", NAMES)
    method = value.find("enc:EncryptionMethod", NAMES) if value is not None else None
    if value is None or method is None or method.get("Algorithm") != algorithm:
        raise bad_answer(f"an encrypted value is not there, or of another algorithm than {algorithm}")
    return _bytes(value.find("enc:CipherData/enc:CipherValue", NAMES))


def _bytes(element: etree._Element | None) -> bytes:
    return decoded(text_of(element), "an encrypted value")


def _unusable(path: Path, cause: str) -> ConfigError:
    return ConfigError("secret_unreadable", f"{WHAT} cannot be used: {path}: {cause}", "Correct VOD_KEYS_CERTIFICATE")
