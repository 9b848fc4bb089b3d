"""Where releases go, and where they are shown."""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from vod_assets.domain.artifact import ArtifactFile
from vod_assets.domain.title import Fingerprint
from vod_assets.ports.leases import Hold

IsWanted = Callable[[], bool]


def nobody_wants_it() -> bool:
    """Return that nobody wants what is removed."""
    return False


class Origin(Protocol):
    """Holds releases where players fetch them."""

    address: str

    def has_track(self, title: str, track_digest: str) -> bool:
        """Whether a track is there, complete and verified."""
        ...

    def state(self, title: str) -> str:
        """Return a word that changes whenever anything of a title is added, changed or lost here."""
        ...

    def put_track(self, title: str, track_digest: str, files: Mapping[str, Path], sha256: Mapping[str, str]) -> None:
        """Copy a track's files to ``<title>/tracks/<digest>/``, verify them, and make it visible at once."""
        ...

    def copy_track(
        self, title: str, track_digest: str, files: Sequence[ArtifactFile], addresses: Mapping[str, str]
    ) -> bool:
        """Copy a track within the storage that holds it, without moving its bytes here; False when that cannot be done.

        Args:
            title: The title.
            track_digest: Digest of the track.
            files: Its files.
            addresses: Where the storage keeps each file, by its path.
        """
        ...

    def put_release(self, title: str, number: int, files: Mapping[str, Path], sha256: Mapping[str, str]) -> None:
        """Copy manifests to ``<title>/releases/<n>/``; complete or absent, never changed afterwards.

        What the same release has lost since is put back.
        """
        ...

    def releases(self, title: str) -> list[int]:
        """Return the numbers of a title's complete releases, ascending."""
        ...

    def lacking(self, title: str, number: int) -> dict[str, bool]:
        """Return which of several origins have not all of a release, and whether each of them is required.

        A release is complete when no required one lacks it. One origin alone lacks nothing of what it lists.
        """
        ...

    def required(self) -> "Mapping[str, Origin]":
        """Return each origin that a release has to be at, by its name; one that is alone has none."""
        ...

    def placed_at(self, title: str, number: int) -> float:
        """Return when a release was placed, in seconds since the epoch; 0 when it is not there."""
        ...

    def read(self, title: str, path: str) -> bytes | None:
        """Return a file below the title, or None."""
        ...

    def titles(self) -> list[str]:
        """Return the ids of all titles that have anything here, sorted; blocked ones too."""
        ...

    def fingerprint(self, title: str, path: str) -> Fingerprint | None:
        """Return size and SHA-256 of a file below the title as it lies there now, or None."""
        ...

    def leftovers(self, older_than_seconds: int) -> list[str]:
        """Return what killed writers left behind and nobody has touched for a time; no viewer can see any of it."""
        ...

    def sweep(self, older_than_seconds: int, hold: Hold) -> list[str]:
        """Remove what `leftovers` names, title by title, and return its addresses; a run's title is left alone."""
        ...

    def tracks(self, title: str, older_than_seconds: int = 0) -> list[str]:
        """Return the digests of a title's tracks that were placed longer ago than that, sorted."""
        ...

    def distrust_track(self, title: str, track_digest: str) -> None:
        """Have a track sent again with the next release that names it, though it looks whole: its bytes are wrong."""
        ...

    def distrust_release(self, title: str, number: int, sha256: Mapping[str, str]) -> None:
        """Have a release's manifests taken again in the bytes that it was placed with; what lies there is wrong."""
        ...

    def remove_track(self, title: str, track_digest: str) -> None:
        """Remove a track that no release names; nobody ever meets half of it."""
        ...

    def url(self, title: str, path: str) -> str:
        """Return the address a player opens."""
        ...

    def location(self, title: str, path: str) -> str:
        """Return where a file lies, or would lie, for whoever looks into the origin itself: a local path, or `url`."""
        ...

    def fetch(self, title: str, path: str, target: Path) -> bool:
        """Write a file below the title to a local path that does not exist yet; return whether there is one."""
        ...

    def remove_release(self, title: str, number: int, is_wanted: IsWanted = nobody_wants_it) -> None:
        """Remove a release's manifests; its number is never given to other bytes. Its tracks stay.

        Args:
            title: The title.
            number: Of the release.
            is_wanted: Asked when nobody finds the release any more; where somebody wants it, or nobody can tell, it is
                back as it was.
        """
        ...

    def hide(self, title: str) -> None:
        """Take a title's manifests out of viewers' reach, in a second or two however many files it has.

        It is the first part of `block`, which does the rest.
        """
        ...

    def block(self, title: str) -> None:
        """Take everything of a title out of viewers' reach, manifests first, and keep it as evidence.

        Until `unblock` the title has nothing here and nothing of it is taken (``title_taken_down``). A call that was
        killed is finished by the next.
        """
        ...

    def unblock(self, title: str) -> None:
        """Show what `block` took away, as it was; nothing happens when the title is not blocked."""
        ...

    def is_blocked(self, title: str) -> bool:
        """Whether a title is blocked."""
        ...

    def remove(self, title: str) -> None:
        """Remove everything of a title, also what `block` kept."""
        ...


class Cms(Protocol):
    """Shows titles to viewers, and keeps what it showed."""

    address: str

    def publish(self, entry: Mapping[str, Any], replaces: int | None = None) -> str:
        """Create or update the one entry of ``entry["title"]`` and return its address; twice is as once.

        Args:
            entry: ``entry["publication"]["revision"]`` numbers the publications of a title: 1, 2 and so on. Each is
                kept as a version. One without a number is shown and not kept.
            replaces: The revision that the publisher saw, 0 for none; None: it did not look.

        Raises:
            RemoteError: ``cms_conflict``: the CMS shows a later revision than this one, or than ``replaces``, or keeps
                another entry under this number; nothing has changed.
            ConfigError: ``entry_points_nowhere``.
        """
        ...

    def entry(self, title: str) -> Mapping[str, Any] | None:
        """Return the published entry of a title."""
        ...

    def versions(self, title: str) -> list[int]:
        """Return the revisions of a title that are kept, ascending.

        The last may not be shown yet, or never have been: a publisher's number is taken before its entry is shown.
        """
        ...

    def version(self, title: str, revision: int) -> Mapping[str, Any] | None:
        """Return the entry that was published under a number."""
        ...

    def location(self, title: str) -> str:
        """Return where a title's entry lies, or would lie, for whoever looks into the CMS: a local path, or its URL."""
        ...

    def remove(self, title: str) -> None:
        """Remove a title's entry and its versions; nothing happens when there is none."""
        ...

    def entries(self) -> list[str]:
        """Return the title ids of all entries, sorted."""
        ...

    def entries_of(self, titles: Collection[str]) -> Mapping[str, Mapping[str, Any]]:
        """Return the published entries of titles by their ids, asked for together; without those that have none."""
        ...

    def faults(self, title: str) -> list[str]:
        """Return what is wrong with how a published entry is shown: a page that is missing, a list without it."""
        ...

    def leftovers(self, older_than_seconds: int) -> list[str]:
        """Return what killed writers left behind and nobody has touched for a time."""
        ...
