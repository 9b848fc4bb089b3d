"""Keys derived from a master secret."""

import hmac
import pickle
import threading
from pathlib import Path

import pytest

from vod_assets.adapters.keys.local import LocalKeys
from vod_assets.domain.content_keys import Contract, KeyRequest
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.key_checksum import key_checksum, require_same_key
from vod_assets.domain.signalling import KeyAddresses

CONTRACT = Contract(video_preset="2", classes=("SD", "HD", "AUDIO"), systems=("widevine", "playready", "fairplay"))
REQUEST = KeyRequest(title="film", contracts={"cbcs": CONTRACT})


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A master secret of a known value."""
    path = tmp_path / "keys" / "master"
    path.parent.mkdir()
    path.write_bytes(bytes(range(32)))
    path.chmod(0o600)
    return path


def kids(provider: LocalKeys, request: KeyRequest) -> list[str]:
    return [key.kid for key in provider.describe(request).keys]


def test_keys_stay_the_same_and_differ_by_title_generation_scheme_and_class(secret: Path) -> None:
    provider = LocalKeys(secret, KeyAddresses())
    known = kids(provider, REQUEST)
    others = [
        KeyRequest(title="other", contracts={"cbcs": CONTRACT}),
        KeyRequest(title="film", generation=1, contracts={"cbcs": CONTRACT}),
        KeyRequest(title="film", contracts={"cenc": CONTRACT.model_copy(update={"systems": ("widevine",)})}),
    ]
    found = [*known, *(kid for request in others for kid in kids(provider, request))]
    values = {
        key.value for request in (REQUEST, *others) for key in provider.keys(request, kids(provider, request)).values()
    }
    assert len(set(found)) == len(values) == 12


def test_keys_are_derived_as_rfc_5869_has_it(secret: Path) -> None:
    """Another derivation would be another key for all that was ever encrypted."""
    extracted = hmac.digest(b"vod_assets content keys", bytes(range(32)), "sha256")
    said = '{"class":"SD","generation":0,"scheme":"cbcs","title":"film","use":"%s"}'
    kid, key = (
        hmac.digest(extracted, (said % use).encode() + b"\x01", "sha256")[:16] for use in ("key id", "content key")
    )
    provider = LocalKeys(secret, KeyAddresses())
    assert kids(provider, REQUEST)[0] == kid.hex()
    assert provider.keys(REQUEST, [kid.hex()])[kid.hex()].value == key


def test_a_title_that_gets_another_rung_keeps_its_keys(secret: Path) -> None:
    provider = LocalKeys(secret, KeyAddresses())
    more = KeyRequest(title="film", contracts={"cbcs": CONTRACT.model_copy(update={"classes": ("HD", "AUDIO")})})
    assert kids(provider, more) == kids(provider, REQUEST)[1:]


def test_a_key_is_the_one_that_was_described(secret: Path) -> None:
    provider = LocalKeys(secret, KeyAddresses())
    for key in provider.describe(REQUEST).keys:
        value = provider.keys(REQUEST, [key.kid])[key.kid].value
        require_same_key(key, value)
        assert key.checksum == key_checksum(key.kid, value)
        with pytest.raises(ConfigError, match="vod rekey film") as refused:
            require_same_key(key, bytes(16), "film")
        assert refused.value.code == "content_key_changed"


def test_a_lost_secret_is_said_and_not_made_up_for(secret: Path) -> None:
    described = LocalKeys(secret, KeyAddresses()).describe(REQUEST)
    secret.unlink()
    with pytest.raises(ConfigError, match="does not know the key id") as refused:
        LocalKeys(secret, KeyAddresses()).keys(described.request, [described.keys[0].kid])
    assert refused.value.code == "content_key_changed"


def test_a_secret_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path, found = tmp_path / "keys" / "master", []
    threads = [
        threading.Thread(target=lambda: found.append(kids(LocalKeys(path, KeyAddresses()), REQUEST))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert found.count(found[0]) == 4
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(path.read_bytes()) == 32
    assert [one.name for one in path.parent.iterdir()] == ["master"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_secret_that_others_can_read_is_refused(secret: Path, mode: int) -> None:
    secret.chmod(mode)
    with pytest.raises(ConfigError, match=f"mode {mode:04o}") as refused:
        LocalKeys(secret, KeyAddresses()).describe(REQUEST)
    assert refused.value.code == "secret_exposed"


def test_a_secret_of_another_length_is_refused(secret: Path) -> None:
    secret.write_bytes(b"short")
    with pytest.raises(ConfigError, match="5 bytes") as refused:
        LocalKeys(secret, KeyAddresses()).describe(REQUEST)
    assert refused.value.code == "secret_unreadable"


def test_nothing_is_made_before_a_key_is_needed(tmp_path: Path) -> None:
    LocalKeys(tmp_path / "keys" / "master", KeyAddresses())
    assert list(tmp_path.iterdir()) == []


def test_a_key_is_not_shown_and_not_pickled(secret: Path) -> None:
    provider = LocalKeys(secret, KeyAddresses())
    (kid, *_) = kids(provider, REQUEST)
    key = provider.keys(REQUEST, [kid])[kid]
    assert key.value.hex() not in provider.describe(REQUEST).model_dump_json()
    assert repr(key.value) not in repr(key)
    with pytest.raises(TypeError, match="not written down"):
        pickle.dumps(key)
