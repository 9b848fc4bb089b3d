"""Serving an origin that lies in a bucket or on a share: for a look at it, where no web server or CDN does."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from vod_assets.adapters.origin.blobs import BlobOrigin
from vod_assets.domain.errors import ConfigError, StoreError
from vod_assets.domain.media_types import headers_of

PARTIAL, NOT_SATISFIABLE, UNREACHABLE = 206, 416, 502
NOT_FOUND, NOT_MODIFIED, NOT_ALLOWED = 404, 304, 405
PIECE_BYTES = 4 << 20
RANGE = re.compile(r"bytes=(\d*)-(\d*)")  # one; whoever asks for several gets the whole file (RFC 9110, 14.2)


class BlobFiles:
    """Files of an origin's tracks and releases, with ranges; no more of a file is read than is asked for.

    Args:
        origin: The origin.
    """

    def __init__(self, origin: BlobOrigin) -> None:
        self._origin = origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        request = Request(scope, receive)
        with _faults() as failed:
            response = await self._answer(request)
        await (failed[0] if failed else response)(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            return Response(status_code=NOT_ALLOWED)
        title, _, path = request.path_params["path"].partition("/")
        found = await run_in_threadpool(self._origin.stat, title, path)
        if found is None:
            return Response(status_code=NOT_FOUND)
        headers = {name.lower(): value for name, value in headers_of(path).items()} | {"accept-ranges": "bytes"}
        headers["etag"] = f'"{found.version.strip(chr(34))}"'
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(status_code=NOT_MODIFIED, headers=headers)
        is_same = request.headers.get("if-range", headers["etag"]) == headers["etag"]
        asked = asked_range(request.headers.get("range", ""), found.size_bytes) if is_same else None
        if asked is not None and not asked:
            return Response(status_code=NOT_SATISFIABLE, headers={"content-range": f"bytes */{found.size_bytes}"})
        wanted = range(found.size_bytes) if asked is None else asked
        headers["content-length"] = str(len(wanted))
        if asked is not None:
            headers["content-range"] = f"bytes {asked.start}-{asked.stop - 1}/{found.size_bytes}"
        status = 200 if asked is None else PARTIAL
        if request.method == "HEAD":
            return Response(status_code=status, headers=headers)
        return await self._pieces(title, path, wanted, status, headers)

    async def _pieces(self, title: str, path: str, wanted: range, status: int, headers: dict[str, str]) -> Response:
        """Return an answer that reads ahead its first piece: what cannot be read is said while it can be."""

        async def piece(start: int) -> bytes:
            end = min(start + PIECE_BYTES, wanted.stop)
            data = await run_in_threadpool(self._origin.read_range, title, path, start, end)
            if data is None or len(data) != end - start:
                raise StoreError("artifact_missing", f"{path} of {title} is gone", "Release it again", title)
            return data

        async def rest(first: bytes) -> AsyncIterator[bytes]:
            yield first
            for start in range(wanted.start + PIECE_BYTES, wanted.stop, PIECE_BYTES):
                yield await piece(start)

        first = await piece(wanted.start)
        return StreamingResponse(rest(first), status, headers, headers["content-type"])


def asked_range(said: str, size_bytes: int) -> range | None:
    """Return the bytes that a ``Range`` asks for; None: all of them; empty: the file does not reach there.

    >>> asked_range("bytes=2-4", 10), asked_range("bytes=8-", 10), asked_range("bytes=-3", 10)
    (range(2, 5), range(8, 10), range(7, 10))
    >>> asked_range("bytes=10-", 10), asked_range("bytes=4-2", 10), asked_range("lines=1-2", 10)
    (range(0, 0), None, None)
    """
    found = RANGE.fullmatch(said.strip())
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        return range(max(0, size_bytes - int(last)), size_bytes) if int(last) else range(0)
    if last and int(last) < int(first):
        return None
    wanted = range(int(first), min(int(last) + 1, size_bytes) if last else size_bytes)
    return wanted or range(0)


@contextmanager
def _faults() -> Iterator[list[Response]]:
    """Answer what cannot be served without a word of where it lies."""
    failed: list[Response] = []
    try:
        yield failed
    except ConfigError:
        failed.append(Response(status_code=NOT_FOUND))
    except StoreError as error:
        failed.append(
            Response(status_code=NOT_FOUND if error.code in ("bad_path", "artifact_missing") else UNREACHABLE)
        )
