"""What gives content keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from vod_assets.domain.content_keys import ContentKeys


@dataclass(frozen=True)
class SecretKey:
    """A content key. It is shown by nothing: not by `repr`, not by an error, not by a document.

    Attributes:
        value: 16 bytes.
    """

    kid: str
    value: bytes = field(repr=False)


@dataclass(frozen=True)
class KeyRequest:
    """Which keys a title needs.

    Attributes:
        title: Its id, by which keys stay the same.
        generation: How many times it was given new keys.
        classes: For each scheme, the classes of tracks that need a key of their own.
        systems: For each scheme, the DRM systems that have to know of it.
        video_preset: SPEKE's encryption contract for video: ``1``, ``2``, ``3``, ``5``, ``8`` or ``shared``.
        audio_preset: Likewise for audio: ``1``, ``2``, ``3`` or ``shared``.
    """

    title: str
    generation: int
    classes: Mapping[str, Sequence[str]]
    systems: Mapping[str, Sequence[str]]
    video_preset: str = "1"
    audio_preset: str = "1"


class KeyProvider(Protocol):
    """Gives the content keys of titles: derived here, from a file, or from a key server."""

    name: str

    def describe(self, request: KeyRequest) -> ContentKeys:
        """Return key ids and signalling of the keys that a title needs; the same for equal requests.

        Raises:
            RemoteError: ``drm_unavailable`` and its kin: the key server does not answer, or not as it has to.
            ConfigError: The provider is not set up.
        """
        ...

    def keys(self, request: KeyRequest, kids: Sequence[str]) -> Mapping[str, SecretKey]:
        """Return the keys of some key ids, by key id.

        Raises:
            RemoteError: As above, and when the provider does not know a key id any more.
        """
        ...
