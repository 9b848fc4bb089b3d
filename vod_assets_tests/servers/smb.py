"""Samba: a real SMB server, standing for an Isilon's shares."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vod_assets.adapters.blobs.opening import ShareAccess
from vod_assets_tests.servers.processes import free_ports, listens, running

USER, PASSWORD = "isilon", "Isi-l0n!"
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


@contextmanager
def smb_server(folder: Path) -> Iterator[SmbServer]:
    """Run Samba on loopback, its share in a folder below the given one."""
    for name in ("private", "lock", "state", "cache", "pid", "log", "ncalrpc", "share"):
        (folder / name).mkdir(parents=True)
    (port,) = free_ports(1)
    share = folder / "share"
    configuration = folder / "smb.conf"
    configuration.write_text(CONFIGURATION.format(port=port, folder=folder, share=share))
    (folder / "users.map").write_text(f"nobody = {USER}\n")
    subprocess.run(
        [_program("smbpasswd"), "-c", configuration, "-s", "-a", "nobody"],
        input=f"{PASSWORD}\n{PASSWORD}\n".encode(),
        stdout=subprocess.DEVNULL,
        check=True,
    )
    argv = [_program("smbd"), "--foreground", "--no-process-group", "--debug-stdout", "-s", configuration]
    with running(argv, lambda: listens(port), folder / "smbd.out"):
        yield SmbServer("127.0.0.1", "mezz", share, ShareAccess(USER, PASSWORD, port))


def _program(name: str) -> str:
    found = shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")
    if found is None:
        raise RuntimeError(f"{name} is not installed; on Debian it comes with the package samba")
    return found
