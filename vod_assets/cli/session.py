"""What commands work with: the settings, the Dagster instance, the ports; opened once, in this process."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vod_assets.domain.errors import ConfigError, printable
from vod_assets.home import ensure_dagster_home
from vod_assets.settings import Settings, load_settings

if TYPE_CHECKING:
    import dagster as dg
    from dagster._core.storage.compute_log_manager import ComputeLogManager

    from vod_assets.adapters.blobs.opening import Access
    from vod_assets.adapters.cdn.edge import EdgeCdn
    from vod_assets.adapters.process import SupervisedRunner
    from vod_assets.adapters.tools import Tools
    from vod_assets.defs.holding import Held
    from vod_assets.defs.registration import Registrar
    from vod_assets.deliveries import Deliveries
    from vod_assets.domain.profile import Profile
    from vod_assets.ports import (
        Agenda,
        ArtifactStore,
        Cms,
        KeyProvider,
        Leases,
        Origin,
        Outbox,
        Post,
        Prober,
        SourceStore,
    )
    from vod_assets.ports.claims import Claims
    from vod_assets.publishing import Publisher


NO_LOGS = {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager", "config": {}}


@dataclass
class Session:
    """The adapters of the settings, for work outside a run."""

    settings: Settings

    @cached_property
    def instance(self) -> "dg.DagsterInstance":
        """The Dagster instance that every command shares.

        It keeps no copy of what steps print: for that, Dagster starts two processes a step, and ours print nothing.

        Raises:
            ConfigError: ``bad_setting``: its ``dagster.yaml`` cannot be used.
        """
        import dagster as dg
        import yaml
        from dagster._check import CheckError  # no public name in 1.13
        from dagster._core.instance.ref import InstanceRef  # likewise

        home = ensure_dagster_home(self.settings)
        try:
            return dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(home), overrides={"compute_logs": NO_LOGS}))
        except (dg.DagsterError, CheckError, ImportError, yaml.YAMLError) as error:
            said = printable(" ".join(str(error).split()))[:400]
            raise ConfigError(
                "bad_setting", f"{home / 'dagster.yaml'} cannot be used: {said}", "Correct it, or take it away"
            ) from error

    @property
    def kept_output(self) -> "ComputeLogManager[Any] | None":
        """What Dagster keeps the output of steps in, for those runs whose output is kept."""
        from dagster._core.instance.ref import InstanceRef  # no public name in 1.13

        return InstanceRef.from_dir(str(ensure_dagster_home(self.settings))).compute_log_manager

    @cached_property
    def access(self) -> "Access":
        """How storages are reached."""
        from vod_assets.aws import access_of

        return access_of(self.settings)

    @cached_property
    def store(self) -> "ArtifactStore":
        """The artifact store."""
        from vod_assets.adapters.process import Unguarded
        from vod_assets.adapters.store.opening import open_store

        return open_store(self.settings, self.access, Unguarded())

    @cached_property
    def leases(self) -> "Leases":
        """Who works on which title."""
        from vod_assets.adapters.leases.opening import open_leases

        return open_leases(self.settings, self.access)

    @cached_property
    def claims(self) -> "Claims":
        """Which worker makes which piece of a title."""
        from vod_assets.adapters.leases.opening import open_claims

        return open_claims(self.settings, self.access)

    @cached_property
    def outbox(self) -> "Outbox":
        """Where events are kept until they are sent."""
        from vod_assets.adapters.notify.opening import open_outbox

        return open_outbox(self.settings, self.access)

    @cached_property
    def post(self) -> "Post":
        """What sends them.

        Raises:
            ConfigError: ``bad_notify``.
        """
        from vod_assets.adapters.notify.opening import open_post
        from vod_assets.named_secrets import referenced

        return open_post(self.settings, self.access, referenced)

    def held(self, title: str, who: str) -> "AbstractContextManager[Held]":
        """Hold a title while a command writes to it, as a run does; ``who`` names the command to whoever waits."""
        from vod_assets.defs.holding import Holder

        return Holder(self.instance, self.leases, who).held(title)

    @cached_property
    def sources(self) -> "SourceStore":
        """The source store."""
        from vod_assets.adapters.source.opening import open_sources

        return open_sources(self.settings, self.access)

    @cached_property
    def prober(self) -> "Prober":
        """The prober."""
        from vod_assets.adapters.probe.ffprobe import FfprobeProber
        from vod_assets.adapters.probe.remembering import RememberingProber

        return RememberingProber(FfprobeProber(self.tools, self.runner()))

    @cached_property
    def tools(self) -> "Tools":
        """The programs of the settings, found fit for files from outside."""
        from vod_assets.adapters.tool_versions import require_supported_once
        from vod_assets.adapters.tools import Tools

        tools = Tools.from_settings(self.settings)
        require_supported_once(tools, self.runner(), allow_old_ffmpeg=self.settings.allow_old_ffmpeg)
        return tools

    def runner(self, *readable: Path) -> "SupervisedRunner":
        """Return the supervisor of tools that no run starts, in the sandbox where there is one.

        Args:
            *readable: Folders that the tools may read besides their inputs.
        """
        from vod_assets.adapters.process import SupervisedRunner
        from vod_assets.adapters.sandbox import find_sandbox

        sandbox = find_sandbox(self.settings)
        return SupervisedRunner(sandbox=replace(sandbox, readable=readable) if sandbox else None)

    @cached_property
    def origin(self) -> "Origin":
        """The origin."""
        from vod_assets.adapters.origin.opening import open_origin

        return open_origin(self.settings, self.access)

    @cached_property
    def cms(self) -> "Cms":
        """The CMS."""
        from vod_assets.adapters.cms.opening import open_cms
        from vod_assets.named_secrets import secret

        return open_cms(self.settings, self.origin, secret)

    @cached_property
    def agenda(self) -> "Agenda":
        """When which title is shown or taken away."""
        from vod_assets.adapters.agenda.opening import open_agenda

        return open_agenda(self.settings, self.access)

    @cached_property
    def publisher(self) -> "Publisher":
        """What brings what viewers see to what is wanted."""
        from vod_assets.publishing import Publisher
        from vod_assets.streaming import offering_of

        rtsp, tell = offering_of(self.settings), self.outbox.put
        more: dict[str, Any] = {"rtsp": rtsp, "deliveries": self.deliveries, "tell": tell}
        return Publisher(self.store, self.origin, self.cms, self.agenda, self.cdn, **more)

    @cached_property
    def deliveries(self) -> "Deliveries":
        """What delivers to repackagers."""
        from vod_assets.adapters.delivery.opening import open_deliveries

        return open_deliveries(self.settings, self.access, self.store, self.origin)

    @cached_property
    def cdn(self) -> "EdgeCdn | None":
        """The CDN before the origin, if there is one."""
        from vod_assets.adapters.cdn.opening import open_cdn
        from vod_assets.named_secrets import secret

        return open_cdn(self.settings, lambda: self.access.to_s3, secret)

    @cached_property
    def keys(self) -> "KeyProvider":
        """The provider of content keys."""
        from vod_assets.adapters.keys.opening import open_keys
        from vod_assets.named_secrets import secret

        return open_keys(self.settings, lambda: self.access.to_s3, secret)

    @cached_property
    def profiles(self) -> "dict[str, Profile]":
        """The known profiles."""
        from vod_assets.adapters.profiles import load_profiles

        return load_profiles(self.settings.profiles, preview=self.settings.preview)

    def registrar(self, callback: str = "") -> "Registrar":
        """Return what registering a title needs; a callback is told when the source is refused."""
        from vod_assets.defs.description import describe_from
        from vod_assets.defs.ended_runs import tells_of_refusals
        from vod_assets.defs.registration import Registrar

        return Registrar(
            instance=self.instance,
            store=self.store,
            sources=self.sources,
            prober=self.prober,
            profiles=self.profiles,
            describe=describe_from(self.sources),
            default_profile=self.settings.profile,
            refused=tells_of_refusals(self.outbox, callback),
        )


@contextmanager
def open_session(**overrides: Any) -> Iterator[Session]:
    """Read the settings, make VOD_HOME, and close the instance at the end."""
    settings = load_settings(**overrides)
    ensure_dagster_home(settings)
    session = Session(settings)
    try:
        yield session
    finally:
        if "instance" in session.__dict__:
            session.instance.dispose()
