"""Resources: the one place of the asset graph that chooses adapters."""

from pathlib import Path
from typing import Any

import dagster as dg

from vod_assets.adapters.blobs import faults
from vod_assets.adapters.blobs.opening import Access
from vod_assets.adapters.cms.static import StaticCms
from vod_assets.adapters.control.pictures import FfmpegPictureWatcher
from vod_assets.adapters.keys.opening import open_keys
from vod_assets.adapters.leases.opening import open_leases
from vod_assets.adapters.origin.opening import open_origin
from vod_assets.adapters.package.inspector import FolderInspector
from vod_assets.adapters.package.shaka import ShakaPackager
from vod_assets.adapters.probe.ffprobe import FfprobeProber
from vod_assets.adapters.probe.remembering import RememberingProber
from vod_assets.adapters.process import SupervisedRunner, Unguarded
from vod_assets.adapters.profiles import load_profiles
from vod_assets.adapters.quality.ffmpeg import FfmpegQualityMeter
from vod_assets.adapters.sandbox import find_sandbox
from vod_assets.adapters.source.opening import open_sources
from vod_assets.adapters.source.routed import RoutedSources
from vod_assets.adapters.speech.whisper import WhisperRecogniser
from vod_assets.adapters.store.opening import open_store
from vod_assets.adapters.tool_versions import require_supported_once
from vod_assets.adapters.tools import NAMES as TOOL_NAMES
from vod_assets.adapters.tools import Tools
from vod_assets.adapters.transcode.ffmpeg import FfmpegTranscoder
from vod_assets.adapters.transcode.movies import FfmpegMovieMaker
from vod_assets.adapters.transcode.pictures import FfmpegPictureMaker
from vod_assets.adapters.transcode.pieces import FfmpegPieces
from vod_assets.adapters.transcode.sheets import PillowSheetPainter
from vod_assets.adapters.transcode.text import FfmpegTextExtractor
from vod_assets.adapters.watch.opening import load_watch, open_watcher, opened_places
from vod_assets.aws import access_of, s3_resource, speaks_of_s3
from vod_assets.defs.arrivals import ArrivalDesk
from vod_assets.defs.artifact_io import ARTIFACTS, ArtifactIOManager
from vod_assets.defs.description import describe_from
from vod_assets.defs.guard import Guarding, LastingGuardResource, PatientGuard, RunGuardResource
from vod_assets.defs.making import Maker
from vod_assets.defs.registration import Registrar
from vod_assets.defs.reporting import ReporterResource
from vod_assets.defs.selection import forced_by
from vod_assets.defs.step import StepReporter
from vod_assets.defs.step_processes import step_processes
from vod_assets.domain.errors import ToolError
from vod_assets.domain.profile import Profile
from vod_assets.domain.watching import WatchedPlace
from vod_assets.named_secrets import secret
from vod_assets.ports import KeyProvider, Leases, Origin
from vod_assets.settings import Settings, load_settings


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
            )

        return ArrivalDesk(
            lambda place: open_watcher(opened, place), registrar, opened.sources.borrowing, faults.patience
        )


class ToolResource(dg.ConfigurableResource[Any]):
    """What runs outside tools: which ones, the settings say; how long, the run's guard."""

    guard: dg.ResourceDependency[Guarding]

    @property
    def tools(self) -> Tools:
        """The programs of the settings, found fit for files from outside."""
        settings = load_settings()
        tools = Tools.from_settings(settings)
        require_supported_once(tools, self.runner, allow_old_ffmpeg=settings.allow_old_ffmpeg)
        return tools

    @property
    def runner(self) -> SupervisedRunner:
        """The supervisor of this run's tools."""
        return SupervisedRunner(PatientGuard(self.guard), find_sandbox(load_settings()))

    @property
    def open_runner(self) -> SupervisedRunner:
        """The supervisor of processes that read files of ours alone, and need what a sandbox does not show."""
        return SupervisedRunner(PatientGuard(self.guard))


class ProberResource(ToolResource):
    """Inspects sources with ffprobe."""

    def create_resource(self, context: dg.InitResourceContext) -> RememberingProber:
        """Return the prober."""
        return RememberingProber(FfprobeProber(self.tools, self.runner))


class TranscoderResource(ToolResource):
    """Encodes with FFmpeg."""

    def create_resource(self, context: dg.InitResourceContext) -> FfmpegTranscoder:
        """Return the transcoder."""
        return FfmpegTranscoder(self.tools, self.runner)


class MeterResource(ToolResource):
    """Measures pictures with FFmpeg."""

    def create_resource(self, context: dg.InitResourceContext) -> FfmpegQualityMeter:
        """Return the meter."""
        return FfmpegQualityMeter(self.tools, self.runner)


class PiecesResource(ToolResource):
    """Encodes piece by piece with FFmpeg."""

    def create_resource(self, context: dg.InitResourceContext) -> FfmpegPieces:
        """Return what makes pieces."""
        return FfmpegPieces(self.tools, self.runner)


class PicturesResource(ToolResource):
    """Takes posters and thumbnails with FFmpeg."""

    def create_resource(self, context: dg.InitResourceContext) -> FfmpegPictureMaker:
        """Return the picture maker."""
        return FfmpegPictureMaker(self.tools, self.runner)


class WatcherResource(ToolResource):
    """Looks at renditions with FFmpeg."""

    def create_resource(self, context: dg.InitResourceContext) -> FfmpegPictureWatcher:
        """Return the watcher."""
        return FfmpegPictureWatcher(self.tools, self.runner)


class MoviesResource(ToolResource):
    """Makes movies in one file with FFmpeg."""

    def create_resource(self, context: dg.InitResourceContext) -> FfmpegMovieMaker:
        """Return the movie maker."""
        return FfmpegMovieMaker(self.tools, self.runner)


class SheetsResource(dg.ConfigurableResource[PillowSheetPainter]):
    """Paints sprite sheets with Pillow."""

    def create_resource(self, context: dg.InitResourceContext) -> PillowSheetPainter:
        """Return the painter."""
        return PillowSheetPainter()


class TextResource(ToolResource):
    """Takes embedded captions out with FFmpeg."""

    def create_resource(self, context: dg.InitResourceContext) -> FfmpegTextExtractor:
        """Return the extractor."""
        return FfmpegTextExtractor(self.tools, self.runner)


class SpeechResource(ToolResource):
    """Hears speech with an optional library, in a process of its own."""

    def create_resource(self, context: dg.InitResourceContext) -> WhisperRecogniser:
        """Return the recogniser; whether its packages are installed, it finds out when it is asked."""
        return WhisperRecogniser(self.tools, self.runner, self.open_runner)


class PackagerResource(ToolResource):
    """Packages tracks with Shaka Packager."""

    def create_resource(self, context: dg.InitResourceContext) -> ShakaPackager:
        """Return the packager."""
        return ShakaPackager(self.tools, self.runner)


class KeysResource(dg.ConfigurableResource[Any]):
    """Gives content keys; who does, the settings say, for some of it is secret."""

    storages: dg.ResourceDependency[Access]

    def create_resource(self, context: dg.InitResourceContext) -> KeyProvider:
        """Return the key provider."""
        return open_keys(load_settings(), lambda: self.storages.to_s3, secret)


class InspectorResource(ToolResource):
    """Opens packages for the checks, and plays them with FFmpeg."""

    scratch: str

    def create_resource(self, context: dg.InitResourceContext) -> FolderInspector:
        """Return the inspector."""
        return FolderInspector(self.tools, self.runner, Path(self.scratch))


class OriginResource(dg.ConfigurableResource[Any]):
    """Where releases are copied to."""

    address: str
    public_url: str
    storages: dg.ResourceDependency[Access]

    def create_resource(self, context: dg.InitResourceContext) -> Origin:
        """Return the origin."""
        return open_origin(load_settings(origin=self.address, public_url=self.public_url), self.storages)


class CmsResource(dg.ConfigurableResource[StaticCms]):
    """Where titles are shown; an entry whose manifests are not at the origin is refused."""

    root: str
    public_url: str
    origin: str
    storages: dg.ResourceDependency[Access]

    def create_resource(self, context: dg.InitResourceContext) -> StaticCms:
        """Return the CMS."""
        origin = open_origin(load_settings(origin=self.origin, public_url=self.public_url), self.storages)
        return StaticCms(Path(self.root), self.public_url, origin)


def known_profiles(settings: Settings) -> dict[str, Profile]:
    """Return the profiles that the asset keys come from."""
    return load_profiles(settings.profiles, preview=settings.preview)


def tool_builds(settings: Settings) -> dict[str, str]:
    """Return the build id of each tool; none for one that is missing, which whoever needs it will say."""
    try:
        tools = Tools.from_settings(settings)
        return {name: tools.build_id(name) for name in TOOL_NAMES}
    except (ToolError, OSError):
        return {}


def watched_places(settings: Settings) -> tuple[WatchedPlace, ...]:
    """Return the places that have a sensor each."""
    return load_watch(settings).places


def executor_of(settings: Settings) -> dg.ExecutorDefinition:
    """Return what executes the steps of a run that Dagster launches."""
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
        "reporter": dg.ResourceDefinition.hardcoded_resource(reporter) if reporter else ReporterResource(),
        "sources": SourcesResource(storages=storages),
        "desk": ArrivalsResource(storages=storages),
        "prober": ProberResource(guard=guard),
        "transcoder": TranscoderResource(guard=guard),
        "meter": MeterResource(guard=guard),
        "pieces": PiecesResource(guard=guard),
        "pictures": PicturesResource(guard=guard),
        "sheets": SheetsResource(),
        "watcher": WatcherResource(guard=guard),
        "movies": MoviesResource(guard=guard),
        "text": TextResource(guard=guard),
        "speech": SpeechResource(guard=guard),
        "packager": PackagerResource(guard=guard),
        "keys": KeysResource(storages=storages),
        "inspector": InspectorResource(guard=guard, scratch=str(settings.scratch_path)),
        "origin": OriginResource(address=settings.origin_address, public_url=settings.public_url, storages=storages),
        "cms": CmsResource(
            root=str(settings.cms_path),
            public_url=settings.public_url,
            origin=settings.origin_address,
            storages=storages,
        ),
        **named,
    }


def _storages(
    settings: Settings, s3: dg.ConfigurableResource[Any] | None
) -> tuple[dict[str, Any], dg.ConfigurableResource[Access]]:
    """Return the resource of S3, where the settings name it anywhere, and how all storages are reached."""
    if s3 is None and not speaks_of_s3(settings):
        return {}, StoragesResource()
    from vod_assets.defs.storages import StoragesOfS3

    s3 = s3 or s3_resource(settings)
    return {"s3": s3}, StoragesOfS3(s3=s3)
