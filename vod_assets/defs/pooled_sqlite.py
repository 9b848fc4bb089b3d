"""Dagster's SQLite storages with connections that stay open.

Dagster opens and closes a connection, and compiles every statement anew, for each of the thousand queries of a run;
that was more than half of what a run without any encode cost. Here each database keeps one engine, with its pool and
its statement cache.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as db
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME, SqliteEventLogStorage
from dagster._core.storage.runs.sqlite.sqlite_run_storage import SqliteRunStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS

OPEN_DATABASES = 16  # a daemon sees a database per run


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


class PooledEventLog(SqliteEventLogStorage):
    """Events, with open connections."""

    def __init__(self, base_dir: str) -> None:
        self._engines = Engines()
        self._tables: set[str] = set()
        super().__init__(base_dir)

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

    @contextmanager
    def connect(self) -> Iterator[db.Connection]:
        """Open a transaction."""
        with self._engines.engine(self._conn_string).begin() as connection:
            yield connection

    def dispose(self) -> None:
        """Close everything."""
        super().dispose()
        self._engines.dispose()
