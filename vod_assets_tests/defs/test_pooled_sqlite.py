"""Open connections change what Dagster's SQLite costs, and nothing of what it says."""

import sqlite3
import time
from pathlib import Path

import dagster as dg
import pytest
from alembic.script import ScriptDirectory
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

from vod_assets.defs.pooled_sqlite import (
    BELIEVED_SECONDS,
    OPEN_DATABASES,
    Engines,
    PooledEventLog,
    PooledRuns,
    is_complete,
)


@dg.asset(partitions_def=dg.DynamicPartitionsDefinition(name="titles"))
def clip() -> int:
    return 1


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dg.DagsterInstance:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    (tmp_path / "dagster.yaml").write_text(
        "telemetry: {enabled: false}\n"
        "storage: {custom: {module: vod_assets.defs.instance_storage, class: HomeStorage, config: {}}}\n"
    )
    return dg.DagsterInstance.get()


def test_the_instance_uses_open_connections(instance: dg.DagsterInstance) -> None:
    assert isinstance(instance.event_log_storage, PooledEventLog)
    assert isinstance(instance.run_storage, PooledRuns)


def test_what_one_writes_dagsters_own_storage_reads(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    instance.add_dynamic_partitions("titles", ["film"])
    result = dg.materialize([clip], instance=instance, partition_key="film")
    theirs = SqliteEventLogStorage(str(tmp_path / "history" / "runs"))
    assert theirs.has_dynamic_partition("titles", "film")
    assert len(theirs.get_logs_for_run(result.run_id)) == len(instance.all_logs(result.run_id)) > 5


def test_what_another_writes_is_seen_at_once(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    assert not instance.has_dynamic_partition("titles", "film")
    theirs = SqliteEventLogStorage(str(tmp_path / "history" / "runs"))
    theirs.add_dynamic_partitions("titles", ["film"])
    assert instance.has_dynamic_partition("titles", "film")


def test_a_partition_deleted_here_is_gone_at_once(instance: dg.DagsterInstance) -> None:
    instance.add_dynamic_partitions("titles", ["film"])
    assert instance.has_dynamic_partition("titles", "film")
    instance.delete_dynamic_partition("titles", "film")
    assert not instance.has_dynamic_partition("titles", "film")


def test_a_partition_deleted_by_another_is_gone_a_second_later(
    instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance.add_dynamic_partitions("titles", ["film"])
    assert instance.has_dynamic_partition("titles", "film")
    SqliteEventLogStorage(str(tmp_path / "history" / "runs")).delete_dynamic_partition("titles", "film")
    later = time.monotonic() + BELIEVED_SECONDS
    monkeypatch.setattr("vod_assets.defs.pooled_sqlite.time.monotonic", lambda: later)
    assert not instance.has_dynamic_partition("titles", "film")


def test_a_complete_instance_opens_without_migration_scripts(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance.add_dynamic_partitions("titles", ["film"])
    loaded: list[object] = []
    load = ScriptDirectory._load_revisions
    monkeypatch.setattr(ScriptDirectory, "_load_revisions", lambda scripts: loaded.append(scripts) or load(scripts))
    with dg.DagsterInstance.get() as again:
        assert again.has_dynamic_partition("titles", "film")
    assert not loaded


@pytest.mark.parametrize("name", ["schedules/schedules.db", "history/runs.db", "history/runs/index.db"])
def test_a_database_that_was_not_created_to_the_end_is_completed(
    instance: dg.DagsterInstance, tmp_path: Path, name: str
) -> None:
    instance.add_dynamic_partitions("titles", ["film"])
    instance.dispose()
    with sqlite3.connect(tmp_path / name) as connection:
        connection.execute("DELETE FROM alembic_version")
    assert not is_complete(tmp_path / name)
    with dg.DagsterInstance.get() as again:
        assert again.has_dynamic_partition("titles", "film")
    assert is_complete(tmp_path / name)


def test_a_deleted_run_is_forgotten(instance: dg.DagsterInstance) -> None:
    instance.add_dynamic_partitions("titles", ["film"])
    first = dg.materialize([clip], instance=instance, partition_key="film")
    instance.delete_run(first.run_id)
    assert instance.get_run_by_id(first.run_id) is None
    assert dg.materialize([clip], instance=instance, partition_key="film").success


def test_few_databases_stay_open(tmp_path: Path) -> None:
    engines = Engines()
    opened = [engines.engine(f"sqlite:///{tmp_path}/{number}.db") for number in range(OPEN_DATABASES + 3)]
    for engine in opened:
        with engine.begin() as connection:
            connection.exec_driver_sql("select 1")
    assert len(engines._engines) == OPEN_DATABASES
    engines.dispose()
    assert not engines._engines
