"""Play a package that holds encrypted tracks: decrypted into a scratch folder, and only what was not played before.

Tracks of one rendition hold the same samples in every variant. So a track whose decrypted samples are those of
another, byte for byte, is as good as played.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from vod_assets.adapters.package.unlock import clear_init, clear_segment, configuration_of, runs_of
from vod_assets.adapters.package.view import FolderView
from vod_assets.domain.isobmff import MalformedError
from vod_assets.domain.manifests.hls_reading import MediaPlaylist, ReadSegment, media_playlist
from vod_assets.domain.package_view import Decoded
from vod_assets.domain.sample_digest import SampleDigest

Play = Callable[[Sequence[Path]], Sequence[Decoded]]
KEY_TAG = "#EXT-X-KEY"
UNOPENED = Decoded(packets=0, frames=0, errors=0)


class Player:
    """Plays media playlists of a view, each that is not like another once.

    Args:
        view: The package, with what unlocks its tracks.
        play: Decodes clear playlists and says what came of each, in order.
    """

    def __init__(self, view: FolderView, play: Play) -> None:
        self._view, self._play = view, play
        self._seen = lru_cache(maxsize=None)(self._digests)

    def fingerprint(self, address: str) -> str:
        """Return a digest of what a decoder will be given; see `vod_assets.ports.InspectedPackage`."""
        return self._seen(address)[0] if self._view.unlocking else ""

    def samples(self, address: str) -> str:
        """Return the digest of a playlist's samples; see `vod_assets.ports.InspectedPackage`."""
        return self._seen(address)[1]

    def decode_all(self, addresses: Sequence[str], scratch: Path) -> Mapping[str, Decoded]:
        """Return what came of playing each playlist; one that cannot be unlocked has decoded nothing.

        Args:
            addresses: Media playlists of the view.
            scratch: A folder of its own, for what is decrypted.
        """
        if not self._view.unlocking and len(self._view.variants) == 1:
            return dict(zip(addresses, self._play([self._view.root / one for one in addresses]), strict=True))
        alike: dict[str, list[str]] = {}
        for address in sorted(addresses, key=self._is_locked):  # clear ones are played as they are
            alike.setdefault(self._seen(address)[0], []).append(address)
        unopened = alike.pop("", [])
        firsts = [some[0] for some in alike.values()]
        counts = self._play([self._playable(address, scratch) for address in firsts])
        played = {one: count for some, count in zip(alike.values(), counts, strict=True) for one in some}
        return played | dict.fromkeys(unopened, UNOPENED)

    def _digests(self, address: str) -> tuple[str, str]:
        """Return digests of all that a decoder will be given, and of the samples; empty what cannot be found out."""
        try:
            playlist = self._read(address)
            if any(segment.init is None for segment in playlist.segments):
                return self._digest_of_streams(playlist), ""
            return self._digests_of_samples(playlist)
        except (MalformedError, OSError, ValueError):
            return "", ""

    def _digest_of_streams(self, playlist: MediaPlaylist) -> str:
        digest = hashlib.sha256()
        for segment in playlist.segments:
            clear = self._clear(segment)
            digest.update(len(clear).to_bytes(8))
            digest.update(clear)
        return digest.hexdigest()

    def _digests_of_samples(self, playlist: MediaPlaylist) -> tuple[str, str]:
        samples, configuration = SampleDigest(), hashlib.sha256()
        for segment in playlist.segments:
            init = segment.init or ""
            if segment is playlist.segments[0]:
                configuration.update(configuration_of(clear_init(self._view.init_data(init))))
            for data, sizes in runs_of(self._clear(segment), self._view.init(init)):
                samples.add(data, sizes)
        configuration.update(samples.hexdigest.encode())
        return configuration.hexdigest(), samples.hexdigest

    def _clear(self, segment: ReadSegment) -> bytes | memoryview:
        """Return a segment's clear bytes."""
        address = segment.address or ""
        if segment.init is None:
            return self._view.clear_data(address)
        span = (segment.offset_bytes, segment.length_bytes) if segment.length_bytes else None
        data, unlocking = self._view.data(address, span), self._view.unlocking_of(address)
        return clear_segment(bytes(data), self._view.init(segment.init), unlocking.key) if unlocking else data

    def _playable(self, address: str, scratch: Path) -> Path:
        """Return the path of a playlist that FFmpeg can play: the one that lies there, or that of a decrypted copy."""
        if not self._is_locked(address):
            return self._view.root / address
        playlist = self._read(address)
        for segment in playlist.segments:
            _write(scratch / (segment.address or ""), segment.offset_bytes, self._clear(segment))
        for init in {segment.init for segment in playlist.segments if segment.init}:
            _write(scratch / init, 0, clear_init(self._view.init_data(init)))
        lines = self._view.text(address).splitlines(keepends=True)
        _write(scratch / address, 0, "".join(line for line in lines if not line.startswith(KEY_TAG)).encode())
        return scratch / address

    def _is_locked(self, address: str) -> bool:
        try:
            return any(self._view.unlocking_of(one.address or "") for one in self._read(address).segments)
        except MalformedError:
            return False

    def _read(self, address: str) -> MediaPlaylist:
        return media_playlist(self._view, address)


def _write(path: Path, offset: int, data: bytes | memoryview) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)
