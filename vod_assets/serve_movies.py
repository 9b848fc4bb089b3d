"""Playing previews and downloads straight from the store, for whoever sits at this machine."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from vod_assets.adapters.process import Unguarded
from vod_assets.adapters.store.opening import open_store
from vod_assets.aws import access_of
from vod_assets.domain.errors import VodError
from vod_assets.domain.title import checked_title_id
from vod_assets.ports import ArtifactStore
from vod_assets.serve_preview import FORBIDDEN, MISSING, NEVER_KEPT, is_from_here
from vod_assets.settings import Settings

PREVIEW = "preview"


def movie_routes(settings: Settings) -> list[Route]:
    """Return ``/movies/<title>/preview.mp4`` and ``/movies/<title>/<rendition>.mp4``; no other machine gets them."""
    opened: list[ArtifactStore] = []

    def find(title: str, name: str) -> Path | None:
        store = opened[0] if opened else open_store(settings, access_of(settings), Unguarded())
        opened[:] = [store]
        return movie_path(store, title, name)

    return [Route("/movies/{title}/{name}.mp4", _shown(find))]


def movie_path(store: ArtifactStore, title: str, name: str) -> Path | None:
    """Return a local path of a title's preview, or of one of its downloads.

    Raises:
        ConfigError: ``bad_title_id``.
    """
    if store.record(checked_title_id(title)) is None:
        return None
    made = store.latest(title, PREVIEW if name == PREVIEW else "mp4")
    if made is None:
        return None
    entry = next((entry for entry in made.entries if entry.name == name), None)
    leaf = store.load(title, entry.asset, entry.recipe) if entry else made if name == PREVIEW else None
    return store.local_path(leaf, leaf.files[0].path) if leaf and leaf.files else None


def _shown(find: Callable[[str, str], Path | None]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        if not is_from_here(request):
            return Response(status_code=FORBIDDEN)
        try:
            path = await run_in_threadpool(find, request.path_params["title"], request.path_params["name"])
        except VodError:
            path = None
        if path is None:
            return Response(status_code=MISSING)
        return FileResponse(path, media_type="video/mp4", headers=NEVER_KEPT)

    return answer
