"""Previews: packages of profiles for previews straight from the store, and their keys, for players on this machine."""

import base64
import binascii
import ipaddress
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from vod_assets.adapters.keys.opening import open_keys
from vod_assets.adapters.process import Unguarded
from vod_assets.adapters.profiles import load_profiles
from vod_assets.adapters.store.opening import open_store
from vod_assets.aws import access_of
from vod_assets.domain.artifact import Artifact, IndexEntry
from vod_assets.domain.content_keys import ContentKeys, TrackKey
from vod_assets.domain.errors import VodError
from vod_assets.domain.media_types import media_type
from vod_assets.named_secrets import secret
from vod_assets.ports import ArtifactStore, KeyProvider
from vod_assets.settings import Settings

PACKAGES = ("hls_package", "dash_package")
FORBIDDEN, MISSING, WRONG, TOO_LONG, UNAVAILABLE = 403, 404, 400, 413, 503
LONGEST_BYTES = 1 << 16
NEVER_KEPT = {"cache-control": "no-store"}


class LicenceRequest(BaseModel):
    """What a ClearKey player asks (W3C Encrypted Media Extensions, 9.1.3)."""

    kids: list[str] = Field(min_length=1, max_length=64)
    type: str = "temporary"


@dataclass(frozen=True)
class Previews:
    """What the store holds of titles whose profile is for previews; of any other title nothing is shown."""

    store: ArtifactStore
    provider: KeyProvider
    profiles: frozenset[str]

    @classmethod
    def of(cls, settings: Settings) -> "Previews":
        """Return the previews of a deployment."""
        profiles = load_profiles(settings.profiles, preview=True).values()
        access = access_of(settings)
        store, provider = open_store(settings, access, Unguarded()), open_keys(settings, lambda: access.to_s3, secret)
        return cls(store, provider, frozenset(one.name for one in profiles if one.preview))

    @cached_property
    def _artifacts(self) -> dict[tuple[str, ...], Artifact]:
        return {}  # artifacts never change

    def is_shown(self, title: str) -> bool:
        """Whether a title is for looking at."""
        record = self.store.record(title)
        return record is not None and record.profile in self.profiles

    def manifest(self, title: str, variant: str, name: str) -> Path | None:
        """Return a local path of a manifest of the packages made last."""
        return next((path for leaf in self._packages(title, variant) if (path := self._file(leaf, name))), None)

    def track_file(self, title: str, digest: str, name: str) -> Path | None:
        """Return a local path of a track's file."""
        if not self.is_shown(title):
            return None
        leaf = self._artifacts.get((title, digest)) or self._track(title, digest)
        return self._file(leaf, name) if leaf else None

    def keys(self, kids: Sequence[str]) -> Mapping[str, bytes]:
        """Return the keys of all key ids that belong to previews; none of a title that has not been made as one."""
        found: dict[str, bytes] = {}
        for title in (title for title in self.store.titles() if self.is_shown(title)):
            made = self.store.latest(title, "content_keys")
            if made is None or made.empty:
                continue
            known = made.read(ContentKeys)
            mine = [kid for kid in kids if _is_open(known.named(kid))]
            if mine:
                found |= {kid: key.value for kid, key in self.provider.keys(known.request, mine).items()}
        return found

    def _packages(self, title: str, variant: str = "") -> list[Artifact]:
        made = [self.store.latest(title, asset) for asset in PACKAGES] if self.is_shown(title) else []
        entries = [entry for one in made if one for entry in one.entries if variant in ("", entry.name)]
        return [self._loaded(title, entry) for entry in entries]

    def _track(self, title: str, digest: str) -> Artifact | None:
        named = [IndexEntry.model_validate(one) for leaf in self._packages(title) for one in leaf.document["tracks"]]
        entry = next((entry for entry in named if entry.digest == digest), None)
        if entry is None:
            return None
        return self._artifacts.setdefault((title, digest), self._loaded(title, entry))

    def _loaded(self, title: str, entry: IndexEntry) -> Artifact:
        name = (title, entry.asset, entry.recipe, entry.digest)
        if name not in self._artifacts:
            self._artifacts[name] = self.store.load(title, entry.asset, entry.recipe)
        return self._artifacts[name]

    def _file(self, leaf: Artifact, name: str) -> Path | None:
        return self.store.local_path(leaf, name) if any(file.path == name for file in leaf.files) else None


def preview_routes(previews: Previews) -> list[Route]:
    """Return ``/preview/<title>/…``, laid out as an origin, and ``/clearkey``."""

    def shown(find: Callable[..., Path | None]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            if not is_from_here(request):
                return Response(status_code=FORBIDDEN)
            try:
                path = await run_in_threadpool(find, **request.path_params)
            except VodError:
                path = None
            if path is None:
                return Response(status_code=MISSING)
            return FileResponse(path, media_type=media_type(path.name), headers=NEVER_KEPT)

        return answer

    async def licence(request: Request) -> Response:
        if not is_from_here(request):
            return Response(status_code=FORBIDDEN)
        return await _licence(request, previews)

    return [
        Route("/preview/{title}/releases/0/{variant}/{name}", shown(previews.manifest)),
        Route("/preview/{title}/tracks/{digest}/{name:path}", shown(previews.track_file)),
        Route("/clearkey", licence, methods=["POST"]),
    ]


def is_from_here(request: Request) -> bool:
    """Whether a page of this very server asks on this machine, and no page of another site that a browser shows."""
    host = request.headers.get("host", "")
    name = urlsplit(f"//{host}").hostname or ""
    origin = request.headers.get("origin", f"http://{host}")
    asks = request.client.host if request.client else ""
    return is_loopback(name) and is_loopback(asks) and origin == f"http://{host}"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0"), is_loopback("example.com")
    (True, True, False, False)
    """
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_open(known: TrackKey | None) -> bool:
    """Whether a key is ClearKey's, and no other system's that a title had before."""
    return known is not None and bool(known.signalled(("clearkey",)))


async def _licence(request: Request, previews: Previews) -> Response:
    if int(request.headers.get("content-length") or LONGEST_BYTES + 1) > LONGEST_BYTES:
        return Response(status_code=TOO_LONG)
    try:
        asked = LicenceRequest.model_validate_json(await request.body())
        kids = [_bytes_of(kid).hex() for kid in asked.kids]
    except (ValidationError, binascii.Error, ValueError):
        return Response(status_code=WRONG)
    try:
        keys = await run_in_threadpool(previews.keys, kids)
    except VodError as error:
        return PlainTextResponse(str(error), status_code=UNAVAILABLE, headers=NEVER_KEPT)
    if not keys:
        return Response(status_code=MISSING)
    answer: dict[str, Any] = {
        "keys": [{"kty": "oct", "kid": _text_of(bytes.fromhex(kid)), "k": _text_of(key)} for kid, key in keys.items()],
        "type": asked.type,
    }
    return JSONResponse(answer, headers=NEVER_KEPT)


def _bytes_of(text: str) -> bytes:
    """Return the bytes of base64url without padding (RFC 4648, 5)."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text_of(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
