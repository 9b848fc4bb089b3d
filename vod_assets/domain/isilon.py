"""An Isilon seen as one thing: the same file over SMB, FTP and a mount has one address."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlsplit

Protocol = Literal["smb", "ftp", "ftps", "mount"]


@dataclass(frozen=True)
class Isilon:
    """One share of an Isilon and the ways that lead to it.

    A file's one address is that of its SMB view, on every machine; how its bytes are reached differs.

    Attributes:
        host: The SmartConnect name.
        share: The SMB share.
        protocol: How this machine reads it.
        mount: Absolute path of the share's root where it is mounted; empty: nowhere.
        ftp_root: The share's root as an FTP login sees it: ``/ifs/data/mezz``; empty: FTP shows nothing of it.
        aliases: Other names and addresses of the same cluster.
    """

    host: str
    share: str
    protocol: Protocol = "smb"
    mount: str = ""
    ftp_root: str = ""
    aliases: frozenset[str] = frozenset()

    @property
    def address(self) -> str:
        """The share's one address."""
        return f"smb://{self.host.lower()}/{quote(self.share)}"

    def canonical(self, address: str) -> str:
        """Return the one address of a file of the share, whichever view the given one belongs to.

        Args:
            address: In its one spelling, percent-encoded. One of anything else is returned unchanged.
        """
        scheme, host = _scheme_and_host(address)
        path = address.partition("://")[2].partition("/")[2]
        if scheme == "file":
            below = _below(f"/{path}", quote(self.mount)) if self.mount else None
        elif host not in {self.host.lower(), *self.aliases}:
            below = None
        elif scheme == "smb":
            share, _, name = path.partition("/")
            below = name if share.casefold() == quote(self.share).casefold() else None
        elif scheme in ("ftp", "ftps") and self.ftp_root:
            below = _below(f"/{path}", quote(self.ftp_root))
        else:
            below = None
        return f"{self.address}/{below}" if below else address

    def reached(self, address: str) -> str:
        """Return where this machine reads what a canonical address names; others are returned unchanged."""
        below = address.removeprefix(f"{self.address}/")
        if below == address or self.protocol == "smb":
            return address
        if self.protocol == "mount":
            return f"file://{quote(self.mount.rstrip('/'))}/{below}"
        return f"{self.protocol}://{self.host.lower()}{quote(self.ftp_root.rstrip('/'))}/{below}"


def _below(path: str, root: str) -> str | None:
    """Return what of a path lies below a root, or None."""
    prefix = root.rstrip("/") + "/"
    return path[len(prefix) :] if path.startswith(prefix) else None


def _scheme_and_host(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme.lower(), (parts.hostname or "").lower()
