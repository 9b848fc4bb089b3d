"""Names below a store's address, and the order that they are listed in."""

import re
import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator

from vod_assets.domain.errors import StoreError
from vod_assets.ports.blobs import Blob, Told

Listed = Callable[[str], Iterable[tuple[str, Blob | None]]]

OF_ONE_FOLDER = ("store_denied", "store_failed", "bad_name")  # others are of the whole storage
DRAFT = re.compile(r"\..*\.draft-[0-9a-f]{8}")


def checked_name(name: str) -> str:
    """Return a name unchanged if it stays below the store.

    Raises:
        StoreError: ``bad_name``.
    """
    parts = name.removesuffix("/").split("/")
    if any(part in ("", ".", "..") or "\x00" in part for part in parts):
        raise StoreError("bad_name", f"“{name}” cannot name a file of a store", "Use plain names with forward slashes")
    return name


def is_draft(name: str) -> bool:
    """Whether a file's name is that of a draft: it is renamed when it is complete."""
    return DRAFT.fullmatch(name) is not None


def is_pruned(folder: str, start_after: str) -> bool:
    """Whether every name below a folder (with its slash) sorts before a name or is it."""
    return is_after(start_after, folder) and not start_after.startswith(folder)


def draft_of(name: str) -> str:
    """Return the name that a file is written under before it is renamed: hidden, in the same folder."""
    folder, slash, last = name.rpartition("/")
    return f"{folder}{slash}.{last}.draft-{secrets.token_hex(4)}"


def walked(listed: Listed, prefix: str, start_after: str, *, with_drafts: bool) -> Iterator[Blob]:
    """Yield the files below a folder in the order of their whole names' bytes.

    Args:
        listed: Returns the entries of a folder: each one's last name, and None in place of the blob for a folder.
        prefix: The folder, with its slash; empty for all.
        start_after: Yield only names after this one.
        with_drafts: Yield drafts too.
    """
    entries = [(f"{name}/" if blob is None else name, blob) for name, blob in listed(prefix)]
    for name, blob in sorted(entries, key=lambda entry: entry[0].encode(errors="surrogateescape")):
        whole = prefix + name
        if blob is None:
            is_wanted = with_drafts or not is_draft(name.removesuffix("/"))
            if is_wanted and not is_pruned(whole, start_after):
                yield from walked(listed, whole, start_after, with_drafts=with_drafts)
        elif is_after(whole, start_after) and (with_drafts or not is_draft(name)):
            yield blob


def surveyed(listed: Listed, start_after: str, told: Told) -> Iterator[Blob]:
    """Yield the files that `walked` does from the top, but those in hidden folders; what cannot be read is passed over.

    Args:
        listed: As for `walked`.
        start_after: As for `walked`.
        told: Called with a folder that is passed over, with its slash, and why.
    """

    def forgiving(folder: str) -> Iterable[tuple[str, Blob | None]]:
        if folder.startswith(".") or "/." in folder:  # a snapshot directory has everything again
            return ()
        try:
            return list(listed(folder))
        except StoreError as error:
            if not folder or error.code not in OF_ONE_FOLDER:
                raise
            told(folder, str(error))
            return ()

    return walked(forgiving, "", start_after, with_drafts=False)


def is_after(name: str, other: str) -> bool:
    """Whether a name's bytes sort after another's."""
    return name.encode(errors="surrogateescape") > other.encode(errors="surrogateescape")


class Listings(ABC):
    """The listings of a storage that has folders: all of them rest on that of one folder."""

    def walk(self, prefix: str = "", start_after: str = "", *, with_drafts: bool = False) -> Iterator[Blob]:
        """Walk the folder in the order of names; a listing brings sizes and times with it."""
        return walked(self._listed, prefix, start_after, with_drafts=with_drafts)

    def survey(self, start_after: str, told: Told) -> Iterator[Blob]:
        """Walk all of it, past hidden folders and such as may not be read."""
        return surveyed(self._listed, start_after, told)

    def files(self, prefix: str = "") -> Iterator[Blob]:
        """Yield the files directly below a prefix."""
        return (blob for name, blob in self._listed(prefix) if blob is not None and not is_draft(name))

    def folders(self, prefix: str = "") -> list[str]:
        """Return the folders directly below a prefix."""
        return sorted(name for name, blob in self._listed(prefix) if blob is None and not is_draft(name))

    @abstractmethod
    def _listed(self, prefix: str) -> Iterator[tuple[str, Blob | None]]:
        """Yield the last name of everything in a folder, each file with its blob."""
