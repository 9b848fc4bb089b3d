"""What a variant's manifests are composed of, and which media of a track each kind of manifest names."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from vod_assets.domain.audio_presets import DASH_ONLY
from vod_assets.domain.content_keys import ContentKeys, SystemSignalling
from vod_assets.domain.errors import StoreError
from vod_assets.domain.markers import Markers
from vod_assets.domain.track import PlacedTrack, Segment, Track
from vod_assets.domain.variants import RungOrder, TextFormat, Variant


@dataclass(frozen=True)
class Presentation:
    """One variant of a title: its tracks, and all that manifests say besides.

    Attributes:
        tracks: Video first, then audio, text and images, as the profile and the source order them.
        keys: What is known of the keys that the tracks are encrypted with.
        markers: Chapters and ad breaks.
        systems: DRM systems that are signalled, the preferred one first; none for aes128, which signals itself.
        hls_text: Formats of text that HLS offers, the preferred one first; ``dash_text`` likewise.
        order: Whether the highest or the lowest rung is named first.
        first_rung: The rung that is named before all others; empty: none.
    """

    tracks: Sequence[PlacedTrack]
    keys: ContentKeys | None = None
    markers: Markers = field(default_factory=Markers)
    systems: tuple[str, ...] = ()
    hls_text: tuple[TextFormat, ...] = ("webvtt",)
    dash_text: tuple[TextFormat, ...] = ("webvtt",)
    order: RungOrder = "highest_first"
    first_rung: str = ""

    @classmethod
    def of(
        cls, variant: Variant, tracks: Sequence[PlacedTrack], keys: ContentKeys | None, markers: Markers
    ) -> "Presentation":
        """Return the presentation that a profile's variant asks for."""
        return cls(
            tracks=tracks,
            keys=keys,
            markers=markers,
            systems=variant.systems,
            hls_text=variant.hls_text,
            dash_text=variant.dash_text,
            order=variant.order,
            first_rung=variant.first_rung,
        )

    def hls_tracks(self) -> list[PlacedTrack]:
        """Return the tracks that HLS offers, in the order that playlists name them: none of Opus."""
        return [one for one in self._ordered(self.hls_text) if codec_family(one.track).lower() not in DASH_ONLY]

    def dash_tracks(self) -> list[PlacedTrack]:
        """Return the tracks that DASH offers, in the order that an MPD names them: none of MPEG-TS."""
        return [placed for placed in self._ordered(self.dash_text) if placed.track.layout != "ts"]

    def signalling(self, track: Track) -> tuple[SystemSignalling, ...]:
        """Return how players find the key of a track, by the variant's systems; nothing for a clear track.

        Raises:
            StoreError: ``artifact_missing``: it is encrypted with a key that is not known any more.
        """
        if track.scheme == "none":
            return ()
        key = self.keys.named(track.kid) if self.keys else None
        if key is None:
            cause = f"{track.name} is encrypted with key {track.kid}, which content_keys does not name"
            raise StoreError("artifact_missing", cause, f"Materialise {track.kind}_tracks first")
        return key.signalled(self.systems)

    def _ordered(self, formats: Sequence[str]) -> list[PlacedTrack]:
        """Return the tracks with those of video in order; rungs of each codec and range are ordered by themselves."""
        video = [placed for placed in self.tracks if placed.track.kind == "video"]
        groups = list(dict.fromkeys(switching_group(placed.track) for placed in video))
        sign = -1 if self.order == "highest_first" else 1
        video.sort(
            key=lambda placed: (
                rung_of(placed.track) != self.first_rung,
                groups.index(switching_group(placed.track)),
                sign * placed.track.width * placed.track.height,
                sign * placed.track.average_bits_per_second,
            )
        )
        rest = [placed for placed in self.tracks if placed.track.kind != "video"]
        return video + [one for one in rest if one.track.kind != "text" or text_format(one.track) in formats]


@dataclass(frozen=True)
class Media:
    """One set of a track's segments; without an init segment, these are files that need none."""

    init: str
    segments: tuple[Segment, ...]
    timescale: int
    codecs: str


def hls_media(track: Track) -> Media:
    """Return the segments that HLS plays: WebVTT files of a WebVTT track, else what DASH plays, too."""
    return Media(track.init, track.segments, track.timescale, track.codecs) if track.segments else dash_media(track)


def dash_media(track: Track) -> Media:
    """Return the segments that DASH plays: fragmented MP4, or sheets of thumbnails."""
    if track.dash_segments:
        return Media(track.dash_init, track.dash_segments, track.dash_timescale, track.dash_codecs)
    return Media(track.init, track.segments, track.timescale, track.codecs)


def text_format(track: Track) -> str:
    """Return the format of a text track; one that does not say is WebVTT."""
    return track.text_format or "webvtt"


def codec_family(track: Track) -> str:
    """Return the sample entry of a track's codec: ``avc1`` of ``avc1.640028``."""
    return track.codecs.partition(".")[0]


def switching_group(track: Track) -> tuple[str, str]:
    """Return what tracks have alike that a player switches between: their codec and their range."""
    return codec_family(track), track.video_range


def rung_of(track: Track) -> str:
    """Return the rung that a video track is named after: ``1080p`` of ``h264_1080p``."""
    return track.name.partition("_")[2]
