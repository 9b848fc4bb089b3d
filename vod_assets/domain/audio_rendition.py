"""Audio renditions: how one track is filtered and encoded, decided without running anything."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from vod_assets.domain.audio_channels import STEREO, SURROUND, Layout, layout_for, mix_filters, routing_filters
from vod_assets.domain.audio_presets import AUDIO_CODECS, AudioCodec, AudioPreset, Downmix
from vod_assets.domain.audio_presets import SURROUND as SURROUND_CODECS
from vod_assets.domain.audio_sources import SourceSound
from vod_assets.domain.dolby_words import dolby_words
from vod_assets.domain.filters import DETERMINISTIC_MP4, Filter, seconds_text
from vod_assets.domain.media_info import VideoStream
from vod_assets.domain.steady_times import steady_times

ENCODERS: Mapping[AudioCodec, str] = {
    "aac": "aac",
    "he_aac": "libfdk_aac",
    "ac3": "ac3",
    "eac3": "eac3",
    "opus": "libopus",
}
LAYOUT_NAMES: Mapping[tuple[AudioCodec, Layout], str] = {  # what the encoders call 5.1, which is one for them
    ("ac3", "5.1"): "5.1(side)",
    ("eac3", "5.1"): "5.1(side)",
}
CHANNEL_COUNTS: Mapping[Layout, int] = {"mono": 1, "stereo": STEREO, "5.1": SURROUND}


@dataclass(frozen=True)
class SoundPlan:
    """How one sound becomes one track.

    Attributes:
        layout: The layout that it is delivered in.
        gain_db: The one gain that it gets; None: its loudness was not measured, or is left as it is.
        delivered_lufs: How loud it is with that; None: nobody knows.
    """

    sound: SourceSound
    preset: AudioPreset
    layout: Layout
    downmix: Downmix = field(default_factory=Downmix)
    gain_db: Fraction | None = None
    delivered_lufs: Fraction | None = None

    @property
    def channels(self) -> int:
        """How many channels the track has."""
        return CHANNEL_COUNTS[self.layout]


def layout_of(sound: SourceSound, preset: AudioPreset) -> Layout:
    """Return the layout that a sound is delivered in by a preset."""
    return layout_for(sound.positions, is_stereo=preset.channels == "stereo")


def unwanted(sound: SourceSound, preset: AudioPreset) -> str:
    """Return why a preset makes no track of a sound; empty: it does."""
    if preset.codec in SURROUND_CODECS and preset.channels == "source" and sound.channels <= STEREO:
        what = "mono" if sound.channels == 1 else "stereo"
        return f"{AUDIO_CODECS[preset.codec]} is made of more than stereo, and this is {what}"
    return ""


def clock_filters(video: VideoStream, sample_rate: int) -> tuple[Filter, ...]:
    """Return the filters that put one stream on the clock of the picture, at one rate.

    ``async=1`` fills holes with silence and drops overlaps without stretching, as soon as they add up to 10 ms (by
    default a tenth of a second of drift is let pass); ``first_pts=0`` pads or cuts the start.
    """
    return (
        steady_times(seconds_text(video.start_seconds)),
        Filter(
            name="aresample",
            arguments={"sample_rate": str(sample_rate), "async": "1", "min_hard_comp": "0.01", "first_pts": "0"},
        ),
    )


def length_filters(video: VideoStream) -> tuple[Filter, ...]:
    """Return the filters that make sound exactly as long as the picture."""
    length = seconds_text(video.duration_seconds)
    return (
        Filter(name="apad", arguments={"whole_dur": length}),
        Filter(name="atrim", arguments={"end": length}),
    )


def level_filters(plan: SoundPlan) -> tuple[Filter, ...]:
    """Return the filters that make the plan's layout of a sound, at its loudness."""
    sound, is_measured = plan.sound, plan.gain_db is not None
    mixed = mix_filters(sound.positions, plan.layout, plan.downmix, is_measured=is_measured)
    if not mixed and not sound.is_known:  # the encoder has to be told, too
        mixed = routing_filters(sound.positions, plan.layout)
    if not plan.gain_db:
        return tuple(mixed)
    gain = Filter(name="volume", arguments={"volume": f"{float(plan.gain_db):.2f}dB", "precision": "float"})
    return (*mixed, gain)


def audio_arguments(plan: SoundPlan) -> dict[str, str]:
    """Return the audio encoder's output options."""
    preset = plan.preset
    arguments = {"c:a": ENCODERS[preset.codec], "b:a": str(bits_for(plan)), "threads:a": "1"}
    if preset.codec == "he_aac":
        arguments["profile:a"] = "aac_he"
    if preset.codec == "opus":
        arguments |= {"mapping_family": "1" if plan.layout == "5.1" else "0", "vbr": "constrained"}
    if preset.codec in SURROUND_CODECS:
        arguments |= dolby_words(preset.codec, plan.layout, plan.downmix, plan.delivered_lufs)
    if plan.layout == "5.1":
        arguments["channel_layout:a"] = LAYOUT_NAMES.get((preset.codec, plan.layout), plan.layout)
    return arguments | DETERMINISTIC_MP4


def bits_for(plan: SoundPlan) -> int:
    """Return a track's bit rate: less than the preset's where its sound has fewer channels than that allows for."""
    preset = plan.preset
    if preset.channels == "stereo" or plan.layout == "5.1":
        return preset.bits_per_second
    usual = AudioPreset(codec=preset.codec, channels="stereo").bits_per_second
    return min(preset.bits_per_second, usual)


def audio_parameters(plan: SoundPlan, video: VideoStream) -> dict[str, object]:
    """Return the recipe parameters of one audio track."""
    filters = (*clock_filters(video, plan.preset.sample_rate), *level_filters(plan), *length_filters(video))
    return {
        "stream": plan.sound.stream.index,
        **({"streams": [one.index for one in plan.sound.streams]} if len(plan.sound.streams) > 1 else {}),
        "filters": [filter_.model_dump() for filter_ in filters],
        "options": audio_arguments(plan),
    }
