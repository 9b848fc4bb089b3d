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
def postgres() -> Iterator[Postgres]:
    """Run a server while the context lasts; as another user when this one is root, whom it refuses."""
    binaries, (port,) = _binaries(), free_ports(1)
    folder = Path(tempfile.mkdtemp(prefix="vod-postgres-"))  # pytest's own folders are closed to other users
    as_user: list[str] = []
    try:
        password = folder / "password"
        password.write_text(PASSWORD)
        if os.getuid() == 0:
            account = pwd.getpwnam("postgres")
            as_user = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
            for path in (folder, password):
                os.chown(path, account.pw_uid, account.pw_gid)
        data = str(folder / "data")
        make = [str(binaries / "initdb"), "-D", data, "-U", USER, "-A", "scram-sha-256", f"--pwfile={password}"]
        subprocess.run([*as_user, *make, "--no-sync", "-E", "UTF8"], cwd=folder, check=True, capture_output=True)
        options = [word for option in QUICK for word in ("-c", option)]
        serve = [str(binaries / "postgres"), "-D", data, "-p", str(port), "-k", str(folder), "-h", "127.0.0.1"]
        log = Path(tempfile.mkstemp(prefix="vod-postgres-", suffix=".log")[1])
        try:
            with running([*as_user, *serve, *options], lambda: listens(port), log):
                yield Postgres(port)
        finally:
            log.unlink()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path:
    """Return the folder of the newest server's programs; Debian keeps them off the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise RuntimeError("PostgreSQL is not installed; on Debian it comes with the package postgresql")
    return found[-1].parent
