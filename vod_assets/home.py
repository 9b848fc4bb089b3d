"""VOD_HOME: the one folder that the embedded default keeps everything in."""

import os
from importlib import resources
from pathlib import Path

from vod_assets.domain.errors import ConfigError
from vod_assets.logs import speak
from vod_assets.settings import Settings


def dagster_home(settings: Settings) -> Path:
    """Return the absolute folder of the Dagster instance, which may not exist yet."""
    return settings.home_path / "dagster"


def packaged_dagster_yaml() -> str:
    """Return the ``dagster.yaml`` that the package carries; the checkout's top-level file is the same."""
    return resources.files("vod_assets").joinpath("data/dagster.yaml").read_text(encoding="utf-8")


def ensure_dagster_home(settings: Settings) -> Path:
    """Make VOD_HOME and its Dagster instance folder, point ``DAGSTER_HOME`` at it for this process, and return it.

    A ``dagster.yaml`` that is already there belongs to the operator and stays as it is. Children must find the same
    VOD_HOME from any working directory, so ``VOD_HOME`` is made absolute in the environment too.

    Raises:
        ConfigError: ``home_not_writable``.
    """
    speak(settings)
    home = dagster_home(settings)
    try:
        home.mkdir(parents=True, exist_ok=True)
        settings.scratch_path.mkdir(parents=True, exist_ok=True)
        _write_once(home / "dagster.yaml", packaged_dagster_yaml())
    except OSError as error:
        raise ConfigError(
            "home_not_writable",
            f"VOD_HOME {settings.home_path} cannot be written: {error.strerror}",
            "Set VOD_HOME to a folder that this user may write",
        ) from error
    os.environ["VOD_HOME"] = str(settings.home_path)
    os.environ["DAGSTER_HOME"] = str(home)
    return home


def _write_once(path: Path, text: str) -> None:
    """Write a file that nobody sees half written; the first writer wins."""
    if path.exists():
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)  # a concurrent writer writes the same text
