"""Read HLS playlists with the independent ``m3u8`` parser: what they say, and where their addresses lead."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any

import m3u8

from vod_assets.domain.isobmff import MalformedError
from vod_assets.domain.package_view import PackageView, resolved

Parsed = Any  # the parser has no types
MULTIVARIANT_TAG = "#EXT-X-STREAM-INF"
NONSENSE = (ValueError, ArithmeticError, TypeError, LookupError, AttributeError)  # what comes of it in the parser


@dataclass(frozen=True, slots=True)
class ReadSegment:
    """One segment of a media playlist; addresses are None when they lead out of the package.

    Attributes:
        key_method: ``METHOD`` of its ``EXT-X-KEY``: ``NONE`` in a clear lead; empty when no tag says anything.
    """

    uri: str
    address: str | None
    seconds: Fraction
    length_bytes: int | None = None
    offset_bytes: int = 0
    init: str | None = None
    init_uri: str = ""
    key_method: str = ""

    @property
    def name(self) -> str:
        """Its name as a person looks for it."""
        return (self.address or self.uri).rpartition("/")[2]


@dataclass(frozen=True)
class MediaPlaylist:
    """One media playlist."""

    address: str
    target_seconds: int
    is_ended: bool
    of_iframes: bool
    of_images: bool
    segments: tuple[ReadSegment, ...]

    @property
    def name(self) -> str:
        """Its file name."""
        return self.address.rpartition("/")[2]

    @property
    def seconds(self) -> Fraction:
        """Sum of the EXTINF values."""
        return sum((segment.seconds for segment in self.segments), Fraction(0))


@dataclass(frozen=True)
class Stream:
    """One EXT-X-STREAM-INF, EXT-X-I-FRAME-STREAM-INF or EXT-X-IMAGE-STREAM-INF."""

    kind: str  # "variant", "iframes" or "images"
    uri: str
    address: str | None
    bandwidth: int
    average: int | None
    codecs: frozenset[str]
    size: tuple[int, int] | None
    frame_rate: Fraction | None
    audio: str = ""
    subtitles: str = ""
    video_range: str = ""


@dataclass(frozen=True)
class Rendition:
    """One EXT-X-MEDIA."""

    kind: str
    group: str
    name: str
    uri: str
    address: str | None


@dataclass(frozen=True)
class HlsPackage:
    """Everything that a multivariant playlist leads to; a lone media playlist is its own package.

    Attributes:
        media: Every media playlist that could be read, by address.
        broken: What could not be: playlist and reason.
    """

    name: str
    address: str
    streams: tuple[Stream, ...] = ()
    renditions: tuple[Rendition, ...] = ()
    media: dict[str, MediaPlaylist] = field(default_factory=dict)
    broken: tuple[str, ...] = ()

    def streams_of(self, kind: str) -> list[Stream]:
        """Return the streams of one kind."""
        return [stream for stream in self.streams if stream.kind == kind]

    def played(self, kind: str) -> list[MediaPlaylist]:
        """Return the media playlists of ``video``, ``audio`` or ``text``, each once, in the order they are named.

        A variant stream whose playlist is also an audio rendition's is a stream of audio alone.
        """
        audio = [one.address for one in self.renditions if one.kind == "AUDIO"]
        addresses = {
            "audio": audio,
            "text": [one.address for one in self.renditions if one.kind == "SUBTITLES"],
            "video": [one.address for one in self.streams_of("variant") if one.address not in audio],
        }[kind]
        return [self.media[address] for address in dict.fromkeys(addresses) if address in self.media]


def read_hls(view: PackageView, variant: str) -> list[HlsPackage]:
    """Return the HLS packages of a variant: one for each multivariant playlist, or for each lone media playlist."""
    addresses = [address for address in view.manifests(variant) if address.endswith(".m3u8")]
    read: dict[str, MediaPlaylist | Parsed] = {}
    broken: list[str] = []
    for address in addresses:
        try:
            read[address] = _read(address, view.text(address))
        except MalformedError as error:
            broken.append(str(error))
    media = {address: one for address, one in read.items() if isinstance(one, MediaPlaylist)}
    packages: list[HlsPackage] = []
    for top, one in ((top, one) for top, one in read.items() if top not in media):
        try:
            packages.append(_package(variant, top, one, media))
        except MalformedError as error:
            broken.append(str(error))
    packages += [_lone(variant, one) for one in media.values() if len(media) == len(read)]
    if broken:
        packages.append(HlsPackage(variant, "", broken=tuple(broken)))
    return packages


def played_playlists(text: str) -> list[str]:
    """Return the addresses of the video and audio playlists of a multivariant playlist, as written, each once.

    Raises:
        MalformedError: It cannot be parsed.
    """
    try:
        parsed: Parsed = m3u8.loads(text)
    except NONSENSE as error:
        raise MalformedError(f"a playlist cannot be parsed: {error}") from error
    audio = [one.uri for one in parsed.media if one.type == "AUDIO" and one.uri]
    return list(dict.fromkeys([*(one.uri for one in parsed.playlists), *audio]))


def media_playlist(view: PackageView, address: str) -> MediaPlaylist:
    """Return one media playlist.

    Raises:
        MalformedError: It cannot be parsed.
    """
    text = view.text(address)
    return _media(address, _parse(address, text)) if MULTIVARIANT_TAG in text else _media_of(address, text)


def _read(address: str, text: str) -> MediaPlaylist | Parsed:
    """Return a media playlist, or a multivariant one as it was parsed."""
    if MULTIVARIANT_TAG not in text:
        return _media_of(address, text)
    parsed = _parse(address, text)
    return parsed if parsed.is_variant else _media(address, parsed)


@lru_cache(maxsize=192)  # those of a package: every check reads all of them, and parsing takes most of its time
def _media_of(address: str, text: str) -> MediaPlaylist:
    return _media(address, _parse(address, text))


def _parse(address: str, text: str) -> Parsed:
    if not text.startswith("#EXTM3U"):
        raise MalformedError(f"{address} does not begin with #EXTM3U")
    try:
        return m3u8.loads(text)
    except NONSENSE as error:
        raise MalformedError(f"{address} cannot be parsed: {error}") from error


@contextmanager
def _understood(address: str) -> Iterator[None]:
    """Name the playlist that has a value which is none: the parser passes on whatever it is."""
    try:
        yield
    except (ValueError, ArithmeticError) as error:
        raise MalformedError(f"{address} cannot be understood: {error}") from error


def _lone(variant: str, playlist: MediaPlaylist) -> HlsPackage:
    top = playlist.address
    lone = Stream("variant", top, top, 0, None, frozenset(), None, None)
    return HlsPackage(variant, top, (lone,), (), {top: playlist})


def _package(variant: str, top: str, parsed: Parsed, media: Mapping[str, MediaPlaylist]) -> HlsPackage:
    with _understood(top):
        streams, renditions = tuple(_streams(top, parsed)), tuple(_renditions(top, parsed))
    named = dict.fromkeys([*(one.address for one in streams), *(one.address for one in renditions)])
    return HlsPackage(variant, top, streams, renditions, {one: media[one] for one in named if one and one in media})


def _streams(top: str, parsed: Parsed) -> Iterator[Stream]:
    for one in parsed.playlists:
        yield _stream("variant", top, one.uri, one.stream_info)
    for one in parsed.iframe_playlists:
        yield _stream("iframes", top, one.uri, one.iframe_stream_info)
    for one in parsed.image_playlists:
        yield _stream("images", top, one.uri, one.image_stream_info)


def _stream(kind: str, top: str, uri: str, info: Parsed) -> Stream:
    return Stream(
        kind=kind,
        uri=uri,
        address=resolved(top, uri),
        bandwidth=info.bandwidth or 0,
        average=info.average_bandwidth,
        codecs=frozenset(codec.strip() for codec in (info.codecs or "").split(",") if codec.strip()),
        size=info.resolution,
        frame_rate=Fraction(str(info.frame_rate)) if info.frame_rate else None,
        audio=info.audio or "",
        subtitles=info.subtitles or "",
        video_range=info.video_range or "",
    )


def _renditions(top: str, parsed: Parsed) -> Iterator[Rendition]:
    for one in parsed.media:
        if one.uri:  # without one it is inside the variant streams
            yield Rendition(one.type or "", one.group_id or "", one.name or "", one.uri, resolved(top, one.uri))


def _media(address: str, parsed: Parsed) -> MediaPlaylist:
    with _understood(address):
        return MediaPlaylist(
            address=address,
            target_seconds=int(parsed.target_duration or 0),
            is_ended=bool(parsed.is_endlist),
            of_iframes=bool(parsed.is_i_frames_only),
            of_images=bool(parsed.is_images_only),
            segments=tuple(_segments(address, parsed.segments)),
        )


def _segments(address: str, segments: Sequence[Parsed]) -> Iterator[ReadSegment]:
    end_of_last = 0
    for one in segments:
        length, _, offset = (one.byterange or "").partition("@")
        begin = int(offset) if offset.isdigit() else end_of_last if length else 0
        end_of_last = begin + int(length or 0)
        yield ReadSegment(
            uri=one.uri or "",
            address=resolved(address, one.uri or ""),
            seconds=Fraction(str(one.duration or 0)),
            length_bytes=int(length) if length.isdigit() else None,
            offset_bytes=begin,
            init=resolved(address, one.init_section.uri) if one.init_section else None,
            init_uri=one.init_section.uri if one.init_section else "",
            key_method=(one.key.method or "") if one.key else "",
        )
