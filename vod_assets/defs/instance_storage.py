"""Where Dagster keeps runs, events and logs, as ``dagster.yaml`` names it.

Dagster's own classes want a fixed path or a variable that must be set. These three resolve the folder when an instance
is opened: so ``dagster dev`` in a checkout, with nothing set, shares one instance with ``vod``.
"""

import os
from pathlib import Path
from typing import Any

from dagster._core.storage.local_compute_log_manager import LocalComputeLogManager
from dagster._core.storage.root import LocalArtifactStorage
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData

from vod_assets.defs.pooled_sqlite import PooledEventLog, PooledRuns, PromptSchedules
from vod_assets.home import dagster_home
from vod_assets.logs import speak
from vod_assets.settings import load_settings


def instance_folder() -> str:
    """Return ``DAGSTER_HOME``, or ``$VOD_HOME/dagster`` while that is unset; the folder exists afterwards."""
    named = os.environ.get("DAGSTER_HOME")
    folder = Path(named).expanduser() if named else dagster_home(load_settings())
    folder.mkdir(parents=True, exist_ok=True)
    return str(folder)


class _FoundWhenOpened:
    """A part of the instance that takes no configuration, and looks for its folder when it is opened."""

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """Return the configuration it takes: none."""
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> Any:  # noqa: ARG003
        """Open it in the folder of the moment."""
        speak(load_settings())  # each of Dagster's processes comes by here
        opened: Any = cls
        return opened(cls.folder(), inst_data=inst_data)

    @classmethod
    def folder(cls) -> str:
        """Return the folder of the moment."""
        return instance_folder()


class HomeStorage(_FoundWhenOpened, DagsterSqliteStorage):
    """Runs, events and schedules in SQLite below the instance's folder, or in the PostgreSQL of ``VOD_DATABASE``."""

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> Any:
        """Open it where the settings of the moment say."""
        settings = load_settings()
        if not settings.database.get_secret_value():
            return super().from_config_value(inst_data, config_value)
        from vod_assets.defs.pooled_postgres import PooledPostgres

        return PooledPostgres.of(settings, inst_data)

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        # In place of Dagster's own constructor, which would open all three a second time.
        self.base_dir, self._inst_data = base_dir, inst_data
        history = Path(base_dir) / "history"  # where Dagster's own SQLite storage keeps both
        self._event_log_storage = PooledEventLog(str(history / "runs"))
        self._run_storage = PooledRuns.from_local(str(history))
        self._schedule_storage = PromptSchedules.from_local(str(Path(base_dir) / "schedules"))
        super(DagsterSqliteStorage, self).__init__()  # type: ignore[no-untyped-call] # Dagster leaves it untyped


class HomeArtifacts(_FoundWhenOpened, LocalArtifactStorage):
    """Values that Dagster itself keeps, below the instance's folder."""


class HomeComputeLogs(_FoundWhenOpened, LocalComputeLogManager):
    """What steps write to standard output and error, below the instance's folder."""

    @classmethod
    def folder(cls) -> str:
        """Return the folder that Dagster itself keeps logs in."""
        return str(Path(instance_folder()) / "storage")
