"""How storages are reached where S3 is among them: a module of its own, for dagster-aws takes a second to import."""

import dagster as dg
from dagster_aws.s3 import S3Resource

from vod_assets.adapters.blobs.opening import Access
from vod_assets.aws import s3_access
from vod_assets.named_secrets import secret
from vod_assets.settings import load_settings


class StoragesOfS3(dg.ConfigurableResource[Access]):
    """How storages are reached: S3 as the resource `s3` says, all others as the settings say."""

    s3: dg.ResourceDependency[S3Resource]

    def create_resource(self, context: dg.InitResourceContext) -> Access:
        """Return what opens buckets and shares."""
        settings = load_settings()
        return Access.from_settings(settings, s3_access(self.s3, settings), secret)
