"""The outbox of a deployment and its channels, from the settings."""

import os
from collections.abc import Callable
from pathlib import Path

from vod_assets.adapters.blobs.opening import Access, open_blobs
from vod_assets.adapters.notify.apprise_channel import AppriseChannel
from vod_assets.adapters.notify.outbox import FOLDER, BlobOutbox
from vod_assets.adapters.notify.sending import Sender
from vod_assets.adapters.notify.webhook import Callback, Webhook
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.letters import CALLBACK
from vod_assets.domain.notifying import ChannelSaid, Notify, read_notify
from vod_assets.domain.webhooks import key_of
from vod_assets.ports.blobs import Blobs
from vod_assets.ports.notices import Channel
from vod_assets.settings import Settings

FROM_ENVIRONMENT, FROM_MANAGER = "env:", "secretsmanager://"

Referenced = Callable[[Settings, str, str], str]  # returns what a reference names; the last says who names it


def open_post(settings: Settings, access: Access, referenced: Referenced) -> Sender:
    """Return the outbox beside the artifacts, and what empties it.

    Raises:
        ConfigError: ``bad_notify``, ``secret_failed``.
    """
    notify = load_notify(settings)
    channels = open_channels(notify, settings, referenced)
    return Sender(_blobs(settings, access), notify, {**channels, CALLBACK: open_callback(settings, referenced)})


def open_channels(notify: Notify, settings: Settings, referenced: Referenced) -> dict[str, Channel]:
    """Return the channels of a file by their names.

    Raises:
        ConfigError: ``bad_notify``, ``secret_failed``.
    """
    return {said.name: open_channel(said, settings, referenced) for said in notify.channels}


def open_outbox(settings: Settings, access: Access) -> BlobOutbox:
    """Return the outbox beside the artifacts, for those who only put events."""
    return BlobOutbox(_blobs(settings, access), has_channels=settings.notify is not None)


def open_callback(settings: Settings, referenced: Referenced) -> Callback:
    """Return what tells callbacks."""
    kept = settings.callback_secret.get_secret_value()
    key = key_of(_resolved(kept, settings, "VOD_CALLBACK_SECRET", referenced), "VOD_CALLBACK_SECRET")
    hosts = (word.strip().lower() for word in settings.callback_private_hosts.split(","))
    return Callback(key, frozenset(filter(None, hosts)))


def load_notify(settings: Settings) -> Notify:
    """Return who is told of what; nobody where no file is named.

    Raises:
        ConfigError: ``bad_notify``.
    """
    if settings.notify is None:
        return Notify()
    path = Path(settings.notify)
    try:
        return read_notify(path.read_bytes(), path.name)
    except OSError as error:
        cause = f"VOD_NOTIFY cannot be read: {error.strerror}"
        raise ConfigError("bad_notify", cause, "Name a YAML file, or leave it out", file=str(path)) from error


def _blobs(settings: Settings, access: Access) -> Blobs:
    return open_blobs(f"{settings.store_address.rstrip('/')}/{FOLDER}", access)


def open_channel(said: ChannelSaid, settings: Settings, referenced: Referenced) -> Webhook | AppriseChannel:
    """Return a channel of a file.

    Raises:
        ConfigError: ``bad_notify``, ``secret_failed``.
    """
    address, webhook, kept = (one.get_secret_value() for one in (said.address, said.webhook, said.secret))
    what = f"the channel {said.name}"
    if webhook:
        url = _resolved(webhook, settings, what, referenced)
        if not url.startswith(("https://", "http://")):
            raise ConfigError("bad_notify", f"the webhook of {what} is no https:// address", "Write https://HOST/PATH")
        key = key_of(_resolved(kept, settings, what, referenced), f"the secret of {what}")
        return Webhook(said.name, url, key, said.takes_digests, said.burst, said.per_hour)
    return AppriseChannel(
        said.name, _resolved(address, settings, what, referenced), said.takes_digests, said.burst, said.per_hour
    )


def _resolved(kept: str, settings: Settings, what: str, referenced: Referenced) -> str:
    """Return what stands in ``notify.yaml``, or where it says that it is kept."""
    if kept.startswith(FROM_MANAGER):
        return referenced(settings, kept, what)
    if not kept.startswith(FROM_ENVIRONMENT):
        return kept
    name = kept.removeprefix(FROM_ENVIRONMENT)
    found = os.environ.get(name, "").strip()
    if not found:
        raise ConfigError("bad_notify", f"{what} names the variable {name}, which is not set", f"Set {name}")
    return found
