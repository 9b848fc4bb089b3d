"""What a media playlist's segments really hold."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from vod_assets.domain.init_segment import InitSegment
from vod_assets.domain.isobmff import MalformedError
from vod_assets.domain.manifests.hls_reading import MediaPlaylist
from vod_assets.domain.package_view import PackageView, SegmentFacts

STREAMS = (".ts", ".aac")


@dataclass(frozen=True)
class MeasuredTrack:
    """One media playlist with its init segment and the facts of each of its segments, in the playlist's order."""

    playlist: MediaPlaylist
    init: InitSegment
    facts: tuple[SegmentFacts, ...]

    @property
    def seconds(self) -> Fraction:
        """How long the samples last; a segment that is missing in the middle is not counted."""
        return Fraction(sum(one.end - one.begin for one in self.facts), self.init.timescale)

    @property
    def samples(self) -> int:
        """How many samples there are."""
        return sum(one.samples for one in self.facts)

    @property
    def starts(self) -> tuple[Fraction, ...]:
        """When each segment's presentation begins, in seconds."""
        return tuple(Fraction(one.begin, self.init.timescale) for one in self.facts)

    def lengths(self) -> list[Fraction]:
        """Return how long each segment is presented: until the next one begins."""
        times = [one.begin for one in self.facts] + [self.facts[-1].end]
        return [Fraction(end - begin, self.init.timescale) for begin, end in pairwise(times)]

    def frame_rate(self) -> Fraction:
        """Return samples per second over the whole track."""
        return self.samples / self.seconds if self.seconds else Fraction(0)


def measure(view: PackageView, playlist: MediaPlaylist) -> MeasuredTrack | None:
    """Return the measured track of a playlist; None when it is of pictures, of text, or of streams that are not ours.

    Raises:
        MalformedError: A segment is missing or is not what it should be.
    """
    inits = {segment.init for segment in playlist.segments}
    if playlist.of_images or not playlist.segments:
        return None
    if inits == {None}:
        return _measured_stream(view, playlist)
    init = inits.pop()
    if init is None or inits:
        raise MalformedError(f"{playlist.name} has segments with different init segments")
    facts = []
    for segment in playlist.segments:
        if segment.address is None:
            raise MalformedError(f"{playlist.name}: {segment.uri} leads out of the package")
        span = (segment.offset_bytes, segment.length_bytes) if segment.length_bytes else None
        facts.append(view.segment(segment.address, init, span))
    return MeasuredTrack(playlist, view.init(init), tuple(facts))


def _measured_stream(view: PackageView, playlist: MediaPlaylist) -> MeasuredTrack | None:
    """Return the measured track of transport stream or packed audio segments.

    Only of those that have a descriptor: others may begin at any time, and hold several streams.
    """
    found = []
    for segment in playlist.segments:
        if segment.address is None or not segment.address.endswith(STREAMS):
            return None
        if view.described_size(segment.address) is None:
            return None
        found.append(view.stream(segment.address))
    return MeasuredTrack(playlist, found[0][0], tuple(facts for _, facts in found))
