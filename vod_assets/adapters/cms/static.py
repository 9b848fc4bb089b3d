"""A catalogue without a server: one JSON document and one page a title, and an index, in a folder."""

import fcntl
import json
import os
import secrets
import shutil
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from vod_assets.adapters.cms.pointing import checked_entry, entry_of
from vod_assets.domain.catalogue import Entry
from vod_assets.domain.errors import StoreError
from vod_assets.domain.revisions import require_current, revision_of
from vod_assets.domain.title import TITLE_ID, checked_title_id
from vod_assets.ports import Origin

DATA = resources.files("vod_assets") / "data"
COPIED = sorted(
    entry.name for entry in DATA.iterdir() if entry.name.endswith((".js", ".css"))
)  # the player page's parts

VERSIONS, HELD = "versions", "held"


class StaticCms:
    """Entries as files that any web server can show; each is replaced whole, and publishing twice changes nothing.

    Args:
        root: Folder of the site; made when first written to.
        public_url: Address of the server that serves ``root`` under ``/catalogue/``.
        origin: When given, an entry whose manifests are not there is refused.
    """

    def __init__(self, root: Path, public_url: str, origin: Origin | None = None) -> None:
        self.root = root.absolute()
        self._private = self.root.with_name(f"{self.root.name}-private")  # outside of what a web server shows
        self.address = self.root.as_uri()
        self._base_url = public_url.rstrip("/") + "/catalogue"
        self._origin = origin

    def publish(self, entry: Mapping[str, Any], replaces: int | None = None) -> str:
        """Create or replace a title's document, page and line in the index; return the page's address.

        An entry that viewers may not see now is kept where no server shows it, and its page goes.

        Raises:
            ConfigError: ``entry_points_nowhere``: it names no release, or a manifest that is not at the origin.
            RemoteError: ``cms_conflict``.
            StoreError: ``catalogue_unwritable``.
        """
        shown = checked_entry(entry, self._origin)
        with self._changing():
            self._keep_version(shown.title, entry, replaces)
            if not shown.is_shown:
                self._held(shown.title).parent.mkdir(parents=True, exist_ok=True)
                _replace(self._held(shown.title), _text(entry))
                self._hide(shown.title)
            else:
                _replace(self.path(shown.title, ".html"), self._page("entry.html.j2", entry=shown))
                _replace(self.path(shown.title), _text(entry))
                self._write_index(self._lines() | {shown.title: _line(shown)})
                self._held(shown.title).unlink(missing_ok=True)
        return f"{self._base_url}/titles/{shown.title}.html"

    def entry(self, title: str) -> Mapping[str, Any] | None:
        """Return the published entry of a title, or None."""
        found = [one for one in (_document(self.path(title)), _document(self._held(title))) if one is not None]
        return max(found, key=revision_of, default=None)

    def versions(self, title: str) -> list[int]:
        """Return the revisions of a title that are kept, ascending."""
        return sorted(int(file.stem) for file in self._versions(title).glob("*.json") if file.stem.isdecimal())

    def version(self, title: str, revision: int) -> Mapping[str, Any] | None:
        """Return the entry that was published under a number, or None."""
        return _document(self._versions(title) / f"{revision}.json")

    def location(self, title: str) -> str:
        """Return the path of a title's document."""
        shown, held = self.path(title), self._held(title)
        return str(held if held.is_file() and not shown.is_file() else shown)

    def remove(self, title: str) -> None:
        """Remove everything of a title."""
        checked_title_id(title)
        with self._changing():
            self._hide(title)
            self._held(title).unlink(missing_ok=True)
            shutil.rmtree(self._versions(title), ignore_errors=True)

    def entries(self) -> list[str]:
        """Return the title ids of all entries, sorted; those of titles that are not shown now, too."""
        return sorted({*self._shown(), *_stems(self._private / HELD)})

    def entries_of(self, titles: Collection[str]) -> dict[str, Mapping[str, Any]]:
        """Return the entries of titles by their ids."""
        found = ((title, self.entry(title)) for title in titles)
        return {title: entry for title, entry in found if entry is not None}

    def refresh(self) -> None:
        """Write every page and the index anew from the documents: after an upgrade, a repair, or for an empty site."""
        with self._changing():
            lines = {}
            for title in self._shown():
                shown = entry_of(_document(self.path(title)) or {})
                lines[title] = _line(shown)
                _replace(self.path(title, ".html"), self._page("entry.html.j2", entry=shown))
            self._write_index(lines)

    def mirror(self, entries: Mapping[str, Mapping[str, Any]]) -> None:
        """Show exactly the entries that another CMS holds, as far as viewers may see them now; none is kept."""
        shown = {title: one for title in entries if (one := entry_of(entries[title])).is_shown}
        with self._changing():
            for title in {*self._shown()} - {*shown}:
                self._hide(title)
            for title, entry in shown.items():
                _replace(self.path(title, ".html"), self._page("entry.html.j2", entry=entry))
                _replace(self.path(title), _text(entries[title]))
            self._write_index({title: _line(entry) for title, entry in shown.items()})

    def path(self, title: str, suffix: str = ".json") -> Path:
        """Return where a title's document (or page, ``.html``) lies, or would lie."""
        return self.root / "titles" / f"{checked_title_id(title)}{suffix}"

    def faults(self, title: str) -> list[str]:
        """Return what is wrong with how an entry is shown: its page is missing, or the index lacks its line."""
        shown = entry_of(self.entry(title) or {})
        if not shown.is_shown:
            seen = [path for path in (self.path(title), self.path(title, ".html")) if path.is_file()]
            return [f"{path} shows a title that is {shown.status}" for path in seen]
        faults = [] if self.path(title, ".html").is_file() else [f"its page {self.path(title, '.html')} is missing"]
        line = self._lines().get(title, {})
        if not (self.root / "index.html").is_file() or line.get("release") != _line(shown)["release"]:
            faults.append("the index does not list it, or lists another release")
        return faults

    def leftovers(self, older_than_seconds: int = 0) -> list[str]:
        """Return temporary files that a killed writer left behind."""
        oldest = time.time() - older_than_seconds
        found = [*self.root.rglob(".new-*"), *self._private.rglob(".new-*")]
        return sorted(str(file) for file in found if file.stat().st_mtime <= oldest)

    def _keep_version(self, title: str, entry: Mapping[str, Any], replaces: int | None) -> None:
        """Refuse an entry that is not the latest; keep it beside the site, where no server shows it."""
        revision = revision_of(entry)
        kept = self.version(title, revision) if revision else None
        require_current(entry, self.entry(title), kept, replaces)
        if revision:
            self._versions(title).mkdir(parents=True, exist_ok=True)
            _replace(self._versions(title) / f"{revision}.json", _text(entry))

    def _hide(self, title: str) -> None:
        """Remove a title's line, page and document, in this order, so that nothing ever links to what is gone."""
        lines = self._lines()
        if lines.pop(title, None) is not None:
            self._write_index(lines)
        self.path(title, ".html").unlink(missing_ok=True)
        self.path(title).unlink(missing_ok=True)

    def _shown(self) -> list[str]:
        return _stems(self.root / "titles")

    def _held(self, title: str) -> Path:
        return self._private / HELD / f"{checked_title_id(title)}.json"

    def _versions(self, title: str) -> Path:
        return self._private / VERSIONS / checked_title_id(title)

    def _page(self, template: str, **values: Any) -> bytes:
        return _templates().get_template(template).render(**values, local=self._local).encode()

    def _local(self, address: str) -> str:
        """Return an address on the catalogue's own server without scheme and host, so it works behind any port."""
        mine, other = urlsplit(self._base_url), urlsplit(address)
        return other.path if (mine.scheme, mine.netloc) == (other.scheme, other.netloc) else address

    def _lines(self) -> dict[str, dict[str, Any]]:
        try:
            lines = json.loads((self.root / "index.json").read_bytes())["titles"]
            return {line["title"]: line for line in lines}
        except (FileNotFoundError, ValueError, KeyError, TypeError):  # it is made from the documents anyway
            return {title: _line(entry_of(_document(self.path(title)) or {})) for title in self._shown()}

    def _write_index(self, lines: Mapping[str, Mapping[str, Any]]) -> None:
        ordered = [lines[title] for title in sorted(lines)]
        text = json.dumps({"titles": ordered}, indent=1, ensure_ascii=False).encode() + b"\n"
        _replace(self.root / "index.json", text)
        _replace(self.root / "index.html", self._page("index.html.j2", lines=ordered))
        for name in COPIED:
            _replace(self.root / name, (DATA / name).read_bytes())

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Let one writer at a time change the site: the index is read, changed and written."""
        try:
            (self.root / "titles").mkdir(parents=True, exist_ok=True)
            with (self.root / ".lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                for leftover in self.leftovers():
                    Path(leftover).unlink(missing_ok=True)
                yield
        except OSError as error:
            cause = f"the catalogue could not be written: {error.strerror}"
            remedy = "Check the folder's rights and its disk"
            raise StoreError("catalogue_unwritable", cause, remedy, file=str(error.filename or self.root)) from error


def _document(file: Path) -> dict[str, Any] | None:
    try:
        document: dict[str, Any] = json.loads(file.read_bytes())
    except FileNotFoundError:
        return None
    return document


def _stems(folder: Path) -> list[str]:
    """Return the title ids of the documents in a folder, sorted."""
    return sorted(file.stem for file in folder.glob("*.json") if TITLE_ID.fullmatch(file.stem))


def _text(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, indent=1, ensure_ascii=False).encode() + b"\n"


def _line(entry: Entry) -> dict[str, Any]:
    return {
        "title": entry.title,
        "name": entry.name,
        "synopsis": entry.synopsis,
        "duration_seconds": str(entry.duration_seconds) if entry.duration_seconds else None,
        "poster": entry.release.poster if entry.release else "",
        "document": f"titles/{entry.title}.json",
        "page": f"titles/{entry.title}.html",
        "release": entry.release.number if entry.release else 0,
    }


def _replace(file: Path, content: bytes) -> None:
    """Replace a file whole; one that already holds the content is left alone."""
    if file.is_file() and file.read_bytes() == content:
        return
    new = file.with_name(f".new-{os.getpid()}-{secrets.token_hex(4)}")
    with new.open("wb") as writer:
        writer.write(content)
        writer.flush()
        os.fsync(writer.fileno())
    new.replace(file)


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("vod_assets", "data"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["clock"] = _clock
    return environment


def _clock(seconds: Any) -> str:
    """Return seconds as a person writes a running time: ``1:02:03``."""
    whole = round(Fraction(seconds))
    hours, minutes = whole // 3600, whole % 3600 // 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
