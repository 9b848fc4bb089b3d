"""The secrets of a deployment, to keep them out of what is shown."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from pydantic import SecretStr

from vod_assets.domain.redacting import Redactor
from vod_assets.named_secrets import SCHEME
from vod_assets.settings import Settings


def redactor_of(settings: Settings) -> Redactor:
    """Return what takes the settings' secrets, and whatever looks like one, out of texts."""
    return Redactor(_secrets(settings))


def _secrets(settings: Settings) -> Iterator[str]:
    """Yield every secret that stands in the settings; those that they name lie elsewhere, and are known by looks."""
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr) and not value.get_secret_value().startswith(SCHEME):
            yield value.get_secret_value()
            yield urlsplit(value.get_secret_value()).password or ""  # of a broker or a database
