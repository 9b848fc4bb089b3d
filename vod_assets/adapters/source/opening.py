"""The source store of a deployment, from its settings."""

from pathlib import Path
from urllib.parse import unquote

from vod_assets.adapters.blobs.opening import Access, open_blobs
from vod_assets.adapters.source.archive import S3Archive
from vod_assets.adapters.source.local import LocalSources
from vod_assets.adapters.source.remote import RemoteSources
from vod_assets.adapters.source.routed import RoutedSources
from vod_assets.adapters.store.opening import open_scratch
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.isilon import Isilon
from vod_assets.places import absolute, storage_scheme
from vod_assets.ports.blobs import Files
from vod_assets.settings import Settings


def open_sources(settings: Settings, access: Access) -> RoutedSources:
    """Return what reads sources wherever they lie."""
    cache = settings.home_path / "cache"
    archive = S3Archive(access)
    remote = RemoteSources(
        lambda address: open_files(address, settings, access),
        open_scratch(settings),
        cache,
        lambda address: bool(archive.state(address)),
    )
    return RoutedSources(LocalSources(cache), remote, open_isilon(settings))


def open_files(address: str, settings: Settings, access: Access) -> Files:
    """Return the files at an address: a folder, a bucket, a share or a server. Clients are imported when asked for."""
    scheme = storage_scheme(address)
    if scheme == "https":
        from vod_assets.adapters.source.web import WebAccess, WebFiles

        return WebFiles(address, WebAccess(settings.https_ca_file, _words(settings.https_private_hosts)))
    if scheme == "sftp":
        from vod_assets.adapters.source.sftp import SftpAccess, SftpFiles

        login = SftpAccess(
            access.sftp.username,
            access.sftp.password,
            access.sftp.port,
            settings.sftp_key_file,
            settings.sftp_known_hosts,
        )
        host, _, folder = address.partition("://")[2].partition("/")
        return SftpFiles(host, login, unquote(folder))
    return open_blobs(address, access)


def open_isilon(settings: Settings) -> Isilon | None:
    """Return the Isilon of the settings, if they name one.

    Raises:
        ConfigError: ``bad_setting``: a part of it is missing.
    """
    if not settings.isilon__host:
        return None
    protocol = settings.isilon__protocol
    needed = {"VOD_ISILON__SHARE": settings.isilon__share}
    if protocol == "mount":
        needed["VOD_ISILON__MOUNT"] = str(settings.isilon__mount or "")
    if protocol in ("ftp", "ftps"):
        needed["VOD_ISILON__FTP_ROOT"] = settings.isilon__ftp_root
    for name, value in needed.items():
        if not value:
            raise ConfigError("bad_setting", f"{name} is missing beside VOD_ISILON__HOST", "Name it; see .env.example")
    return Isilon(
        settings.isilon__host,
        settings.isilon__share,
        protocol,
        _resolved(settings.isilon__mount),
        "/" + settings.isilon__ftp_root.strip("/") if settings.isilon__ftp_root else "",
        _words(settings.isilon__aliases),
    )


def _resolved(folder: Path | None) -> str:
    """Return where a mount lies; sources on disks are named with their links resolved."""
    return str(absolute(folder).resolve()) if folder else ""


def _words(setting: str) -> frozenset[str]:
    return frozenset(word.strip().lower() for word in setting.split(",") if word.strip())
