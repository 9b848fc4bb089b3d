"""Content keys derived from one master secret: no key server is needed, and nothing but the secret has to be kept."""

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vod_assets.adapters.keys.describing import Kept, described, picked
from vod_assets.adapters.keys.secret_files import create_secret, read_secret
from vod_assets.domain.content_keys import ContentKeys, KeyRequest
from vod_assets.domain.documents import canonical_json
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.signalling import KeyAddresses
from vod_assets.ports import SecretKey

SECRET_BYTES = 32
WHAT = "the master secret of content keys"


class LocalKeys:
    """Derives keys by HKDF-SHA256 (RFC 5869) for each title, generation, scheme and class of tracks.

    Args:
        path: File of the master secret; it is made when it is first needed.
        addresses: Where players ask for licences.
    """

    name = "local"

    def __init__(self, path: Path, addresses: KeyAddresses) -> None:
        self._path, self._addresses = path, addresses
        self.parameters: Mapping[str, Any] = {"provider": self.name, "addresses": addresses.as_document()}

    def describe(self, request: KeyRequest) -> ContentKeys:
        """Return key ids and signalling.

        Raises:
            ConfigError: ``secret_exposed``, ``secret_unreadable``.
        """
        return described(self.name, request, self._derived(request), self._addresses)

    def keys(self, request: KeyRequest, kids: Sequence[str]) -> Mapping[str, SecretKey]:
        """Return keys by their ids.

        Raises:
            ConfigError: As above; ``content_key_changed``.
        """
        return picked(request, self._derived(request), kids)

    def _derived(self, request: KeyRequest) -> list[Kept]:
        secret = self._secret()
        return [
            _derived(secret, request, scheme, track_class)
            for scheme, contract in request.contracts.items()
            for track_class in contract.classes
        ]

    def _secret(self) -> bytes:
        try:
            found = read_secret(self._path, WHAT)
        except FileNotFoundError:
            create_secret(self._path, secrets.token_bytes(SECRET_BYTES), WHAT)
            found = read_secret(self._path, WHAT)
        if len(found) != SECRET_BYTES:
            raise ConfigError(
                "secret_unreadable",
                f"{WHAT} in {self._path} has {len(found)} bytes, and needs {SECRET_BYTES}",
                "Bring it back from your backup; without it, every protected title needs new keys (`vod rekey`)",
            )
        return found


def _derived(secret: bytes, request: KeyRequest, scheme: str, track_class: str) -> Kept:
    said = {"title": request.title, "generation": request.generation, "scheme": scheme, "class": track_class}
    if "clearkey" in request.contracts[scheme].systems:
        said["preview"] = True  # whoever asks is given these, and must not be given those of releases
    kid = _expanded(secret, said | {"use": "key id"}).hex()
    return Kept(scheme, track_class, SecretKey(kid, _expanded(secret, said | {"use": "content key"})))


def _expanded(secret: bytes, said: Mapping[str, Any]) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256  # takes long, and few titles are protected
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), length=16, salt=b"vod_assets content keys", info=canonical_json(said)).derive(secret)
