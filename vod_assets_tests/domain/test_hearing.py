"""Measured levels become what a person would complain of, as the sound is delivered."""

from fractions import Fraction

import pytest

from vod_assets.domain.audio_levels import AudioLevels, ChannelLevels, Loudness, Silence, SoundLevels
from vod_assets.domain.audio_loudness import LoudnessTarget
from vod_assets.domain.hearing import heard_in

LOUD = ChannelLevels(stream=1, channel=1, position="FL", peak_dbfs=Fraction(-3), rms_dbfs=Fraction(-20))
DEAD = ChannelLevels(stream=1, channel=2, position="FR")


def levels(*channels: ChannelLevels, lufs: int | None = -30, peak: int = -20) -> dict[str, AudioLevels]:
    loudness = Loudness(
        layout="stereo",
        integrated_lufs=None if lufs is None else Fraction(lufs),
        true_peak_dbtp=None if lufs is None else Fraction(peak),
    )
    gap = Silence(start_seconds=Fraction(2), end_seconds=Fraction(9))
    sound = SoundLevels(name="en", loudness=(loudness,), channels=channels, silences=(gap,))
    return {"source": AudioLevels(sounds=(sound,))}


def test_a_dead_channel_is_named_and_an_empty_effects_channel_is_not() -> None:
    effects = DEAD.model_copy(update={"position": "LFE", "channel": 3})
    (heard,) = heard_in(levels(LOUD, DEAD, effects), None)
    assert (heard.name, heard.silent_channels, heard.is_silent) == ("en", (2,), False)
    assert heard.silences[0].seconds == 7


def test_a_sound_of_dead_channels_is_silent() -> None:
    (heard,) = heard_in(levels(DEAD, DEAD, lufs=None), LoudnessTarget())
    assert (heard.is_silent, heard.lufs) == (True, None)


def test_clipped_channels_count_their_samples() -> None:
    clipped = LOUD.model_copy(update={"peak_dbfs": Fraction(0), "flat_factor": Fraction(3), "peak_count": 700})
    (heard,) = heard_in(levels(LOUD, clipped), None)
    assert heard.clipped_samples == {2: 700}


@pytest.mark.parametrize(("peak", "lufs"), [(-20, Fraction(-23)), (-3, Fraction(-57, 2))])
def test_loudness_is_that_behind_the_gain(peak: int, lufs: Fraction) -> None:
    """Where peaks leave no room, the target is missed by what is left."""
    (heard,) = heard_in(levels(LOUD, peak=peak), LoudnessTarget())
    assert (heard.lufs, heard.target_lufs) == (lufs, Fraction(-23))
