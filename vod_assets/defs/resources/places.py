"""Where things are kept and shown, and who gives keys."""

from pathlib import Path
from typing import Any

import dagster as dg

from vod_assets.adapters.agenda.opening import open_agenda
from vod_assets.adapters.blobs.opening import Access
from vod_assets.adapters.cdn.opening import open_cdn
from vod_assets.adapters.cms.opening import open_cms
from vod_assets.adapters.delivery.opening import open_deliveries
from vod_assets.adapters.keys.opening import open_keys
from vod_assets.adapters.leases.opening import open_claims, open_leases
from vod_assets.adapters.origin.opening import open_origin
from vod_assets.adapters.process import Unguarded
from vod_assets.adapters.profiles import load_profiles
from vod_assets.adapters.rtsp.opening import open_offering
from vod_assets.adapters.schedules.opening import open_schedules
from vod_assets.adapters.source.opening import open_sources
from vod_assets.adapters.source.routed import RoutedSources
from vod_assets.adapters.store.opening import open_store
from vod_assets.aws import access_of
from vod_assets.defs.artifact_io import ArtifactIOManager
from vod_assets.defs.crew import ALONE, Crew
from vod_assets.defs.guard import Guarding
from vod_assets.defs.making import Maker
from vod_assets.defs.selection import forced_by
from vod_assets.deliveries import Deliveries
from vod_assets.named_secrets import secret
from vod_assets.offering import Offering
from vod_assets.ports import Cms, KeyProvider, Leases, Origin, Outbox
from vod_assets.ports.schedules import Schedules
from vod_assets.publishing import Publisher
from vod_assets.settings import load_settings


class StoragesResource(dg.ConfigurableResource[Access]):
    """How storages are reached; the settings say, for some of it is secret."""

    def create_resource(self, context: dg.InitResourceContext) -> Access:
        """Return what opens buckets and shares."""
        return access_of(load_settings())


class ArtifactsResource(dg.ConfigurableIOManagerFactory[ArtifactIOManager]):
    """The artifact store and its I/O manager: replacing this one resource moves every asset to another store."""

    root: str
    by_group: dict[str, str] = {}
    profiles: str
    storages: dg.ResourceDependency[Access]
    guard: dg.ResourceDependency[Guarding]

    def create_io_manager(self, context: dg.InitResourceContext) -> ArtifactIOManager:
        """Return the I/O manager of a run."""
        settings = load_settings(store=self.root, stores=self.by_group)
        profiles = load_profiles(Path(self.profiles) if self.profiles else None, preview=settings.preview)
        store = open_store(settings, self.storages, self.guard)
        maker = Maker(store, forced_by(context.run.tags if context.run else {}))
        return ArtifactIOManager(store, profiles, maker, settings.metadata_mapping)


class SourcesResource(dg.ConfigurableResource[RoutedSources]):
    """Where source files are read."""

    storages: dg.ResourceDependency[Access]

    def create_resource(self, context: dg.InitResourceContext) -> RoutedSources:
        """Return the source store."""
        return open_sources(load_settings(), self.storages)


class LeasesResource(dg.ConfigurableResource[Leases]):
    """Where runs take titles and give signs of life: beside the artifacts."""

    root: str
    storages: dg.ResourceDependency[Access]

    def create_resource(self, context: dg.InitResourceContext) -> Leases:
        """Return the leases."""
        return open_leases(load_settings(store=self.root), self.storages)


class SchedulesResource(dg.ConfigurableResource[Schedules]):
    """Where it is written down which workflows begin later: beside the artifacts."""

    root: str
    storages: dg.ResourceDependency[Access]

    def create_resource(self, context: dg.InitResourceContext) -> Schedules:
        """Return the schedules."""
        return open_schedules(load_settings(store=self.root), self.storages)


class CrewResource(dg.ConfigurableResource[Crew]):
    """Who works on the pieces of titles: on a farm, whoever hears that a run asks for help."""

    root: str
    is_shared: bool
    storages: dg.ResourceDependency[Access]

    def create_resource(self, context: dg.InitResourceContext) -> Crew:
        """Return the crew."""
        if not self.is_shared:
            return ALONE
        from vod_assets.defs.farm.pieces import ask

        return Crew(open_claims(load_settings(store=self.root), self.storages), ask)


class KeysResource(dg.ConfigurableResource[Any]):
    """Gives content keys; who does, the settings say, for some of it is secret."""

    storages: dg.ResourceDependency[Access]

    def create_resource(self, context: dg.InitResourceContext) -> KeyProvider:
        """Return the key provider."""
        return open_keys(load_settings(), lambda: self.storages.to_s3, secret)


class OriginResource(dg.ConfigurableResource[Any]):
    """Where releases are copied to."""

    address: str
    public_url: str
    storages: dg.ResourceDependency[Access]

    def create_resource(self, context: dg.InitResourceContext) -> Origin:
        """Return the origin."""
        return open_origin(load_settings(origin=self.address, public_url=self.public_url), self.storages)


class CmsResource(dg.ConfigurableResource[Any]):
    """Where titles are shown; an entry whose manifests are not at the origin is refused."""

    address: str
    public_url: str
    origin: str
    storages: dg.ResourceDependency[Access]

    def create_resource(self, context: dg.InitResourceContext) -> Cms:
        """Return the CMS; who asks it, the settings say, for some of it is secret."""
        settings = load_settings(cms=self.address, origin=self.origin, public_url=self.public_url)
        return open_cms(settings, open_origin(settings, self.storages), secret)


class RtspResource(dg.ConfigurableResource[Any]):
    """Offers titles over RTSP; the settings say where, for some of it is secret."""

    root: str
    storages: dg.ResourceDependency[Access]

    def create_resource(self, context: dg.InitResourceContext) -> Offering:
        """Return what offers them."""
        settings = load_settings(store=self.root)
        return open_offering(settings, open_store(settings, self.storages, Unguarded()), self.storages, secret)


class DeliveriesResource(dg.ConfigurableResource[Any]):
    """Delivers to the repackagers that the settings list."""

    root: str
    storages: dg.ResourceDependency[Access]
    origin: dg.ResourceDependency[Origin]

    def create_resource(self, context: dg.InitResourceContext) -> Deliveries:
        """Return what delivers."""
        settings = load_settings(store=self.root)
        store = open_store(settings, self.storages, Unguarded())
        return open_deliveries(settings, self.storages, store, self.origin)


class PublisherResource(dg.ConfigurableResource[Publisher]):
    """Brings what viewers see to what is wanted."""

    root: str
    storages: dg.ResourceDependency[Access]
    origin: dg.ResourceDependency[Origin]
    cms: dg.ResourceDependency[Cms]
    rtsp: dg.ResourceDependency[Offering]
    deliveries: dg.ResourceDependency[Deliveries]
    outbox: dg.ResourceDependency[Outbox]

    def create_resource(self, context: dg.InitResourceContext) -> Publisher:
        """Return the publisher."""
        settings = load_settings(store=self.root)
        store, agenda = open_store(settings, self.storages, Unguarded()), open_agenda(settings, self.storages)
        cdn = open_cdn(settings, lambda: self.storages.to_s3, secret)
        more: dict[str, Any] = {"rtsp": self.rtsp, "deliveries": self.deliveries, "tell": self.outbox.put}
        return Publisher(store, self.origin, self.cms, agenda, cdn, **more)
