"""Package one encoded file into one track with Shaka Packager."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

from vod_assets.adapters.package.describe import describe_media, describe_text
from vod_assets.adapters.package.shaka_command import SOURCE, TEXT_SOURCE, TWIN, commands, secret_flags
from vod_assets.adapters.package.streams import sealed
from vod_assets.adapters.package.text_source import for_packager, name_media_clock
from vod_assets.adapters.package.timed_text import package_timed_text
from vod_assets.adapters.tools import Tools
from vod_assets.domain.errors import ToolError
from vod_assets.domain.isobmff import MalformedError
from vod_assets.domain.track import Track
from vod_assets.domain.transport_stream import START_TICKS
from vod_assets.ports import Limits, ToolRunner, TrackJob

LIMITS = Limits(wall_seconds=3600, cpu_seconds=3600)


class ShakaPackager:
    """Packages every track by itself, so that adding one rewrites no other's bytes."""

    def __init__(self, tools: Tools, runner: ToolRunner) -> None:
        self._program = tools.packager
        self._runner = runner
        self.build_ids: Mapping[str, str] = {"packager": tools.build_id("packager")}

    def package(self, job: TrackJob) -> Track:
        """Write a track below the job's directory and describe it; equal jobs give equal bytes.

        That is ``init.mp4`` and ``00001.m4s`` on, or ``track.mp4`` alone (``ondemand``), or ``00001.ts`` or
        ``00001.aac`` on (``ts``). A text track gets ``00001.vtt`` on for HLS besides; one whose ``text_format`` is
        ``imsc1`` is made without the packager (`vod_assets.domain.text.stpp` says why).

        Raises:
            ToolError: ``packaging_failed``.
        """
        if job.extra.get("text_format") == "imsc1":
            return package_timed_text(job)
        with _scratch(job) as source:
            self._run(job, source)
            source.unlink()
            return _described(job)

    def _run(self, job: TrackJob, source: Path) -> None:
        if job.kind == "text":
            source.write_text(for_packager(job.source.read_text("utf-8"), job.duration_seconds), "utf-8")
        else:
            source.symlink_to(job.source.absolute())
        try:
            for argv in commands(self._program, job):
                self._runner.run(argv, limits=LIMITS, cwd=job.directory, stdin=secret_flags(job))
        except ToolError as error:
            raise ToolError(
                "packaging_failed",
                f"Shaka Packager could not package {job.name}: {_without_key(error.cause, job)}",
                "See its last words; the rendition may be damaged",
                file=job.source.name,
                argv=error.argv,
                stderr=_without_key(error.stderr, job),
            ) from (None if job.protection else error)


@contextmanager
def _scratch(job: TrackJob) -> Iterator[Path]:
    """Name the file that the packager reads; it is gone afterwards, and so is the twin of a transport stream."""
    source, twin = job.directory / (TEXT_SOURCE if job.kind == "text" else SOURCE), job.directory / TWIN
    try:
        if job.layout == "ts":
            twin.mkdir()
        yield source
    finally:
        source.unlink(missing_ok=True)
        rmtree(twin, ignore_errors=True)


def _without_key(text: str, job: TrackJob) -> str:
    """Return what a tool said, without the key: a flag that it cannot read, it repeats."""
    return text.replace(job.protection.key.value.hex(), "(key)") if job.protection else text


def _described(job: TrackJob) -> Track:
    try:
        if job.kind != "text":
            return _sealed(describe_media(job), job)
        texts = sorted(path.name for path in job.directory.glob("*.vtt"))
        for name in texts:
            name_media_clock(job.directory / name, START_TICKS if job.layout == "ts" else 0)
        return describe_text(job, texts)
    except (MalformedError, OSError, ValueError) as error:
        raise ToolError(
            "packaging_failed",
            f"Shaka Packager left {job.name} unusable: {error}",
            "Check the free space of the store, then try again",
            file=job.source.name,
        ) from error


def _sealed(track: Track, job: TrackJob) -> Track:
    is_whole = job.protection is not None and job.protection.scheme == "aes128"
    return sealed(track, job.directory, job.protection) if is_whole and job.protection else track
