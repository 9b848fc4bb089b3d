"""A PostgreSQL server for Dagster's storage."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vod_assets_tests.servers.processes import free_ports, listens, running

USER, PASSWORD = "vod", "vod-pass"
QUICK = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB"]


@dataclass(frozen=True)
class Postgres:
    """A running server with an empty database."""

    port: int

    @property
    def dagster_storage(self) -> str:
        """What ``dagster.yaml`` says of it; the driver is named, for SQLAlchemy 2.1 would look for another one."""
        return (
            "storage: {postgres: {postgres_db: {scheme: postgresql+psycopg2, hostname: 127.0.0.1, "
            f"port: {self.port}, username: {USER}, password: {PASSWORD}, db_name: postgres}}}}}}"
        )


@contextmanager
def postgres(folder: Path | None = None, port: int = 0) -> Iterator[Postgres]:
    """Run a server while the context lasts; one that is started again in the same folder has its rows.

    It runs as another user when this one is root, whom it refuses.
    """
    binaries, port = _binaries(), port or free_ports(1)[0]
    own = (
        Path(tempfile.mkdtemp(prefix="vod-postgres-")) if folder is None else None
    )  # pytest's own are closed to others
    folder = folder or own or Path()
    try:
        as_user = _other_user(folder)
        data = folder / "data"
        if not data.exists():
            _make(as_user, binaries, folder, data)
        options = [word for option in QUICK for word in ("-c", option)]
        serve = [str(binaries / "postgres"), "-D", str(data), "-p", str(port), "-k", str(folder), "-h", "127.0.0.1"]
        log = Path(tempfile.mkstemp(prefix="vod-postgres-", suffix=".log")[1])
        try:
            with running([*as_user, *serve, *options], lambda: listens(port), log):
                yield Postgres(port)
        finally:
            log.unlink()
    finally:
        if own:
            shutil.rmtree(own, ignore_errors=True)


def _other_user(folder: Path) -> list[str]:
    """Return what a command begins with to be another user's when this one is root; the folder is that user's."""
    if os.getuid() != 0:
        return []
    account = pwd.getpwnam("postgres")
    os.chown(folder, account.pw_uid, account.pw_gid)
    return ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]


def _make(as_user: list[str], binaries: Path, folder: Path, data: Path) -> None:
    password = folder / "password"
    password.write_text(PASSWORD)
    if as_user:
        shutil.chown(password, "postgres", "postgres")
    make = [str(binaries / "initdb"), "-D", str(data), "-U", USER, "-A", "scram-sha-256", f"--pwfile={password}"]
    subprocess.run([*as_user, *make, "--no-sync", "-E", "UTF8"], cwd=folder, check=True, capture_output=True)


def _binaries() -> Path:
    """Return the folder of the newest server's programs; Debian keeps them off the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise RuntimeError("PostgreSQL is not installed; on Debian it comes with the package postgresql")
    return found[-1].parent
