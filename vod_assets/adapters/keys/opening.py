"""Which provider gives keys, as the settings say."""

from vod_assets.domain.signalling import KeyAddresses
from vod_assets.places import absolute
from vod_assets.ports import KeyProvider
from vod_assets.settings import Settings


def open_keys(settings: Settings) -> KeyProvider:
    """Return the provider of content keys; nothing is read, made or asked yet."""
    from vod_assets.adapters.keys.local import LocalKeys  # takes long to import, and few titles are protected

    _, _, place = settings.keys.partition(":")
    addresses = key_addresses(settings)
    return LocalKeys(absolute(place) if place else settings.home_path / "keys" / "master", addresses)


def key_addresses(settings: Settings) -> KeyAddresses:
    """Return where players ask for licences and keys."""
    return KeyAddresses(settings.licence_urls, settings.fairplay_uri, settings.aes128_url)
