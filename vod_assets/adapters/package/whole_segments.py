"""Encrypt whole segments with AES-128 in CBC mode, padded as in PKCS #7 (RFC 8216, 4.3.2.4).

The packager could do it for transport streams, and leaves packed audio clear without a word.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from vod_assets.ports.keys import SecretKey

if TYPE_CHECKING:  # importing it takes long, and few runs need it
    from cryptography.hazmat.primitives.ciphers import Cipher, modes


def encrypt_segment(path: Path, key: SecretKey, iv: bytes) -> None:
    """Encrypt a file; what was clear is gone when this returns."""
    from cryptography.hazmat.primitives.padding import PKCS7

    pad, encryptor = PKCS7(128).padder(), _cipher(key, iv).encryptor()
    padded = pad.update(path.read_bytes()) + pad.finalize()
    path.write_bytes(encryptor.update(padded) + encryptor.finalize())


def decrypted_segment(data: bytes, key: SecretKey, iv: bytes) -> bytes:
    """Return the clear bytes of an encrypted segment.

    Raises:
        ValueError: It was encrypted with another key, or is cut.
    """
    from cryptography.hazmat.primitives.padding import PKCS7

    decryptor, unpad = _cipher(key, iv).decryptor(), PKCS7(128).unpadder()
    return unpad.update(decryptor.update(data) + decryptor.finalize()) + unpad.finalize()


def _cipher(key: SecretKey, iv: bytes) -> "Cipher[modes.CBC]":
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    return Cipher(algorithms.AES(key.value), modes.CBC(iv))
