"""From an address to a storage."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from vod_assets.adapters.blobs.disk import DiskBlobs
from vod_assets.domain.errors import ConfigError
from vod_assets.places import PUT_SCHEMES, absolute, storage_scheme
from vod_assets.ports.blobs import Blobs
from vod_assets.settings import Settings


@dataclass(frozen=True)
class S3Access:
    """How S3 is reached; empty values are found as AWS's own tools find them.

    Attributes:
        endpoint: Address of a server other than AWS (``http://127.0.0.1:8333``).
        session_token: Of keys that somebody lent.
        profile: Section of AWS's own configuration files that keys and region are found by.
        is_unsigned: Whether requests name nobody, as public buckets allow.
        is_verified: Whether the server's certificate must be good.
    """

    endpoint: str = ""
    region: str = ""
    access_key_id: str = ""
    secret_access_key: str = field(default="", repr=False)
    session_token: str = field(default="", repr=False)
    profile: str = ""
    is_unsigned: bool = False
    is_verified: bool = True


@dataclass(frozen=True)
class GcsAccess:
    """How Google Cloud Storage is reached; an endpoint other than Google's is asked without credentials."""

    endpoint: str = ""


@dataclass(frozen=True)
class ShareAccess:
    """Who reads and writes a share.

    Attributes:
        port: 0: the protocol's own.
        encrypt: Whether an SMB session is encrypted; it is signed in any case.
        ca_file: Certificates that an FTPS server may be signed by; None: the system's.
    """

    username: str = ""
    password: str = field(default="", repr=False)
    port: int = 0
    encrypt: bool = False
    ca_file: Path | None = None


@dataclass(frozen=True)
class WebAccess:
    """Who reads and writes on a web server: WebDAV, or one that only takes files.

    Attributes:
        username: Empty: the token, if any, is sent.
        ca_file: Certificates that it may be signed by; None: the system's.
    """

    username: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    ca_file: Path | None = None


@dataclass(frozen=True)
class Access:
    """How every kind of storage is reached.

    Attributes:
        s3: How S3 is reached, or what says so when it is.
        sftp: Who reads SFTP servers; the keys that they are known by are no secret, and stay in the settings.
    """

    s3: S3Access | Callable[[], S3Access] = S3Access()
    gcs: GcsAccess = GcsAccess()
    smb: ShareAccess = ShareAccess()
    ftp: ShareAccess = ShareAccess()
    sftp: ShareAccess = ShareAccess()
    dav: WebAccess = WebAccess()

    @property
    def to_s3(self) -> S3Access:
        """How S3 is reached."""
        return self.s3 if isinstance(self.s3, S3Access) else self.s3()

    @classmethod
    def from_settings(
        cls, settings: Settings, s3: S3Access | Callable[[], S3Access], secret: Callable[[Settings, str], str]
    ) -> "Access":
        """Return what the settings say of every kind of storage but S3.

        Args:
            settings: Users, ports, certificates.
            s3: How S3 is reached.
            secret: Returns a secret of the settings by its name.
        """
        return cls(
            s3=s3,
            gcs=GcsAccess(settings.gcs_endpoint),
            smb=ShareAccess(
                settings.smb_username,
                secret(settings, "smb_password"),
                settings.smb_port,
                encrypt=settings.smb_encrypt,
            ),
            ftp=ShareAccess(
                settings.ftp_username,
                secret(settings, "ftp_password"),
                settings.ftp_port,
                ca_file=settings.ftp_ca_file,
            ),
            sftp=ShareAccess(settings.sftp_username, secret(settings, "sftp_password"), settings.sftp_port),
            dav=WebAccess(
                settings.dav_username,
                secret(settings, "dav_password"),
                secret(settings, "dav_token"),
                settings.dav_ca_file,
            ),
        )


def open_blobs(address: str, access: Access) -> Blobs:
    """Return the storage at an address: a folder, ``s3://bucket/prefix``, ``smb://host/share/prefix`` and the like.

    What a kind of storage needs is imported when it is asked for.

    Raises:
        ConfigError: ``scheme_not_supported``.
    """
    scheme = storage_scheme(address)
    if not scheme:
        return DiskBlobs(absolute(address.removeprefix("file://")))
    parts = urlsplit(address)
    host, prefix = parts.netloc.rpartition("@")[2], unquote(parts.path).strip("/")
    if scheme == "s3":
        from vod_assets.adapters.blobs.objects import s3_blobs

        return s3_blobs(host, prefix, access.to_s3)
    if scheme == "gs":
        from vod_assets.adapters.blobs.objects import gcs_blobs

        return gcs_blobs(host, prefix, access.gcs)
    if scheme == "smb":
        from vod_assets.adapters.blobs.smb import SmbBlobs

        return SmbBlobs(host, prefix, access.smb)
    if scheme in ("ftp", "ftps"):
        from vod_assets.adapters.blobs.ftp import FtpBlobs

        return FtpBlobs(host, prefix, access.ftp, tls=scheme == "ftps")
    if scheme in ("dav", "davs"):
        from vod_assets.adapters.blobs.dav import DavBlobs

        return DavBlobs(address.rstrip("/"), access.dav)
    if scheme in PUT_SCHEMES:
        from vod_assets.adapters.blobs.put import PutBlobs

        return PutBlobs(address.rstrip("/"), access.dav)
    raise ConfigError(
        "scheme_not_supported",
        f"{scheme}:// addresses are no storage",
        "Use a folder, s3://, gs://, smb:// or ftp(s)://",
    )
