"""What runs outside tools."""

from pathlib import Path
from typing import Any

import dagster as dg

from vod_assets.adapters.control.pictures import FfmpegPictureWatcher
from vod_assets.adapters.package.inspector import FolderInspector
from vod_assets.adapters.package.shaka import ShakaPackager
from vod_assets.adapters.probe.ffprobe import FfprobeProber
from vod_assets.adapters.probe.remembering import RememberingProber
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.quality.ffmpeg import FfmpegQualityMeter
from vod_assets.adapters.sandbox import find_sandbox
from vod_assets.adapters.speech.whisper import WhisperRecogniser
from vod_assets.adapters.tool_versions import require_supported_once
from vod_assets.adapters.tools import Tools
from vod_assets.adapters.transcode.ffmpeg import FfmpegTranscoder
from vod_assets.adapters.transcode.movies import FfmpegMovieMaker
from vod_assets.adapters.transcode.pictures import FfmpegPictureMaker
from vod_assets.adapters.transcode.pieces import FfmpegPieces
from vod_assets.adapters.transcode.sheets import PillowSheetPainter
from vod_assets.adapters.transcode.streams import FfmpegStreamMaker
from vod_assets.adapters.transcode.text import FfmpegTextExtractor
from vod_assets.defs.guard import Guarding, PatientGuard
from vod_assets.settings import load_settings


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


class StreamsResource(ToolResource):
    """Makes files for RTSP with FFmpeg."""

    def create_resource(self, context: dg.InitResourceContext) -> FfmpegStreamMaker:
        """Return what makes them."""
        return FfmpegStreamMaker(self.tools, self.runner)


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


class InspectorResource(ToolResource):
    """Opens packages for the checks, and plays them with FFmpeg."""

    scratch: str

    def create_resource(self, context: dg.InitResourceContext) -> FolderInspector:
        """Return the inspector."""
        return FolderInspector(self.tools, self.runner, Path(self.scratch))
