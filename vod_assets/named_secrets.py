"""Secrets that a setting names in place of holding them: ``secretsmanager://NAME`` or ``secretsmanager://NAME#KEY``."""

import json
import warnings
from functools import lru_cache
from typing import Any

from vod_assets.domain.errors import ConfigError
from vod_assets.settings import Settings

SCHEME = "secretsmanager://"


def secret(settings: Settings, name: str) -> str:
    """Return a secret of the settings, itself or as AWS Secrets Manager keeps it; AWS is asked once a process.

    Args:
        settings: They say who asks, and where.
        name: Of the setting: ``smb_password``.

    Raises:
        ConfigError: ``secret_failed``, naming the setting; never the secret.
    """
    kept: str = getattr(settings, name).get_secret_value()
    return referenced(settings, kept, f"VOD_{name.upper()}") if kept.startswith(SCHEME) else kept


def referenced(settings: Settings, kept: str, what: str) -> str:
    """Return a secret as AWS Secrets Manager keeps it; AWS is asked once a process.

    Args:
        settings: They say who asks, and where.
        kept: ``secretsmanager://NAME`` or ``secretsmanager://NAME#KEY``.
        what: Who names it, for the message.

    Raises:
        ConfigError: ``secret_failed``, naming that; never the secret.
    """
    own_key = settings.s3_secret_access_key.get_secret_value()
    keys = ("", "") if own_key.startswith(SCHEME) else (settings.s3_access_key_id, own_key)
    reference, _, field = kept.removeprefix(SCHEME).partition("#")
    try:
        text = _asked(reference, settings.s3_region, settings.s3_profile, keys)
        return _field(text, field) if field else text
    except LookupError as error:
        raise _failed(what, reference, str(error.args[0])) from None  # the cause may hold what the secret says


@lru_cache(maxsize=64)
def _asked(reference: str, region: str, profile: str, keys: tuple[str, str]) -> str:
    """Return what Secrets Manager keeps under a name.

    Raises:
        LookupError: Why it does not say.
    """
    from botocore.exceptions import BotoCoreError, ClientError
    from dagster import BetaWarning
    from dagster_aws.secretsmanager import SecretsManagerResource

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", BetaWarning)  # the resource is only asked for its client
        resource = SecretsManagerResource(
            region_name=region or None,
            profile_name=profile or None,
            aws_access_key_id=keys[0] or None,
            aws_secret_access_key=keys[1] or None,
        )
    try:
        answer: Any = resource.get_client().get_secret_value(SecretId=reference)
    except ClientError as error:
        raise LookupError(str(error.response.get("Error", {}).get("Code"))) from error
    except BotoCoreError as error:
        raise LookupError(str(error)) from error
    if "SecretString" not in answer:
        raise LookupError("it holds bytes, and a text is needed")
    return str(answer["SecretString"])


def _field(text: str, field: str) -> str:
    try:
        found = json.loads(text)[field]
    except ValueError:
        raise LookupError("it is no JSON object, so it has no keys") from None
    except (KeyError, TypeError):
        raise LookupError(f"it has no key “{field}”") from None
    return str(found)


def _failed(what: str, reference: str, cause: str) -> ConfigError:
    return ConfigError(
        "secret_failed",
        f"{what} names the secret {reference}, which cannot be used: {cause}",
        "Check its name, region and policy (secretsmanager:GetSecretValue); docs/aws.md",
    )
