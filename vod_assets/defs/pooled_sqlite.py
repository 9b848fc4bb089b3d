"""Dagster's SQLite storages with connections that stay open.

Dagster opens and closes a connection, and compiles every statement anew, for each of the thousand queries of a run;
that was more than half of what a run without any encode cost. Here each database keeps one engine, with its pool and
its statement cache.
"""

import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Self

import sqlalchemy as db
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME, SqliteEventLogStorage
from dagster._core.storage.runs.sqlite.sqlite_run_storage import SqliteRunStorage
from dagster._core.storage.schedules.sqlite.sqlite_schedule_storage import SqliteScheduleStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS, create_db_conn_string

OPEN_DATABASES = 16  # a daemon sees a database per run
BELIEVED_SECONDS = 1.0


class Engines:
    """One engine per database file; the least recently used is closed when there are too many."""

    def __init__(self) -> None:
        self._engines: OrderedDict[str, db.Engine] = OrderedDict()
        self._lock = threading.Lock()

    def engine(self, address: str) -> db.Engine:
        """Return the engine of a database; one whose file was removed is opened anew."""
        with self._lock:
            engine = self._engines.pop(address, None)
            if engine is not None and not Path(str(engine.url.database)).exists():
                engine.dispose()
                engine = None
            engine = engine or _opened(address)
            self._engines[address] = engine
            if len(self._engines) > OPEN_DATABASES:
                self._engines.popitem(last=False)[1].dispose()
            return engine

    def dispose(self) -> None:
        """Close everything."""
        with self._lock:
            for engine in self._engines.values():
                engine.dispose()
            self._engines.clear()


def _opened(address: str) -> db.Engine:
    engine = db.create_engine(address, connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS})
    db.event.listen(engine, "connect", _relax)
    return engine


def _relax(connection: Any, _record: object) -> None:
    """Let the write-ahead log be synced at checkpoints: a crash loses nothing, a power cut the last events at most."""
    connection.execute("PRAGMA synchronous=NORMAL")


def is_complete(database: Path, *tables: str) -> bool:
    """Whether Dagster has created a database to the end: its schema's revision is written last.

    To find that out, Dagster executes all its migration scripts at every start.

    Args:
        database: A file that may not exist yet.
        *tables: What must be there besides the revision.
    """
    if not database.exists():
        return False
    with closing(sqlite3.connect(database, timeout=SQLITE_BUSY_TIMEOUT_SECONDS)) as connection:
        found = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not found.issuperset({"alembic_version", *tables}):
            return False
        return connection.execute("SELECT version_num FROM alembic_version").fetchone() is not None


class PooledEventLog(SqliteEventLogStorage):
    """Events, with open connections."""

    def __init__(self, base_dir: str) -> None:
        self._engines = Engines()
        self._tables: set[str] = set()
        self._partitions_seen: dict[tuple[str, str], float] = {}
        super().__init__(base_dir)

    def has_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> bool:
        """Whether a partition exists; Dagster asks a dozen times a step, so a yes is believed for a second."""
        key = (partitions_def_name, partition_key)
        if time.monotonic() - self._partitions_seen.get(key, float("-inf")) < BELIEVED_SECONDS:
            return True
        exists = super().has_dynamic_partition(partitions_def_name, partition_key)
        if exists:
            self._partitions_seen[key] = time.monotonic()
        return exists

    def delete_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> None:
        """Delete a partition."""
        super().delete_dynamic_partition(partitions_def_name, partition_key)
        self._partitions_seen.pop((partitions_def_name, partition_key), None)

    def has_table(self, table_name: str) -> bool:
        """Whether a table exists; once it does, nothing removes it."""
        if table_name not in self._tables:
            engine = self._engines.engine(self.conn_string_for_shard(INDEX_SHARD_NAME))
            with engine.connect() as connection:
                if not engine.dialect.has_table(connection, table_name):
                    return False
            self._tables.add(table_name)
        return True

    def dispose(self) -> None:
        """Close everything."""
        super().dispose()
        self._engines.dispose()

    def _initdb(self, engine: db.Engine, for_index_shard: bool = False) -> None:
        if not is_complete(Path(str(engine.url.database)), "event_logs"):
            super()._initdb(engine, for_index_shard)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[db.Connection]:
        with self._db_lock:
            engine = self._engines.engine(self.conn_string_for_shard(shard))
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.begin() as connection:
                yield connection


class PooledRuns(SqliteRunStorage):
    """Runs, with open connections."""

    def __init__(self, conn_string: str, inst_data: Any = None) -> None:
        self._engines = Engines()
        super().__init__(conn_string, inst_data)

    @classmethod
    def from_local(cls, base_dir: str, inst_data: Any = None) -> Self:
        """Open the database of a folder; create it first where it is missing."""
        if is_complete(Path(base_dir) / "runs.db", "runs", "instance_info"):
            return cls(create_db_conn_string(base_dir, "runs"), inst_data)
        return super().from_local(base_dir, inst_data)

    @contextmanager
    def connect(self) -> Iterator[db.Connection]:
        """Open a transaction."""
        with self._engines.engine(self._conn_string).begin() as connection:
            yield connection

    def dispose(self) -> None:
        """Close everything."""
        super().dispose()
        self._engines.dispose()


class PromptSchedules(SqliteScheduleStorage):
    """Schedules and sensors; only their opening is quicker."""

    @classmethod
    def from_local(cls, base_dir: str, inst_data: Any = None) -> SqliteScheduleStorage:
        """Open the database of a folder; create it first where it is missing."""
        if is_complete(Path(base_dir) / "schedules.db", "job_ticks"):
            return cls(create_db_conn_string(base_dir, "schedules"), inst_data)
        return super().from_local(base_dir, inst_data)
