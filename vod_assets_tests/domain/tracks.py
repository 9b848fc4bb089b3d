"""Tracks as packaging describes them, small enough to read in a golden playlist."""

from collections.abc import Sequence
from fractions import Fraction

from vod_assets.domain.image_track import describe
from vod_assets.domain.thumbnails import ThumbnailPreset
from vod_assets.domain.track import IFrame, PlacedTrack, Segment, Track

SECONDS = Fraction(1001, 100)


def segments(durations: Sequence[int], size_bytes: int, suffix: str = "m4s") -> tuple[Segment, ...]:
    return tuple(
        Segment(path=f"{number:05d}.{suffix}", duration=duration, size_bytes=size_bytes + number)
        for number, duration in enumerate(durations, 1)
    )


def video(name: str = "h264_1080p", codecs: str = "avc1.640028", **changes: object) -> Track:
    durations = (96096, 96096, 48048)
    fields: dict[str, object] = {
        "name": name,
        "kind": "video",
        "codecs": codecs,
        "source_asset": name,
        "timescale": 24000,
        "init": "init.mp4",
        "segments": segments(durations, 2_000_000),
        "iframes": tuple(
            IFrame(path=f"{number:05d}.m4s", offset_bytes=84, length_bytes=90_000 + number, duration=duration)
            for number, duration in enumerate(durations, 1)
        ),
        "peak_bits_per_second": 4_100_000,
        "average_bits_per_second": 4_000_000,
        "width": 1920,
        "height": 1080,
        "frame_rate": Fraction(24000, 1001),
    }
    return Track.model_validate(fields | changes)


def audio(name: str = "aac_eng", language: str = "en", **changes: object) -> Track:
    fields: dict[str, object] = {
        "name": name,
        "kind": "audio",
        "codecs": "mp4a.40.2",
        "source_asset": "audio_aac",
        "timescale": 48000,
        "init": "init.mp4",
        "segments": segments((192512, 192512, 95456), 64_000),
        "peak_bits_per_second": 130_000,
        "average_bits_per_second": 128_000,
        "channels": 2,
        "sample_rate": 48000,
        "language": language,
    }
    return Track.model_validate(fields | changes)


def text(name: str = "text_eng", language: str = "en", **changes: object) -> Track:
    durations = (4004, 4004, 2002)
    fields: dict[str, object] = {
        "name": name,
        "kind": "text",
        "source_asset": "captions",
        "timescale": 1000,
        "segments": segments(durations, 100, "vtt"),
        "dash_codecs": "wvtt",
        "dash_timescale": 1000,
        "dash_init": "init.mp4",
        "dash_segments": segments(durations, 250),
        "peak_bits_per_second": 400,
        "average_bits_per_second": 300,
        "language": language,
    }
    return Track.model_validate(fields | changes)


def thumbnails() -> Track:
    preset = ThumbnailPreset(interval_seconds=2, width=160, columns=2, rows=2)
    return describe([("sheet_001.jpg", 9000), ("sheet_002.jpg", 4000)], preset, SECONDS, (160, 90))


def placed(*tracks: Track) -> list[PlacedTrack]:
    return [PlacedTrack(track=track, base=f"../../../tracks/{track.name}-digest") for track in tracks]


def whole_title() -> list[PlacedTrack]:
    """Two rungs of H.264 and one of HEVC, stereo, description and a surround dub, three kinds of text, thumbnails."""
    return placed(
        video(),
        video("h264_720p", "avc1.64001f", width=1280, height=720, peak_bits_per_second=2_000_000),
        video("hevc_1080p", "hvc1.1.6.L120.90", video_range="PQ", iframes=()),
        audio(label="English", is_default=True),
        audio("aac_eng_2", label="English", role="description"),
        audio("eac3_fra", "fr", codecs="ec-3", channels=6, label='Fran\u00e7ais "VF"\n5.1'),
        text(label="English (SDH)", is_hearing_impaired=True),
        text("text_fra", "fr", label="Fran\u00e7ais", is_default=True),
        text("text_fra_forced", "fr", is_forced=True),
        thumbnails(),
    )
