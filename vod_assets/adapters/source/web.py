"""Sources on web servers: ``https://`` addresses, read with httpx.

A name is resolved once, the answer is judged, and the connection goes to that very address: a name that first leads to
the world and then into the house's own network leads nowhere. Redirections are judged likewise.
"""

import hashlib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import httpx
import stamina

from vod_assets.adapters.blobs import faults
from vod_assets.adapters.public_hosts import name_of, pinned
from vod_assets.adapters.transfers import counter
from vod_assets.domain.errors import ConfigError, StoreError
from vod_assets.ports.blobs import Blob, Told

Result = TypeVar("Result")

ATTEMPTS = 6
CHUNK_BYTES = 1 << 20
CONNECT_SECONDS, IDLE_SECONDS = 10.0, 60.0
MOST_REDIRECTIONS = 5
NO_SUCH, DENIED, NO_HEAD = (404, 410), (401, 403), (405, 501)
PARTIAL = 206
BUSY = (408, 425, 429, 500, 502, 503, 504)


@dataclass(frozen=True)
class WebAccess:
    """How web servers are reached.

    Attributes:
        ca_file: Certificates that they may be signed by; None: the usual ones.
        private_hosts: Hosts whose addresses may be private.
    """

    ca_file: Path | None = None
    private_hosts: frozenset[str] = frozenset()


class Busy(Exception):  # noqa: N818 - it is what the server said
    """A server asked to be left alone for a moment."""


class WebFiles:
    """The files of a web server; there is no listing, so a file has no siblings.

    Args:
        address: The server: ``https://host`` or ``https://host:port``.
        access: What is trusted.
    """

    def __init__(self, address: str, access: WebAccess) -> None:
        self.address, self.access = address, access
        context = ssl.create_default_context(cafile=str(access.ca_file) if access.ca_file else None)
        timeout = httpx.Timeout(IDLE_SECONDS, connect=faults.at_most(CONNECT_SECONDS))
        headers = {"accept-encoding": "identity", "user-agent": "vod_assets"}
        self._client = httpx.Client(verify=context, timeout=timeout, headers=headers, trust_env=False)

    def read(self, name: str, most_bytes: int = 64 << 20) -> bytes | None:
        """Return a small file, or None."""

        def read() -> bytes | None:
            with self._answer("GET", name) as response:
                if response is None:
                    return None
                kept = b""
                for chunk in response.iter_raw(CHUNK_BYTES):
                    kept += chunk
                    if len(kept) > most_bytes:
                        cause = f"{self._where(name)} is longer than {most_bytes} bytes"
                        raise StoreError("store_damaged", cause, "Name another file")
                return kept

        return self._tried(name, read)

    def stat(self, name: str) -> Blob | None:
        """Return what the server says of a file; one byte is asked for where it does not answer HEAD."""

        def stat() -> Blob | None:
            with self._answer("HEAD", name) as response:
                if response is None or response.status_code not in NO_HEAD:
                    return self._blob(name, response) if response is not None else None
            with self._answer("GET", name, {"range": "bytes=0-0"}) as response:
                return self._blob(name, response) if response is not None else None

        return self._tried(name, stat)

    def walk(self, prefix: str = "", start_after: str = "") -> Iterator[Blob]:
        """Yield nothing: a web server lists no files."""
        return iter(())

    def survey(self, start_after: str, told: Told) -> Iterator[Blob]:
        """Yield nothing: see `walk`."""
        return self.walk()

    def files(self, prefix: str = "") -> Iterator[Blob]:
        """Yield nothing: a web server lists no files."""
        return iter(())

    def fetch(self, name: str, path: Path, sha256: str = "") -> str:
        """Receive a file, going on where a cut connection stopped when the file is still the same."""
        before = self.stat(name)
        if before is None:
            raise StoreError("artifact_missing", f"{self._where(name)} is gone")

        def fetch() -> None:
            count = counter()
            done = path.stat().st_size if path.exists() else 0
            resumed = {"range": f"bytes={done}-", "if-range": before.version} if done and before.version else {}
            with self._answer("GET", name, resumed) as response:
                if response is None:
                    raise StoreError("artifact_missing", f"{self._where(name)} is gone")
                with path.open("ab" if response.status_code == PARTIAL else "wb") as file:
                    for chunk in response.iter_raw(CHUNK_BYTES):
                        file.write(chunk)
                        count(len(chunk))
            if path.stat().st_size < before.size_bytes:
                raise Busy(f"only {path.stat().st_size} of {before.size_bytes} bytes came")

        try:
            self._tried(name, fetch)
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
            if sha256 not in ("", found):
                raise StoreError("store_corrupt", f"{self._where(name)} has other bytes than before", "Run again")
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return found

    def _blob(self, name: str, response: httpx.Response) -> Blob:
        headers = response.headers
        length = headers.get("content-range", "").rpartition("/")[2] or headers.get("content-length", "")
        if not length.isdigit():
            cause = f"the server of {self._where(name)} does not say how long it is"
            raise StoreError("store_unreachable", cause, "Fetch it by hand, and name the local file")
        tag = headers.get("etag", "")
        dated = headers.get("last-modified", "")
        version = dated if tag.startswith("W/") or not tag else tag
        return Blob(name, int(length), parsedate_to_datetime(dated).timestamp() if dated else 0.0, version)

    @contextmanager
    def _answer(self, method: str, name: str, headers: dict[str, str] | None = None) -> Iterator[httpx.Response | None]:
        """Lend the answer to a request, redirections followed; None when there is no such file."""
        url = httpx.URL(f"{self.address}/{quote(name, safe='/', errors='surrogateescape')}")
        for _ in range(MOST_REDIRECTIONS + 1):
            address, named = self._pinned(url), {"sni_hostname": url.host}  # the certificate must carry the name
            shown = {**name_of(url), **(headers or {})}
            with self._client.stream(method, address, headers=shown, extensions=named) as got:
                if got.has_redirect_location:
                    url = url.join(got.headers["location"])
                    continue
                if got.status_code in BUSY:
                    raise Busy(f"the server answered {got.status_code}")
                if got.status_code in DENIED:
                    raise StoreError("store_denied", f"{self._where(name)} may not be read", "Ask its owner for access")
                if got.status_code in NO_SUCH:
                    yield None
                    return
                if got.is_error and not (method == "HEAD" and got.status_code in NO_HEAD):
                    cause = f"the server of {self._where(name)} answered {got.status_code}"
                    raise StoreError("store_unreachable", cause, "Check the address")
                yield got
                return
        raise StoreError("store_unreachable", f"{self._where(name)} redirects without end", "Check the address")

    def _pinned(self, url: httpx.URL) -> httpx.URL:
        """Return where to connect to: one judged address in place of the host's name."""
        if url.scheme != "https":
            cause = f"{self.address} redirects to {url.scheme}://, which is not encrypted"
            raise ConfigError("bad_address", cause, "Name an https:// address")
        return pinned(url, self.access.private_hosts, "VOD_HTTPS_PRIVATE_HOSTS")

    def _where(self, name: str) -> str:
        return f"{self.address}/{name}"

    def _tried(self, name: str, work: Callable[[], Result]) -> Result:
        where = self._where(name)
        try:
            for attempt in stamina.retry_context(
                on=_is_passing, attempts=ATTEMPTS, timeout=faults.PATIENCE_SECONDS.get(), wait_initial=0.1, wait_max=5.0
            ):
                with attempt:
                    return work()
        except (httpx.HTTPError, Busy, OSError) as error:
            said = (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
            remedy = "Check the address and the server; then run again"
            raise StoreError("store_unreachable", f"{where} cannot be reached: {said}", remedy) from error
        raise AssertionError("a retry ends with a result or an error")


def _is_passing(error: Exception) -> bool:
    """Whether the same request may work a little later; a certificate that is not trusted never will."""
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return False
    return isinstance(error, (httpx.TransportError, Busy, ConnectionError, TimeoutError))
