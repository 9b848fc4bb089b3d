"""Judge a package: every rule, for each of its variants."""

from collections.abc import Callable, Iterator

from lxml import etree

from vod_assets.domain.conformance import (
    apple_rendition_rules,
    apple_rules,
    cmaf_rules,
    dashif_rules,
    hls_rules,
    mpd_rules,
)
from vod_assets.domain.conformance.cmaf_rules import TrackBoxes
from vod_assets.domain.conformance.mpd_facts import MpdFacts
from vod_assets.domain.conformance.playlists import playlist_sets
from vod_assets.domain.conformance.rules import Rule, Verdict
from vod_assets.domain.documents import Document
from vod_assets.domain.isobmff import MalformedError, boxes, read_segment
from vod_assets.domain.manifests.dash_reading import parse_xml
from vod_assets.domain.manifests.hls_reading import MediaPlaylist, read_hls
from vod_assets.domain.package_view import PackageView

HLS = (hls_rules.BOOK, apple_rules.BOOK, apple_rendition_rules.BOOK)
DASH = (mpd_rules.BOOK, dashif_rules.BOOK)
Validate = Callable[[etree._Element], Iterator[str]]


class Judged(Document):
    """The verdicts on one manifest, or on the tracks of one variant."""

    variant: str
    subject: str
    verdicts: tuple[Verdict, ...]

    @property
    def broken(self) -> list[Verdict]:
        """What does not hold."""
        return [verdict for verdict in self.verdicts if verdict.state == "broken"]


def every_rule() -> list[Rule[object]]:
    """Return all rules, in the order of their books."""
    return [rule for book in (*HLS, *DASH, cmaf_rules.BOOK) for rule in book.rules]  # type: ignore[misc]


def judge(view: PackageView, schema: Validate | None = None) -> list[Judged]:
    """Return the verdicts on every multivariant playlist, every MPD and all tracks of a package.

    Args:
        view: The package.
        schema: Yields what DASH-MPD.xsd finds in a document.

    Raises:
        MalformedError: A file is not what it should be.
    """
    found: list[Judged] = []
    for variant in view.variants:
        addresses = view.manifests(variant)
        texts = {address: view.text(address) for address in addresses if address.endswith(".m3u8")}
        for one in playlist_sets(texts):
            verdicts = [verdict for book in HLS for verdict in book.judge(one)]
            found += [_judged(variant, one.top.address, verdicts)]
        for address in (address for address in addresses if address.endswith(".mpd")):
            facts = MpdFacts(parse_xml(view.text(address), address), schema)
            found.append(_judged(variant, address, [verdict for book in DASH for verdict in book.judge(facts)]))
        if tracks := list(tracks_of(view, variant)):
            found.append(_judged(variant, "tracks", cmaf_rules.BOOK.judge(tracks)))
    return found


def _judged(variant: str, subject: str, verdicts: list[Verdict]) -> Judged:
    return Judged(variant=variant, subject=subject, verdicts=tuple(verdicts))


def tracks_of(view: PackageView, variant: str) -> Iterator[TrackBoxes]:
    """Yield every track of fragmented MP4 that playlists name."""
    seen: set[str] = set()
    for package in read_hls(view, variant):
        for playlist in package.media.values():
            inits = {segment.init for segment in playlist.segments} - {None}
            if playlist.of_iframes or len(inits) != 1 or inits <= seen:
                continue
            seen |= {str(init) for init in inits}
            yield _track(view, playlist, str(inits.pop()))


def _track(view: PackageView, playlist: MediaPlaylist, init_address: str) -> TrackBoxes:
    init, file = view.init(init_address), view.data(init_address)
    top = list(boxes(file))
    segments, sizes = [], []
    for one in playlist.segments:
        if one.address is None:
            raise MalformedError(f"{playlist.name}: {one.uri} leads out of the package")
        span = (one.offset_bytes, one.length_bytes) if one.length_bytes else None
        data = view.data(one.address, span)
        segments.append((list(boxes(data)), read_segment(data, init.defaults)))
        sizes.append(len(data))
    moov = next(place for place, box in enumerate(top) if box.kind == "moov")
    indexes = [box for box in top if box.kind == "sidx"]
    index = view.index(init_address, indexes[0].offset, indexes[0].end - 1) if indexes else None
    return TrackBoxes(playlist.name, init, top[: moov + 1], segments, sizes, index, len(file))
