"""Compose the multivariant playlist (RFC 8216, 4.3.4)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from vod_assets.domain.manifests.hls_attributes import Attributes, Bare, decimal, tag
from vod_assets.domain.manifests.hls_keys import session_key_lines
from vod_assets.domain.manifests.hls_markers import session_data
from vod_assets.domain.manifests.hls_media import VERSION, has_iframe_playlist
from vod_assets.domain.manifests.hls_renditions import Group, audio_groups, media_renditions, text_groups
from vod_assets.domain.manifests.names import iframe_playlist_name, playlist_name
from vod_assets.domain.manifests.presentation import Presentation, hls_media
from vod_assets.domain.manifests.scores import scores
from vod_assets.domain.track import Track

NO_GROUP = Group("", ())


def compose_multivariant(presentation: Presentation) -> str:
    """Return the multivariant playlist.

    There is a variant stream for each video track with each audio group (one a codec) and each group of text (one a
    format); of a title without video, one for each audio group.
    """
    tracks = [placed.track for placed in presentation.hls_tracks()]
    video, image = ([track for track in tracks if track.kind == kind] for kind in ("video", "image"))
    audio = audio_groups([track for track in tracks if track.kind == "audio"])
    text = text_groups([track for track in tracks if track.kind == "text"], presentation.hls_text)
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{VERSION}",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        *session_data(presentation.markers),
        *session_key_lines(presentation),
        *media_renditions(audio, text),
        *_variant_streams(video, audio, text),
        *(_iframe_stream(track) for track in video if has_iframe_playlist(track)),
        *(_image_stream(track) for track in image),
    ]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class _Stream:
    """One variant stream: what plays together."""

    main: Track
    audio: Group
    text: Group
    score: Fraction | None = None

    @property
    def together(self) -> list[Sequence[Track]]:
        """The tracks of each kind, of which one plays."""
        parts = [[self.main] if self.main.kind == "video" else (), self.audio.tracks, self.text.tracks]
        return [part for part in parts if part]

    @property
    def codecs(self) -> str:
        """RFC 6381 names of all that may play: IMSC1 has one, WebVTT in files of its own has none."""
        every = [hls_media(track).codecs for part in self.together for track in part]
        return ",".join(dict.fromkeys(codec for codec in every if codec))

    def tag(self) -> str:
        """Return its ``EXT-X-STREAM-INF``."""
        is_video = self.main.kind == "video"
        score = decimal(self.score, 2).rstrip("0").rstrip(".") if self.score is not None else None
        attributes: Attributes = [
            # The largest of each kind that can play together (RFC 8216, 4.3.4.2).
            ("BANDWIDTH", sum(max(one.peak_bits_per_second for one in part) for part in self.together)),
            ("AVERAGE-BANDWIDTH", sum(max(one.average_bits_per_second for one in part) for part in self.together)),
            ("SCORE", Bare(score) if score else None),
            ("CODECS", self.codecs),
            ("SUPPLEMENTAL-CODECS", self.main.supplemental_codecs or None),
            *(_picture(self.main) if is_video else []),
            ("AUDIO", self.audio.id or None),
            ("SUBTITLES", self.text.id or None),
            ("CLOSED-CAPTIONS", Bare("NONE") if is_video else None),
        ]
        return tag("EXT-X-STREAM-INF", attributes)


def _variant_streams(video: Sequence[Track], audio: Sequence[Group], text: Sequence[Group]) -> Iterator[str]:
    scored = scores(video)
    texts = text or [NO_GROUP]
    streams = [
        _Stream(track, group, captions, scored.get(track.name))
        for track in video
        for group in audio or [NO_GROUP]
        for captions in texts
    ]
    for stream in streams or [_Stream(group.tracks[0], group, captions) for group in audio for captions in texts]:
        yield stream.tag()
        yield playlist_name(stream.main)


def _picture(track: Track) -> Attributes:
    return [
        ("RESOLUTION", Bare(f"{track.width}x{track.height}")),
        ("FRAME-RATE", Bare(decimal(track.frame_rate, 3)) if track.frame_rate else None),
        ("VIDEO-RANGE", Bare(track.video_range)),
    ]


def _iframe_stream(track: Track) -> str:
    bits = [Fraction(8 * iframe.length_bytes * track.timescale, iframe.duration) for iframe in track.iframes]
    total = sum(iframe.length_bytes for iframe in track.iframes)
    ticks = sum(iframe.duration for iframe in track.iframes)
    return tag(
        "EXT-X-I-FRAME-STREAM-INF",
        [
            ("BANDWIDTH", -int(-max(bits) // 1)),
            ("AVERAGE-BANDWIDTH", -(-8 * total * track.timescale // ticks)),
            ("CODECS", track.codecs),
            ("SUPPLEMENTAL-CODECS", track.supplemental_codecs or None),
            ("RESOLUTION", Bare(f"{track.width}x{track.height}")),
            ("VIDEO-RANGE", Bare(track.video_range)),
            ("URI", iframe_playlist_name(track)),
        ],
    )


def _image_stream(track: Track) -> str:
    return tag(
        "EXT-X-IMAGE-STREAM-INF",
        [
            ("BANDWIDTH", track.peak_bits_per_second),
            ("RESOLUTION", Bare(f"{track.width}x{track.height}")),
            ("CODECS", "jpeg"),
            ("URI", playlist_name(track)),
        ],
    )
