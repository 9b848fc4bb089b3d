"""What came out, compared: picture quality, bits, and bytes of two runs."""

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from urllib.request import url2pathname

import m3u8

from benchmarks.clips import RATE, duration
from benchmarks.scores import scored

FULL_SIZE = (1920, 1080)  # of the clip


def local(address: str) -> Path:
    """Return the file of a path or a ``file:`` address."""
    return Path(url2pathname(urlsplit(address).path)) if address.startswith("file:") else Path(address)


def heights(multivariant: Path) -> dict[int, Path]:
    """Return the media playlists of a multivariant playlist by picture height."""
    parsed = m3u8.loads(multivariant.read_text())
    return {
        variant.stream_info.resolution[1]: (multivariant.parent / variant.uri).resolve() for variant in parsed.playlists
    }


def sound_list(multivariant: Path) -> Path:
    """Return the media playlist of the first audio rendition."""
    parsed = m3u8.loads(multivariant.read_text())
    return next((multivariant.parent / media.uri).resolve() for media in parsed.media if media.type == "AUDIO")


def joined(playlist: Path, target: Path) -> Path:
    """Write the media of a media playlist as one file: init segment and segments, one after the other."""
    parsed = m3u8.loads(playlist.read_text())
    names = [section.uri for section in parsed.segment_map[:1]] + [segment.uri for segment in parsed.segments]
    with target.open("wb") as output:
        for name in names:
            output.write(local(urljoin(playlist.as_uri(), name)).read_bytes())
    return target


def rung_facts(multivariant: Path, reference: Path, work: Path) -> dict[int, dict[str, float]]:
    """Return bits per second of every rung of a package, and VMAF at the size of the largest, by height."""
    facts = {}
    for height, playlist in heights(multivariant).items():
        media = joined(playlist, work / f"rung_{height}{'.ts' if b'.ts' in playlist.read_bytes() else '.mp4'}")
        rate = 8 * media.stat().st_size / duration(reference)
        seen, _ = scored(media, reference, FULL_SIZE, Fraction(RATE), work)
        facts[height] = {"bits_per_second": rate, "vmaf": seen}
        media.unlink()
    return facts


def digests(home: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of store, origin and catalogue by a name that two runs share.

    The name of an attempt is private to its writer and is left out of the path.
    """
    return {_shared_name(home, path): hashlib.sha256(path.read_bytes()).hexdigest() for path in _published_files(home)}


@dataclass(frozen=True)
class Comparison:
    """Two homes, byte by byte.

    Attributes:
        equal: How many files are the same to the byte.
        stamped: Documents that differ only in times, attempt names and the path of the home.
        unlike: Everything else that differs or is missing on one side.
    """

    equal: int
    stamped: tuple[str, ...]
    unlike: tuple[str, ...]


def compared(one: Path, other: Path) -> Comparison:
    """Return how the files of two homes compare."""
    paths = [{_shared_name(home, path): path for path in _published_files(home)} for home in (one, other)]
    first, second = digests(one), digests(other)
    differing = sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))
    stamped = [
        name
        for name in differing
        if name in first and name in second and _masked(one, paths[0][name]) == _masked(other, paths[1][name])
    ]
    unlike = [name for name in differing if name not in stamped]
    return Comparison(len(first.keys() & second.keys()) - len(differing), tuple(stamped), tuple(unlike))


def steps_of(home: Path, run_id: str) -> int:
    """Return how many steps a run had, from Dagster's own record."""
    code = (
        "import sys, dagster as dg\n"
        "with dg.DagsterInstance.get() as instance:\n"
        "    print(instance.get_run_stats(sys.argv[1]).steps_succeeded)\n"
    )
    environment = {**os.environ, "VOD_HOME": str(home), "DAGSTER_HOME": str(home / "dagster")}
    said = subprocess.run([sys.executable, "-c", code, run_id], env=environment, check=True, stdout=subprocess.PIPE)
    return int(said.stdout)


def _published_files(home: Path) -> Iterator[Path]:
    for folder in ("store", "origin", "cms"):
        yield from sorted(path for path in (home / folder).rglob("*") if path.is_file())


def _shared_name(home: Path, path: Path) -> str:
    parts = list(path.relative_to(home).parts)
    if parts[:2] == ["store", "titles"] and len(parts) > 6:
        del parts[5]  # store/titles/<title>/<asset>/<recipe>/<attempt>/…
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "<uuid>", "/".join(parts))


def _masked(home: Path, path: Path) -> bytes:
    """Return a small document without what may differ from run to run."""
    if path.stat().st_size > 1 << 20 or path.suffix not in (".json", ".html", ".vtt", ".xml"):
        return path.read_bytes()
    text = path.read_bytes().replace(str(home).encode(), b"HOME")
    return re.sub(
        rb"\d{8}T\d{6}Z-[0-9a-f]{8}|\d{4}-\d\d-\d\dT[0-9:.]+(Z|\+00:00)|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        b"STAMP",
        text,
    )
