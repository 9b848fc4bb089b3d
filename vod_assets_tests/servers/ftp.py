"""FTP servers: pyftpdlib plain, and proftpd, which insists on TLS and on resumed sessions."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vod_assets.adapters.blobs.opening import ShareAccess
from vod_assets_tests.servers.processes import free_ports, listens, running

USER, PASSWORD = "akamai", "s3cret"
PLAIN = Path(__file__).with_name("plain_ftp.py")
STRICT = """\
ServerType standalone
DefaultAddress 127.0.0.1
SocketBindTight on
Port {port}
UseIPv6 off
User root
Group root
RootLogin on
RequireValidShell off
AuthPAM off
AuthOrder mod_auth_file.c
AuthUserFile {folder}/passwd
PassivePorts {first} {last}
PidFile {folder}/pid
ScoreboardFile {folder}/scoreboard
DelayEngine off
SystemLog {folder}/system.log
AllowOverwrite on
AllowStoreRestart on
WtmpLog off
DefaultRoot ~
LoadModule mod_tls.c
<IfModule mod_tls.c>
TLSEngine on
TLSRequired on
TLSProtocol TLSv1.2 TLSv1.3
TLSRSACertificateFile {folder}/cert.pem
TLSRSACertificateKeyFile {folder}/key.pem
</IfModule>
"""


@dataclass(frozen=True)
class FtpServer:
    """A running server whose user sees ``folder`` as its root."""

    host: str
    folder: Path
    access: ShareAccess


@contextmanager
def ftp_server(folder: Path, without: str = "", root: Path | None = None, port: int = 0) -> Iterator[FtpServer]:
    """Run pyftpdlib on loopback, without encryption, and without some commands: ``MLSD,MLST`` as vsftpd.

    Its files are below the given folder, or where it is named; port 0 takes a free one.
    """
    port = port or free_ports(1)[0]
    root = root or folder / "root"
    for path in (folder, root):
        path.mkdir(parents=True, exist_ok=True)
    argv = [sys.executable, PLAIN, str(port), root, without, USER, PASSWORD]
    with running(argv, lambda: listens(port), folder / "ftp.log"):
        yield FtpServer("127.0.0.1", root, ShareAccess(USER, PASSWORD, port))


@contextmanager
def ftps_server(folder: Path, root: Path | None = None) -> Iterator[FtpServer]:
    """Run proftpd on loopback with TLS and a certificate of its own; its files are below, or where it is named."""
    port, first = free_ports(2)
    root = root or folder / "root"
    for path in (folder, root):
        path.mkdir(parents=True, exist_ok=True)
    _make_certificate(folder)
    hashed = subprocess.run(["openssl", "passwd", "-6", PASSWORD], check=True, capture_output=True, text=True).stdout
    (folder / "passwd").write_text(f"{USER}:{hashed.strip()}:0:0::{root}:/bin/sh\n")
    (folder / "passwd").chmod(0o600)
    configuration = folder / "proftpd.conf"
    configuration.write_text(STRICT.format(port=port, folder=folder, first=first, last=first + 60))
    program = shutil.which("proftpd", path="/usr/sbin:/usr/bin")
    if program is None:
        raise RuntimeError("proftpd is not installed; on Debian it comes with proftpd-core and proftpd-mod-crypto")
    with running([program, "-n", "-c", configuration], lambda: listens(port), folder / "proftpd.log"):
        yield FtpServer("localhost", root, ShareAccess(USER, PASSWORD, port, ca_file=folder / "cert.pem"))


def _make_certificate(folder: Path) -> None:
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "30",
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost,IP:127.0.0.1",
            "-keyout",
            folder / "key.pem",
            "-out",
            folder / "cert.pem",
        ],
        check=True,
        capture_output=True,
    )
