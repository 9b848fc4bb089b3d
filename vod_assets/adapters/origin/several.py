"""Several origins as one: a release has one number at all of them, and is complete when the required ones have it.

Each is written to while the others are; a release's manifests go to the first one alone before, for it decides whether
a number is free. One that cannot be reached is named; the others keep what they have, and the next try sends only what
is missing. What is read comes from the first that has it.
"""

import hashlib
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from vod_assets.adapters.origin.names import release_taken
from vod_assets.adapters.origin.removal import Remove, remove_from_each
from vod_assets.adapters.transfers import side_by_side
from vod_assets.domain.artifact import ArtifactFile
from vod_assets.domain.errors import StoreError
from vod_assets.domain.release import RELEASE_FILE, read_release, unique_tracks
from vod_assets.domain.title import Fingerprint
from vod_assets.ports import Origin
from vod_assets.ports.leases import Hold
from vod_assets.ports.publishing import IsWanted, nobody_wants_it

Result = TypeVar("Result")

LEFT_ALONE_SECONDS = 300.0  # an optional origin that is away costs its whole patience each time it is asked
OF_THE_BYTES = ("bad_path", "release_exists", "upload_corrupt")  # wherever they go
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class NamedOrigin:
    """One of several origins.

    Attributes:
        is_required: Whether a release is incomplete without it; another one may lag.
    """

    name: str
    origin: Origin
    is_required: bool = True
    group: str = ""


class SeveralOrigins:
    """Origins that hold the same releases.

    Args:
        origins: The first is the one whose addresses entries name, and is required.
    """

    def __init__(self, origins: Sequence[NamedOrigin]) -> None:
        self.named = {one.name: one for one in origins}
        self.address = ", ".join(f"{one.name} at {one.origin.address}" for one in origins)
        self._first = origins[0].origin
        self._left_alone: dict[str, float] = {}

    def has_track(self, title: str, track_digest: str) -> bool:
        """Whether every origin that can be asked has a track; a required one has to answer."""
        answers, failed = self._at_each(lambda origin: origin.has_track(title, track_digest))
        if failed and all(answers):
            raise failed[0]
        return all(answers)

    def state(self, title: str) -> str:
        """Return a word that changes with anything of a title at any origin, and when one cannot be asked."""
        return hashlib.sha256("\n".join(self._answers(lambda origin: origin.state(title), "away")).encode()).hexdigest()

    def put_track(self, title: str, track_digest: str, files: Mapping[str, Path], sha256: Mapping[str, str]) -> None:
        """Send a track to every origin that has it not, at once; the first required one that fails is named."""
        self._done_at_each(lambda origin: origin.put_track(title, track_digest, files, sha256))

    def copy_track(
        self, title: str, track_digest: str, files: Sequence[ArtifactFile], addresses: Mapping[str, str]
    ) -> bool:
        """Have every storage copy that can; False when somebody is left who must be sent it."""

        def copy(origin: Origin) -> bool:
            return origin.has_track(title, track_digest) or origin.copy_track(title, track_digest, files, addresses)

        return all(self._done_at_each(copy))

    def put_release(self, title: str, number: int, files: Mapping[str, Path], sha256: Mapping[str, str]) -> None:
        """Place manifests at every origin under one number, which none may have given to other bytes."""

        def is_for_others(origin: Origin) -> bool:
            there = (
                origin.read(title, f"releases/{number}/{RELEASE_FILE}") if number in origin.releases(title) else None
            )
            return there is not None and hashlib.sha256(there).hexdigest() != sha256.get(RELEASE_FILE)

        if any(self._answers(is_for_others, False)):
            raise release_taken(number, title)
        first, *others = self.named.values()
        for some in ([first], others):
            self._done_at_each(lambda origin: origin.put_release(title, number, files, sha256), some)

    def lacking(self, title: str, number: int) -> dict[str, bool]:
        """Return the origins that have not all of a release, or cannot be asked, and whether each is required."""
        text = self.read(title, f"releases/{number}/{RELEASE_FILE}")
        tracks = unique_tracks(read_release(text, title).tracks) if text is not None else []

        def is_whole(origin: Origin) -> bool:
            return number in origin.releases(title) and all(origin.has_track(title, one.digest) for one in tracks)

        found = zip(self.named.values(), self._answers(is_whole, False), strict=True)
        return {one.name: one.is_required for one, has_it in found if not has_it}

    def required(self) -> Mapping[str, Origin]:
        """Return the required origins by their names."""
        return {name: one.origin for name, one in self.named.items() if one.is_required}

    def releases(self, title: str) -> list[int]:
        """Return the numbers of a title's releases that any origin has; `lacking` says who has one not."""
        return sorted({number for numbers in self._asked(lambda origin: origin.releases(title)) for number in numbers})

    def placed_at(self, title: str, number: int) -> float:
        """Return when a release was first placed, in seconds since the epoch; 0 when it is nowhere."""
        times = [at for at in self._asked(lambda origin: origin.placed_at(title, number)) if at]
        return min(times, default=0.0)

    def titles(self) -> list[str]:
        """Return the ids of all titles that have anything at any origin, sorted."""
        return sorted({title for titles in self._asked(lambda origin: origin.titles()) for title in titles})

    def tracks(self, title: str, older_than_seconds: int = 0) -> list[str]:
        """Return the digests of the tracks that any origin has had for longer than that, sorted."""
        found = self._asked(lambda origin: origin.tracks(title, older_than_seconds))
        return sorted({digest for digests in found for digest in digests})

    def read(self, title: str, path: str) -> bytes | None:
        """Return a file from the first origin that has it, or None."""
        return self._first_found(lambda origin: origin.read(title, path))

    def fingerprint(self, title: str, path: str) -> Fingerprint | None:
        """Return size and SHA-256 of a file at the first origin that has it, or None."""
        return self._first_found(lambda origin: origin.fingerprint(title, path))

    def fetch(self, title: str, path: str, target: Path) -> bool:
        """Write a file of the first origin that has it to a local path."""
        return bool(self._first_found(lambda origin: origin.fetch(title, path, target) or None))

    def url(self, title: str, path: str) -> str:
        """Return the address a player opens: the first origin's."""
        return self._first.url(title, path)

    def location(self, title: str, path: str) -> str:
        """Return where a file lies at the first origin."""
        return self._first.location(title, path)

    def leftovers(self, older_than_seconds: int) -> list[str]:
        """Return what killed writers left at any origin."""
        return sorted(
            left for some in self._asked(lambda origin: origin.leftovers(older_than_seconds)) for left in some
        )

    def sweep(self, older_than_seconds: int, hold: Hold) -> list[str]:
        """Remove what killed writers left at any origin."""
        return sorted(
            left for some in self._asked(lambda origin: origin.sweep(older_than_seconds, hold)) for left in some
        )

    def distrust_track(self, title: str, track_digest: str) -> None:
        """Have every origin take a track again."""
        self._everywhere(lambda origin: origin.distrust_track(title, track_digest))

    def distrust_release(self, title: str, number: int, sha256: Mapping[str, str]) -> None:
        """Have every origin take a release's manifests again."""
        self._everywhere(lambda origin: origin.distrust_release(title, number, sha256))

    def remove_track(self, title: str, track_digest: str) -> None:
        """Remove a track everywhere."""
        self._everywhere(lambda origin: origin.remove_track(title, track_digest))

    def remove_release(self, title: str, number: int, is_wanted: IsWanted = nobody_wants_it) -> None:
        """Remove a release's manifests everywhere; who may want it is asked when no origin has it any more."""

        def removing(one: NamedOrigin) -> Remove:
            return lambda when_hidden: _named(one, lambda origin: origin.remove_release(title, number, when_hidden))

        remove_from_each([removing(one) for one in self.named.values()], is_wanted)

    def remove(self, title: str) -> None:
        """Remove everything of a title everywhere."""
        self._everywhere(lambda origin: origin.remove(title))

    def hide(self, title: str) -> None:
        """Hide a title's manifests at every origin; one that fails is named after the others are done."""
        self._everywhere(lambda origin: origin.hide(title))

    def block(self, title: str) -> None:
        """Block a title at every origin, optional ones too; one that fails is named after the others are blocked."""
        self._everywhere(lambda origin: origin.block(title))

    def unblock(self, title: str) -> None:
        """Unblock a title at every origin."""
        self._everywhere(lambda origin: origin.unblock(title))

    def is_blocked(self, title: str) -> bool:
        """Whether any origin has a title blocked."""
        return any(self._asked(lambda origin: origin.is_blocked(title)))

    def _done_at_each(
        self, work: Callable[[Origin], Result], some: Sequence[NamedOrigin] | None = None
    ) -> list[Result]:
        """Return what each origin answers.

        Raises:
            VodError: Of the first required origin that failed, which it names; the others have done the work.
        """
        answers, failed = self._at_each(work, some)
        if failed:
            raise failed[0]
        return answers

    def _at_each(
        self, work: Callable[[Origin], Result], some: Sequence[NamedOrigin] | None = None
    ) -> tuple[list[Result], list[BaseException]]:
        """Return what origins answer, and the errors of the others; an optional one that is away is left alone."""
        now = time.monotonic()
        asked = [
            one
            for one in (self.named.values() if some is None else some)
            if one.is_required or now >= self._left_alone.get(one.name, 0.0)
        ]
        answers, failed = list[Result](), list[BaseException]()
        for one, came in _outcomes(asked, work):
            error = came.exception()
            if error is None:
                answers.append(came.result())
            elif one.is_required or not isinstance(error, StoreError) or error.code in OF_THE_BYTES:
                failed.append(error)
            else:
                self._left_alone[one.name] = time.monotonic() + LEFT_ALONE_SECONDS
                _log.warning("left behind, for it is optional: %s", error)
        return answers, failed

    def _everywhere(self, work: Callable[[Origin], None]) -> None:
        """Do something at every origin, and only then raise the first error."""
        for _, came in _outcomes(self.named.values(), work):
            came.result()

    def _answers(self, ask: Callable[[Origin], Result], away: Result) -> list[Result]:
        """Return every origin's answer, in their order; another word for one that cannot be asked."""
        outcomes = _outcomes(self.named.values(), ask)
        return [away if isinstance(came.exception(), StoreError) else came.result() for _, came in outcomes]

    def _asked(self, ask: Callable[[Origin], Result]) -> Iterable[Result]:
        """Return the answers of the origins that can be asked.

        Raises:
            StoreError: None can.
        """
        outcomes = _outcomes(self.named.values(), ask)
        found = [came.result() for _, came in outcomes if not isinstance(came.exception(), StoreError)]
        return found or [came.result() for _, came in outcomes]

    def _first_found(self, ask: Callable[[Origin], Result | None]) -> Result | None:
        """Return the first answer that is something; when there is none, who could not be asked is named."""
        failed: list[StoreError] = []
        for one in self.named.values():
            try:
                if (found := _named(one, ask)) is not None:
                    return found
            except StoreError as error:
                if error.code == "bad_path":
                    raise
                failed.append(error)
        if failed:
            raise failed[0]
        return None


def each_origin(origin: Origin) -> dict[str, NamedOrigin]:
    """Return the origins behind a port by their names; one alone is called ``origin``."""
    return origin.named if isinstance(origin, SeveralOrigins) else {"origin": NamedOrigin("origin", origin)}


def _outcomes(
    origins: Iterable[NamedOrigin], work: Callable[[Origin], Result]
) -> list[tuple[NamedOrigin, Future[Result]]]:
    """Have something done at each origin at once, and return what it came to there, in their order."""
    asked = list(origins)
    return list(zip(asked, side_by_side([partial(_named, one, work) for one in asked]), strict=True))


def _named(one: NamedOrigin, work: Callable[[Origin], Result]) -> Result:
    try:
        return work(one.origin)
    except StoreError as error:
        if error.code in OF_THE_BYTES:
            raise
        raise StoreError(
            error.code, f"origin {one.name}: {error.cause}", error.remedy, error.title, error.file
        ) from error
