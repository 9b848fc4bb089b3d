"""Package one encoded file into one CMAF track with Shaka Packager."""

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

from vod_assets.adapters.package.describe import INIT, describe_media, describe_text
from vod_assets.adapters.package.text_source import for_packager, name_media_clock
from vod_assets.adapters.tools import Tools
from vod_assets.domain.errors import ToolError
from vod_assets.domain.isobmff import MalformedError
from vod_assets.domain.track import Track
from vod_assets.ports import Limits, ToolRunner, TrackJob

MEDIA_TEMPLATE = "$Number%05d$.m4s"
TEXT_TEMPLATE = "$Number%05d$.vtt"
SOURCE = "source"  # the packager's descriptors have no way to quote a comma in a path, so it sees these names only
TEXT_SOURCE = "source.vtt"
LIMITS = Limits(wall_seconds=3600, cpu_seconds=3600)


class ShakaPackager:
    """Packages every track by itself, so that adding one rewrites no other's bytes."""

    def __init__(self, tools: Tools, runner: ToolRunner) -> None:
        self._program = tools.packager
        self._runner = runner
        self.build_ids: Mapping[str, str] = {"packager": tools.build_id("packager")}

    def package(self, job: TrackJob) -> Track:
        """Write ``init.mp4`` and ``00001.m4s`` on below the job's directory and describe them.

        A text track gets ``00001.vtt`` on for HLS besides. Equal jobs give equal bytes.

        Raises:
            ToolError: ``packaging_failed``.
        """
        source = job.directory / (TEXT_SOURCE if job.kind == "text" else SOURCE)
        try:
            self._run(job, source)
        finally:
            source.unlink(missing_ok=True)
        return _described(job)

    def _run(self, job: TrackJob, source: Path) -> None:
        if job.kind == "text":
            source.write_text(for_packager(job.source.read_text("utf-8"), job.duration_seconds), "utf-8")
        else:
            source.symlink_to(job.source.absolute())
        try:
            self._runner.run(command(self._program, job), limits=LIMITS, cwd=job.directory)
        except ToolError as error:
            raise ToolError(
                "packaging_failed",
                f"Shaka Packager could not package {job.name}: {error.cause}",
                "See its last words; the rendition may be damaged",
                file=job.source.name,
                argv=error.argv,
                stderr=error.stderr,
            ) from error


def command(program: Path, job: TrackJob) -> list[str]:
    """Return the packager's command line, to be run in the job's directory."""
    seconds = segment_duration_text(job.segment_seconds)
    return [
        str(program),
        *_descriptors(job),
        "--single_threaded",  # without it and the next one, two runs differ in order and creation times
        "--use_fake_clock_for_muxer",
        f"--segment_duration={seconds}",
        f"--fragment_duration={seconds}",
        "--transport_stream_timestamp_offset_ms=0",  # else WebVTT is mapped 100 ms late, as for MPEG-TS
        "--quiet",
    ]


def segment_duration_text(seconds: Fraction) -> str:
    """Return a segment duration for the packager: at most a billionth of a second more than the exact one.

    The packager multiplies it by the timescale in floating point and cuts the fraction off. Of 4.004 s at 48 kHz it
    makes 192191 ticks instead of 192192; in 45 minutes that adds up to 14 ms, and to a last segment of 64 ticks.
    """
    return f"{(seconds * 1_000_000_000 // 1 + 1) / 1_000_000_000:.9f}"


def _descriptors(job: TrackJob) -> list[str]:
    # No language: the packager refuses those it does not know, and players read the manifests' anyway.
    if job.kind != "text":
        return [f"in={SOURCE},stream={job.kind},init_segment={INIT},segment_template={MEDIA_TEMPLATE}"]
    text = f"in={TEXT_SOURCE},stream=text"
    return [f"{text},init_segment={INIT},segment_template={MEDIA_TEMPLATE}", f"{text},segment_template={TEXT_TEMPLATE}"]


def _described(job: TrackJob) -> Track:
    paths = sorted(path.name for path in job.directory.glob("*.m4s"))
    try:
        if not paths:
            raise MalformedError("there are no segments")
        if job.kind != "text":
            return describe_media(job, paths)
        texts = sorted(path.name for path in job.directory.glob("*.vtt"))
        for name in texts:
            name_media_clock(job.directory / name)
        return describe_text(job, texts, paths)
    except (MalformedError, OSError, ValueError) as error:
        raise ToolError(
            "packaging_failed",
            f"Shaka Packager left {job.name} unusable: {error}",
            "Check the free space of the store, then try again",
            file=job.source.name,
        ) from error
