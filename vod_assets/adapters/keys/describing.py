"""What providers that make or keep keys themselves say of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from vod_assets.domain.content_keys import ContentKeys, KeyRequest, TrackKey
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.key_checksum import key_checksum
from vod_assets.domain.signalling import KeyAddresses, signalling
from vod_assets.ports import SecretKey


@dataclass(frozen=True)
class Kept:
    """A key, and what it is for."""

    scheme: str
    track_class: str
    secret: SecretKey


def described(name: str, request: KeyRequest, kept: Iterable[Kept], addresses: KeyAddresses) -> ContentKeys:
    """Return key ids and signalling of a provider's keys."""
    return ContentKeys(provider=name, request=request, keys=tuple(_described(request, one, addresses) for one in kept))


def require_no_preview(request: KeyRequest) -> None:
    """Refuse ClearKey where keys are those of releases: it hands them to whoever asks.

    Raises:
        ConfigError: ``bad_setting``.
    """
    if any("clearkey" in contract.systems for contract in request.contracts.values()):
        raise ConfigError(
            "bad_setting",
            "clearkey is for previews, and this provider's keys are those of releases",
            "Preview with VOD_KEYS=local, which has other keys for previews",
            title=request.title,
        )


def picked(request: KeyRequest, kept: Iterable[Kept], kids: Sequence[str]) -> Mapping[str, SecretKey]:
    """Return the keys of some key ids.

    Raises:
        ConfigError: ``content_key_changed``: a key id is not among them.
    """
    known = {one.secret.kid: one.secret for one in kept}
    for kid in kids:
        if kid not in known:
            raise ConfigError(
                "content_key_changed",
                f"the key provider does not know the key id {kid} that the title was protected with",
                f"Bring back the provider's secret or file, or give the title new keys: `vod rekey {request.title}`",
                title=request.title,
            )
    return {kid: known[kid] for kid in kids}


def _described(request: KeyRequest, kept: Kept, addresses: KeyAddresses) -> TrackKey:
    kid = kept.secret.kid
    checksum = key_checksum(kid, kept.secret.value)
    return TrackKey(
        scheme=kept.scheme,
        track_class=kept.track_class,
        kid=kid,
        checksum=checksum,
        systems=signalling(request, kept.scheme, kid, checksum, addresses),
    )
