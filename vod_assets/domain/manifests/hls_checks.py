"""Check HLS playlists against the files that they name."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from vod_assets.domain.isobmff import MalformedError
from vod_assets.domain.manifests.declared import HIGHEST_EXCESS, RATE_TOLERANCE, TOLERANCE_SECONDS, file_fault
from vod_assets.domain.manifests.hls_attributes import decimal
from vod_assets.domain.manifests.hls_reading import HlsPackage, MediaPlaylist, ReadSegment, Stream
from vod_assets.domain.manifests.key_checks import key_line_faults
from vod_assets.domain.measured_track import MeasuredTrack, measure
from vod_assets.domain.package_checks import packages
from vod_assets.domain.package_view import PackageView
from vod_assets.domain.report import Measured, Report

MANIFEST = "hls_package.manifest"
FOREIGN_EXCESS = Fraction(11, 10)  # of measured over declared: encoders elsewhere do not count containers


def check_manifest(view: PackageView, *, is_ours: bool = True) -> Report:
    """Report whether every address exists and every figure in the playlists is that of the files.

    Args:
        view: The package.
        is_ours: Whether bandwidths must be exact; encoders elsewhere declare what they aimed at.
    """
    findings: list[str] = []
    measured: dict[str, Measured] = {}
    for package in packages(view, findings):
        checker = _Checker(view, package, is_ours)
        found = list(checker.findings())
        findings += [f"{package.name}: {finding}" for finding in found]
        measured[f"{package.name}/playlists"] = len(package.media)
        measured[f"{package.name}/segments"] = sum(len(one.segments) for one in package.media.values())
    return Report.of(MANIFEST, findings, **measured)


class _Checker:
    """Checks one package; measured tracks are kept, for bandwidths need several at once."""

    def __init__(self, view: PackageView, package: HlsPackage, is_ours: bool) -> None:
        self.view, self.package, self.is_ours = view, package, is_ours
        self.tracks: dict[str, MeasuredTrack | None] = {}
        self.openings: dict[str, list[tuple[int, int, bool]]] = {}

    def findings(self) -> Iterator[str]:
        yield from self._lost_playlists()
        for playlist in self.package.media.values():
            yield from (f"{playlist.name}: {fault}" for fault in self._playlist(playlist))
        for stream in self.package.streams_of("variant"):
            yield from (f"{stream.uri}: {fault}" for fault in self._variant(stream))

    def _lost_playlists(self) -> Iterator[str]:
        named = [(one.uri, one.address) for one in self.package.streams]
        for uri, address in [*named, *((one.uri, one.address) for one in self.package.renditions)]:
            if address is None:
                yield f"the address {uri} leads out of the package"
            elif address not in self.package.media:
                yield f"the playlist {uri} is not there, or cannot be read"

    def _playlist(self, playlist: MediaPlaylist) -> Iterator[str]:
        if not playlist.is_ended:
            yield "there is no EXT-X-ENDLIST"
        if not playlist.segments:
            yield "there are no segments"
        longest = max((segment.seconds for segment in playlist.segments), default=Fraction(0))
        if int(longest + Fraction(1, 2)) > playlist.target_seconds:
            yield f"EXT-X-TARGETDURATION is {playlist.target_seconds}, a segment lasts {decimal(longest)} s"
        lost = list(self._lost_segments(playlist.segments))
        yield from lost
        if not lost:
            yield from self._iframes(playlist) if playlist.of_iframes else self._times(playlist)

    def _lost_segments(self, segments: Sequence[ReadSegment]) -> Iterator[str]:
        for segment in segments:
            fault = file_fault(self.view, segment.uri, segment.address, segment.name)
            if fault or segment.address is None:
                yield fault
            elif segment.length_bytes is not None:
                end, size = segment.offset_bytes + segment.length_bytes, self.view.size(segment.address) or 0
                if end > size:
                    yield f"{segment.name} has {size} bytes, a byte range ends at {end}"
        for init, uri in dict.fromkeys((segment.init, segment.init_uri) for segment in segments if segment.init_uri):
            if init is None or not self.view.size(init):
                yield f"the init segment {uri} {'is not there' if init else 'leads out of the package'}"

    def _times(self, playlist: MediaPlaylist) -> Iterator[str]:
        try:
            track = self.tracks[playlist.address] = measure(self.view, playlist)
        except MalformedError as error:
            yield str(error)
            return
        if track is None:
            return
        yield from key_line_faults(self.view.text(playlist.address), track.init.default_kid)
        methods = {segment.key_method for segment in playlist.segments}
        if track.init.default_kid and methods == {""}:
            yield "there is no EXT-X-KEY"
        elif track.init.encryption and not track.init.default_kid and methods - {"", "NONE"}:
            yield "EXT-X-KEY names a key, its segments are clear"
        for segment, length in zip(playlist.segments, track.lengths(), strict=True):
            is_last = segment is playlist.segments[-1]
            if abs(segment.seconds - length) > (_tolerance_at_end(track) if is_last else TOLERANCE_SECONDS):
                yield f"{segment.name}: EXTINF is {decimal(segment.seconds)} s, its samples last {decimal(length)} s"

    def _iframes(self, playlist: MediaPlaylist) -> Iterator[str]:
        for segment in playlist.segments:
            if segment.init is None or segment.address is None or segment.length_bytes is None:
                continue
            begin, end = segment.offset_bytes, segment.offset_bytes + segment.length_bytes
            try:
                opening = self._opening(segment.address, segment.init)
            except MalformedError as error:
                yield str(error)
                continue
            if not any(moof == begin and first_end <= end and is_sync for moof, first_end, is_sync in opening):
                yield f"{segment.name}: the byte range {begin} to {end} holds no fragment that starts with an I-frame"

    def _opening(self, address: str, init: str) -> Sequence[tuple[int, int, bool]]:
        """Return how the fragments of a file begin; one of many segments is read by these, once for all checks."""
        if address != init:
            return self.view.segment(address, init).opening
        if address not in self.openings:
            played = (one for one in self.package.media.values() if not one.of_iframes and one.segments)
            whole = next((one for one in played if one.segments[0].address == address), None)
            track = measure(self.view, whole) if whole else None
            self.openings[address] = [one for facts in track.facts for one in facts.opening] if track else []
        return self.openings[address]

    def _variant(self, stream: Stream) -> Iterator[str]:
        video = self.tracks.get(stream.address or "")
        if video is None:
            return
        audio, text = self._group("AUDIO", stream.audio), self._group("SUBTITLES", stream.subtitles)
        yield from self._codecs(stream, [video, *audio, *text])
        if stream.size and video.init.width and stream.size != (video.init.width, video.init.height):
            declared, real = "{}x{}".format(*stream.size), f"{video.init.width}x{video.init.height}"
            yield f"RESOLUTION is {declared}, the init segment says {real}"
        real_range = video.init.video_range
        if stream.video_range and real_range and stream.video_range != real_range:
            yield f"VIDEO-RANGE is {stream.video_range}, the init segment says {real_range}"
        if stream.frame_rate and abs(stream.frame_rate - video.frame_rate()) > RATE_TOLERANCE:
            real = decimal(video.frame_rate(), 3)
            yield f"FRAME-RATE is {decimal(stream.frame_rate, 3)}, its samples make {real}"
        yield from self._bandwidths(stream, video, [[one for one in audio if one is not video], text])

    def _codecs(self, stream: Stream, tracks: Sequence[MeasuredTrack]) -> Iterator[str]:
        real = {track.init.codecs.lower() for track in tracks}
        declared = {codec.lower() for codec in stream.codecs}
        if declared and declared != real:
            yield f"CODECS are {', '.join(sorted(declared))}, the init segments say {', '.join(sorted(real))}"
        elif self.is_ours and not declared:
            yield "there are no CODECS"

    def _bandwidths(
        self, stream: Stream, video: MeasuredTrack, others: Sequence[Sequence[MeasuredTrack]]
    ) -> Iterator[str]:
        if not stream.bandwidth:
            if self.package.address != stream.address:
                yield "there is no BANDWIDTH"
            return
        average = _average(video) + sum(max((_average(one) for one in part), default=0) for part in others)
        peak = _peak(video) + sum(max((_peak(one) for one in part), default=0) for part in others)
        least = peak if self.is_ours else int(average / FOREIGN_EXCESS)
        if stream.bandwidth < least:
            yield f"BANDWIDTH is {stream.bandwidth}, its segments need {least}"
        if self.is_ours and stream.bandwidth > HIGHEST_EXCESS * peak + _text_slack(self.package):
            yield f"BANDWIDTH is {stream.bandwidth}, its segments need only {peak}"
        if (
            stream.average
            and self.is_ours
            and not average <= stream.average <= HIGHEST_EXCESS * average + _text_slack(self.package)
        ):
            yield f"AVERAGE-BANDWIDTH is {stream.average}, its segments make {average}"

    def _group(self, kind: str, group: str) -> list[MeasuredTrack]:
        addresses = [one.address for one in self.package.renditions if one.kind == kind and one.group == group]
        return [track for address in addresses if address and (track := self.tracks.get(address))]


def _tolerance_at_end(track: MeasuredTrack) -> Fraction:
    """Return how far the last EXTINF may be off: packed audio has whole frames only, and no edit list to cut one."""
    is_packed = track.init.kind == "audio" and track.playlist.segments[-1].init is None
    return track.seconds / track.samples if is_packed else TOLERANCE_SECONDS


def _average(track: MeasuredTrack) -> int:
    bits = 8 * sum(one.size_bytes for one in track.facts)
    return int(bits / track.seconds) if track.seconds else 0


def _peak(track: MeasuredTrack) -> int:
    """Return the highest bit rate of any one segment that is not short (RFC 8216, 4.1)."""
    lengths = track.lengths()
    half = max(lengths) / 2
    rates = [
        8 * facts.size_bytes / length
        for facts, length in zip(track.facts, lengths, strict=True)
        if length and length >= half
    ]
    return int(max(rates, default=0))


def _text_slack(package: HlsPackage) -> int:
    """Return what text may add to a declared bandwidth; its segments are a few hundred bytes."""
    return 50_000 if package.played("text") else 1_000
