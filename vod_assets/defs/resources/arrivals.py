"""What sensors of watched places work with."""

import dagster as dg

from vod_assets.adapters.blobs import faults
from vod_assets.adapters.blobs.opening import Access
from vod_assets.adapters.notify.opening import open_outbox
from vod_assets.adapters.probe.ffprobe import FfprobeProber
from vod_assets.adapters.probe.remembering import RememberingProber
from vod_assets.adapters.process import SupervisedRunner, Unguarded
from vod_assets.adapters.sandbox import find_sandbox
from vod_assets.adapters.store.opening import open_store
from vod_assets.adapters.tool_versions import require_supported_once
from vod_assets.adapters.tools import Tools
from vod_assets.adapters.watch.opening import open_watcher, opened_places
from vod_assets.defs.arrivals import ArrivalDesk
from vod_assets.defs.description import describe_from
from vod_assets.defs.ended_runs import tells_of_refusals
from vod_assets.defs.registration import Registrar
from vod_assets.defs.resources.known import known_profiles
from vod_assets.settings import load_settings


class ArrivalsResource(dg.ConfigurableResource[ArrivalDesk]):
    """What sensors of watched places work with; no run stands behind them."""

    storages: dg.ResourceDependency[Access]

    def create_resource(self, context: dg.InitResourceContext) -> ArrivalDesk:
        """Return the desk."""
        settings = load_settings()
        opened = opened_places(settings, self.storages)
        runner = SupervisedRunner(sandbox=find_sandbox(settings))

        def registrar(instance: dg.DagsterInstance) -> Registrar:
            tools = Tools.from_settings(settings)
            require_supported_once(tools, runner, allow_old_ffmpeg=settings.allow_old_ffmpeg)
            return Registrar(
                instance=instance,
                store=open_store(settings, self.storages, Unguarded()),
                sources=opened.sources,
                prober=RememberingProber(FfprobeProber(tools, runner)),
                profiles=known_profiles(settings),
                describe=describe_from(opened.sources),
                default_profile=settings.profile,
                refused=tells_of_refusals(open_outbox(settings, self.storages)),
            )

        return ArrivalDesk(
            lambda place: open_watcher(opened, place), registrar, opened.sources.borrowing, faults.patience
        )
