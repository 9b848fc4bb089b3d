"""A prober that does not look twice at one file in one process: registering a title does, and then `media_info`."""

from collections.abc import Mapping
from pathlib import Path

from vod_assets.domain.media_info import MediaInfo, SoundInfo
from vod_assets.ports import Prober

MOST_FILES = 16
_Seen = tuple[object, ...]
_seen: dict[_Seen, MediaInfo] = {}


class RememberingProber:
    """Another prober with a memory that all of a process share; what is refused is looked at again.

    A file is known by its device, inode, size and time of change, as where fingerprints are remembered.
    """

    def __init__(self, prober: Prober) -> None:
        self.prober = prober
        self.build_ids: Mapping[str, str] = prober.build_ids

    def inspect(self, path: Path, file: str = "") -> MediaInfo:
        """Return what a source holds; see `vod_assets.ports.Prober`."""
        key = self._key(path, file)
        if key not in _seen:
            info = self.prober.inspect(path, file)
            if self._key(path, file) != key:
                return info  # it changed meanwhile, so nobody knows which of the two this is
            _seen[key] = info
            if len(_seen) > MOST_FILES:
                del _seen[next(iter(_seen))]
        return _seen[key]

    def inspect_sound(self, path: Path, file: str = "") -> SoundInfo:
        """Return what a file of sound holds; see `vod_assets.ports.Prober`."""
        return self.prober.inspect_sound(path, file)

    def _key(self, path: Path, file: str) -> _Seen:
        said = path.stat()
        return (said.st_dev, said.st_ino, said.st_size, said.st_mtime_ns, file, *sorted(self.build_ids.items()))
