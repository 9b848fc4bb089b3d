"""Check MPDs against the files that they name, and against HLS."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import accumulate

from vod_assets.domain.audio_presets import DASH_ONLY
from vod_assets.domain.isobmff import MalformedError
from vod_assets.domain.manifests.dash_reading import Mpd, NamedSegment, Representation, read_mpd
from vod_assets.domain.manifests.declared import HIGHEST_EXCESS, RATE_TOLERANCE, TOLERANCE_SECONDS, file_fault
from vod_assets.domain.manifests.hls_attributes import decimal
from vod_assets.domain.manifests.hls_reading import read_hls
from vod_assets.domain.manifests.key_checks import pssh_faults
from vod_assets.domain.measured_track import STREAMS
from vod_assets.domain.package_view import PackageView, SegmentFacts
from vod_assets.domain.report import Measured, Report

MANIFEST = "dash_package.manifest"
SAME_MEDIA = "dash_package.same_media"


def check_mpd(view: PackageView, *, is_ours: bool = True) -> Report:
    """Report whether every address of the MPDs exists and every figure in them is that of the files.

    Args:
        view: The package.
        is_ours: Whether bandwidths must be exact; encoders elsewhere declare what they aimed at.
    """
    findings: list[str] = []
    measured: dict[str, Measured] = {}
    for mpd in _mpds(view, findings):
        if not mpd.is_static:
            findings.append(f"{mpd.name}: the MPD is not static")
        for one in mpd.representations:
            faults = _Checker(view, mpd, one, is_ours).findings()
            findings += [f"{mpd.name}: {one.id}: {fault}" for fault in faults]
            measured[f"{mpd.name}/{one.id}"] = len(one.segments)
    return Report.of(MANIFEST, findings, **measured)


def check_same_media(view: PackageView) -> Report:
    """Report whether DASH plays exactly the files of video and audio that HLS plays, and pictures too.

    Whoever has decoded every track through HLS has then decoded DASH as well; all but sound in Opus, which is in DASH
    alone.
    """
    findings: list[str] = []
    measured: dict[str, Measured] = {}
    mpds = list(_mpds(view, findings))
    for variant in view.variants:
        dash, hls = _dash_media([mpd for mpd in mpds if mpd.name == variant]), _hls_media(view, variant)
        if not dash and is_of_streams(view, variant):
            continue
        measured[f"{variant}/files"] = len(dash & hls)
        played = _dash_media([mpd for mpd in mpds if mpd.name == variant], of_trick_modes=False)
        findings += [f"{variant}: {address} is in HLS only" for address in sorted(hls - played)]
        alone = _dash_media([mpd for mpd in mpds if mpd.name == variant], of_dash_alone=True)
        findings += [f"{variant}: {address} is in DASH only" for address in sorted(dash - hls - alone)]
        measured |= {f"{variant}/files of DASH alone": len(alone)} if alone else {}
    return Report.of(SAME_MEDIA, findings, **measured)


def is_of_streams(view: PackageView, variant: str) -> bool:
    """Return whether a variant is of MPEG-TS or packed audio, which DASH does not play here."""
    played = [one for package in read_hls(view, variant) for kind in ("video", "audio") for one in package.played(kind)]
    segments = [segment for playlist in played for segment in playlist.segments]
    return bool(segments) and all(segment.name.endswith(STREAMS) for segment in segments)


def _mpds(view: PackageView, findings: list[str]) -> Iterator[Mpd]:
    for variant in view.variants:
        addresses = [address for address in view.manifests(variant) if address.endswith(".mpd")]
        if not addresses and not is_of_streams(view, variant):
            findings.append(f"{variant}: there is no MPD")
        for address in addresses:
            try:
                yield read_mpd(view, variant, address)
            except MalformedError as error:
                findings.append(f"{variant}: {error}")


def _dash_media(mpds: list[Mpd], *, of_dash_alone: bool = False, of_trick_modes: bool = True) -> set[str]:
    return {
        address
        for mpd in mpds
        for one in mpd.representations
        if one.kind != "text"
        and (of_trick_modes or not one.is_trick)
        and (not of_dash_alone or one.codecs.lower() in DASH_ONLY)
        for address in (one.init, *(segment.address for segment in one.segments))
        if address
    }


def _hls_media(view: PackageView, variant: str) -> set[str]:
    """Return the files of everything but text, which HLS plays as plain WebVTT."""
    found: set[str] = set()
    for package in read_hls(view, variant):
        text = {playlist.address for playlist in package.played("text")}
        for playlist in package.media.values():
            if playlist.address not in text and not playlist.of_iframes:
                named = [address for one in playlist.segments for address in (one.init, one.address)]
                found |= {address for address in named if address}
    return found


class _Checker:
    """Checks one representation."""

    def __init__(self, view: PackageView, mpd: Mpd, representation: Representation, is_ours: bool) -> None:
        self.view, self.mpd, self.one, self.is_ours = view, mpd, representation, is_ours

    def findings(self) -> Iterator[str]:
        lost = list(self._lost())
        yield from lost
        if lost:
            return
        yield from self._total()
        if self.one.kind == "image":
            yield from self._picture()
        elif self.one.init:
            try:
                segments, facts = self._opened(self.one.init)
                yield from self._described(facts)
                yield from self._times(segments, facts)
                yield from self._bandwidth(segments, facts)
            except MalformedError as error:
                yield str(error)

    def _opened(self, init: str) -> tuple[Sequence[NamedSegment], list[SegmentFacts]]:
        """Return the segments as the MPD or the file's index names them, and what they hold.

        Raises:
            MalformedError: They are not what they should be.
        """
        if self.one.index_range is None:
            return self.one.segments, [self.view.segment(one.address or "", init) for one in self.one.segments]
        index = self.view.index(init, *self.one.index_range)
        if not index.spans or not index.timescale:
            raise MalformedError("the segment index (sidx) names nothing, or has a timescale of zero")
        begins = accumulate(index.durations, initial=index.begin)
        scale = Fraction(self.one.timescale, index.timescale)
        segments = [
            NamedSegment(f"{init}@{span[0]}", init, round(begin * scale), round(duration * scale))
            for span, begin, duration in zip(index.spans, begins, index.durations, strict=False)
        ]
        return segments, [self.view.segment(init, init, span) for span in index.spans]

    def _lost(self) -> Iterator[str]:
        if not self.one.segments:
            yield "there are no segments"
        if self.one.kind != "image" and (not self.one.init or not self.view.size(self.one.init)):
            yield f"the init segment {self.one.init or ''} is not there"
        faults = (file_fault(self.view, one.uri, one.address, one.name) for one in self.one.segments)
        yield from filter(None, faults)

    def _total(self) -> Iterator[str]:
        tick = Fraction(
            1, self.one.timescale
        )  # a second where pictures are named, which may be more than the title has
        longest = max(segment.duration for segment in self.one.segments) * tick
        if abs(self.one.seconds - self.mpd.seconds) > max(longest / 2, tick):
            yield (
                f"its segments last {decimal(self.one.seconds, 3)} s, the presentation {decimal(self.mpd.seconds, 3)} s"
            )

    def _picture(self) -> Iterator[str]:
        """A full sheet has the declared size; the last one may have fewer rows."""
        for place, segment in enumerate(self.one.segments):
            size = self.view.picture_size(segment.address or "")
            if size is None:
                yield f"{segment.name} is no picture that opens"
            elif self.one.size and size != self.one.size:
                is_cropped = size[0] <= self.one.size[0] and size[1] <= self.one.size[1]
                if place < len(self.one.segments) - 1 or not is_cropped:
                    yield "{} is {}x{}, declared are {}x{}".format(segment.name, *size, *self.one.size)

    def _described(self, facts: list[SegmentFacts]) -> Iterator[str]:
        init = self.view.init(self.one.init or "")
        if self.one.codecs.lower() != init.codecs.lower():
            yield f"codecs are {self.one.codecs}, the init segment says {init.codecs}"
        if init.kind == "video" and self.one.size not in (None, (init.width, init.height)):
            yield f"the size is {self.one.size}, the init segment says {(init.width, init.height)}"
        if self.one.kid != init.default_kid:
            yield f"default_KID is {self.one.kid or 'not there'}, the init segment says {init.default_kid or 'nothing'}"
        for pssh in self.one.psshs if init.default_kid else ():
            yield from (f"ContentProtection: {fault}" for fault in pssh_faults(pssh, init.default_kid))
        if self.one.sample_rate and init.sample_rate and self.one.sample_rate != init.sample_rate:
            yield f"audioSamplingRate is {self.one.sample_rate}, the init segment says {init.sample_rate}"
        ticks = facts[-1].end - facts[0].begin
        rate = Fraction(sum(one.samples for one in facts) * init.timescale, ticks) if ticks else Fraction(0)
        if self.one.frame_rate and abs(self.one.frame_rate - rate) > RATE_TOLERANCE:
            yield f"frameRate is {self.one.frame_rate}, its samples make {decimal(rate, 3)}"

    def _times(self, segments: Sequence[NamedSegment], facts: list[SegmentFacts]) -> Iterator[str]:
        timescale = self.view.init(self.one.init or "").timescale
        ends = [one.begin for one in facts[1:]] + [facts[-1].end]
        for place, (segment, real, end) in enumerate(zip(segments, facts, ends, strict=True)):
            declared = Fraction(segment.duration, self.one.timescale)
            if declared <= 0:
                yield f"{segment.name} has no length"
            length = Fraction(end - real.begin, timescale)
            is_cut = self.one.kind == "text" and place == len(facts) - 1 and length > declared  # filled up with nothing
            if abs(declared - length) > TOLERANCE_SECONDS and not is_cut:
                yield f"{segment.name}: S@d is {decimal(declared)} s, its samples last {decimal(length)} s"
            begin, shown = Fraction(segment.begin, self.one.timescale), Fraction(real.begin, timescale)
            if abs(begin - shown) > TOLERANCE_SECONDS:
                yield f"{segment.name}: S@t is {decimal(begin)} s, its samples begin at {decimal(shown)} s"

    def _bandwidth(self, segments: Sequence[NamedSegment], facts: list[SegmentFacts]) -> Iterator[str]:
        longest = max(segment.duration for segment in segments)
        rates = [
            Fraction(8 * real.size_bytes * self.one.timescale, segment.duration)
            for segment, real in zip(segments, facts, strict=True)
            if segment.duration > 0 and 2 * segment.duration >= longest
        ]
        peak = max(rates, default=Fraction(0))
        if not self.one.bandwidth:
            yield "there is no bandwidth"
        elif self.is_ours and not int(peak) <= self.one.bandwidth <= HIGHEST_EXCESS * peak + 1000:
            yield f"bandwidth is {self.one.bandwidth}, its segments need {int(peak)}"
