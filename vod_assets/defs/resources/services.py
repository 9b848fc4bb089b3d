"""Who makes renditions."""

from typing import Any

import dagster as dg

from vod_assets.adapters.blobs.aws import client_of
from vod_assets.adapters.blobs.opening import Access
from vod_assets.adapters.services.opening import House, open_transcoders
from vod_assets.defs.resources.tools import ToolResource
from vod_assets.named_secrets import secret
from vod_assets.ports.services import Transcoders
from vod_assets.settings import load_settings


class TranscodersResource(ToolResource):
    """The transcoders of the settings, in order of preference; who is asked how, the settings say: some is secret."""

    root: str
    storages: dg.ResourceDependency[Access]

    def create_resource(self, context: dg.InitResourceContext) -> Transcoders:
        """Return the transcoders."""
        settings = load_settings(store=self.root)

        def client(service: str, endpoint: str) -> Any:
            return client_of(self.storages.to_s3, service, endpoint)

        runner = self.runner
        return open_transcoders(
            House(settings, self.storages, runner.guard, runner, client, lambda: self.tools, secret)
        )
