"""Which published file an address names: as players open it, signed or not, or as it lies in a storage."""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from vod_assets.domain.errors import ConfigError, printable
from vod_assets.domain.title import TITLE_ID

FILE = r"(?:tracks/[0-9a-f]{64}|releases/\d{1,9})/.+"
RELEASED = re.compile(rf"(?P<title>[^/]+)/(?P<path>{FILE})")
EVIDENCE = re.compile(rf"\.blocked/(?P<title>[^/]+)/(?:[0-9a-f]{{32}}/)?(?P<path>{FILE})")  # of what was taken down
DELIVERED = re.compile(r"(?P<title>[^/]+)/(?P<number>\d{1,9})/(?P<delivered>[^.].*)")  # at a repackager
STORED = re.compile(r"titles/(?P<title>[^/]+)/(?P<asset>[a-z][a-z0-9_.]*)/(?P<recipe>[0-9a-f]{64})/[^/]+/(?P<file>.+)")
WEB = {"http": 80, "https": 443}
AMAZON, GOOGLE = "amazonaws.com", "storage.googleapis.com"


@dataclass(frozen=True)
class Named:
    """A file that an address names: below a title at an origin, or of an artifact in a store.

    Attributes:
        release: Of what was delivered to a repackager, the release; ``path`` is its path in the delivery.
    """

    title: str
    path: str
    asset: str = ""
    recipe: str = ""
    release: int = 0


def named_by(address: str, origins: Sequence[str], stores: Sequence[str], targets: Sequence[str] = ()) -> Named:
    """Return the file that an address or a local path names.

    Args:
        address: A path, an address of a storage, or where players fetch it; a query, that of a signed address, is
            passed over, and so is whether it is fetched by http:// or https://.
        origins: Where origins begin: folders, addresses of storages, public addresses.
        stores: Likewise of stores.
        targets: Likewise of what repackagers take.

    Raises:
        ConfigError: ``not_published``: it lies below none of these, or is no file of a release.
    """
    plain = _plain(address)
    kinds = [*((one, (RELEASED, EVIDENCE)) for one in origins), *((one, (STORED,)) for one in stores)]
    kinds += [(one, (DELIVERED,)) for one in targets]
    for root, patterns in kinds:
        below = _below(plain, _plain(root))
        found = next((match for pattern in patterns if (match := pattern.fullmatch(below))), None)
        if found and TITLE_ID.fullmatch(found["title"]):
            return _named(found.groupdict())
    cause = f"“{printable(address)[:200]}” is no file of a release: {', '.join(origins)} is where they lie"
    raise ConfigError("not_published", cause, "Name a file below a title's tracks/ or releases/")


def _named(said: Mapping[str, str]) -> Named:
    if "delivered" in said:
        return Named(said["title"], said["delivered"], release=int(said["number"]))
    return Named(said["title"], said.get("path") or said["file"], said.get("asset", ""), said.get("recipe", ""))


def addresses_of_bucket(address: str, endpoint: str = "", region: str = "") -> Iterator[str]:
    """Yield the web addresses of a part of a bucket: those that presigned requests have; none of other storages.

    >>> list(addresses_of_bucket("gs://vod/origin"))
    ['https://storage.googleapis.com/vod/origin', 'https://vod.storage.googleapis.com/origin']
    """
    scheme, _, rest = address.partition("://")
    bucket, slash, prefix = rest.partition("/")
    if scheme == "gs":
        hosts = [GOOGLE]
    elif scheme == "s3" and endpoint:
        hosts = [endpoint.partition("://")[2].rstrip("/")]
    elif scheme == "s3":
        hosts = [f"s3.{AMAZON}", *([f"s3.{region}.{AMAZON}"] if region else [])]
    else:
        hosts = []
    for host in hosts:
        yield f"https://{host}/{rest}"
        yield f"https://{bucket}.{host}{slash}{prefix}"


def _plain(address: str) -> str:
    """Return an address in the one form that is compared: no query, no escapes, of a local path the absolute one."""
    parts = urlsplit(address)
    scheme = parts.scheme.lower()
    if scheme in ("", "file"):
        return str(Path(unquote(parts.path) if scheme else address).absolute().resolve())
    if scheme not in WEB:
        return f"{scheme}://{parts.netloc}{unquote(parts.path)}"
    host = parts.netloc.rpartition("@")[2].lower().removesuffix(f":{WEB[scheme]}")
    return f"web://{host}{posixpath.normpath(unquote(parts.path)) if parts.path else ''}"


def _below(address: str, root: str) -> str:
    return address.removeprefix(f"{root.rstrip('/')}/") if address.startswith(f"{root.rstrip('/')}/") else ""
