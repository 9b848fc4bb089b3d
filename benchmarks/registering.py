"""A catalogue of many titles: ``python benchmarks/registering.py WORK [COUNT] [sqlite] [postgres]``; see README.md.

Registers COUNT sources from a list, twice, and asks for them as people do: ``vod titles list``, ``vod status`` and the
partitions as the UI's pages ask for them.
"""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.sides import CHECKOUT
from vod_assets_tests.servers.postgres import postgres
from vod_assets_tests.servers.processes import free_ports, running

COUNT = 100_000
A_FOLDER = 1_000
ASKED = {
    "names of all titles": """{ assetNodeOrError(assetKey: {path: ["hls_package"]}) {
        ... on AssetNode { partitionKeysByDimension { partitionKeys } } } }""",
    "status of one asset's partitions": """{ assetNodeOrError(assetKey: {path: ["hls_package"]}) { ... on AssetNode {
        assetPartitionStatuses { ... on DefaultPartitionStatuses { materializedPartitions failedPartitions
        unmaterializedPartitions materializingPartitions } } } } }""",
    "counts of every asset": """{ assetNodes { assetKey { path } partitionStats {
        numMaterialized numPartitions numFailed numMaterializing } } }""",
}


def listed(folder: Path, count: int) -> Path:
    """Make sources that nobody looks into yet, a thousand a folder, and the list that names them."""
    path = folder / f"{count}-titles.csv"
    if not path.exists():
        with path.open("w") as lines:
            lines.write("source,name\n")
            for number in range(count):
                source = folder / f"shelf{number // A_FOLDER:03}" / f"film-{number:06}.mov"
                source.parent.mkdir(exist_ok=True)
                source.write_bytes(b"x")
                lines.write(f"{source},Film No. {number}\n")
    return path


def catalogue(folder: Path, count: int, storage: str = "") -> None:
    """Register, register again, and ask."""
    home = folder / "home"
    shutil.rmtree(home, ignore_errors=True)
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment = {**kept, "VOD_HOME": str(home), "DAGSTER_HOME": str(home / "dagster"), "PYTHONPATH": str(CHECKOUT)}
    if storage:
        (home / "dagster").mkdir(parents=True)
        (home / "dagster" / "dagster.yaml").write_text(f"telemetry: {{enabled: false}}\n{storage}\n")
    ours, path = [sys.executable, "-m", "vod_assets"], str(listed(folder, count))

    def vod(*arguments: str) -> str:
        began, output = time.monotonic(), folder / "output"
        with output.open("wb") as stdout:
            process = subprocess.Popen([*ours, *arguments], cwd=folder, env=environment, stdout=stdout)
            _, status, used = os.wait4(process.pid, 0)
        if status:
            raise SystemExit(f"vod {arguments} ended with {status}")
        cpu, wall, mebibytes = used.ru_utime + used.ru_stime, time.monotonic() - began, used.ru_maxrss >> 10
        print(
            f"  vod {' '.join(arguments).replace(path, 'LIST')}: {cpu:.1f} CPU s, {wall:.1f} s, {mebibytes} MiB",
            flush=True,
        )
        return output.read_text()

    assert json.loads(vod("titles", "import", path, "--json"))["new"] == count
    assert json.loads(vod("titles", "import", path, "--json"))["known"] == count
    assert len(vod("titles", "list").splitlines()) == count
    vod("status")
    assert len(json.loads(vod("status", "--json"))) == count
    with _ui(environment, folder) as ask:
        for what, query in ASKED.items():
            for which in ("first", "next"):
                began = time.monotonic()
                size = len(ask(query))
                print(f"  {what}, {which} time: {time.monotonic() - began:.1f} s, {size / 1e6:.1f} MB", flush=True)


@contextmanager
def _ui(environment: dict[str, str], folder: Path) -> Iterator[Callable[[str], bytes]]:
    (port,) = free_ports(1)
    program = Path(sys.executable).parent / "dagster-webserver"
    argv: list[str | Path] = [program, "-m", "vod_assets.definitions", "-h", "127.0.0.1", "-p", str(port)]

    def ask(query: str) -> bytes:
        body = json.dumps({"query": query}).encode()
        address = f"http://127.0.0.1:{port}/graphql"
        request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=600) as answer:
            data: bytes = answer.read()
        assert not json.loads(data).get("errors"), data[:500]
        return data

    def is_ready() -> bool:
        try:
            return bool(ask("{ version }"))
        except OSError:
            return False

    with running(argv, is_ready, folder / "ui.log", environment):
        yield ask


def main() -> None:
    """Measure with SQLite, with PostgreSQL, or with both."""
    folder = Path(sys.argv[1]).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    count = next((int(word) for word in sys.argv[2:] if word.isdigit()), COUNT)
    sides = {"sqlite", "postgres"} & set(sys.argv[2:]) or {"sqlite", "postgres"}
    if "sqlite" in sides:
        print(f"{count} titles, SQLite")
        catalogue(folder, count)
    if "postgres" in sides:
        print(f"{count} titles, PostgreSQL")
        with postgres() as server:
            catalogue(folder, count, server.dagster_storage)


if __name__ == "__main__":
    main()
