"""Tracks: CMAF tracks (ISO/IEC 23000-19) as manifests need them described."""

from fractions import Fraction

from vod_assets.domain.documents import Document


class Segment(Document):
    """One media segment; ``path`` is relative to the track's directory.

    Attributes:
        duration: In the track's timescale.
        offset_bytes: Where it begins in a file that holds several; None for a file of its own.
    """

    path: str
    duration: int
    size_bytes: int
    offset_bytes: int | None = None


class IFrame(Document):
    """One I-frame for an I-frame playlist (RFC 8216, 4.3.3.6): a byte range of a segment."""

    path: str
    offset_bytes: int
    length_bytes: int
    duration: int  # in the track's timescale, until the next I-frame


class Track(Document):
    """The document of a track leaf.

    A WebVTT track has two sets of segments: WebVTT files for HLS (``segments``) and fragmented MP4 for DASH
    (``dash_init``, ``dash_segments``); every other track, IMSC1 too, has one set for both. An image track's segments
    are sprite sheets.

    Attributes:
        name: What manifests call it, unique in a package: ``h264_1080p``, ``aac_eng``, ``text_eng``.
        kind: ``video``, ``audio``, ``text`` or ``image``.
        codecs: RFC 6381 string, read from the init segment; empty for text in WebVTT files and for images.
        supplemental_codecs: ``SUPPLEMENTAL-CODECS``: what the same samples are to a player that knows more.
        score: ``SCORE``: how good it looks, by any measure that is the same for all video tracks of a package.
        source_asset: Key of the rendition or other asset it was packaged from.
        timescale: Ticks per second of every duration here.
        peak_bits_per_second: Highest bit rate of any segment (RFC 8216, ``BANDWIDTH``).
        average_bits_per_second: All segments' bits over their duration (``AVERAGE-BANDWIDTH``).
        columns: Image tracks: thumbnails in a row of one sheet; ``rows`` likewise.
        mezzanine: Digest of the mezzanine whose picture or sound it shows; empty for text that lay beside it.
        layout: ``cmaf``, ``ondemand`` (every segment is a range of one file) or ``ts`` (no init segment).
        init_range: First and last byte of the init segment in an ``ondemand`` file, whose path ``init`` is;
            ``index_range`` of its SIDX box. Segments and I-frames are then ranges of the same file.
        scheme: Protection scheme, ``none`` when it is clear.
        kid: Key id, 32 hex digits; ``track_class`` is the class of tracks that the key is for.
        iv: Constant IV of cbcs, or that of all segments of aes128, hex digits; empty where each sample has its own.
        clear_segments: How many segments at the beginning are not encrypted.
        text_format: Text tracks: ``webvtt`` or ``imsc1``.
    """

    name: str
    kind: str
    codecs: str = ""
    supplemental_codecs: str = ""
    score: Fraction | None = None
    source_asset: str
    timescale: int
    init: str = ""
    segments: tuple[Segment, ...]
    dash_codecs: str = ""
    dash_timescale: int = 0
    dash_init: str = ""
    dash_segments: tuple[Segment, ...] = ()
    iframes: tuple[IFrame, ...] = ()
    peak_bits_per_second: int = 0
    average_bits_per_second: int = 0
    width: int = 0
    height: int = 0
    frame_rate: Fraction | None = None
    video_range: str = "SDR"
    channels: int = 0
    sample_rate: int = 0
    language: str = "und"
    label: str = ""
    role: str = "main"
    is_default: bool = False
    is_forced: bool = False
    is_hearing_impaired: bool = False
    columns: int = 0
    rows: int = 0
    interval_seconds: int = 0
    mezzanine: str = ""
    layout: str = "cmaf"
    init_range: tuple[int, int] | None = None
    index_range: tuple[int, int] | None = None
    scheme: str = "none"
    kid: str = ""
    track_class: str = ""
    iv: str = ""
    clear_segments: int = 0
    text_format: str = ""

    @property
    def duration_seconds(self) -> Fraction:
        """Sum of all segments' durations, exact."""
        return Fraction(sum(segment.duration for segment in self.segments), self.timescale)


class PlacedTrack(Document):
    """A track and where it lies relative to the manifests: ``../../../tracks/<digest>``."""

    track: Track
    base: str
