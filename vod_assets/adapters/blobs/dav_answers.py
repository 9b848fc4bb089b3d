"""What a WebDAV server says of files (PROPFIND, RFC 4918, 9.1); any of it may be odd, or without end."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
from lxml import etree

from vod_assets.adapters.blobs.web import CHUNK_BYTES, checked_size, checked_time, expect
from vod_assets.domain.errors import StoreError
from vod_assets.ports.blobs import Blob

MULTI_STATUS = 207
MOST_BYTES = 64 << 20  # about 100,000 files of one folder
PROPERTIES = (
    b'<?xml version="1.0"?><propfind xmlns="DAV:"><prop>'
    b"<resourcetype/><getcontentlength/><getlastmodified/><getetag/></prop></propfind>"
)
SAID = ("getcontentlength", "getlastmodified", "getetag")


@dataclass(frozen=True)
class Found:
    """A file or folder of a server.

    Attributes:
        path: As the server has it, without its slashes at both ends.
        size: In the server's words, as are the other two.
    """

    path: str
    is_folder: bool
    size: str
    modified: str
    tag: str

    @property
    def name(self) -> str:
        """Its name in its folder."""
        return self.path.rpartition("/")[2]

    def modified_at(self) -> float:
        """Return when it was written; ``store_failed`` where that is no date."""
        return checked_time(self.modified, self.path)

    def blob(self, name: str) -> Blob:
        """Return it as a file of a name; ``store_failed`` where its length or date is none."""
        modified_at, size = self.modified_at(), self.size or "0"
        return Blob(name, checked_size(size, self.path), modified_at, self.tag.strip('"') or f"{modified_at} {size}")


def found_at(client: httpx.Client, path: str, depth: str, address: str) -> list[Found]:
    """Return what lies at a path of a server, and below it with a depth of 1; never nothing.

    Raises:
        Answered: The server refuses.
        StoreError: ``store_failed``: its answer is none of WebDAV's, or without end.
    """
    with client.stream("PROPFIND", path, content=PROPERTIES, headers={"depth": depth}) as response:
        expect(response)
        if response.status_code != MULTI_STATUS:
            raise _odd(address, f"it says {response.status_code} instead of {MULTI_STATUS}")
        text = _bounded(response, address)
    found = list(_read(text, address))
    if not found:
        raise _odd(address, "it names nothing, not even what it was asked for")
    return found


def _bounded(response: httpx.Response, address: str) -> bytes:
    kept = bytearray()
    for chunk in response.iter_raw(CHUNK_BYTES):
        kept += chunk
        if len(kept) > MOST_BYTES:
            raise _odd(address, f"it says more than {MOST_BYTES} bytes")
    return bytes(kept)


def _read(text: bytes, address: str) -> Iterator[Found]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        document = etree.fromstring(text, parser)
    except etree.XMLSyntaxError as error:
        raise _odd(address, "it is no XML") from error
    docinfo: Any = document.getroottree().docinfo
    if docinfo.doctype or document.tag != "{DAV:}multistatus":
        raise _odd(address, "it is no multistatus")
    for one in document.iterchildren("{DAV:}response"):
        yield Found(
            unquote(urlsplit(one.findtext("{DAV:}href") or "").path).strip("/"),
            one.find(".//{DAV:}resourcetype/{DAV:}collection") is not None,
            *((one.findtext(f".//{{DAV:}}{what}") or "").strip() for what in SAID),
        )


def _odd(address: str, how: str) -> StoreError:
    cause = f"{address} does not answer PROPFIND as WebDAV does: {how}"
    return StoreError("store_failed", cause, "Use a server with WebDAV (RFC 4918)")
