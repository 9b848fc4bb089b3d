"""The origin in a bucket or on a share, from which a web server or a CDN serves players.

Storages have no folder that appears at once. A private file, written last, lists a track's or a release's files and so
makes it visible; before, a release's number is claimed with the digests of what is to lie there. See `LAYOUT`.
"""

import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from vod_assets.adapters.blobs.state import look
from vod_assets.adapters.origin.blocks import BlobBlocks
from vod_assets.adapters.origin.names import (
    DIGEST,
    checked_digest,
    checked_path,
    public_address,
    release_folder,
    release_taken,
    taken_down,
)
from vod_assets.adapters.transfers import AT_ONCE, Load, counter, in_parallel
from vod_assets.domain.artifact import ArtifactFile
from vod_assets.domain.documents import canonical_json
from vod_assets.domain.errors import StoreError
from vod_assets.domain.media_types import headers_of
from vod_assets.domain.title import TITLE_ID, Fingerprint, checked_title_id
from vod_assets.ports import Origin
from vod_assets.ports.blobs import Blob, Blobs
from vod_assets.ports.leases import Hold
from vod_assets.ports.publishing import IsWanted, nobody_wants_it

LAYOUT = """
<title>/tracks/<digest>/…files…
<title>/tracks/<digest>/.files.json     sizes by path, written last: the track is there
<title>/releases/<n>/.claim.json        SHA-256 by path, created once: what this number is for
<title>/releases/<n>/…files…
<title>/releases/<n>/.files.json        sizes by path, written last: the release is there
<title>/{tracks,releases}/…/.distrusted  its files are sent again, whatever the storage says of them
<title>/releases/<n>/.removed           the release is gone; its claim stays, so that no other gets its number
.titles/<title>                         created first and removed last: the title has something here
"""  # what is blocked lies elsewhere: see `blocks.LAYOUT`
LISTING, CLAIM, REMOVED, DISTRUSTED, TITLES = ".files.json", ".claim.json", ".removed", ".distrusted", ".titles/"
FOLDER_PARTS = 3  # <title>/tracks/<digest>


class BlobOrigin:
    """Releases in a storage that creates a name once.

    Args:
        blobs: The storage, opened at the origin's address.
        public_url: Address of the server that serves the storage's files under ``/origin/``.
        scratch: A folder for files on their way.
        around: The bucket or share that the origin is a part of, where it can copy by itself.
    """

    def __init__(self, blobs: Blobs, public_url: str, scratch: Path, around: Blobs | None = None) -> None:
        self.blobs, self.address = blobs, blobs.address
        self._public_url, self._scratch, self._around = public_url, scratch, around
        self._listings: dict[str, dict[str, int]] = {}
        self._blocks = BlobBlocks(blobs)

    def has_track(self, title: str, track_digest: str) -> bool:
        """Whether a track is there with every file in its size; its bytes were verified when they were sent."""
        return self._is_whole(self._track(title, track_digest))

    def state(self, title: str) -> str:
        """Return a word that changes with anything of a title here."""
        return look(self.blobs, f"{checked_title_id(title)}/").word + ("-blocked" if self._blocks.has(title) else "")

    def put_track(self, title: str, track_digest: str, files: Mapping[str, Path], sha256: Mapping[str, str]) -> None:
        """Send a track's files at once, then make it visible; what an earlier try sent is not sent again.

        Raises:
            StoreError: ``upload_corrupt`` when the bytes are not those that ``sha256`` names, and those of `Blobs`.
        """
        folder = self._track(title, track_digest)
        if not (self._is_whole(folder) and set(self._listing(folder)) == set(files)):
            self._send(title, folder, files, sha256)

    def copy_track(
        self, title: str, track_digest: str, files: Sequence[ArtifactFile], addresses: Mapping[str, str]
    ) -> bool:
        """Copy a track within the bucket or share; False when it lies elsewhere, or the storage would not."""
        folder, around = self._track(title, track_digest), self._around
        if around is None:
            return False
        root = f"{around.address}/"
        if not all(addresses[file.path].startswith(root) for file in files):
            return False
        below = f"{self.address}/".removeprefix(root)

        def copy(file: ArtifactFile) -> None:
            around.copy(addresses[file.path].removeprefix(root), f"{below}{folder}{checked_path(file.path)}")
            counter()(file.size_bytes)

        self._note_title(title)
        try:
            in_parallel(copy, files, Load("copying a track", sum(file.size_bytes for file in files)))
        except StoreError:
            return False  # it is sent instead, and what is wrong then is named
        sizes = {file.path: file.size_bytes for file in files}
        if not self._lie_there(folder, sizes):
            return False
        self._list(title, folder, sizes)
        return True

    def put_release(self, title: str, number: int, files: Mapping[str, Path], sha256: Mapping[str, str]) -> None:
        """Claim a number, send the manifests, then make the release visible; the same again is fine.

        Raises:
            StoreError: ``release_exists``: the number was claimed for other bytes; ``upload_corrupt``.
        """
        folder = self._release(title, number)
        claim = canonical_json({checked_path(path): sha256[path] for path in files})
        self._note_title(title)
        if not self.blobs.create(folder + CLAIM, claim) and self.blobs.read(folder + CLAIM) != claim:
            raise release_taken(number, title, ", or begun,")
        if not self._is_whole(folder):
            self._send(title, folder, files, sha256)
            self.blobs.delete([folder + REMOVED])

    def releases(self, title: str) -> list[int]:
        """Return the numbers of a title's complete releases, ascending."""
        ending = f"/{LISTING}"
        names = [blob.name for blob in self.blobs.walk(f"{checked_title_id(title)}/releases/")]
        numbers = [name.split("/")[2] for name in names if name.endswith(ending) and name.count("/") == FOLDER_PARTS]
        return sorted(int(number) for number in numbers if number.isascii() and number.isdigit())

    def lacking(self, title: str, number: int) -> dict[str, bool]:
        """Return nothing: it is alone."""
        return {}

    def required(self) -> Mapping[str, Origin]:
        """Return itself: it is alone."""
        return {"": self}

    def placed_at(self, title: str, number: int) -> float:
        """Return when a release was made visible; 0 when it is not there."""
        listing = self.blobs.stat(self._release(title, number) + LISTING)
        return listing.modified_at if listing else 0.0

    def titles(self) -> list[str]:
        """Return the ids of all titles that have anything here, sorted; blocked ones too."""
        names = (blob.name.removeprefix(TITLES) for blob in self.blobs.files(TITLES))
        return sorted({*(name for name in names if TITLE_ID.fullmatch(name)), *self._blocks.titles()})

    def read(self, title: str, path: str) -> bytes | None:
        """Return a file of a track or release that is there, or None."""
        name = self._visible(title, path)
        return self.blobs.read(name) if name else None

    def read_range(self, title: str, path: str, start: int, end: int) -> bytes | None:
        """Return a part of a file of a track or release that is there, or None."""
        name = self._visible(title, path)
        return self.blobs.read_range(name, start, end) if name else None

    def stat(self, title: str, path: str) -> Blob | None:
        """Return what the storage knows of a file of a track or release that is there, or None."""
        name = self._visible(title, path)
        return self.blobs.stat(name) if name else None

    def fetch(self, title: str, path: str, target: Path) -> bool:
        """Write a file of a track or release that is there to a local path."""
        return bool(self._fetched(title, path, target))

    def fingerprint(self, title: str, path: str) -> Fingerprint | None:
        """Return size and SHA-256 of a file as it comes back from the storage now, or None."""
        self._scratch.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._scratch, prefix="origin-") as scratch:
            target = Path(scratch) / "file"
            sha256 = self._fetched(title, path, target)
            return Fingerprint(size_bytes=target.stat().st_size, sha256=sha256) if sha256 else None

    def tracks(self, title: str, older_than_seconds: int = 0) -> list[str]:
        """Return the digests of a title's tracks that were made visible longer ago than that, sorted."""
        folder, oldest = f"{checked_title_id(title)}/tracks/", time.time() - older_than_seconds
        digests = [name for name in self.blobs.folders(folder) if DIGEST.fullmatch(name)]
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="tracks") as pool:
            listed = pool.map(lambda digest: self.blobs.stat(f"{folder}{digest}/{LISTING}"), digests)
            found = list(zip(digests, listed, strict=True))
        is_any = older_than_seconds <= 0  # the storage's clock may be ahead of ours
        return sorted(digest for digest, blob in found if blob and (is_any or blob.modified_at <= oldest))

    def url(self, title: str, path: str) -> str:
        """Return the address a player opens."""
        return public_address(self._public_url, title, path)

    def location(self, title: str, path: str) -> str:
        """Return the address a player opens: there is no local path."""
        return self.url(title, path)

    def remove(self, title: str) -> None:
        """Remove everything of a title: releases first, for they name the tracks."""
        checked_title_id(title)
        listings = [f"{title}/releases/{number}/{LISTING}" for number in self.releases(title)]
        self.blobs.delete(listings)
        for folder in (f"{title}/releases/", f"{title}/"):
            self.blobs.delete([blob.name for blob in self.blobs.walk(folder, with_drafts=True)])
        self._blocks.remove(title)
        self.blobs.delete([TITLES + title])
        self._forget(title)

    def remove_release(self, title: str, number: int, is_wanted: IsWanted = nobody_wants_it) -> None:
        """Remove a release, its listing first; its claim stays, so that no other gets its number."""
        folder = self._release(title, number)
        names = [blob.name for blob in self.blobs.walk(folder, with_drafts=True)]
        if folder + CLAIM not in names:
            return
        self._listings.pop(folder, None)
        listing = self.blobs.read(folder + LISTING)
        self.blobs.replace(folder + REMOVED, b"")
        self.blobs.delete([name for name in names if name == folder + LISTING])
        if listing is not None:
            is_back = True
            try:
                is_back = is_wanted()
            finally:
                if is_back:
                    self.blobs.replace(folder + LISTING, listing)
                    self.blobs.delete([folder + REMOVED])
            if is_back:
                return
        self.blobs.delete([name for name in names if name.removeprefix(folder) not in (CLAIM, REMOVED, LISTING)])

    def hide(self, title: str) -> None:
        """Have the storage move a title's manifests to a private place."""
        self._blocks.hide(title)
        self._forget(title)

    def block(self, title: str) -> None:
        """Have the storage move everything of a title to a private place, manifests first."""
        self._blocks.block(title)
        self._forget(title)

    def unblock(self, title: str) -> None:
        """Have the storage move it back."""
        self._blocks.unblock(title)
        self._forget(title)

    def is_blocked(self, title: str) -> bool:
        """Whether a title is blocked."""
        return self._blocks.has(title)

    def distrust_track(self, title: str, track_digest: str) -> None:
        """Remove a track's listing; its files are replaced one by one."""
        self._distrust(self._track(title, track_digest))

    def distrust_release(self, title: str, number: int, sha256: Mapping[str, str]) -> None:
        """Remove a release's listing; its claim says which bytes may replace its files."""
        self._distrust(self._release(title, number))

    def remove_track(self, title: str, track_digest: str) -> None:
        """Remove a track, its listing first."""
        self.distrust_track(title, track_digest)
        folder = self._track(title, track_digest)
        self.blobs.delete([blob.name for blob in self.blobs.walk(folder, with_drafts=True)])

    def leftovers(self, older_than_seconds: int) -> list[str]:
        """Return the folders that were begun and never became visible, once nobody has written to them for a time."""
        return [f"{self.address}/{folder}" for folder in self._begun(older_than_seconds)]

    def sweep(self, older_than_seconds: int, hold: Hold) -> list[str]:
        """Remove those folders, title by title; each title is looked at again once it is held."""
        swept: list[str] = []
        for title in sorted({folder.partition("/")[0] for folder in self._begun(older_than_seconds)}):
            with hold(title) as is_held:
                for folder in self._begun(older_than_seconds, f"{title}/") if is_held() else ():
                    if is_held():
                        self.blobs.delete([blob.name for blob in self.blobs.walk(f"{folder}/", with_drafts=True)])
                        swept.append(f"{self.address}/{folder}")
        return swept

    def _begun(self, older_than_seconds: int, prefix: str = "") -> list[str]:
        oldest = time.time() - older_than_seconds
        touched: dict[str, float] = {}
        visible = set()
        for blob in self.blobs.walk(prefix, with_drafts=True):
            parts = blob.name.split("/")
            if len(parts) <= FOLDER_PARTS or not TITLE_ID.fullmatch(parts[0]):
                continue
            folder = "/".join(parts[:FOLDER_PARTS])
            touched[folder] = max(touched.get(folder, 0.0), blob.modified_at)
            if parts[FOLDER_PARTS:] in ([LISTING], [REMOVED]):
                visible.add(folder)
        return sorted(folder for folder, at in touched.items() if folder not in visible and at < oldest)

    def _send(self, title: str, folder: str, files: Mapping[str, Path], sha256: Mapping[str, str]) -> None:
        """Send files, some at a time, and list them when the storage has them all."""
        paths = [checked_path(path) for path in files]
        sizes = {path: file.stat().st_size for path, file in files.items()}
        below = folder.partition("/")[2]

        there = {blob.name.removeprefix(folder): blob.size_bytes for blob in self.blobs.walk(folder)}
        is_trusted = DISTRUSTED not in there

        def send(path: str) -> None:
            if is_trusted and there.get(path) == sizes[path] and self._holds(folder + path, sha256[path]):
                return counter()(sizes[path])
            try:
                self.blobs.send(files[path], folder + path, sha256[path], headers_of(below + path))
            except StoreError as error:
                if error.code != "store_corrupt":
                    raise error.about(title, below + path) from error
                cause = f"its bytes at the origin are not those that were made ({sha256[path][:12]})"
                remedy = "Remove the artifact from the store if it is damaged there, and run again"
                raise StoreError("upload_corrupt", cause, remedy, title, str(files[path])) from error

        self._note_title(title)
        in_parallel(send, paths, Load(f"sending {below.strip('/')[:20]}", sum(sizes.values())), self.blobs.transfers)
        self._list(title, folder, sizes)
        if not is_trusted:
            self.blobs.delete([folder + DISTRUSTED])

    def _holds(self, name: str, sha256: str) -> bool:
        """Whether a file that an earlier try sent has the right bytes: by the storage's word, or read back."""
        if known := self.blobs.sent_sha256(name):
            return known == sha256
        self._scratch.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._scratch, prefix="origin-") as scratch:
            try:
                return self.blobs.fetch(name, Path(scratch) / "file") == sha256
            except StoreError as error:
                if error.code != "artifact_missing":
                    raise
                return False

    def _distrust(self, folder: str) -> None:
        self._listings.pop(folder, None)
        if self.blobs.stat(folder + LISTING) is not None:
            self.blobs.replace(folder + DISTRUSTED, b"")
            self.blobs.delete([folder + LISTING])

    def _list(self, title: str, folder: str, sizes: Mapping[str, int]) -> None:
        """Make a folder visible, unless the title was blocked in the meantime."""
        self.blobs.replace(folder + LISTING, canonical_json(dict(sizes)))
        self._listings[folder] = dict(sizes)
        if self._blocks.has(title):
            self.block(title)
            raise taken_down(title)

    def _listing(self, folder: str) -> dict[str, int]:
        """Return the sizes of a visible folder's files; nothing for one that is not visible. What is never changes."""
        if folder not in self._listings:
            text = self.blobs.read(folder + LISTING)
            if text is None:
                return {}
            self._listings[folder] = _sizes(text)
        return self._listings[folder]

    def _is_whole(self, folder: str) -> bool:
        self._listings.pop(folder, None)
        sizes = self._listing(folder)
        return bool(sizes) and self._lie_there(folder, sizes)

    def _lie_there(self, folder: str, sizes: Mapping[str, int]) -> bool:
        found = {blob.name.removeprefix(folder): blob.size_bytes for blob in self.blobs.walk(folder)}
        return all(found.get(path) == size for path, size in sizes.items())

    def _visible(self, title: str, path: str) -> str:
        """Return the name of a file in a track or release that is there; empty when there is none."""
        name = f"{checked_title_id(title)}/{checked_path(path)}"
        parts = name.split("/")
        folder, file = "/".join(parts[:FOLDER_PARTS]) + "/", "/".join(parts[FOLDER_PARTS:])
        return name if file and file in self._listing(folder) else ""

    def _fetched(self, title: str, path: str, target: Path) -> str:
        """Write a file to a local path and return its SHA-256; empty when there is none."""
        name = self._visible(title, path)
        if not name:
            return ""
        try:
            return self.blobs.fetch(name, target)
        except StoreError as error:
            if error.code != "artifact_missing":
                raise
            return ""

    def _track(self, title: str, digest: str) -> str:
        return f"{checked_title_id(title)}/tracks/{checked_digest(digest)}/"

    def _release(self, title: str, number: int) -> str:
        return f"{checked_title_id(title)}/{release_folder(number)}/"

    def _forget(self, title: str) -> None:
        """Ask the storage again what is visible of a title."""
        self._listings = {
            folder: sizes for folder, sizes in self._listings.items() if not folder.startswith(f"{title}/")
        }

    def _note_title(self, title: str) -> None:
        """Note that a title has something here.

        Raises:
            ConfigError: ``title_taken_down``.
        """
        if self._blocks.has(title):
            raise taken_down(title)
        self.blobs.create(TITLES + checked_title_id(title), b"")


def _sizes(text: bytes) -> dict[str, int]:
    try:
        return {str(path): int(size) for path, size in json.loads(text).items()}
    except (ValueError, AttributeError, TypeError):
        return {}  # it is written anew with the next release
