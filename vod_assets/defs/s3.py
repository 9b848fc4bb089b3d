"""dagster-aws's S3 resource with the keys of the settings; a module of its own, for it takes a second to import."""

from typing import Any

from dagster_aws.s3 import S3Resource

from vod_assets.named_secrets import secret
from vod_assets.settings import Settings, load_settings


class S3OfSettings(S3Resource):
    """How S3 is reached: endpoint, region and profile.

    The keys stay in the settings, for Dagster's UI shows what a resource is configured with.
    """

    def with_keys(self, settings: Settings) -> S3Resource:
        """Return the same with the keys of the settings."""
        keys = {
            "aws_access_key_id": settings.s3_access_key_id or None,
            "aws_secret_access_key": secret(settings, "s3_secret_access_key") or None,
        }
        return S3Resource(**{**self.model_dump(), **keys})

    def get_client(self) -> Any:
        """Return boto3's client."""
        return self.with_keys(load_settings()).get_client()
