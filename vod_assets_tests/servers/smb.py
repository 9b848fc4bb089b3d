"""Samba: a real SMB server, standing for an Isilon's shares."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from vod_assets.adapters.blobs.opening import ShareAccess
from vod_assets_tests.servers.processes import free_ports, listens, running

USER, PASSWORD = "isilon", "Isi-l0n!"
FOLDERS = ("private", "lock", "state", "cache", "pid", "log", "ncalrpc")
CONFIGURATION = """\
[global]
  server role = standalone server
  interfaces = 127.0.0.1
  bind interfaces only = yes
  smb ports = {port}
  disable netbios = yes
  server min protocol = SMB3_00
  server signing = mandatory
  smb encrypt = desired
  private dir = {folder}/private
  lock directory = {folder}/lock
  state directory = {folder}/state
  cache directory = {folder}/cache
  pid directory = {folder}/pid
  ncalrpc dir = {folder}/ncalrpc
  passdb backend = tdbsam
  log file = {folder}/log/smbd.log
  load printers = no
  printing = bsd
  printcap name = /dev/null
  disable spoolss = yes
  rpc start on demand helpers = no
  map to guest = never
  username map = {folder}/users.map
[mezz]
  path = {share}
  read only = no
  valid users = nobody
  force user = root
"""


@dataclass(frozen=True)
class SmbServer:
    """A running server with one share, ``mezz``, whose files lie in ``folder``."""

    host: str
    share: str
    folder: Path
    access: ShareAccess
    configuration: Path


@contextmanager
def smb_server(folder: Path, share: Path | None = None) -> Iterator[SmbServer]:
    """Run Samba on loopback, its share in a folder below the given one, or where it is named."""
    server = configured(folder, share or folder / "share")
    with smbd(server):
        yield server


def configured(folder: Path, share: Path) -> SmbServer:
    """Return a server that does not run yet."""
    for path in (*(folder / name for name in FOLDERS), share):
        path.mkdir(parents=True, exist_ok=True)
    (port,) = free_ports(1)
    configuration = folder / "smb.conf"
    configuration.write_text(CONFIGURATION.format(port=port, folder=folder, share=share))
    (folder / "users.map").write_text(f"nobody = {USER}\n")
    subprocess.run(
        [_program("smbpasswd"), "-c", configuration, "-s", "-a", "nobody"],
        input=f"{PASSWORD}\n{PASSWORD}\n".encode(),
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return SmbServer("127.0.0.1", "mezz", share, ShareAccess(USER, PASSWORD, port), configuration)


@contextmanager
def smbd(server: SmbServer) -> Iterator[None]:
    """Run a server; when it ends, the processes that serve its connections end too."""
    argv = [_program("smbd"), "--foreground", "--no-process-group", "--debug-stdout", "-s", server.configuration]
    log = server.configuration.with_name("smbd.out")
    with running(argv, lambda: listens(server.access.port), log) as process:
        try:
            yield
        finally:
            with suppress(ProcessLookupError):  # they have all ended
                os.killpg(process.pid, signal.SIGTERM)  # it leads a session of its own


def _program(name: str) -> str:
    found = shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")
    if found is None:
        raise RuntimeError(f"{name} is not installed; on Debian it comes with the package samba")
    return found
