"""Checks of a whole package that look at the segments' own bytes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction

from vod_assets.domain.isobmff import MalformedError
from vod_assets.domain.manifests.hls_attributes import decimal
from vod_assets.domain.manifests.hls_reading import HlsPackage, MediaPlaylist, read_hls
from vod_assets.domain.measured_track import MeasuredTrack, measure
from vod_assets.domain.nal_units import opens_decoding
from vod_assets.domain.package_view import Decoded, PackageView
from vod_assets.domain.report import Measured, Report

DURATIONS = "hls_package.durations"
ALIGNED = "hls_package.aligned"
DECODES = "hls_package.decodes"
PRIMING_FRAMES = 4  # an audio decoder may keep the frames that prime it to itself

DecodeAll = Callable[[Sequence[str]], Mapping[str, Decoded]]


def check_durations(view: PackageView, mezzanine_seconds: Fraction) -> Report:
    """Report whether every track is as long as the mezzanine's video, within half a segment."""
    findings: list[str] = []
    measured: dict[str, Measured] = {"mezzanine_seconds": decimal(mezzanine_seconds, 3)}
    for package in packages(view, findings):
        half = longest_segment(package) / 2
        for playlist in _timed(package):
            track = _measured(view, package, playlist, findings)
            seconds = track.seconds if track else playlist.seconds
            measured[f"{package.name}/{playlist.name}"] = decimal(seconds, 3)
            if abs(seconds - mezzanine_seconds) > half:
                findings.append(
                    f"{package.name}: {playlist.name} lasts {decimal(seconds, 3)} s, the mezzanine "
                    f"{decimal(mezzanine_seconds, 3)} s; they may differ by {decimal(half, 3)} s"
                )
    return Report.of(DURATIONS, findings, **measured)


def check_aligned(view: PackageView) -> Report:
    """Report whether all rungs' segments begin at the same times, each with a frame that decoding can start at."""
    findings: list[str] = []
    measured: dict[str, Measured] = {}
    for package in packages(view, findings):
        tracks = [_measured(view, package, playlist, findings) for playlist in package.played("video")]
        rungs = [track for track in tracks if track]
        for rung in rungs:
            measured[f"{package.name}/{rung.playlist.name}"] = len(rung.facts)
            findings += _unlike(package.name, rungs[0], rung)
            findings += _closed_starts(package.name, rung)
    return Report.of(ALIGNED, findings, **measured)


def check_decodes(view: PackageView, decode_all: DecodeAll, unlike: Callable[[str], str] = lambda _: "") -> Report:
    """Report whether every track decodes once through its media playlist, to as many frames as it has samples.

    A decoder conceals much, and AAC has no checksum: so samples are compared with those that were encoded, too. Text
    is read cue by cue and thumbnails are opened; neither needs a decoder process.

    Args:
        view: The package.
        decode_all: Decodes the playlists at these addresses, and says what came of each.
        unlike: Says how the samples of the playlist at an address differ from those that were encoded.
    """
    findings: list[str] = []
    measured: dict[str, Measured] = {}
    found = list(packages(view, findings))
    played = {package.address: [*package.played("video"), *package.played("audio")] for package in found}
    decoded = decode_all([playlist.address for playlists in played.values() for playlist in playlists])
    for package in found:
        for playlist in played[package.address]:
            counts = decoded[playlist.address]
            measured[f"{package.name}/{playlist.name}"] = counts.frames
            track = _measured(view, package, playlist, findings)
            faults = [*_faults(track, counts), *filter(None, [unlike(playlist.address)])]
            findings += [f"{package.name}: {playlist.name}: {fault}" for fault in faults]
        findings += _text_faults(view, package)
        findings += _picture_faults(view, package)
    return Report.of(DECODES, findings, **measured)


def packages(view: PackageView, findings: list[str]) -> Iterator[HlsPackage]:
    """Yield the HLS packages of every variant; a variant without one is a finding."""
    for variant in view.variants:
        found = read_hls(view, variant)
        findings += [f"{variant}: {reason}" for package in found for reason in package.broken]
        if not any(package.media for package in found):
            findings.append(f"{variant}: there is no media playlist that could be read")
        yield from (package for package in found if package.media)


def longest_segment(package: HlsPackage) -> Fraction:
    """Return the longest EXTINF of the video, or of everything that is timed when there is no video."""
    timed = package.played("video") or _timed(package)
    return max((segment.seconds for playlist in timed for segment in playlist.segments), default=Fraction(0))


def _timed(package: HlsPackage) -> list[MediaPlaylist]:
    return [playlist for playlist in package.media.values() if not playlist.of_iframes]


def _measured(
    view: PackageView, package: HlsPackage, playlist: MediaPlaylist, findings: list[str]
) -> MeasuredTrack | None:
    try:
        return measure(view, playlist)
    except MalformedError as error:
        findings.append(f"{package.name}: {playlist.name}: {error}")
        return None


def _unlike(variant: str, first: MeasuredTrack, rung: MeasuredTrack) -> Iterator[str]:
    """Yield the first place where a rung's segments begin at other times than the first rung's."""
    names = f"{variant}: {rung.playlist.name}"
    if len(rung.starts) != len(first.starts):
        yield f"{names} has {len(rung.starts)} segments, {first.playlist.name} {len(first.starts)}"
    for segment, mine, other in zip(rung.playlist.segments, rung.starts, first.starts, strict=False):
        if mine != other:
            yield (
                f"{names}: {segment.name} begins at {decimal(mine)} s, in {first.playlist.name} at {decimal(other)} s"
            )
            return


def _closed_starts(variant: str, rung: MeasuredTrack) -> Iterator[str]:
    is_hevc = rung.init.codecs.startswith("h")
    for segment, facts in zip(rung.playlist.segments, rung.facts, strict=True):
        where = f"{variant}: {rung.playlist.name}: {segment.name}"
        if not facts.starts_with_sync:
            yield f"{where} does not start with a sync sample"
        elif rung.init.nal_length_bytes and not opens_decoding(facts.nal_type, is_hevc=is_hevc):
            yield f"{where} starts with NAL unit type {facts.nal_type}, not with an IDR picture"


def _faults(track: MeasuredTrack | None, counts: Decoded) -> Iterator[str]:
    if not counts.frames:
        yield "nothing of it decodes"
        return
    if counts.errors:
        yield f"{counts.errors} packets do not decode"
    if track is None:
        return
    if counts.packets != track.samples:
        yield f"{counts.packets} packets are played, its segments hold {track.samples} samples"
    kept_back = PRIMING_FRAMES if track.init.kind == "audio" else 0
    if not track.samples - kept_back <= counts.frames <= track.samples:
        yield f"{counts.frames} frames decode, its segments hold {track.samples} samples"


def _text_faults(view: PackageView, package: HlsPackage) -> Iterator[str]:
    for playlist in package.played("text"):
        for segment in playlist.segments:
            if segment.address and view.size(segment.address) and not segment.init:
                text = view.text(segment.address)
                if not text.startswith("WEBVTT"):
                    yield f"{package.name}: {playlist.name}: {segment.name} is no WebVTT"


def _picture_faults(view: PackageView, package: HlsPackage) -> Iterator[str]:
    for playlist in package.media.values():
        for segment in playlist.segments if playlist.of_images else ():
            if segment.address is None or view.picture_size(segment.address) is None:
                yield f"{package.name}: {playlist.name}: {segment.name} is no picture that opens"
