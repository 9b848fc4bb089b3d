"""Dagster's PostgreSQL storage with connections that stay open.

Dagster opens a connection for each of the thousand queries of a run; PostgreSQL starts a process for each, and both
sides compute a password's hash.
"""

import os
from functools import cache
from typing import Any, Self

from dagster._serdes import ConfigurableClassData
from dagster_postgres import DagsterPostgresStorage
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import SQLAlchemyError

from vod_assets.domain.errors import ConfigError
from vod_assets.named_secrets import secret
from vod_assets.settings import Settings

DRIVER = "postgresql+psycopg2"  # SQLAlchemy 2.1 takes psycopg 3 otherwise, which dagster-postgres does not bring
KEPT = 2  # connections of one process
MOST_MORE = 8


class PooledPostgres(DagsterPostgresStorage):
    """Runs, events and schedules in PostgreSQL; all three share the connections of a process."""

    @classmethod
    def of(cls, settings: Settings, inst_data: ConfigurableClassData | None = None) -> Self:
        """Return the storage of the settings, whose tables exist afterwards.

        Raises:
            ConfigError: ``database_unreachable``.
        """
        url = sqlalchemy_url(secret(settings, "database"))
        try:
            made = cls(url, should_autocreate_tables=(url, os.getpid()) not in _complete, inst_data=inst_data)
        except SQLAlchemyError as error:
            words = str(getattr(error, "orig", "") or type(error).__name__).strip().splitlines()
            raise ConfigError(
                "database_unreachable",
                f"the database of VOD_DATABASE cannot be used: {words[0] if words else 'no answer'}",
                "Check its address, user and password, and that the server runs",
            ) from None  # SQLAlchemy's own words may hold the address
        _complete.add((url, os.getpid()))
        engine = _engine(url, os.getpid())
        parts: tuple[Any, ...] = (made.run_storage, made.event_log_storage, made.schedule_storage)
        for part in parts:
            part._engine = engine
        return made


_complete: set[tuple[str, int]] = set()  # databases whose tables this process has found


@cache
def _engine(url: str, process: int) -> Engine:  # noqa: ARG001 - a child must not speak on its parent's connections
    """Return what all storages of a process share; a connection that a restart of the server broke is opened anew."""
    options: dict[str, Any] = {"pool_size": KEPT, "max_overflow": MOST_MORE, "pool_pre_ping": True}
    return create_engine(url, isolation_level="AUTOCOMMIT", **options)


def sqlalchemy_url(database: str) -> str:
    """Return a PostgreSQL address as SQLAlchemy takes it, with the driver that is installed."""
    return f"{DRIVER}://{database.partition('://')[2]}"
