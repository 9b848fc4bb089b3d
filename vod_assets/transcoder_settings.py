"""What the settings must say of the transcoders that they name."""

from vod_assets.domain.errors import ConfigError
from vod_assets.domain.transcoders import transcoder_names
from vod_assets.places import storage_scheme
from vod_assets.settings import Settings

# By transcoder: the settings that it cannot do without, and what is to be written there.
NEEDED: dict[str, dict[str, str]] = {
    "mediaconvert": {
        "mediaconvert_role": "the ARN of the role by which it reads and writes buckets",
        "service_folder": "s3://bucket/prefix",
    },
    "elemental": {
        "elemental": "https://HOST of the server",
        "service_folder": "a folder that both reach: s3://…, smb://… or a mount",
    },
    "vantage": {
        "vantage": "http://HOST:8676 of its REST service",
        "vantage_workflow": "the identifier of the workflow that encodes one rendition",
        "service_folder": "a folder that both reach: smb://… or a mount",
    },
}


def require_transcoders(settings: Settings) -> None:
    """Return when every transcoder that the settings name can be opened; asks nobody.

    Raises:
        ConfigError: ``bad_setting``: one lacks a setting, or has one that it cannot work with.
    """
    names = transcoder_names(settings.transcoders)
    for name in names:
        for setting, what in NEEDED.get(name, {}).items():
            if not getattr(settings, setting):
                cause = f"VOD_TRANSCODERS names {name}, and VOD_{setting.upper()} is empty"
                raise ConfigError("bad_setting", cause, f"Write there {what}; docs/transcoders.md")
    if "mediaconvert" in names:
        _require_buckets_of_aws(settings)


def _require_buckets_of_aws(settings: Settings) -> None:
    if storage_scheme(settings.service_folder) != "s3":
        cause = f"MediaConvert reads and writes s3:// only, and VOD_SERVICE_FOLDER is {settings.service_folder}"
        raise ConfigError("bad_setting", cause, "Name a folder of a bucket")
    if settings.s3_endpoint and not settings.mediaconvert_endpoint:
        cause = f"VOD_S3_ENDPOINT is {settings.s3_endpoint}, and MediaConvert reads AWS's buckets only"
        raise ConfigError("bad_setting", cause, "Unset it, or take mediaconvert out of VOD_TRANSCODERS")
