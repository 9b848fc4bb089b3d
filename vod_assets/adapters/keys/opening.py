"""Which provider gives keys, as the settings say."""

from collections.abc import Callable
from functools import partial

from vod_assets.adapters.blobs.faults import said
from vod_assets.adapters.blobs.opening import S3Access
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.signalling import KeyAddresses
from vod_assets.places import absolute
from vod_assets.ports import KeyProvider
from vod_assets.settings import Settings

Secret = Callable[[Settings, str], str]


def open_keys(settings: Settings, aws: Callable[[], S3Access], secret: Secret) -> KeyProvider:
    """Return the provider of content keys; nothing is made or asked yet.

    What each needs is imported when it is chosen: it takes long, and few titles are protected.

    Args:
        settings: Which provider, and how it is reached.
        aws: Says who asks AWS where nobody else is named.
        secret: Returns a secret of the settings by its name.
    """
    kind, _, place = settings.keys.partition(":")
    addresses = key_addresses(settings)
    if kind == "speke":
        return _speke(settings, addresses, aws, secret)
    if kind == "static":
        from vod_assets.adapters.keys.static import StaticKeys

        return StaticKeys(absolute(place), addresses)
    from vod_assets.adapters.keys.local import LocalKeys

    return LocalKeys(absolute(place) if place else settings.home_path / "keys" / "master", addresses)


def key_addresses(settings: Settings) -> KeyAddresses:
    """Return where players ask for licences and keys."""
    return KeyAddresses(settings.licence_urls, settings.fairplay_uri, settings.aes128_url)


def _speke(settings: Settings, addresses: KeyAddresses, aws: Callable[[], S3Access], secret: Secret) -> KeyProvider:
    from vod_assets.adapters.keys.calls import AwsSigner, BasicSigner, BearerSigner, KeyServer, Signer
    from vod_assets.adapters.keys.speke import SpekeKeys

    password = partial(secret, settings, "keys_password")
    signers: dict[str, Signer] = {
        "basic": BasicSigner(settings.keys_username, password),
        "bearer": BearerSigner(password),
        "sigv4": AwsSigner(partial(_aws_credentials, settings, aws, secret)),
    }
    url = settings.keys.removeprefix("speke:")
    server = KeyServer(url, signers.get(settings.keys_auth), settings.keys_ca_file)
    return SpekeKeys(server, addresses, settings.keys_certificate)


def _aws_credentials(settings: Settings, aws: Callable[[], S3Access], secret: Secret) -> tuple[object, str]:
    from botocore.credentials import Credentials

    region = settings.keys_region or settings.s3_region
    if settings.keys_username:
        return Credentials(settings.keys_username, secret(settings, "keys_password")), region
    from botocore.exceptions import BotoCoreError

    from vod_assets.adapters.blobs.aws import session_of

    try:
        session = session_of(aws())
        found = session.get_credentials()
        return found and found.get_frozen_credentials(), region or session.region_name or ""
    except BotoCoreError as error:  # a profile that is half written, a login that has run out
        raise ConfigError(
            "drm_refused",
            f"AWS gives no credentials for the key server: {said(error)}",
            "Renew them, or set VOD_KEYS_USERNAME, VOD_KEYS_PASSWORD and VOD_KEYS_REGION",
        ) from error
