"""Serving an origin that lies in a bucket or on a share: for a look at it, where no web server or CDN does."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from vod_assets.adapters.origin.blobs import BlobOrigin
from vod_assets.domain.errors import ConfigError, StoreError
from vod_assets.domain.media_types import headers_of

UNREACHABLE = 502
NOT_FOUND, NOT_MODIFIED, NOT_ALLOWED = 404, 304, 405


class BlobFiles:
    """Files of an origin's tracks and releases, with ranges; each is fetched whole, sent, and removed.

    Args:
        origin: The origin.
        scratch: A folder for files on their way.
    """

    def __init__(self, origin: BlobOrigin, scratch: Path) -> None:
        self._origin, self._scratch = origin, scratch

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
        headers = {name.lower(): value for name, value in headers_of(path).items()}
        headers["etag"] = f'"{found.version.strip(chr(34))}"'
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(status_code=NOT_MODIFIED, headers=headers)
        if request.method == "HEAD":
            headers |= {"content-length": str(found.size_bytes), "accept-ranges": "bytes"}
            return Response(headers=headers)
        return await self._file(title, path, headers)

    async def _file(self, title: str, path: str, headers: dict[str, str]) -> Response:
        self._scratch.mkdir(parents=True, exist_ok=True)
        target = self._scratch / f"served-{secrets.token_hex(8)}"
        if not await run_in_threadpool(self._origin.fetch, title, path, target):
            return Response(status_code=NOT_FOUND)
        removal = BackgroundTask(target.unlink, missing_ok=True)
        return FileResponse(target, headers=headers, media_type=headers["content-type"], background=removal)


@contextmanager
def _faults() -> Iterator[list[Response]]:
    """Answer what cannot be served without a word of where it lies."""
    failed: list[Response] = []
    try:
        yield failed
    except ConfigError:
        failed.append(Response(status_code=NOT_FOUND))
    except StoreError as error:
        failed.append(Response(status_code=NOT_FOUND if error.code == "bad_path" else UNREACHABLE))
