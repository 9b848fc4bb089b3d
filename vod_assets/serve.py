"""The small web server of a workstation: origin, catalogue and player page, for this machine."""

import socket
from collections.abc import Awaitable, Callable
from importlib import resources
from pathlib import Path, PurePosixPath
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vod_assets.adapters.origin.blobs import BlobOrigin
from vod_assets.adapters.origin.opening import open_first
from vod_assets.aws import access_of
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.media_types import ANY, FOR_EVER, MEDIA_TYPES, SHORT
from vod_assets.logs import speak
from vod_assets.serve_blobs import BlobFiles
from vod_assets.serve_catalogue import Catalogue, Following
from vod_assets.serve_movies import movie_routes
from vod_assets.serve_preview import Previews, is_loopback, preview_routes
from vod_assets.settings import Settings

LOOPBACK = "127.0.0.1"
PAGE_TYPES = MEDIA_TYPES | {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src * data:; media-src * blob:; "
    "connect-src *; base-uri 'none'; form-action 'none'"
)
# The players that other sites use, below the folder that `make players` fills: name here, file there.
LIBRARIES = {
    "hls.js": "hls.js/dist/hls.min.js",
    "hls.worker.js": "hls.js/dist/hls.worker.js",
    "shaka.js": "shaka-player/dist/shaka-player.compiled.js",
    "dash.js": "dashjs/dist/modern/umd/dash.all.min.js",
}
HEADERS = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "GET, HEAD, OPTIONS",
    "access-control-allow-headers": "Range, If-Range, If-None-Match, If-Modified-Since",
    "access-control-expose-headers": "Content-Length, Content-Range, Accept-Ranges, ETag",
    "access-control-max-age": "86400",
    "x-content-type-options": "nosniff",
}


class Files(StaticFiles):
    """Files of a folder, private ones hidden, with the media types that players insist on.

    Args:
        directory: The folder.
        media_types: By suffix; anything else is handed over as bytes, so that nothing uploaded runs as a page.
    """

    def __init__(self, directory: Path, media_types: dict[str, str], html: bool = False) -> None:
        super().__init__(directory=directory, html=html, check_dir=False)
        self._media_types = media_types

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file, 304, 404, or 405."""
        parts = PurePosixPath(path).parts
        if any(part.startswith(".") and part != "." for part in parts) or "\0" in path:
            raise HTTPException(404)
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = FOR_EVER if "tracks" in parts[1:2] else SHORT
        return response

    def file_response(self, full_path: Any, *args: Any, **options: Any) -> Response:
        """Return the file with its own media type; Starlette answers ranges with 206 or 416."""
        response = super().file_response(full_path, *args, **options)
        if isinstance(response, FileResponse):
            media_type = self._media_types.get(Path(full_path).suffix.lower(), ANY)
            response.media_type = response.headers["content-type"] = media_type
        return response


class OpenToPlayers:
    """Lets a player on any site fetch (CORS), and answers its preflight requests."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer OPTIONS; add the headers to every other answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["method"] == "OPTIONS":
            await Response(status_code=204, headers=HEADERS)(scope, receive, send)
        else:
            await self._app(scope, receive, lambda message: send(_with_headers(message)))


def build_app(settings: Settings) -> Starlette:
    """Return the application: ``/origin/``, ``/catalogue/``, ``/movies/``, ``/player.html``; the catalogue at ``/``.

    Where players are installed, the page finds them below ``/players/``. With previews there are ``/preview/`` and
    ``/clearkey``.
    """
    catalogue = Catalogue.of(settings)
    data = Path(str(resources.files("vod_assets") / "data"))
    libraries = {name: settings.players_path / file for name, file in LIBRARIES.items()}
    return Starlette(
        routes=[
            Route("/", _to_catalogue),
            _origin(settings),
            Mount("/catalogue", Following(catalogue, Files(catalogue.site.root, PAGE_TYPES, html=True))),
            *(Route(f"/{file.name}", _page(file)) for file in data.iterdir() if file.suffix in PAGE_TYPES),
            *movie_routes(settings),
            *(preview_routes(Previews.of(settings)) if settings.preview else []),
            *(Route(f"/players/{name}", _page(file)) for name, file in libraries.items() if file.is_file()),
        ],
        middleware=[Middleware(OpenToPlayers)],
    )


def serve(
    settings: Settings, port: int | None = None, on_ready: Callable[[str], None] | None = None, host: str = LOOPBACK
) -> None:
    """Serve until interrupted; ``on_ready`` is called with the address once it listens.

    Raises:
        ConfigError: ``port_in_use``, ``preview_not_loopback``.
    """
    if settings.preview and not is_loopback(host):
        cause = f"VOD_PREVIEW is set, and other machines reach {host}"
        raise ConfigError("preview_not_loopback", cause, "Serve on 127.0.0.1, or without VOD_PREVIEW")
    speak(settings)
    with listening(host, settings.serve_port if port is None else port) as listener:
        app = build_app(settings)
        if on_ready:
            on_ready(f"http://{host}:{listener.getsockname()[1]}")
        config = uvicorn.Config(app, log_level="warning", ws="none", lifespan="off", timeout_graceful_shutdown=3)
        uvicorn.Server(config).run(sockets=[listener])


def listening(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes a free one.

    Raises:
        ConfigError: ``port_in_use``.
    """
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        cause = f"port {port} of {host} cannot be listened on: {error.strerror}"
        remedy = "Stop what listens there, or choose another port with --port or VOD_SERVE_PORT"
        raise ConfigError("port_in_use", cause, remedy) from error
    return listener


def _origin(settings: Settings) -> Mount | Route:
    origin = open_first(settings, access_of(settings))
    if isinstance(origin, BlobOrigin):
        return Route("/origin/{path:path}", BlobFiles(origin))
    origin.root.mkdir(parents=True, exist_ok=True)
    return Mount("/origin", Files(origin.root, MEDIA_TYPES))


async def _to_catalogue(_: Request) -> Response:
    return RedirectResponse("/catalogue/")


def _page(file: Path) -> Callable[[Request], Awaitable[Response]]:
    async def answer(_: Request) -> Response:
        return FileResponse(file, media_type=PAGE_TYPES[file.suffix], headers={"cache-control": SHORT})

    return answer


def _with_headers(message: Message) -> Message:
    if message["type"] != "http.response.start":
        return message
    extra = dict(HEADERS)
    if any(name == b"content-type" and value.startswith(b"text/html") for name, value in message["headers"]):
        extra["content-security-policy"] = POLICY
    added = [(name.encode(), value.encode()) for name, value in extra.items()]
    return {**message, "headers": [*message["headers"], *added]}
