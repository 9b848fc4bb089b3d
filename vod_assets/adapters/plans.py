"""Plans remembered in one small database beside the caches of this machine."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path
from typing import Any

from vod_assets.ports.plans import RememberedPlan, Seal, Settled

FILE = "plans.sqlite"
BUSY_SECONDS = 60
ROWS_AT_ONCE = 500
TABLES = """
DROP TABLE IF EXISTS plans;
DROP TABLE IF EXISTS titles;
DROP TABLE IF EXISTS title_plans;
CREATE TABLE IF NOT EXISTS plans_of_titles (
    asked TEXT NOT NULL, title TEXT NOT NULL, deployment TEXT NOT NULL, state TEXT NOT NULL, settled TEXT NOT NULL,
    remarks TEXT NOT NULL, PRIMARY KEY (asked, title)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS deployments (word TEXT NOT NULL PRIMARY KEY, said TEXT NOT NULL) WITHOUT ROWID
"""
Row = tuple[str, str, str, str, str, str]


class SqlitePlanMemory:
    """Remembers plans; what is kept is written some hundreds at a time, and with `flush`."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._waiting: dict[tuple[str, str], Row] = {}

    def recall(self, asked: str, title: str) -> RememberedPlan | None:
        """Return the plan that was remembered last."""
        row = (
            self._waiting.get((asked, title))
            or self._database.execute(
                "SELECT * FROM plans_of_titles WHERE asked = ? AND title = ?",
                (asked, title),
            ).fetchone()
        )
        if row is None:
            return None
        _, _, deployment, state, settled, remarks = row
        return RememberedPlan(
            Seal(deployment, state), [tuple(remark) for remark in json.loads(remarks)], _settled(settled)
        )

    def keep(self, asked: str, title: str, plan: RememberedPlan) -> None:
        """Remember a plan."""
        seal, remarks = plan.seal, json.dumps(plan.remarks, ensure_ascii=False)
        self._waiting[asked, title] = (
            asked,
            title,
            seal.deployment,
            seal.title,
            json.dumps(astuple(plan.settled)) if plan.settled else "",
            remarks,
        )
        if len(self._waiting) >= ROWS_AT_ONCE:
            self.flush()

    def deployment(self, word: str) -> Mapping[str, Any] | None:
        """Return the deployment of a word."""
        row = self._database.execute("SELECT said FROM deployments WHERE word = ?", (word,)).fetchone()
        return dict(json.loads(row[0])) if row else None

    def keep_deployment(self, word: str, said: Mapping[str, Any]) -> None:
        """Remember a deployment by its word."""
        with self._database:
            self._database.execute("INSERT OR IGNORE INTO deployments VALUES (?, ?)", (word, json.dumps(said)))

    def flush(self) -> None:
        """Write what waits."""
        with self._database:
            self._database.executemany("REPLACE INTO plans_of_titles VALUES (?, ?, ?, ?, ?, ?)", self._waiting.values())
        self._waiting.clear()


def _settled(said: str) -> Settled | None:
    if not said:
        return None
    deployment, is_sole, empty = json.loads(said)
    return Settled(deployment, is_sole, tuple(empty))


@contextmanager
def open_plan_memory(cache: Path) -> Iterator[SqlitePlanMemory]:
    """Return the memory below a cache folder; a broken one is begun anew."""
    cache.mkdir(parents=True, exist_ok=True)
    try:
        database = _connected(cache / FILE)
    except sqlite3.DatabaseError:
        (cache / FILE).unlink()
        database = _connected(cache / FILE)
    try:
        memory = SqlitePlanMemory(database)
        yield memory
        memory.flush()
    finally:
        database.close()


def _connected(file: Path) -> sqlite3.Connection:
    database = sqlite3.connect(file, timeout=BUSY_SECONDS)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        database.executescript(TABLES)
    except sqlite3.DatabaseError:
        database.close()
        raise
    return database
