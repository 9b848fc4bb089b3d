"""Every resource of the asset graph by its key, and what executes its steps."""

from typing import Any

import dagster as dg

from vod_assets.adapters.blobs.opening import Access
from vod_assets.adapters.leases.opening import open_leases
from vod_assets.aws import access_of, s3_resource, speaks_of_s3
from vod_assets.defs.artifact_io import ARTIFACTS
from vod_assets.defs.guard import Guarding, LastingGuardResource, RunGuardResource
from vod_assets.defs.reporting import ReporterResource
from vod_assets.defs.resources.arrivals import ArrivalsResource
from vod_assets.defs.resources.notices import OutboxResource, PostResource
from vod_assets.defs.resources.places import (
    ArtifactsResource,
    CmsResource,
    CrewResource,
    DeliveriesResource,
    KeysResource,
    LeasesResource,
    OriginResource,
    PublisherResource,
    RtspResource,
    SchedulesResource,
    SourcesResource,
    StoragesResource,
)
from vod_assets.defs.resources.services import TranscodersResource
from vod_assets.defs.resources.tools import (
    InspectorResource,
    MeterResource,
    MoviesResource,
    PackagerResource,
    PicturesResource,
    PiecesResource,
    ProberResource,
    SheetsResource,
    SpeechResource,
    StreamsResource,
    TextResource,
    TranscoderResource,
    WatcherResource,
)
from vod_assets.defs.step import StepReporter
from vod_assets.defs.step_processes import step_processes
from vod_assets.settings import Settings


def executor_of(settings: Settings) -> dg.ExecutorDefinition:
    """Return what executes the steps of a run that Dagster launches."""
    if settings.executor == "celery":
        from vod_assets.defs.farm.executor import farm_executor

        return farm_executor(settings, lambda: open_leases(settings, access_of(settings)))
    if settings.executor == "multiprocess":
        return step_processes(lambda: open_leases(settings, access_of(settings)))
    return dg.in_process_executor  # one title's encode fills a machine; titles run beside one another


def resource_definitions(
    settings: Settings,
    reporter: StepReporter | None = None,
    guard: dg.ConfigurableResource[Guarding] | None = None,
    s3: dg.ConfigurableResource[Any] | None = None,
) -> dict[str, Any]:
    """Return every resource of the asset graph by its key.

    Args:
        settings: Where things are kept, which tools there are.
        reporter: Is told what each step does; None: the run's log.
        guard: Knows whether work is still wanted; None: as long as the run is.
        s3: dagster-aws's resource, by which S3 is reached; None: as the settings say.
    """
    named, storages = _storages(settings, s3)
    leases = LeasesResource(root=settings.store_address, storages=storages)
    origin = OriginResource(address=settings.origin_address, public_url=settings.public_url, storages=storages)
    cms = CmsResource(
        address=settings.cms_address,
        public_url=settings.public_url,
        origin=settings.origin_address,
        storages=storages,
    )
    rtsp = RtspResource(root=settings.store_address, storages=storages)
    deliveries = DeliveriesResource(root=settings.store_address, storages=storages, origin=origin)
    crew = CrewResource(root=settings.store_address, is_shared=settings.executor == "celery", storages=storages)
    outbox = OutboxResource(root=settings.store_address, storages=storages)
    lasting, guard = guard or LastingGuardResource(leases=leases), guard or RunGuardResource(leases=leases)
    return {
        ARTIFACTS: ArtifactsResource(
            root=settings.store_address,
            by_group=settings.stores,
            profiles=str(settings.profiles or ""),
            storages=storages,
            guard=guard,
        ),
        "guard": lasting,
        "leases": leases,
        "schedules": SchedulesResource(root=settings.store_address, storages=storages),
        "outbox": outbox,
        "post": PostResource(root=settings.store_address, storages=storages),
        "reporter": dg.ResourceDefinition.hardcoded_resource(reporter) if reporter else ReporterResource(),
        "sources": SourcesResource(storages=storages),
        "desk": ArrivalsResource(storages=storages),
        **_tools(settings, guard),
        "transcoders": TranscodersResource(guard=guard, root=settings.store_address, storages=storages),
        "crew": crew,
        "keys": KeysResource(storages=storages),
        "rtsp": rtsp,
        "deliveries": deliveries,
        "origin": origin,
        "cms": cms,
        "publisher": PublisherResource(
            root=settings.store_address,
            storages=storages,
            origin=origin,
            cms=cms,
            rtsp=rtsp,
            deliveries=deliveries,
            outbox=outbox,
        ),
        **named,
    }


def _tools(settings: Settings, guard: dg.ConfigurableResource[Guarding]) -> dict[str, Any]:
    """Return the resources that run tools."""
    return {
        "prober": ProberResource(guard=guard),
        "transcoder": TranscoderResource(guard=guard),
        "meter": MeterResource(guard=guard),
        "pieces": PiecesResource(guard=guard),
        "pictures": PicturesResource(guard=guard),
        "sheets": SheetsResource(),
        "watcher": WatcherResource(guard=guard),
        "movies": MoviesResource(guard=guard),
        "streams": StreamsResource(guard=guard),
        "text": TextResource(guard=guard),
        "speech": SpeechResource(guard=guard),
        "packager": PackagerResource(guard=guard),
        "inspector": InspectorResource(guard=guard, scratch=str(settings.scratch_path)),
    }


def _storages(
    settings: Settings, s3: dg.ConfigurableResource[Any] | None
) -> tuple[dict[str, Any], dg.ConfigurableResource[Access]]:
    """Return the resource of S3, where the settings name it anywhere, and how all storages are reached."""
    if s3 is None and not speaks_of_s3(settings):
        return {}, StoragesResource()
    from vod_assets.defs.resources.s3 import StoragesOfS3

    s3 = s3 or s3_resource(settings)
    return {"s3": s3}, StoragesOfS3(s3=s3)
