"""What an origin in a folder keeps out of viewers' reach: titles that were taken down, as evidence."""

import json
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from vod_assets.domain.title import TITLE_ID, checked_title_id

BLOCKED = ".blocked"  # private, mode 0700: a web server of another user cannot enter it
OWNER_ONLY = 0o700


class FolderBlocks:
    """Titles that lie below ``.blocked/`` in place of their own name.

    Args:
        root: Folder of the origin.
    """

    def __init__(self, root: Path) -> None:
        self._root, self._folder = root, root / BLOCKED

    def has(self, title: str) -> bool:
        """Whether a title is blocked."""
        return (self._folder / checked_title_id(title)).is_dir()

    def titles(self) -> list[str]:
        """Return the ids of all blocked titles, sorted."""
        children = self._folder.iterdir() if self._folder.is_dir() else ()
        return sorted(child.name for child in children if TITLE_ID.fullmatch(child.name))

    def block(self, title: str) -> None:
        """Take everything of a title away at once; what was put meanwhile is added to what was taken before."""
        self._folder.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
        self._folder.chmod(OWNER_ONLY)
        kept, shown = self._folder / checked_title_id(title), self._root / title
        kept.mkdir(exist_ok=True)  # from here on nothing is put
        if shown.is_dir():
            _merge(shown, kept)

    def unblock(self, title: str) -> None:
        """Put everything of a title back to where viewers fetch it."""
        kept, shown = self._folder / checked_title_id(title), self._root / title
        if not kept.is_dir():
            return
        if any(kept.iterdir()):
            _merge(kept, shown)
        if kept.is_dir():
            kept.rmdir()

    def remove(self, title: str) -> None:
        """Remove what was kept of a title."""
        shutil.rmtree(self._folder / checked_title_id(title), ignore_errors=True)


class Gone:
    """Numbers of releases that were removed or are wrong, and the bytes that they are for: a number never gets others.

    Args:
        releases: The folder of a title's releases.
    """

    def __init__(self, releases: Path) -> None:
        self._releases = releases

    def allows(self, number: int, sha256: Mapping[str, str]) -> bool:
        """Whether a number is free for these bytes."""
        note = self._note(number)
        return not note.is_file() or json.loads(note.read_bytes()) == dict(sha256)

    def has(self, number: int) -> bool:
        """Whether it is noted what a number is for."""
        return self._note(number).is_file()

    def note(self, number: int, sha256: Mapping[str, str]) -> None:
        """Keep what a number was for."""
        draft = self._note(number).with_name(f".incoming-{secrets.token_hex(4)}")
        draft.write_text(json.dumps(dict(sha256)))
        draft.replace(self._note(number))

    def _note(self, number: int) -> Path:
        return self._releases / f".gone-{number}.json"


def _merge(source: Path, target: Path) -> None:
    """Move a folder's entries into another one, as a whole where that is empty or missing."""
    try:
        source.rename(target)
    except OSError:  # something is there
        target.mkdir(parents=True, exist_ok=True)
        for child in sorted(source.iterdir(), key=lambda one: one.name != "releases"):  # manifests first
            place = target / child.name
            if child.is_dir() and place.is_dir():
                _merge(child, place)
            else:
                child.replace(place.with_name(f"{place.name}.{secrets.token_hex(4)}") if place.is_dir() else place)
        source.rmdir()
