"""Checksums of content keys: they tell whether two keys are the same, and nothing else of them."""

import uuid

from vod_assets.domain.content_keys import TrackKey
from vod_assets.domain.errors import ConfigError

KEY_BYTES = 16
CHECKSUM_BYTES = 8


def key_checksum(kid: str, key: bytes) -> str:
    """Return PlayReady's checksum of a key (PlayReady header 4.0.0.0, CHECKSUM), 16 hex digits."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # takes long, and few runs need it

    cipher = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305 - of one block, and as PlayReady has it
    return (cipher.update(uuid.UUID(hex=kid).bytes_le) + cipher.finalize())[:CHECKSUM_BYTES].hex()


def require_same_key(known: TrackKey, key: bytes, title: str = "") -> None:
    """Refuse a key that is not the one that a key id was described with: viewers would hold the other one.

    Raises:
        ConfigError: ``content_key_changed``.
    """
    if len(key) != KEY_BYTES or key_checksum(known.kid, key) != known.checksum:
        raise ConfigError(
            "content_key_changed",
            f"the key provider gives another key for the key id {known.kid} than when the title was first protected",
            f"Bring back the provider's secret or file, or give the title new keys: `vod rekey {title or 'TITLE'}`",
            title=title,
        )
