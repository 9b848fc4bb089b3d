"""What the tools say of themselves: versions, encoders, filters. `vod doctor` shows it; start-up refuses by it."""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from vod_assets.adapters.ffmpeg.command import version_command
from vod_assets.adapters.tools import NAMES, Tools
from vod_assets.domain.errors import ConfigError
from vod_assets.ports import Limits, ToolRunner

VERSIONS = "versions.json"  # in the cache of builds
OLDEST_FFMPEG = (8, 1, 2)  # 8.1.2 closed CVE-2026-8461, a heap write that any uploaded file could reach
ENCODERS = ("libx264", "libx265", "libsvtav1", "aac")
FILTERS = ("libvmaf", "zscale")
QUICK = Limits(address_space_bytes=2 << 30, cpu_seconds=10, wall_seconds=30, stall_seconds=20)


@dataclass(frozen=True)
class ToolVersions:
    """Versions as the tools state them, and what the FFmpeg in use can do."""

    ffmpeg: str
    ffprobe: str
    packager: str
    encoders: frozenset[str]
    filters: frozenset[str]

    @property
    def missing(self) -> tuple[str, ...]:
        """Encoders and filters that the assets need and this FFmpeg lacks."""
        return (
            *(name for name in ENCODERS if name not in self.encoders),
            *(name for name in FILTERS if name not in self.filters),
        )


def tool_versions(tools: Tools, runner: ToolRunner) -> ToolVersions:
    """Return what the tools say; runs each of them for some milliseconds.

    Raises:
        ToolError: ``tool_missing`` or ``tool_failed``.
    """

    def ask(*argv: str) -> str:
        return runner.run(argv, limits=QUICK).stdout.decode(errors="replace")

    return ToolVersions(
        ffmpeg=_version(ask(*version_command(tools.ffmpeg))),
        ffprobe=_version(ask(*version_command(tools.ffprobe))),
        packager=_version(ask(str(tools.packager), "--version")),
        encoders=_names(ask(*version_command(tools.ffmpeg, "encoders"))),
        filters=_names(ask(*version_command(tools.ffmpeg, "filters"))),
    )


def require_supported(versions: ToolVersions, *, allow_old_ffmpeg: bool = False) -> None:
    """Return when these tools may read files from outside and make what the assets need.

    Raises:
        ConfigError: ``ffmpeg_too_old`` or ``encoder_missing``.
    """
    for name, version in (("ffmpeg", versions.ffmpeg), ("ffprobe", versions.ffprobe)):
        if not allow_old_ffmpeg and not _is_recent(version):
            oldest = ".".join(map(str, OLDEST_FFMPEG))
            raise ConfigError(
                "ffmpeg_too_old",
                f"{name} is {version}, older than {oldest}",
                f"Unset VOD_{name.upper()} to use the packaged one, or set VOD_ALLOW_OLD_FFMPEG=true for a back-port",
            )
    if versions.missing:
        raise ConfigError(
            "encoder_missing",
            f"ffmpeg {versions.ffmpeg} lacks {', '.join(versions.missing)}",
            "Unset VOD_FFMPEG to use the packaged one, or name a full build",
        )


def require_supported_once(tools: Tools, runner: ToolRunner, *, allow_old_ffmpeg: bool = False) -> None:
    """Return when these very builds were found fit, now or before: a known build starts no process.

    Raises:
        ConfigError: ``ffmpeg_too_old`` or ``encoder_missing``.
    """
    builds = [tools.build_id("ffmpeg"), tools.build_id("ffprobe")]
    known = tools.cache / "supported.json" if tools.cache else None
    if known is not None and known.is_file() and json.loads(known.read_text()) == builds:
        return
    versions = tool_versions(tools, runner)
    if tools.cache:
        said = {tools.build_id(name): getattr(versions, name) for name in NAMES}
        _replace(tools.cache / VERSIONS, {**known_versions(tools.cache), **said})
    require_supported(versions, allow_old_ffmpeg=allow_old_ffmpeg)
    if known is not None and not allow_old_ffmpeg:
        _replace(known, builds)


def known_versions(cache: Path) -> dict[str, str]:
    """Return the version of each build that was ever asked on this machine, by its SHA-256."""
    try:
        kept = json.loads((cache / VERSIONS).read_text())
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _replace(file: Path, said: object) -> None:
    partial = file.with_name(f".{file.stem}.{os.getpid()}.json")
    partial.write_text(json.dumps(said))
    partial.replace(file)


def _version(text: str) -> str:
    found = re.search(r"version\s+(\S+)", text)
    return found[1] if found else "unknown"


def _is_recent(version: str) -> bool:
    """Whether a version is new enough; a nightly build (``N-123456-g…``) counts as recent."""
    numbers = re.match(r"n?(\d+)\.(\d+)(?:\.(\d+))?", version)
    if numbers is None:
        return version.startswith("N-")
    return tuple(int(number or 0) for number in numbers.groups()) >= OLDEST_FFMPEG


def _names(listing: str) -> frozenset[str]:
    """Return the second word of every row of ``-encoders`` or ``-filters``."""
    return frozenset(row.split()[1] for row in listing.splitlines() if len(row.split()) > 2)
