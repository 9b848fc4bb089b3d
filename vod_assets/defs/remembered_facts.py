"""What the headers of each track's segments say, kept.

Five checks of a package read the same ones, and so do those of the next package that holds the track.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from vod_assets.defs.step import Step
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.init_segment import InitSegment
from vod_assets.domain.package_view import SeenFacts, SegmentFacts
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.report import ReportPart
from vod_assets.domain.track import Track

MEASURES = 1  # to be raised when the same headers are read differently
FACTS = "facts"
STREAM_FIELDS = 5  # of what an init segment would say of a stream; a segment names its init segment and a span


@dataclass
class RememberedFacts:
    """The facts of a package's tracks.

    Attributes:
        tracks: Every track leaf of the package, by its digest.
        seen: Where the package's view looks first, and adds what it reads.
        parts: Where they are kept, by the track's digest; the check's report names them, so that they stay with it.
    """

    at: Step
    tracks: Mapping[str, Artifact]
    seen: SeenFacts
    parts: dict[str, ReportPart] = field(default_factory=dict)

    def recall(self) -> None:
        """Let the view know what is kept."""
        for digest, leaf in self.tracks.items():
            kept = self.at.find(_recipe(leaf))
            if kept is not None:
                _read(f"tracks/{digest}/", kept.document, self.seen)
                self._is_kept(digest, kept)

    def keep(self) -> None:
        """Keep the facts of those tracks of which every segment was read, and that are not kept yet."""
        for digest, leaf in self.tracks.items():
            if digest in self.parts:
                continue
            rows = list(_rows(f"tracks/{digest}/", self.seen))
            if len(rows) >= max(1, _expected(leaf.read(Track))):
                self._is_kept(digest, self.at.make(_recipe(leaf), partial(_document, rows)).artifact)

    def _is_kept(self, digest: str, kept: Artifact) -> None:
        self.parts[digest] = ReportPart(asset=kept.asset, recipe=kept.recipe)


def _recipe(leaf: Artifact) -> Recipe:
    return Recipe(f"{leaf.asset}.{FACTS}", {"track": leaf.digest}, {"measures": MEASURES})


def _document(rows: list[list[Any]], _directory: Path) -> dict[str, Any]:
    return {"segments": rows}


def _expected(track: Track) -> int:
    """Return how many segments with headers a track has; WebVTT files and pictures have none."""
    return 0 if track.kind == "image" else len(track.dash_segments or track.segments)


def _rows(folder: str, seen: SeenFacts) -> Iterator[list[Any]]:
    """Yield what was seen of each segment of a track, as lists of numbers: there are thousands."""
    for (address, init, span), facts in seen.segments.items():
        if address.startswith(folder):
            yield [address.removeprefix(folder), [init.removeprefix(folder), *(span or ())], *_row(facts)]
    for address, (said, facts) in seen.streams.items():
        if address.startswith(folder):
            stream = [said.kind, said.codecs, said.timescale, said.channels, said.sample_rate]
            yield [address.removeprefix(folder), stream, *_row(facts)]


def _read(folder: str, document: Mapping[str, Any], seen: SeenFacts) -> None:
    for path, header, *row in document["segments"]:
        if len(header) == STREAM_FIELDS:
            kind, codecs, timescale, channels, rate = header
            said = InitSegment(kind, codecs, timescale, channels=channels, sample_rate=rate)
            seen.streams[folder + path] = (said, _facts(row))
        else:
            init, *span = header
            seen.segments[folder + path, folder + init, (span[0], span[1]) if span else None] = _facts(row)


def _row(facts: SegmentFacts) -> Iterator[Any]:
    yield from (facts.size_bytes, facts.begin, facts.end, facts.samples, facts.nal_type)
    yield [list(opening) for opening in facts.opening]


def _facts(row: list[Any]) -> SegmentFacts:
    size_bytes, begin, end, samples, nal_type, opening = row
    return SegmentFacts(size_bytes, begin, end, samples, tuple(tuple(one) for one in opening), nal_type)
