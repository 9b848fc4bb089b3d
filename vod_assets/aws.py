"""The one place that says how S3 is reached: dagster-aws's resource, and what adapters take out of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vod_assets.adapters.blobs.opening import Access, S3Access
from vod_assets.named_secrets import secret
from vod_assets.origins_file import origin_places
from vod_assets.places import storage_scheme
from vod_assets.settings import Settings
from vod_assets.targets_file import target_places

if TYPE_CHECKING:
    from dagster_aws.s3 import S3Resource


# A deployment that reaches S3 otherwise than its settings say returns its own resource here.
resource_instead: "Callable[[Settings], S3Resource] | None" = None


def s3_resource(settings: Settings) -> "S3Resource":
    """Return how S3 is reached: as the settings say, or as `resource_instead` does.

    The keys are in no configuration, which Dagster's UI shows: they are looked up in the settings when a client is
    asked for.
    """
    if resource_instead is not None:
        return resource_instead(settings)
    from vod_assets.defs.s3 import S3OfSettings  # dagster-aws takes a second to import

    return S3OfSettings(
        endpoint_url=settings.s3_endpoint or None,
        region_name=settings.s3_region or None,
        profile_name=settings.s3_profile or None,
    )


def s3_access_of(settings: Settings) -> S3Access:
    """Return what adapters need of `s3_resource`; dagster-aws is not imported for what the settings say themselves."""
    if resource_instead is not None:
        return s3_access(resource_instead(settings), settings)
    return S3Access(
        endpoint=settings.s3_endpoint,
        region=settings.s3_region,
        access_key_id=settings.s3_access_key_id,
        secret_access_key=secret(settings, "s3_secret_access_key"),
        profile=settings.s3_profile,
    )


def s3_access(resource: "S3Resource", settings: Settings) -> S3Access:
    """Return what adapters need of an S3 resource: plain values."""
    from vod_assets.defs.s3 import S3OfSettings

    opened = resource.with_keys(settings) if isinstance(resource, S3OfSettings) else resource
    return S3Access(
        endpoint=opened.endpoint_url or "",
        region=opened.region_name or "",
        access_key_id=opened.aws_access_key_id or "",
        secret_access_key=opened.aws_secret_access_key or "",
        session_token=opened.aws_session_token or "",
        profile=opened.profile_name or "",
        is_unsigned=opened.use_unsigned_session,
        is_verified=opened.verify is not False,
    )


@dataclass(frozen=True)
class FoundWhenAsked:
    """Says how S3 is reached when it is asked, and is the same as another one of the same settings."""

    settings: Settings

    def __call__(self) -> S3Access:
        """Return what adapters need of the settings' S3 resource."""
        return s3_access_of(self.settings)


def access_of(settings: Settings) -> Access:
    """Return how storages are reached outside of Dagster's runs: as in them."""
    return Access.from_settings(settings, FoundWhenAsked(settings), secret)


def speaks_of_s3(settings: Settings) -> bool:
    """Whether the settings name S3 anywhere; then every run has the resource."""
    addresses = (
        settings.service_folder,
        settings.store_address,
        *(place.address for place in origin_places(settings).values()),
        *settings.stores.values(),
        *(place.address for place in target_places(settings).values()),
    )
    named = (settings.s3_endpoint, settings.s3_region, settings.s3_profile, settings.s3_access_key_id)
    return any(named) or any(storage_scheme(address) == "s3" for address in addresses)
