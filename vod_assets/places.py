"""Where settings say that things are: folders, and addresses of storages."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

MEDIAMTX = "mediamtx+"  # before the address of its API
LOOPBACK = ("localhost", "127.0.0.1", "::1")
SCHEMES = ("s3", "gs", "smb", "ftp", "ftps")
PUT_SCHEMES = ("https+put", "http+put")  # a web server that takes files, and lists none
ORIGIN_SCHEMES = (*SCHEMES, "davs", "dav", *PUT_SCHEMES)  # no commit is made on web servers
IN_THE_CLEAR = {"dav": "davs", "http+put": "https+put"}
SOURCE_SCHEMES = (*SCHEMES, "https", "sftp")  # sources are read there, too; nothing is ever written
CDNS = ("cloudfront", "fastly", "akamai")
SOURCE_ADDRESSES = ", ".join(f"{scheme}://" for scheme in ("file", *SOURCE_SCHEMES))


def storage_scheme(address: str) -> str:
    """Return the scheme of a storage that is no disk (``s3``), or an empty string for folders and ``file://``."""
    scheme, is_address, _ = address.partition("://")
    return scheme.lower() if is_address and scheme.lower() != "file" else ""


def checked_origin(value: object) -> object:
    """Return the address of an origin that a setting names, or its folder; raise ValueError when it cannot be one."""
    checked = checked_storage(value, ORIGIN_SCHEMES)
    scheme = storage_scheme(str(checked))
    if scheme in IN_THE_CLEAR and urlsplit(str(checked)).hostname not in LOOPBACK:
        safe = IN_THE_CLEAR[scheme]
        raise ValueError(f"{scheme}:// sends passwords in the clear, and is for this machine alone; use {safe}://")
    return checked


def checked_storage(value: object, schemes: Sequence[str] = SCHEMES) -> object:
    """Return the address of a storage that a setting names, or its folder; raise ValueError when it cannot be one."""
    if not isinstance(value, str) or not (scheme := storage_scheme(value)):
        return checked_folder(value)
    if scheme not in schemes:
        raise ValueError(f"{scheme}:// is no storage; use a folder, or {', '.join(f'{one}://' for one in schemes)}")
    parts = urlsplit(value)
    if not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"{scheme}:// needs a bucket or a host, and nothing after a ? or a #")
    if parts.password:
        raise ValueError("a password does not belong into an address; name it in the setting of its own")
    return value.rstrip("/")


def checked_folder(value: object) -> object:
    """Return the folder that a setting names, also as a ``file://`` address; raise ValueError when it cannot be one."""
    if not isinstance(value, str) or "://" not in value:
        return value
    parts = urlsplit(value)
    if parts.netloc not in ("", "localhost") or not parts.path:
        raise ValueError("a file address has three slashes and an absolute path: file:///srv/vod")
    return url2pathname(parts.path)


def cms_kind(value: str) -> str:
    """Return what a CMS's setting names: ``static``, ``rest``, ``graphql`` or ``directus``."""
    kind, found, _ = value.partition(":")
    return kind if found and kind in ("rest", "graphql") else "directus" if value.startswith("directus+") else "static"


def checked_cms(value: object) -> object:
    """Return a CMS's setting, or the folder of a static one; raise ValueError when it can be neither."""
    if not isinstance(value, str) or (kind := cms_kind(value)) == "static":
        if isinstance(value, str) and (scheme := storage_scheme(value)):
            raise ValueError(
                f"{scheme}:// is no CMS; name a folder, directus+https://…, rest:FILE.yaml or graphql:FILE.yaml"
            )
        return checked_folder(value)
    if kind != "directus":
        if not value.partition(":")[2]:
            raise ValueError(f"{kind}: needs a file; write {kind}:/etc/vod/cms.yaml")
        return value
    parts = urlsplit(value.removeprefix("directus+"))
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.fragment:
        raise ValueError("write directus+https://HOST, with ?api=graphql where it is not to be asked by REST")
    if parts.username or parts.password:
        raise ValueError("a user does not belong into an address; use VOD_CMS_USERNAME and VOD_CMS_PASSWORD")
    if parts.query not in ("", "api=rest", "api=graphql"):
        raise ValueError("after the ? of a Directus, write api=rest or api=graphql")
    return value


def checked_template(value: str) -> str:
    """Return an address with places for a key's and a title's id; raise ValueError when it cannot be one."""
    bare = value.replace("{kid}", "0").replace("{title}", "0")
    if not re.fullmatch(r"[a-z][a-z0-9+.-]*://[!#-z|~]+", bare, re.IGNORECASE):
        raise ValueError(f"{value!r} is no address; write https://… with {{kid}} and {{title}} where ids go")
    return value


def checked_key_server(value: str) -> str:
    """Return the address of a key server; raise ValueError when keys would come over a line that others read."""
    parts = urlsplit(value)
    is_near = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not parts.hostname or not (is_near or parts.scheme == "https"):
        raise ValueError("a key server is asked by https://, or by http:// on this machine")
    if parts.username or parts.password:
        raise ValueError("a user does not belong into an address; use VOD_KEYS_USERNAME and VOD_KEYS_PASSWORD")
    try:
        parts.hostname.encode("idna"), parts.port
    except ValueError:  # whose words may quote the address
        raise ValueError("the key server's address has a host or a port that cannot be") from None
    return value


def checked_rtsp(value: str) -> str:
    """Return the address of an RTSP server, or of MediaMTX's API; raise ValueError when it cannot be one."""
    parts = urlsplit(value.removeprefix(MEDIAMTX))
    schemes = ("http", "https") if value.startswith(MEDIAMTX) else ("rtsp",)
    if parts.scheme not in schemes or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("write rtsp://HOST:PORT, or mediamtx+http://HOST:9997 for MediaMTX's API")
    if parts.username or parts.password:
        raise ValueError("a user does not belong into an address; use VOD_RTSP_USERNAME and VOD_RTSP_PASSWORD")
    try:
        parts.hostname.encode("idna"), parts.port
    except ValueError:  # whose words may quote the address
        raise ValueError("the RTSP server's address has a host or a port that cannot be") from None
    return value.rstrip("/")


def takes_password(rtsp: str) -> bool:
    """Whether a password may go to an RTSP server: by HTTP only where nobody reads along; RTSP itself has Digest."""
    parts = urlsplit(rtsp.removeprefix(MEDIAMTX))
    return parts.scheme != "http" or parts.hostname in LOOPBACK


def checked_cdn(value: str) -> str:
    """Return the name of a CDN and of what is ours there; raise ValueError when it cannot be one."""
    kind, _, name = value.partition(":")
    is_plain = re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,200}[A-Za-z0-9])?", name)
    if value and (kind not in CDNS or not is_plain):
        raise ValueError("write cloudfront:DISTRIBUTION, fastly:SERVICE or akamai:HOST, a name alone")
    return value


def absolute_address(named: str, default: Path) -> str:
    """Return the address of a storage, or the absolute path of its folder; the default when nothing is named."""
    if not named:
        return str(default)
    return named if storage_scheme(named) else str(absolute(named))


def absolute(path: str | Path) -> Path:
    """Return an absolute path; only a leading ``~/`` is the user's home, and ``~clip.mp4`` is a file's name."""
    text = str(path)
    if text != "~" and not text.startswith("~/"):
        return Path(text).absolute()
    return Path(os.path.expanduser(text)).absolute()  # noqa: PTH111 - Path.expanduser raises where there is no home
