"""Content keys of a file that only its owner may read: for keys that somebody else has chosen."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from vod_assets.adapters.keys.describing import Kept, described, picked, require_no_preview
from vod_assets.adapters.keys.secret_files import read_secret
from vod_assets.domain.content_keys import ALL, ContentKeys, KeyRequest
from vod_assets.domain.documents import digest_of
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.signalling import KeyAddresses
from vod_assets.ports import SecretKey

WHAT = "the file of static content keys"
ANY_SCHEME = "any"
_HEX = re.compile(r"[0-9a-f]{32}")


class StaticKeys:
    """Takes keys from a YAML or JSON file: title, scheme (or ``any``), class of tracks (or ``ALL``), KID and key.

    The file is read anew each time: what it says of a title's next generation is under ``TITLE@GENERATION``.

    Args:
        path: The file.
        addresses: Where players ask for licences.
    """

    name = "static"

    def __init__(self, path: Path, addresses: KeyAddresses) -> None:
        self._path, self._addresses = path, addresses

    @property
    def parameters(self) -> Mapping[str, Any]:
        """What descriptions depend on: the file's key ids, of which a word is told."""
        return {"provider": self.name, "addresses": self._addresses.as_document(), "key_ids": self._word()}

    def describe(self, request: KeyRequest) -> ContentKeys:
        """Return key ids and signalling.

        Raises:
            ConfigError: ``keys_file_bad``, ``secret_exposed``, ``secret_unreadable``.
        """
        return described(self.name, request, list(self._kept(request)), self._addresses)

    def keys(self, request: KeyRequest, kids: Sequence[str]) -> Mapping[str, SecretKey]:
        """Return keys by their ids.

        Raises:
            ConfigError: As above; ``content_key_changed``.
        """
        return picked(request, self._kept(request), kids)

    def _kept(self, request: KeyRequest) -> Iterable[Kept]:
        require_no_preview(request)
        title = f"{request.title}@{request.generation}" if request.generation else request.title
        said = read_titles(self._path).get(title)
        values: dict[str, bytes] = {}
        for scheme, contract in request.contracts.items():
            for track_class in contract.classes:
                kept = self._key(said, (title, scheme, track_class))
                if values.setdefault(kept.secret.kid, kept.secret.value) != kept.secret.value:
                    raise _bad(self._path, f"{title} has two keys of the key id {kept.secret.kid}")
                yield kept

    def _key(self, said: Any, place: tuple[str, str, str]) -> Kept:
        title, scheme, track_class = place
        by_class = _either(said, scheme, ANY_SCHEME)
        pair = _either(by_class, track_class, ALL)
        if not isinstance(pair, dict):
            raise _bad(self._path, f"it has no key of {title} for {track_class} tracks under {scheme}")
        kid, key = (str(pair.get(name, "")).lower().replace("-", "") for name in ("kid", "key"))
        if not _HEX.fullmatch(kid) or not _HEX.fullmatch(key):
            raise _bad(
                self._path, f"kid and key of {title} for {track_class} tracks under {scheme} need 32 hex digits each"
            )
        return Kept(scheme, track_class, SecretKey(kid, bytes.fromhex(key)))

    def _word(self) -> str:
        try:
            return digest_of(_without_keys(read_titles(self._path)))
        except ConfigError as error:
            return hashlib.sha256(error.code.encode()).hexdigest()  # whoever needs a key is told


def read_titles(path: Path) -> dict[str, Any]:
    """Return what a file says of each title.

    Raises:
        ConfigError: ``keys_file_bad``, ``secret_exposed``, ``secret_unreadable``.
    """
    try:
        # Strings only: a title may be called 10345, and a key of digits is no octal number.
        said = yaml.load(read_secret(path, WHAT), yaml.BaseLoader)  # noqa: S506
    except FileNotFoundError as error:
        raise _bad(path, "it is not there") from error
    except (yaml.YAMLError, ValueError) as error:  # whose words may quote the file
        mark = getattr(error, "problem_mark", None)
        raise _bad(path, f"line {mark.line + 1} is no YAML" if mark else "it is no YAML") from None
    titles = said.get("titles") if isinstance(said, dict) else None
    if not isinstance(titles, dict):
        raise _bad(path, "it has no “titles”")
    return titles


def _bad(path: Path, cause: str) -> ConfigError:
    return ConfigError("keys_file_bad", f"{WHAT}, {path}, cannot be used: {cause}", "See docs/drm.md")


def _either(said: Any, name: str, other: str) -> Any:
    return said.get(name, said.get(other)) if isinstance(said, dict) else None


def _without_keys(said: Any) -> Any:
    """Return a file's words without its keys."""
    if isinstance(said, dict):
        return {str(name): _without_keys(value) for name, value in said.items() if name != "key"}
    return str(said)
