"""Telling people and other systems what happened."""

from typing import Any

import dagster as dg

from vod_assets.adapters.blobs.opening import Access
from vod_assets.adapters.notify.opening import open_outbox, open_post
from vod_assets.named_secrets import referenced
from vod_assets.ports import Outbox, Post
from vod_assets.settings import load_settings


class OutboxResource(dg.ConfigurableResource[Outbox]):
    """Keeps events until somebody sends them; nothing here is secret, and no channel is opened."""

    root: str
    storages: dg.ResourceDependency[Access]

    def create_resource(self, context: dg.InitResourceContext) -> Outbox:
        """Return the outbox, beside the artifacts."""
        return open_outbox(load_settings(store=self.root), self.storages)


class PostResource(dg.ConfigurableResource[Any]):
    """The outbox and what empties it; who is told, a file of the settings says, for some of it is secret."""

    root: str
    storages: dg.ResourceDependency[Access]

    def create_resource(self, context: dg.InitResourceContext) -> Post:
        """Return what sends."""
        return open_post(load_settings(store=self.root), self.storages, referenced)
