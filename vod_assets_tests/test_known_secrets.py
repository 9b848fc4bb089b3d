"""The secrets of a deployment."""

from pydantic import SecretStr

from vod_assets.known_secrets import redactor_of
from vod_assets.settings import Settings


def test_every_secret_of_the_settings_is_hidden() -> None:
    names = [name for name, field in Settings.model_fields.items() if field.annotation is SecretStr]
    settings = Settings.model_construct(**{name: SecretStr(f"planted-{name}-planted") for name in names})
    redact = redactor_of(settings)
    assert len(names) >= 10
    assert not [name for name in names if f"planted-{name}" in redact(f"says planted-{name}-planted here")]
