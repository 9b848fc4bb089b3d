"""What an FTP folder holds: MLSD where the server has it, else LIST, whose times are asked for file by file.

LIST was made for people: its times are the server's local ones, to the minute, and older files have a day only. Its
sizes are exact. The times are asked with MDTM, several in flight, or a listing would wait for each.
"""

import ftplib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from ftputil.error import ParserError
from ftputil.stat import MSParser, UnixParser

from vod_assets.adapters.blobs.ftp_session import LATIN, NOT_KNOWN, Ftp, lines, wire

ASKED_AT_ONCE = 16
FACTS = "type;size;modify;"


@dataclass(frozen=True)
class Entry:
    """One line of a listing.

    Attributes:
        name: As it is spelt, not as it goes over the wire.
        size_bytes: None for a folder.
        modified_at: Seconds since the epoch.
    """

    name: str
    size_bytes: int | None
    modified_at: float


def listed(ftp: Ftp, folder: str) -> list[Entry]:
    """Return the files and folders in a folder, without links and what else a server may have.

    Raises:
        ftplib.error_perm: There is no such folder, or it may not be read.
    """
    if ftp.lists_facts:
        try:
            return list(_with_facts(ftp, folder))
        except ftplib.error_perm as error:
            if str(error)[:3] not in NOT_KNOWN:
                raise
            ftp.lists_facts = False
    return list(_for_people(ftp, folder))


def time_of(stamp: str) -> float:
    """Return seconds since the epoch for ``20260102030405.678`` (RFC 3659, 2.3: UTC)."""
    whole, _, fraction = stamp.strip().partition(".")
    moment = datetime.strptime(whole, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return moment.timestamp() + float(f"0.{fraction or 0}")


def _with_facts(ftp: Ftp, folder: str) -> Iterator[Entry]:
    for line in lines(ftp, f"MLSD {folder}"):
        said, _, name = line.partition(b" ")
        facts = dict(fact.lower().split("=", 1) for fact in said.decode(LATIN).split(";") if "=" in fact)
        shown = name.decode(errors="surrogateescape")
        if facts["type"] == "dir":
            yield Entry(shown, None, 0.0)
        elif facts["type"] == "file":
            yield Entry(shown, int(facts["size"]), time_of(facts["modify"]))


def _for_people(ftp: Ftp, folder: str) -> Iterator[Entry]:
    ftp.cwd(folder)  # a path after LIST would be read as an option, or as a pattern
    found = [entry for line in lines(ftp, "LIST -a") if (entry := _parsed(line)) is not None]
    files = [entry for entry in found if entry.size_bytes is not None]
    yield from (entry for entry in found if entry.size_bytes is None)
    for start in range(0, len(files), ASKED_AT_ONCE):
        yield from _timed(ftp, folder, files[start : start + ASKED_AT_ONCE])


def _parsed(line: bytes) -> Entry | None:
    text = line.decode(errors="surrogateescape")
    for parser in (UnixParser(), MSParser()):
        if parser.ignores_line(text):
            return None
        try:
            found = parser.parse_line(text)
        except (ParserError, ValueError):
            continue
        name = found._st_name
        if name in (".", "..") or found._st_target is not None:
            return None
        is_folder = found.st_mode & 0o170000 == 0o040000
        return Entry(name, None if is_folder else int(found.st_size), float(found.st_mtime or 0))
    return None


def _timed(ftp: Ftp, folder: str, files: list[Entry]) -> Iterator[Entry]:
    """Yield files with their exact times; where a server does not tell one, the listed time must do."""
    for entry in files:
        ftp.putcmd(f"MDTM {folder.rstrip('/')}/{wire(entry.name)}")
    for entry in files:
        try:
            answer = ftp.getresp()
        except ftplib.error_perm:
            yield entry
        else:
            yield Entry(entry.name, entry.size_bytes, time_of(answer.split()[-1]))
