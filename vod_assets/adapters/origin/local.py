"""The origin on a disk: a folder that any web server can serve."""

import errno
import hashlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from vod_assets.adapters.blobs.state import folder_look
from vod_assets.adapters.origin.folder_blocks import FolderBlocks, Gone
from vod_assets.adapters.origin.names import (
    DIGEST,
    checked_digest,
    checked_path,
    public_address,
    release_folder,
    release_taken,
    taken_down,
)
from vod_assets.adapters.store.scratch import last_touched
from vod_assets.domain.artifact import ArtifactFile
from vod_assets.domain.errors import StoreError
from vod_assets.domain.release import RELEASE_FILE
from vod_assets.domain.title import TITLE_ID, Fingerprint, checked_title_id
from vod_assets.ports import Origin
from vod_assets.ports.leases import Hold
from vod_assets.ports.publishing import IsWanted, nobody_wants_it

FILE_LIST = ".files.json"  # sizes of a placed directory's files; private, so no web server shows it
PRIVATE = (".incoming-", ".removed-")
GRACE_SECONDS = 24 * 3600
CANNOT_LINK = {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EOPNOTSUPP, errno.EACCES}


class LocalOrigin:
    """Releases in a folder: every track and release directory is there complete, or not at all.

    Files are gathered in a private directory beside their place, verified there, and renamed into place as one.

    Args:
        root: Folder of the origin; made when first written to.
        public_url: Address of the server that serves ``root`` under ``/origin/``.
        link_below: Files below these folders never change, so they are linked instead of copied: artifact stores.
        grace_seconds: How long a private directory may be untouched before a later put removes it as a crash's.
    """

    def __init__(
        self, root: Path, public_url: str, link_below: Sequence[Path] = (), grace_seconds: int = GRACE_SECONDS
    ) -> None:
        self.root = root.absolute()
        self.address = self.root.as_uri()
        self._public_url = public_url
        self._link_below = [folder.resolve() for folder in link_below]
        self._grace_seconds = grace_seconds
        self._blocks = FolderBlocks(self.root)

    def has_track(self, title: str, track_digest: str) -> bool:
        """Whether a track is there with every file in its size; its bytes were verified before it was placed."""
        return _is_whole(self._track(title, track_digest))

    def state(self, title: str) -> str:
        """Return a word that changes with anything of a title here."""
        return folder_look(self._title(title)).word + ("-blocked" if self._blocks.has(title) else "")

    def put_track(self, title: str, track_digest: str, files: Mapping[str, Path], sha256: Mapping[str, str]) -> None:
        """Place a track's files under ``<title>/tracks/<digest>/``; a damaged one is replaced, a whole one left alone.

        Raises:
            StoreError: ``upload_corrupt`` when the bytes are not those that ``sha256`` names; ``store_full``.
        """
        target = self._track(title, track_digest)
        if _is_whole(target) and set(_sizes(target)) == set(files):
            return
        with self._gathered(title, files, sha256, target) as incoming:
            if target.exists():
                self._vanish(target)
            self._place(title, incoming, target)

    def copy_track(
        self, title: str, track_digest: str, files: Sequence[ArtifactFile], addresses: Mapping[str, str]
    ) -> bool:
        """Return False: what lies on the same disk is linked by `put_track`."""
        return False

    def put_release(self, title: str, number: int, files: Mapping[str, Path], sha256: Mapping[str, str]) -> None:
        """Place manifests under ``<title>/releases/<n>/``; the same bytes again are fine, others are refused.

        What the same release has lost since, by its ``release.json``, is put back.

        Raises:
            StoreError: ``release_exists``, ``upload_corrupt``, ``store_full``.
        """
        target = self._title(title) / release_folder(number)
        if not Gone(target.parent).allows(number, sha256):
            raise release_taken(number, title)
        with self._gathered(title, files, sha256) as incoming:
            if self._place(title, incoming, target) or (there := _hashes(target)) == dict(sha256):
                return
            is_same = RELEASE_FILE in sha256 and there.get(RELEASE_FILE) == sha256[RELEASE_FILE]
            if is_same or Gone(target.parent).has(number):
                self._vanish(target)  # the same release, which has lost something
            if not self._place(title, incoming, target):
                raise release_taken(number, title)

    def releases(self, title: str) -> list[int]:
        """Return the numbers of a title's releases, ascending."""
        folder = self._title(title) / "releases"
        names = [child.name for child in folder.iterdir() if child.is_dir()] if folder.is_dir() else []
        return sorted(int(name) for name in names if name.isascii() and name.isdigit())

    def lacking(self, title: str, number: int) -> dict[str, bool]:
        """Return nothing: it is alone."""
        return {}

    def required(self) -> Mapping[str, Origin]:
        """Return itself: it is alone."""
        return {"": self}

    def placed_at(self, title: str, number: int) -> float:
        """Return when a release was placed; 0 when it is not there."""
        listing = self._title(title) / release_folder(number) / FILE_LIST
        return listing.stat().st_mtime if listing.is_file() else 0.0

    def titles(self) -> list[str]:
        """Return the ids of all titles that have anything here, sorted; blocked ones too."""
        return sorted({*self._shown(), *self._blocks.titles()})

    def read(self, title: str, path: str) -> bytes | None:
        """Return a file below the title, or None."""
        file = self.path(title, path)
        return file.read_bytes() if file.is_file() else None

    def fingerprint(self, title: str, path: str) -> Fingerprint | None:
        """Return size and SHA-256 of a file below the title as it lies here now, or None."""
        file = self.path(title, path)
        return Fingerprint(size_bytes=file.stat().st_size, sha256=_sha256(file)) if file.is_file() else None

    def path(self, title: str, path: str) -> Path:
        """Return where a file below the title lies, or would lie.

        Raises:
            StoreError: ``bad_path``: the path is absolute, climbs, is private, or leads out through a link.
        """
        file = self._title(title) / checked_path(path)
        if not file.resolve().is_relative_to(self.root.resolve()):
            raise StoreError("bad_path", "it leads out of the origin through a link", "Remove the link", title, path)
        return file

    def url(self, title: str, path: str) -> str:
        """Return the address a player opens."""
        return public_address(self._public_url, title, path)

    def location(self, title: str, path: str) -> str:
        """Return the local path of a file below the title."""
        return str(self.path(title, path))

    def fetch(self, title: str, path: str, target: Path) -> bool:
        """Copy a file below the title; return whether there is one."""
        file = self.path(title, path)
        if not file.is_file():
            return False
        shutil.copyfile(file, target)
        return True

    def remove(self, title: str) -> None:
        """Remove everything of a title; it vanishes at once, whatever happens while its files are deleted."""
        folder = self._title(title)
        if folder.exists():
            self._vanish(folder)
        self._blocks.remove(title)

    def remove_release(self, title: str, number: int, is_wanted: IsWanted = nobody_wants_it) -> None:
        """Remove a release's manifests, which vanish at once; its number stays theirs."""
        folder = self._title(title) / release_folder(number)
        if folder.is_dir():
            with _written(title):
                Gone(folder.parent).note(number, _hashes(folder))
                doomed = self._private(self.root, ".removed-")
                folder.rename(doomed)
                is_back = True
                try:
                    is_back = is_wanted()
                finally:
                    doomed.rename(folder) if is_back else shutil.rmtree(doomed)

    def hide(self, title: str) -> None:
        """Block a title, which is a single rename."""
        self.block(title)

    def block(self, title: str) -> None:
        """Rename a title's folder to a private place: nothing of it can be fetched from then on."""
        with _written(title):
            self._blocks.block(title)

    def unblock(self, title: str) -> None:
        """Rename it back."""
        with _written(title):
            self._blocks.unblock(title)

    def is_blocked(self, title: str) -> bool:
        """Whether a title is blocked."""
        return self._blocks.has(title)

    def tracks(self, title: str, older_than_seconds: int = 0) -> list[str]:
        """Return the digests of a title's tracks that were placed longer ago than that, sorted."""
        folder, oldest = self._title(title) / "tracks", time.time() - older_than_seconds
        children = [child for child in folder.iterdir() if DIGEST.fullmatch(child.name)] if folder.is_dir() else []
        return sorted(child.name for child in children if child.stat().st_mtime <= oldest)

    def leftovers(self, older_than_seconds: int) -> list[str]:
        """Return what killed writers left behind and nobody has touched for a time; no viewer can see any of it."""
        folders = [self.root, *(self.root / title for title in self._shown())]
        return sorted(str(path) for folder in folders for path in _untouched(folder, older_than_seconds))

    def sweep(self, older_than_seconds: int, hold: Hold) -> list[str]:
        """Remove what killed writers left behind, title by title; each is looked at again once it is held."""
        swept = _untouched(self.root, older_than_seconds)
        for leftover in swept:
            shutil.rmtree(leftover, ignore_errors=True)
        for title in self._shown():
            if _untouched(self.root / title, older_than_seconds):
                with hold(title) as is_held:
                    for leftover in _untouched(self.root / title, older_than_seconds) if is_held() else ():
                        shutil.rmtree(leftover, ignore_errors=True)
                        swept.append(leftover)
        return sorted(map(str, swept))

    def distrust_track(self, title: str, track_digest: str) -> None:
        """Remove a track's list of files; the track is replaced as one."""
        (self._track(title, track_digest) / FILE_LIST).unlink(missing_ok=True)

    def distrust_release(self, title: str, number: int, sha256: Mapping[str, str]) -> None:
        """Note what a release's number is for; whatever lies there is then replaced as one."""
        folder = self._title(title) / release_folder(number)
        if folder.is_dir() and Gone(folder.parent).allows(number, sha256):
            with _written(title):
                Gone(folder.parent).note(number, sha256)

    def remove_track(self, title: str, track_digest: str) -> None:
        """Remove a track; it vanishes at once."""
        folder = self._track(title, track_digest)
        if folder.exists():
            self._vanish(folder)

    def _shown(self) -> list[str]:
        """Return the titles that have a folder that is served."""
        children = self.root.iterdir() if self.root.is_dir() else ()
        return sorted(child.name for child in children if child.is_dir() and TITLE_ID.fullmatch(child.name))

    def _place(self, title: str, incoming: Path, target: Path) -> bool:
        """Rename a gathered directory into place, unless the title was blocked in the meantime."""
        is_placed = _place(incoming, target)
        if self._blocks.has(title):
            self._blocks.block(title)
            raise taken_down(title)
        return is_placed

    def _vanish(self, folder: Path) -> None:
        doomed = self._private(self.root, ".removed-")
        folder.rename(doomed)
        shutil.rmtree(doomed)

    def _title(self, title: str) -> Path:
        return self.root / checked_title_id(title)

    def _track(self, title: str, digest: str) -> Path:
        return self._title(title) / "tracks" / checked_digest(digest)

    def _private(self, folder: Path, prefix: str) -> Path:
        return folder / f"{prefix}{os.getpid()}-{secrets.token_hex(4)}"

    @contextmanager
    def _gathered(
        self, title: str, files: Mapping[str, Path], sha256: Mapping[str, str], before: Path | None = None
    ) -> Iterator[Path]:
        """Yield a private folder with all files; what lies in ``before``, or was left by a killed writer, is linked."""
        folder = self._title(title)
        if self._blocks.has(title):
            raise taken_down(title)
        for leftover in [*_untouched(self.root, self._grace_seconds), *_untouched(folder, self._grace_seconds)]:
            shutil.rmtree(leftover, ignore_errors=True)
        begun = [*([before] if before else []), *folder.glob(".incoming-*")]
        incoming = self._private(folder, ".incoming-")
        try:
            with _written(title):
                incoming.mkdir(parents=True)
                for path, file in files.items():
                    if _resumed(incoming / checked_path(path), [one / path for one in begun], file, sha256[path]):
                        continue
                    self._bring(title, file, incoming / checked_path(path), sha256[path])
                _write_file_list(incoming, files)
                yield incoming
        finally:
            shutil.rmtree(incoming, ignore_errors=True)

    def _bring(self, title: str, file: Path, target: Path, sha256: str) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        if not (self._may_link(file) and _linked(file, target)):
            shutil.copyfile(file, target)
            _sync(target)
        if _sha256(target) != sha256:
            cause = f"its bytes at the origin are not those that were made ({sha256[:12]})"
            remedy = "Check the disk; remove the artifact from the store if it is damaged there, and run again"
            raise StoreError("upload_corrupt", cause, remedy, title, str(file))

    def _may_link(self, file: Path) -> bool:
        return not file.is_symlink() and any(file.resolve().is_relative_to(folder) for folder in self._link_below)


@contextmanager
def _written(title: str) -> Iterator[None]:
    """Name what went wrong on the disk."""
    try:
        yield
    except OSError as error:
        raise _store_error(error, title) from error


def _untouched(folder: Path, seconds: int) -> list[Path]:
    oldest = time.time() - seconds
    private = [child for child in folder.glob(".*") if child.name.startswith(PRIVATE)]
    return [child for child in private if last_touched(child) < oldest]


def _is_whole(folder: Path) -> bool:
    try:
        return all((folder / path).stat().st_size == size for path, size in _sizes(folder).items())
    except (OSError, ValueError):
        return False


def _sizes(folder: Path) -> dict[str, int]:
    return {str(path): int(size) for path, size in json.loads((folder / FILE_LIST).read_bytes()).items()}


def _hashes(folder: Path) -> dict[str, str]:
    files = [file for file in folder.rglob("*") if file.is_file() and file.name != FILE_LIST]
    return {file.relative_to(folder).as_posix(): _sha256(file) for file in files}


def _write_file_list(folder: Path, files: Mapping[str, Path]) -> None:
    listing = folder / FILE_LIST
    listing.write_text(json.dumps({path: (folder / path).stat().st_size for path in sorted(files)}))
    _sync(listing)
    for directory in {folder / path for path in files}:
        _sync(directory.parent)
    _sync(folder)


def _place(incoming: Path, target: Path) -> bool:
    """Rename a gathered directory into place; False when something is there already, which a rename never replaces."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        incoming.rename(target)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
            return False
        raise
    _sync(target.parent)
    return True


def _resumed(target: Path, begun: Sequence[Path], file: Path, sha256: str) -> bool:
    """Link what an earlier try brought; False when none of it has the right bytes."""
    size_bytes = file.stat().st_size
    for there in begun:
        if (
            not there.is_symlink()
            and there.is_file()
            and there.stat().st_size == size_bytes
            and _sha256(there) == sha256
        ):
            target.parent.mkdir(parents=True, exist_ok=True)
            if not _linked(there, target):
                return False
            _sync(target)  # who began it may not have come to that
            return True
    return False


def _linked(file: Path, target: Path) -> bool:
    try:
        os.link(file, target)
    except OSError as error:
        if error.errno in CANNOT_LINK:
            return False
        raise
    return True


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _store_error(error: OSError, title: str) -> StoreError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreError("store_full", "the origin's disk is full", "Free space there and run again", title)
    cause = f"the origin could not be written: {error.strerror}"
    return StoreError(
        "origin_unwritable", cause, "Check the folder's rights and disk", title, str(error.filename or "")
    )
