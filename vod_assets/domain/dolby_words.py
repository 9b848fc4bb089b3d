"""What AC-3 and E-AC-3 tell a decoder of a sound: how loud speech is, and how it is mixed to stereo (ATSC A/52)."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from vod_assets.domain.audio_channels import Layout
from vod_assets.domain.audio_presets import AudioCodec, Downmix

QUIETEST, LOUDEST = -31, -1  # 5.4.2.8: dialnorm, in decibels below full scale
_OFF = Fraction(-99)  # nothing of the channel
_STEPS = tuple(Fraction(half, 2) for half in (0, -3, -6, -9, -12))  # 1.5 dB each
_MIX_LEVELS: Mapping[str, tuple[tuple[str, Sequence[Fraction]], tuple[str, Sequence[Fraction]]]] = {
    # 5.4.2.4, 5.4.2.5; and E.1.3.1.2 on, which have finer steps: of the centre, and of the surrounds
    "ac3": (("center_mixlev", _STEPS[2:]), ("surround_mixlev", (_STEPS[2], _STEPS[4], _OFF))),
    "eac3": (("loro_cmixlev", (*_STEPS, _OFF)), ("loro_surmixlev", (*_STEPS[1:], _OFF))),
}


def dolby_words(codec: AudioCodec, layout: Layout, downmix: Downmix, delivered_lufs: Fraction | None) -> dict[str, str]:
    """Return the encoder's options; a sound of which no loudness is known is not turned down by decoders."""
    dialnorm = QUIETEST if delivered_lufs is None else max(QUIETEST, min(LOUDEST, round(delivered_lufs)))
    words = {"dialnorm": str(dialnorm)}
    if layout == "5.1":
        wanted = (downmix.centre_db, downmix.surround_db)
        for (name, offered), level in zip(_MIX_LEVELS[codec], wanted, strict=True):
            words[name] = _factor(_nearest(offered, level))
    return words


def _nearest(offered: Sequence[Fraction], level: Fraction) -> Fraction:
    return min(offered, key=lambda one: abs(one - level))


def _factor(level: Fraction) -> str:
    """Return what FFmpeg knows a level by: six decibels are a half there, and it takes no other digits."""
    return "0" if level == _OFF else f"{2 ** float(level / 6):.9f}"
