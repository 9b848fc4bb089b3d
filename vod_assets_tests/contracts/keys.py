"""What every provider of content keys does."""

import base64

import pytest

from vod_assets.domain.content_keys import Contract, KeyRequest
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.key_checksum import KEY_BYTES, require_same_key
from vod_assets.domain.pssh import pssh_boxes
from vod_assets.ports import KeyProvider

SYSTEMS = ("widevine", "playready")
REQUEST = KeyRequest(
    title="film",
    contracts={
        "cbcs": Contract(video_preset="2", classes=("SD", "HD", "AUDIO"), systems=(*SYSTEMS, "fairplay")),
        "cenc": Contract(classes=("VIDEO", "AUDIO"), systems=SYSTEMS),
    },
)
RENEWED = REQUEST.model_copy(update={"generation": 1})


class KeyProviderContract:
    """Subclasses have a fixture `provider` that has keys of ``film``, and of ``film`` once it was given new ones."""

    def test_every_class_of_every_scheme_has_a_key_in_the_order_asked_for(self, provider: KeyProvider) -> None:
        asked = [(scheme, name) for scheme, one in REQUEST.contracts.items() for name in one.classes]
        found = provider.describe(REQUEST)
        assert [(key.scheme, key.track_class) for key in found.keys] == asked
        assert (found.provider, found.request) == (provider.name, REQUEST)

    def test_equal_requests_have_equal_answers(self, provider: KeyProvider) -> None:
        assert provider.describe(REQUEST) == provider.describe(REQUEST)

    def test_keys_are_those_that_were_described(self, provider: KeyProvider) -> None:
        found = provider.describe(REQUEST)
        secrets = provider.keys(REQUEST, [key.kid for key in found.keys])
        for key in found.keys:
            assert len(secrets[key.kid].value) == KEY_BYTES
            require_same_key(key, secrets[key.kid].value)
            assert secrets[key.kid].value.hex() not in found.model_dump_json()

    def test_every_system_is_signalled_as_far_as_it_is_known(self, provider: KeyProvider) -> None:
        for key in provider.describe(REQUEST).keys:
            assert tuple(one.system for one in key.systems) == REQUEST.contracts[key.scheme].systems
            for one in key.systems:
                assert bool(one.pssh) == bool(one.content_protection) == (one.system in SYSTEMS)
                assert not one.pssh or pssh_boxes(base64.b64decode(one.pssh))
                assert one.hls_media.startswith("#EXT-X-KEY:METHOD=SAMPLE-AES")
                assert one.hls_session.startswith("#EXT-X-SESSION-KEY:METHOD=SAMPLE-AES")
                assert "IV=" not in one.hls_media + one.hls_session

    def test_new_keys_have_other_ids(self, provider: KeyProvider) -> None:
        before, after = provider.describe(REQUEST), provider.describe(RENEWED)
        assert {key.kid for key in before.keys}.isdisjoint(key.kid for key in after.keys)

    def test_a_key_id_that_is_not_known_is_named(self, provider: KeyProvider) -> None:
        with pytest.raises(ConfigError, match="f" * 32) as refused:
            provider.keys(REQUEST, ["f" * 32])
        assert (refused.value.code, refused.value.title) == ("content_key_changed", "film")
