"""What gives content keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn, Protocol

from vod_assets.domain.content_keys import ContentKeys, KeyRequest


@dataclass(frozen=True)
class SecretKey:
    """A content key. It is shown by nothing: not by `repr`, not by an error, not by a document, not by a pickle.

    Attributes:
        value: 16 bytes.
    """

    kid: str
    value: bytes = field(repr=False)

    def __reduce__(self) -> NoReturn:
        """Refuse to leave the process."""
        raise TypeError("a content key is not written down")


class KeyProvider(Protocol):
    """Gives the content keys of titles: derived here, from a file, or from a key server.

    Attributes:
        name: Kind of provider: ``local``, ``static`` or ``speke``.
    """

    name: str

    @property
    def parameters(self) -> Mapping[str, Any]:
        """What descriptions depend on besides requests, as far as it can be told without asking anybody."""
        ...

    def describe(self, request: KeyRequest) -> ContentKeys:
        """Return key ids and signalling of the keys that a title needs; the same for equal requests.

        Raises:
            RemoteError: ``drm_unavailable`` and its kin: the key server does not answer, or not as it has to.
            ConfigError: The provider is not set up.
        """
        ...

    def keys(self, request: KeyRequest, kids: Sequence[str]) -> Mapping[str, SecretKey]:
        """Return the keys of some key ids, by key id.

        Whoever encrypts with one compares it first (`vod_assets.domain.key_checksum.require_same_key`).

        Raises:
            RemoteError: As above.
            ConfigError: As above; and ``content_key_changed``: the provider does not know a key id any more.
        """
        ...
