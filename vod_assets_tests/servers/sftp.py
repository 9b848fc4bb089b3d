"""An SFTP server: AsyncSSH, which shares no code with the client that is tried on it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import paramiko

from vod_assets.adapters.source.sftp import SftpAccess
from vod_assets_tests.servers.processes import free_ports, listens, running

USER, PASSWORD = "vendor", "s3cret"
SERVER = """\
import asyncio
import sys

import asyncssh

port, root, key = int(sys.argv[1]), sys.argv[2], sys.argv[3]


class Doorman(asyncssh.SSHServer):
    def password_auth_supported(self):
        return True

    def validate_password(self, username, password):
        return (username, password) == ("vendor", "s3cret")


async def serve():
    def shown(channel):
        return asyncssh.SFTPServer(channel, chroot=root)

    server = await asyncssh.create_server(Doorman, "127.0.0.1", port, server_host_keys=[key], sftp_factory=shown)
    await server.wait_closed()


asyncio.run(serve())
"""


@dataclass(frozen=True)
class SftpServer:
    """A running server whose user sees ``folder`` as its root."""

    host: str
    folder: Path
    access: SftpAccess


@contextmanager
def sftp_server(folder: Path) -> Iterator[SftpServer]:
    """Run AsyncSSH on loopback with a key of its own."""
    (port,) = free_ports(1)
    root, key, known_hosts = folder / "root", folder / "host_key", folder / "known_hosts"
    root.mkdir(parents=True)
    host_key = paramiko.RSAKey.generate(2048)
    host_key.write_private_key_file(str(key))
    known_hosts.write_text(f"[127.0.0.1]:{port} {host_key.get_name()} {host_key.get_base64()}\n")
    (folder / "server.py").write_text(SERVER)
    argv: list[str | Path] = [sys.executable, folder / "server.py", str(port), root, key]
    with running(argv, lambda: listens(port), folder / "sftp.log"):
        yield SftpServer("127.0.0.1", root, SftpAccess(USER, PASSWORD, port, known_hosts=known_hosts))
