"""The same file under two names: as we reach it, and as a transcoding service on a house's own network does."""

import re
from collections.abc import Sequence

Pair = tuple[str, str]
SMB = re.compile(r"smb://(?P<host>[^/]+)/(?P<share>[^/]+)/?(?P<path>.*)")


def read_pairs(text: str) -> tuple[Pair, ...]:
    r"""Return the pairs of ``OURS=THEIRS, …``; both name the same folder.

    >>> read_pairs(r"/mnt/nas=\\nas\media, s3://in=s3://in")
    (('/mnt/nas', '\\\\nas\\media'), ('s3://in', 's3://in'))

    Raises:
        ValueError: A pair has no ``=``, or nothing on a side of it.
    """
    found = []
    for pair in filter(None, (one.strip() for one in text.split(","))):
        ours, equals, theirs = (part.strip() for part in pair.partition("="))
        if not (ours and equals and theirs):
            raise ValueError(f"{pair!r} is no pair of folders; write OURS=THEIRS")
        found.append((ours.rstrip("/"), theirs.rstrip("/\\")))
    return tuple(found)


def theirs(address: str, pairs: Sequence[Pair]) -> str:
    r"""Return how a service names a file, by the longest folder that is known to both; empty: it cannot reach it.

    >>> theirs("file:///mnt/nas/in/a.mov", [("/mnt/nas", r"\\nas\media")])
    '\\\\nas\\media\\in\\a.mov'
    """
    plain = address.removeprefix("file://")
    for ours, named in sorted(pairs, key=lambda pair: -len(pair[0])):
        if plain == ours or plain.startswith(f"{ours}/"):
            rest = plain.removeprefix(ours)
            return named + (rest.replace("/", "\\") if named.startswith("\\\\") else rest)
    return ""


def unc(address: str) -> str:
    r"""Return the UNC name of a file on an SMB share; empty: it lies on none.

    >>> unc("smb://isilon.example/mezz/in/a.mov")
    '\\\\isilon.example\\mezz\\in\\a.mov'
    """
    found = SMB.fullmatch(address)
    if found is None:
        return ""
    host = found["host"].partition("@")[2] or found["host"]
    return "\\".join(["\\", host.partition(":")[0], found["share"], *filter(None, found["path"].split("/"))])
