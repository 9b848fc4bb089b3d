"""The end-state checker: is everything that was promised there, to the byte, and is nothing else lying about?"""

import hashlib
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from vod_assets.domain.artifact import ArtifactFile
from vod_assets.domain.catalogue import Entry
from vod_assets.domain.errors import StoreError, VodError, printable
from vod_assets.domain.isobmff import MalformedError
from vod_assets.domain.manifests.dash_reading import parse_mpd
from vod_assets.domain.manifests.hls_reading import played_playlists
from vod_assets.domain.mistakes import said_of
from vod_assets.domain.package_view import resolved
from vod_assets.domain.problems import Problem
from vod_assets.domain.references import file_references, is_encrypted
from vod_assets.domain.release import RELEASE_FILE, Release
from vod_assets.domain.title import Fingerprint
from vod_assets.ports import ArtifactStore, Cms, Origin
from vod_assets.releasing import load_release
from vod_assets.whole_copies import Compared, WholeCopies

GRACE_SECONDS = 24 * 3600
Decode = Callable[[str, str], object]  # title and media playlist below it; raises a VodError when it does not play


@dataclass
class EndState:
    """Looks at titles where they lie.

    Attributes:
        decode: Plays a media playlist of the origin, when that is wanted too: it takes time.
        busy: Titles that a run works on now; they need not be finished yet.
        grace_seconds: What killed writers left may lie about for so long.
        copies: Tells which bytes of a file have changed, when that is wanted.
    """

    store: ArtifactStore
    origin: Origin
    cms: Cms
    decode: Decode | None = None
    busy: Collection[str] = ()
    grace_seconds: int = GRACE_SECONDS
    copies: WholeCopies | None = None
    files_checked: int = field(default=0, init=False)

    def titles(self) -> list[str]:
        """Return every title that is registered, released, published or refused, sorted."""
        return sorted({*self.store.titles(), *self.origin.titles(), *self.cms.entries(), *self.store.refusals()})

    def check_all(self, scratch: Path | None = None) -> list[Problem]:
        """Return what is wrong with any title, then what killed writers left behind."""
        found = [problem for title in self.titles() for problem in self.check_title(title)]
        return found + list(self._leftovers(scratch))

    def check_title(self, title: str) -> list[Problem]:
        """Return what is wrong with one title; an empty list when all is well."""
        releases: dict[int, Release] = {}
        problems: list[Problem] = []
        record = self.store.record(title)
        if record is not None and record.taken_down is not None:
            return list(self._taken_down(title))
        for number in self.origin.releases(title):
            try:
                releases[number] = load_release(self.origin, title, number)
            except StoreError as error:
                problems.append(self._unreadable(title, number, error))
        problems += self._state(title, releases)
        problems += self._files(title, releases)
        for release in releases.values():
            problems += self._manifests(release)
        return problems

    def _unreadable(self, title: str, number: int, error: StoreError) -> Problem:
        if self.copies is None or error.code != "release_corrupt":
            return Problem(error.code, title, error.file, error.cause, error.remedy)
        compared = self.copies.compared_document(title, number)
        cause = f"{error.cause}; {compared.words}"
        return Problem(error.code, title, error.file, cause, error.remedy, compared.difference)

    def _taken_down(self, title: str) -> Iterator[Problem]:
        """Yield what can still be seen of a title that nobody may fetch; its files are kept elsewhere."""
        remedy = f"Run `vod takedown {title}` again"
        if not self.origin.is_blocked(title) and self.origin.releases(title):
            yield Problem("title_taken_down", title, "", "it is taken down, and its files can be fetched", remedy)
        entry = self.cms.entry(title)
        said = (entry or {}).get("publication") or {}
        if entry is not None and said.get("status") != "taken_down":
            yield Problem("title_taken_down", title, "", "it is taken down, and its entry does not say so", remedy)
        for fault in self.cms.faults(title) if entry is not None else ():
            yield Problem("entry_damaged", title, "", fault, remedy)

    def _state(self, title: str, releases: Mapping[int, Release]) -> Iterator[Problem]:
        entry = self.cms.entry(title)
        if entry is not None:
            yield from self._entry(title, entry, releases)
            yield from (
                Problem("entry_damaged", title, "", fault, f"Run `vod task publish {title}` again")
                for fault in self.cms.faults(title)
            )
        elif title not in self.busy and title not in self.store.refusals():
            if self.store.record(title) is not None:
                cause = "it is registered, and neither published nor refused"
                yield Problem("title_unfinished", title, "", cause, f"Run `vod task publish {title}`, or remove it")
            else:
                cause = "it lies at the origin, and nobody has registered it"
                yield Problem("title_orphaned", title, "", cause, f"Run `vod titles remove {title}`")

    def _entry(self, title: str, document: Mapping[str, Any], releases: Mapping[int, Release]) -> Iterator[Problem]:
        remedy = f"Run `vod task publish {title}` again"
        try:
            shown = Entry.model_validate(document).release
        except ValidationError as error:
            yield Problem("bad_metadata", title, "", f"its entry cannot be read: {said_of(error.errors()[0])}", remedy)
            return
        release = releases.get(shown.number) if shown else None
        if shown is None or release is None:
            cause = (
                f"its entry names release {shown.number}, which is not there" if shown else "its entry names nothing"
            )
            yield Problem("entry_points_nowhere", title, "", cause, remedy)
            return
        if release.digest != shown.digest:
            cause = (
                f"its entry names release {shown.number} as {shown.digest[:12]}, and there it is {release.digest[:12]}"
            )
            yield Problem("entry_points_nowhere", title, "", cause, remedy)
        for name, is_required in self.origin.lacking(title, shown.number).items():
            if is_required:
                cause = f"origin {name} has not all of release {shown.number}, or cannot be asked"
                yield Problem("origin_behind", title, "", cause, f"Run `vod releases {title} --repair`")
        for address in shown.addresses:
            path = address.removeprefix(self.origin.url(title, "x")[:-1])
            if path == address or path not in release.files:
                cause = f"its entry names {printable(address)}, which is no file of release {shown.number}"
                yield Problem("entry_points_nowhere", title, "", cause, remedy)

    def _files(self, title: str, releases: Mapping[int, Release]) -> Iterator[Problem]:
        for name, origin in self.origin.required().items():
            yield from self._files_at(name, origin, title, releases)
        named = {track.digest for release in releases.values() for track in release.tracks}
        all_are_read = set(releases) == set(self.origin.releases(title))  # a damaged one may name any track
        if title not in self.busy and all_are_read:
            for digest in sorted(set(self.origin.tracks(title, self.grace_seconds)) - named):
                remedy = "Remove the folder, or publish the release that it was meant for"
                yield Problem("leftover", title, f"tracks/{digest}", "no release names this track", remedy)

    def _files_at(self, name: str, origin: Origin, title: str, releases: Mapping[int, Release]) -> Iterator[Problem]:
        """Yield the files that one origin has not, or not as they were released."""
        where = f"origin {name}" if name else "the origin"
        released = {path: (file, one) for one in releases.values() for path, file in one.files.items()}
        if name:  # of one alone, it has been read
            released |= {f"{one.directory}/{RELEASE_FILE}": (_document_of(one), one) for one in releases.values()}
        for path, (file, release) in sorted(released.items()):
            self.files_checked += 1
            try:
                there = origin.fingerprint(title, path)
            except StoreError as error:
                cause = f"{where} cannot be asked: {error.cause}"
                yield Problem(error.code, title, path, cause, error.remedy)
                return  # nor can it be asked for the others
            if fault := _fault_of(there, file, where):
                compared = self.copies.compared(title, path, file, origin) if self.copies and there else Compared("")
                folder = "/".join(path.split("/")[:2])
                remedy = f"Remove {title}/{folder} from {origin.address}, then release the title again"
                remedy = f"Run `vod releases {title} --repair --origin {name}`" if name else remedy
                cause = "; ".join(filter(None, (fault, compared.words))) + f" ({_part_of(release, path)})"
                yield Problem("release_damaged", title, path, cause, remedy, compared.difference)

    def _manifests(self, release: Release) -> Iterator[Problem]:
        remedy = f"Run `vod task package {release.title}` and publish the release that comes of it"
        for path in sorted(release.files):
            if path.endswith((".m3u8", ".mpd")):
                try:
                    addresses = self._addresses(release.title, path)
                except MalformedError as error:
                    yield Problem("release_damaged", release.title, path, str(error), remedy)
                    continue
                for uri, address in addresses:
                    if address not in release.files:
                        cause = f"it leads to {printable(uri)}, which is no file of release {release.number}"
                        yield Problem("release_damaged", release.title, path, cause, remedy)
        if self.decode is not None:
            yield from self._played(release, self.decode)

    def _addresses(self, title: str, path: str) -> list[tuple[str, str | None]]:
        text = self._text(title, path)
        if path.endswith(".m3u8"):
            return [(uri, resolved(path, uri)) for uri in file_references(text)]
        representations = parse_mpd(text, "", path).representations
        inits = [(one.init, one.init) for one in representations if one.init]
        return inits + [(segment.uri, segment.address) for one in representations for segment in one.segments]

    def _played(self, release: Release, decode: Decode) -> Iterator[Problem]:
        for path in self._media_playlists(release):
            if is_encrypted(self._text(release.title, path)):
                continue  # its files are, to the byte, those that `hls_package.decodes` decrypted and played
            try:
                decode(release.title, path)
            except VodError as error:
                yield Problem(error.code, release.title, path, error.cause, error.remedy)

    def _media_playlists(self, release: Release) -> list[str]:
        tops = [release.below_title(variant.hls) for variant in release.variants.values() if variant.hls]
        found: dict[str, None] = {}
        for top in tops:
            uris = played_playlists(self._text(release.title, top))
            addresses = [resolved(top, uri) for uri in uris] or [top]  # a lone media playlist plays itself
            found |= dict.fromkeys(address for address in addresses if address in release.files)
        return list(found)

    def _text(self, title: str, path: str) -> str:
        try:
            return (self.origin.read(title, path) or b"").decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise MalformedError(f"{path} is no UTF-8 text") from error

    def _leftovers(self, scratch: Path | None) -> Iterator[Problem]:
        age = self.grace_seconds
        places = [*self.store.unreferenced(age), *self.origin.leftovers(age), *self.cms.leftovers(age)]
        oldest = time.time() - age
        if scratch is not None and scratch.is_dir():
            places += [str(path) for path in scratch.iterdir() if path.lstat().st_mtime < oldest]
        for place in sorted(places):
            cause = f"a writer that was killed left it more than {age // 3600} hours ago"
            yield Problem("leftover", "", place, cause, "Remove it; nothing refers to it")


def _fault_of(there: Fingerprint | None, file: ArtifactFile, where: str) -> str:
    """Return what is wrong with a file at an origin; an empty string when nothing is."""
    if there is None:
        return f"it is missing at {where}"
    if there.size_bytes != file.size_bytes:
        return f"it has {there.size_bytes} bytes at {where} and was released with {file.size_bytes}"
    if there.sha256 != file.sha256:
        return f"its SHA-256 at {where} begins {there.sha256[:12]}, and was released as {file.sha256[:12]}"
    return ""


def _document_of(release: Release) -> ArtifactFile:
    text = release.as_json()
    return ArtifactFile(path=RELEASE_FILE, size_bytes=len(text), sha256=hashlib.sha256(text).hexdigest())


def _part_of(release: Release, path: str) -> str:
    """Return of what a file is a part, for people: ``release 2, video track h264_720p``."""
    digest = path.split("/")[1]
    track = next((f"{one.kind} track {one.name}" for one in release.tracks if one.digest == digest), "")
    return f"release {release.number}, {track}" if track else f"release {release.number}"
