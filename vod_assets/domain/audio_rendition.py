"""Audio renditions: how one track is filtered and encoded, decided without running anything."""

from vod_assets.domain.audio_presets import AudioPreset
from vod_assets.domain.filters import DETERMINISTIC_MP4, Filter, seconds_text
from vod_assets.domain.media_info import AudioStream, VideoStream

STEREO = 2


def audio_filters(stream: AudioStream, video: VideoStream, preset: AudioPreset) -> tuple[Filter, ...]:
    """Return the filters of one audio track: from the video's first frame to its last, at one rate.

    ``async=1`` fills holes with silence and drops overlaps without stretching, as soon as they add up to 10 ms (by
    default a tenth of a second of drift is let pass); ``first_pts=0`` pads or cuts the start.
    """
    filters = [
        Filter(name="asetpts", arguments={"expr": f"PTS-({seconds_text(video.start_seconds)})/TB"}),
        Filter(
            name="aresample",
            arguments={
                "sample_rate": str(preset.sample_rate),
                "async": "1",
                "min_hard_comp": "0.01",
                "first_pts": "0",
            },
        ),
    ]
    if stream.channels > STEREO:
        filters.append(Filter(name="aformat", arguments={"channel_layouts": "stereo"}))
    length = seconds_text(video.duration_seconds)
    return (
        *filters,
        Filter(name="apad", arguments={"whole_dur": length}),
        Filter(name="atrim", arguments={"end": length}),
    )


def audio_arguments(preset: AudioPreset) -> dict[str, str]:
    """Return the audio encoder's output options."""
    return {"c:a": preset.codec, "b:a": str(preset.bits_per_second), "threads:a": "1"} | DETERMINISTIC_MP4


def audio_parameters(stream: AudioStream, video: VideoStream, preset: AudioPreset) -> dict[str, object]:
    """Return the recipe parameters of one audio track."""
    return {
        "stream": stream.index,
        "filters": [filter_.model_dump() for filter_ in audio_filters(stream, video, preset)],
        "options": audio_arguments(preset),
    }
