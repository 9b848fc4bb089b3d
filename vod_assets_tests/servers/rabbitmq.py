"""A RabbitMQ server for the farm's messages."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import amqp
import psutil

from vod_assets_tests.servers.processes import STOP_SECONDS, free_ports, listens, running

PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # not the one in /usr/sbin, which wants to be another user
USER, PASSWORD, HOST = "vod", "vod-broker-pass", "vod"
CONFIGURATION = """\
listeners.tcp.1 = 127.0.0.1:{port}
default_vhost = {host}
default_user = {user}
default_pass = {password}
loopback_users.guest = true
log.console = true
log.console.level = warning
vm_memory_high_watermark.absolute = 512MB
disk_free_limit.absolute = 200MB
consumer_timeout = 86400000
"""


@dataclass
class RabbitMq:
    """A running broker.

    Attributes:
        pid: Of its Erlang machine.
    """

    port: int
    folder: Path
    pids: list[int] = field(default_factory=list)

    @property
    def address(self) -> str:
        """What ``VOD_BROKER`` says of it."""
        return f"amqp://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{HOST}"

    def answers(self) -> bool:
        """Whether it accepts a login."""
        if not listens(self.port):
            return False
        with (
            suppress(OSError, amqp.exceptions.AMQPError),
            amqp.Connection(
                f"127.0.0.1:{self.port}", userid=USER, password=PASSWORD, virtual_host=HOST, connect_timeout=5
            ),
        ):
            return True
        return False


@contextmanager
def rabbitmq(folder: Path | None = None, port: int = 0) -> Iterator[RabbitMq]:
    """Run a broker while the context lasts; one that is started again in the same folder has its messages."""
    if not PROGRAM.exists():
        raise RuntimeError("RabbitMQ is not installed; on Debian it comes with the package rabbitmq-server")
    own = folder is None
    folder = folder or Path(tempfile.mkdtemp(prefix="vod-rabbitmq-"))
    more, epmd = free_ports(2)
    server = RabbitMq(port or free_ports(1)[0], folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rabbitmq.conf").write_text(
        CONFIGURATION.format(port=server.port, host=HOST, user=USER, password=PASSWORD)
    )
    (folder / "enabled_plugins").write_text("[].")
    try:
        with running([PROGRAM], server.answers, folder / "log", _environment(server, more, epmd)) as process:
            server.pids.append(process.pid)
            try:
                yield server
            finally:
                _stop(folder / "pid")
                _stop_listener(epmd)
    finally:
        if own:
            shutil.rmtree(folder, ignore_errors=True)


def _environment(server: RabbitMq, more: int, epmd: int) -> dict[str, str]:
    folder = server.folder
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "RABBITMQ_NODENAME": f"vod{server.port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(server.port),
        "RABBITMQ_DIST_PORT": str(more),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_PORT": str(epmd),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "logs"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none",
    }


def _stop(pid_file: Path) -> None:
    """Stop the Erlang machine, which the program that was started has left."""
    with suppress(OSError, ValueError):
        pid = int(pid_file.read_text())
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while psutil.pid_exists(pid) and time.monotonic() < deadline:
            time.sleep(0.05)


def _stop_listener(port: int) -> None:
    """Stop Erlang's name server, which outlives the broker."""
    found = [one.pid for one in psutil.net_connections("tcp") if one.status == "LISTEN" and one.laddr.port == port]
    for pid in {pid for pid in found if pid}:
        with suppress(psutil.NoSuchProcess):
            psutil.Process(pid).terminate()
