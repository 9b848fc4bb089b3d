"""``vod metrics``: the house in figures, for Prometheus."""

import shutil
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vod_assets.cli.session import Session, open_session
from vod_assets.domain.errors import ConfigError
from vod_assets.settings import HIGHEST_PORT

if TYPE_CHECKING:
    from vod_assets.domain.measures import Measure
    from vod_assets.metrics_page import Looking

PORT = 9464
RARELY_SECONDS = 60.0  # between two looks that list what lies in a store or a CMS
ONCE_SECONDS = 60.0


def metrics(
    port: Annotated[int, typer.Option(min=0, max=HIGHEST_PORT, help="Port; 0 takes a free one.")] = PORT,
    host: Annotated[
        str, typer.Option(help="Address to listen on; other machines reach any but loopback.")
    ] = "127.0.0.1",
    once: Annotated[bool, typer.Option("--once", help="Print the figures of now, for a textfile collector.")] = False,
) -> None:
    """Serve /metrics for Prometheus until Ctrl-C: runs, queues, workers, speeds, failures, notices.

    Example: [cyan]vod metrics --port 9464[/]
    """
    _require_client()
    with open_session() as session:
        looking = _looking(session)
        if once:
            from vod_assets.metrics_page import page

            print(page(looking, ONCE_SECONDS).decode(), end="")
            return
        with suppress(KeyboardInterrupt):  # the way to end it, and no failure
            _serve(looking, host, port)


def _serve(looking: "Looking", host: str, port: int) -> None:
    from prometheus_client import CollectorRegistry, start_http_server

    registry = CollectorRegistry()
    looking.measures(0.0)  # it begins to look before anybody asks
    registry.register(looking)
    try:
        server, thread = start_http_server(port, addr=host, registry=registry)
    except OSError as error:
        cause = f"{host}:{port} cannot be listened on: {error.strerror}"
        raise ConfigError("port_in_use", cause, "Choose another with --port") from error
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell starts what it sends to the background without them
        signal.signal(number, signal.default_int_handler)
    print(f"metrics  http://{host}:{server.server_port}/metrics", flush=True)
    try:
        thread.join()
    finally:
        server.shutdown()
        server.server_close()


def _looking(session: Session) -> "Looking":
    from vod_assets.defs.counting import Counting
    from vod_assets.defs.metering import daemon_measures, pool_measures, queue_measures, run_measures
    from vod_assets.metrics_page import Looking

    instance = session.instance
    counting = Counting(instance, session.settings.home_path / "cache" / "metrics.json")
    return Looking(
        {
            "runs": partial(run_measures, instance),
            "encodes": counting.measures,
            "pools": partial(pool_measures, instance),
            "daemon": partial(daemon_measures, instance),
            "queues": partial(queue_measures, session.settings),
            "disks": partial(_disks, session),
            "titles": _rarely(partial(_titles, session)),
            "notices": _rarely(partial(_notices, session)),
        }
    )


def _titles(session: Session) -> "list[Measure]":
    from vod_assets.domain.measures import gauges

    counts = {
        "registered": len(session.store.titles()),
        "published": len(list(session.cms.entries())),
        "refused": len(session.store.refusals()),
        "quarantined": len(list(session.leases.quarantines())),
    }
    said = "Titles by state; registered are all, and the other states are parts of it."
    return [gauges("vod_titles", said, "state", {state: float(count) for state, count in counts.items()})]


def _notices(session: Session) -> "list[Measure]":
    from vod_assets.domain.measures import gauge

    waiting, dead = len(list(session.post.waiting())), len(list(session.post.dead()))
    return [
        gauge("vod_notices_waiting", "Notices that were not sent yet.", waiting),
        gauge("vod_notices_dead", "Notices that nobody took, and that are tried no more.", dead),
    ]


def _disks(session: Session) -> "list[Measure]":
    from vod_assets.domain.measures import gauges

    settings = session.settings
    folders = {"store": settings.store_path, "scratch": settings.scratch_path, "origin": settings.origin_path}
    used = {name: shutil.disk_usage(_existing(path)) for name, path in folders.items() if path}
    return [
        gauges("vod_disk_free_bytes", "Free space where a folder lies.", "place", {n: u.free for n, u in used.items()}),
        gauges("vod_disk_bytes", "All space where a folder lies.", "place", {n: u.total for n, u in used.items()}),
    ]


def _existing(path: Path) -> Path:
    return next(folder for folder in (path, *path.parents) if folder.exists())


def _rarely(look: "Callable[[], Sequence[Measure]]") -> "Callable[[], Sequence[Measure]]":
    """Return the same look, which is made at most once a minute."""
    known: list[tuple[float, Sequence[Measure]]] = []

    def looked() -> "Sequence[Measure]":
        if not known or time.monotonic() - known[0][0] > RARELY_SECONDS:
            known[:] = [(time.monotonic(), look())]
        return known[0][1]

    return looked


def _require_client() -> None:
    try:
        import prometheus_client  # noqa: F401 - only whether it is there
    except ImportError as error:
        cause = "the package prometheus-client is not installed"
        raise ConfigError("bad_setting", cause, "Install the extra: pip install 'vod-assets[farm]'") from error
