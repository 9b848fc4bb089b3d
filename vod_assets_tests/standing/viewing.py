"""A viewer: fetches everything that an entry leads to over HTTP, and plays it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import httpx

from vod_assets.adapters.package.decode import FfmpegPackageDecoder
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.domain.manifests.dash_reading import parse_mpd
from vod_assets.domain.manifests.hls_reading import played_playlists
from vod_assets.domain.package_view import resolved
from vod_assets.domain.references import playlist_references
from vod_assets_tests.adapters.transcode.clips import tools

TYPES = {
    ".m3u8": {"application/vnd.apple.mpegurl"},
    ".mpd": {"application/dash+xml"},
    ".mp4": {"video/mp4"},
    ".m4s": {"video/iso.segment"},
    ".vtt": {"text/vtt; charset=utf-8"},
    ".jpg": {"image/jpeg"},
    ".json": {"application/json"},
}
MEDIA = (".mp4", ".m4s")


@dataclass
class Viewer:
    """Watches one title.

    Args:
        web: Speaks to the server that the public address names.
        folder: Keeps what was fetched.
    """

    web: httpx.Client
    folder: Path
    title: str
    sizes: dict[str, int] = field(default_factory=dict)

    def entry(self) -> dict[str, Any] | None:
        """Return the public entry, or None."""
        answer = self.web.get(f"/catalogue/titles/{self.title}.json")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        entry: dict[str, Any] = answer.raise_for_status().json()
        return entry

    def release(self) -> int:
        """Return the number of the release that the entry shows; 0: there is no entry."""
        entry = self.entry()
        return int(entry["release"]["number"]) if entry else 0

    def languages_of_text(self) -> set[str]:
        """Return the languages that the entry offers captions in."""
        entry = self.entry()
        assert entry is not None
        return {track["language"] for track in entry["release"]["tracks"] if track["kind"] == "text"}

    def watch(self) -> dict[str, int]:
        """Fetch all of the release that the entry shows, decode its pictures and sound, and return frames a track."""
        entry = self.entry()
        assert entry is not None
        shown = entry["release"]
        for address in (shown["poster"], shown["thumbnails"]):
            self._fetch(self._path(address))
        frames: dict[str, int] = {}
        for variant in shown["variants"].values():
            hls = self._hls(self._path(variant["hls"]))
            dash = self._dash(self._path(variant["dash"]))
            assert {path for path in dash if path.endswith(MEDIA)} & hls, "HLS and DASH share their segments"
            frames |= self._played(self._path(variant["hls"]))
        return frames

    def fetched_bytes(self) -> int:
        """Return how much a viewer of everything fetches."""
        self.watch()
        return sum(self.sizes.values())

    def _hls(self, top: str) -> set[str]:
        found, waiting = set(), [top]
        while waiting:
            path = waiting.pop()
            if path in found:
                continue
            found.add(path)
            data = self._fetch(path)
            if path.endswith(".m3u8"):
                waiting += [self._below(path, uri) for uri in playlist_references(data.decode())]
        return found

    def _dash(self, manifest: str) -> set[str]:
        found = set(_addresses(self._fetch(manifest).decode(), manifest))
        for path in found:
            self._fetch(path)
        return found

    def _played(self, top: str) -> dict[str, int]:
        """Return how many frames each media playlist has."""
        playlists = [self._below(top, uri) for uri in played_playlists((self.folder / top).read_text())]
        decoded = FfmpegPackageDecoder(tools(), SupervisedRunner()).decode_all(
            [self.folder / path for path in playlists], self.folder
        )
        assert [one.errors for one in decoded] == [0] * len(playlists)
        assert all(one.frames for one in decoded)
        return {PurePosixPath(path).stem: one.frames for path, one in zip(playlists, decoded, strict=True)}

    def _fetch(self, path: str) -> bytes:
        target = self.folder / path
        if path in self.sizes:
            return target.read_bytes()
        answer = self.web.get(f"/origin/{self.title}/{path}").raise_for_status()
        assert answer.headers["content-type"] in TYPES[PurePosixPath(path).suffix], path
        assert int(answer.headers["content-length"]) == len(answer.content) > 0
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(answer.content)
        self.sizes[path] = len(answer.content)
        return answer.content

    def _path(self, address: str) -> str:
        """Return the path below the title of an address that an entry names."""
        base = f"{self.web.base_url}".rstrip("/") + f"/origin/{self.title}/"
        assert address.startswith(base), address
        return address.removeprefix(base)

    @staticmethod
    def _below(playlist: str, uri: str) -> str:
        path = resolved(playlist, uri)
        assert path is not None, uri
        return path


def _addresses(text: str, manifest: str) -> Iterator[str]:
    for one in parse_mpd(text, "", manifest).representations:
        if one.init:
            yield one.init
        for segment in one.segments:
            assert segment.address is not None
            yield segment.address
