"""What an origin in a storage keeps out of viewers' reach: titles that were taken down, as evidence.

The storage moves the files itself, manifests first. Where they are kept has 128 random bits in its name, so that nobody
can ask for it, even from a server that shows private names.
"""

import re
import secrets
from collections.abc import Callable, Iterable

from vod_assets.adapters.transfers import Load, in_parallel
from vod_assets.domain.errors import StoreError
from vod_assets.domain.title import TITLE_ID, checked_title_id
from vod_assets.ports.blobs import Blobs

LAYOUT = """
.blocks/<title>                     created first and removed last: nothing of the title is shown or taken
.blocked/<title>/<random>/…files…   what was shown below <title>/
"""
BLOCKS, BLOCKED = ".blocks/", ".blocked/"
ROOM = re.compile(r"[0-9a-f]{32}")


class BlobBlocks:
    """Titles that were moved below ``.blocked/``.

    Args:
        blobs: The storage, opened at the origin's address.
    """

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def has(self, title: str) -> bool:
        """Whether a title is blocked."""
        return self._blobs.stat(BLOCKS + checked_title_id(title)) is not None

    def titles(self) -> list[str]:
        """Return the ids of all blocked titles, sorted."""
        names = (blob.name.removeprefix(BLOCKS) for blob in self._blobs.files(BLOCKS))
        return sorted(name for name in names if TITLE_ID.fullmatch(name))

    def hide(self, title: str) -> None:
        """Move the manifests of a title away."""
        self._blobs.create(BLOCKS + checked_title_id(title), b"")  # from here on nothing is put
        self._move_away(title, f"{title}/releases/")

    def block(self, title: str) -> None:
        """Move everything of a title away, manifests first; what an earlier, killed call left is moved now."""
        self.hide(title)
        self._move_away(title, f"{title}/")

    def _move_away(self, title: str, prefix: str) -> None:
        rooms = self._rooms(title)
        room = f"{BLOCKED}{title}/{rooms[0] if rooms else secrets.token_hex(16)}/"
        names = [blob.name for blob in self._blobs.walk(prefix, with_drafts=True)]
        names.sort(key=lambda name: not name.endswith("/.files.json"))  # a listing makes its folder visible
        self._move(title, names, lambda name: room + name.partition("/")[2])

    def unblock(self, title: str) -> None:
        """Move everything of a title back, what makes it visible last."""
        checked_title_id(title)
        for room in self._rooms(title):
            prefix = f"{BLOCKED}{title}/{room}/"
            names = [blob.name for blob in self._blobs.walk(prefix, with_drafts=True)]
            for is_last in (_is_of_a_track, _is_of_a_release, _makes_visible):
                some = [name for name in names if is_last(name.removeprefix(prefix))]
                self._move(title, some, lambda name, prefix=prefix: f"{title}/{name.removeprefix(prefix)}")  # type: ignore[misc]
        self._blobs.delete([BLOCKS + title])

    def remove(self, title: str) -> None:
        """Remove what was kept of a title, and let it be put again."""
        checked_title_id(title)
        self._blobs.delete([blob.name for blob in self._blobs.walk(f"{BLOCKED}{title}/", with_drafts=True)])
        self._blobs.delete([BLOCKS + title])

    def _rooms(self, title: str) -> list[str]:
        return [name for name in self._blobs.folders(f"{BLOCKED}{title}/") if ROOM.fullmatch(name)]

    def _move(self, title: str, names: Iterable[str], other: Callable[[str], str]) -> None:
        """Move files side by side; one that cannot be moved stops no other, and is named in the end."""
        failed: list[StoreError] = []

        def move(name: str) -> None:
            try:
                self._blobs.move(name, other(name))
            except StoreError as error:
                if error.code != "artifact_missing":  # another call was quicker
                    failed.append(error)

        some = list(names)
        in_parallel(move, some, Load(f"moving {title}", len(some)), self._blobs.transfers)
        if failed:
            raise failed[0].about(title)


def _makes_visible(path: str) -> bool:
    return path.endswith("/.files.json")


def _is_of_a_release(path: str) -> bool:
    return path.startswith("releases/") and not _makes_visible(path)


def _is_of_a_track(path: str) -> bool:
    return not (_makes_visible(path) or _is_of_a_release(path))
