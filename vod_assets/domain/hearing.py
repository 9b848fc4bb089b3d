"""What the measured levels of sounds mean to who controls quality."""

from collections.abc import Mapping
from fractions import Fraction

from vod_assets.domain.audio_levels import AudioLevels, Loudness, SoundLevels
from vod_assets.domain.audio_loudness import LoudnessTarget, gain_for
from vod_assets.domain.intervals import Interval
from vod_assets.domain.quality_control import Heard

OFTEN_EMPTY = ("LFE", "LFE2")  # effects come when there are some


def heard_in(levels: Mapping[str, AudioLevels], target: LoudnessTarget | None) -> tuple[Heard, ...]:
    """Return what was heard in each sound that could be measured.

    Args:
        levels: By the name of their file's leaf, which a sound without a name of its own takes.
        target: How loud they are delivered; None: as they are.
    """
    return tuple(_heard(sound, sound.name or name, target) for name, one in levels.items() for sound in one.sounds)


def _heard(sound: SoundLevels, name: str, target: LoudnessTarget | None) -> Heard:
    numbered = list(enumerate(sound.channels, start=1))
    delivered = [one for one in (_delivered(loudness, target, name) for loudness in sound.loudness) if one is not None]
    wanted = target.target_lufs if target else None
    return Heard(
        name=name,
        is_silent=sound.is_silent,
        silences=tuple(
            Interval(start_seconds=gap.start_seconds, end_seconds=gap.end_seconds) for gap in sound.silences
        ),
        silent_channels=tuple(
            number for number, channel in numbered if channel.is_silent and channel.position not in OFTEN_EMPTY
        ),
        clipped_samples={number: channel.peak_count for number, channel in numbered if channel.is_clipped},
        lufs=max(delivered, key=lambda level: abs(level - (wanted or 0)), default=None),
        target_lufs=wanted,
        tolerance_lu=target.tolerance if target else Fraction(0),
    )


def _delivered(loudness: Loudness, target: LoudnessTarget | None, name: str) -> Fraction | None:
    """Return how loud a sound comes out in one layout, behind the gain that it gets."""
    if loudness.integrated_lufs is None:
        return None
    return loudness.integrated_lufs + (gain_for(loudness, target, name).applied_db if target else 0)
