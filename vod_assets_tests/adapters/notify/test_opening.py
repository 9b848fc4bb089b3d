"""Channels come from the file that a setting names, their secrets from where it says."""

from pathlib import Path
from typing import Any

import pytest

from vod_assets.adapters.blobs.opening import Access
from vod_assets.adapters.notify.opening import open_callback, open_post
from vod_assets.adapters.notify.sending import Sender
from vod_assets.adapters.notify.webhook import Webhook
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.webhooks import key_of
from vod_assets.settings import Settings

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KEPT = {"secretsmanager://vod#mam": SECRET}


def opened(folder: Path, text: str, **settings: Any) -> Sender:
    (folder / "notify.yaml").write_text(text)
    given = Settings(home=folder, notify=folder / "notify.yaml", _env_file=None, **settings)
    return open_post(given, Access(), lambda _, kept, __: KEPT[kept])


def test_secrets_come_from_where_the_file_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAM_HOOK", "https://mam.example.org/canary")
    post = opened(
        tmp_path, "channels: [{name: mam, webhook: 'env:MAM_HOOK', secret: 'secretsmanager://vod#mam', burst: 3}]"
    )
    channel = post.by_name["mam"]
    assert isinstance(channel, Webhook)
    assert (channel.url, channel.key, channel.burst) == (
        "https://mam.example.org/canary",
        key_of(SECRET, "it"),
        3,
    )
    assert "canary" not in repr(channel)
    assert post.blobs.address.endswith("/store/notices")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("channels: [{name: a, address: 'env:NOT_SET'}]", "the channel a names the variable NOT_SET, which is not set"),
        ("channels: [{name: a, webhook: 'ftp://canary'}]", "is no https:// address"),
        ("channels: [{name: a, webhook: 'https://h', secret: canary}]", "the secret of the channel a is no secret"),
    ],
)
def test_a_channel_that_cannot_be_is_refused_without_its_secrets(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=r"\[bad_notify\]") as error:
        opened(tmp_path, text)
    assert said in str(error.value)
    assert "canary" not in str(error.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    given = Settings(home=tmp_path, notify=tmp_path / "none.yaml", _env_file=None)
    with pytest.raises(ConfigError, match=r"none\.yaml: VOD_NOTIFY cannot be read"):
        open_post(given, Access(), lambda *_: "")


def test_without_a_file_only_callbacks_are_told(tmp_path: Path) -> None:
    given = Settings(
        home=tmp_path, callback_secret=SECRET, callback_private_hosts="House, other", notify=None, _env_file=None
    )
    callback = open_callback(given, lambda *_: "")
    assert (callback.key, callback.private_hosts) == (key_of(SECRET, "it"), {"house", "other"})
    assert list(open_post(given, Access(), lambda *_: "").by_name) == ["callback"]
