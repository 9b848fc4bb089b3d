"""What the channels of sources are taken for, and what presets make of them."""

from fractions import Fraction

import pytest

from vod_assets.domain.audio_channels import mix_filters
from vod_assets.domain.audio_presets import AudioPreset, Downmix
from vod_assets.domain.audio_rendition import layout_of, unwanted
from vod_assets.domain.audio_sources import source_sounds, stream_sound
from vod_assets.domain.dolby_words import dolby_words
from vod_assets.domain.media_info import AudioStream, MediaInfo
from vod_assets_tests.adapters.transcode.clips import described

FRONT = ("FL", "FR")
SURROUND = (*FRONT, "FC", "LFE", "SL", "SR")


def info(*streams: tuple[int, str, str]) -> MediaInfo:
    """Return what a file holds: of each stream its channels, its layout and its language."""
    audio = tuple(
        AudioStream(
            index=index,
            codec="pcm_s24le",
            channels=channels,
            layout=layout,
            language=language,
            sample_rate=48_000,
            duration_seconds=Fraction(4),
        )
        for index, (channels, layout, language) in enumerate(streams, start=1)
    )
    return described(64, 64, 4, 1).model_copy(update={"audio": audio})


@pytest.mark.parametrize(
    ("streams", "positions"),
    [
        ([(1, "mono", "und")], [("FC",)]),
        ([(1, "mono", "und")] * 2, [FRONT]),
        ([(1, "mono", "und")] * 4, [FRONT, FRONT]),
        ([(1, "mono", "und")] * 6, [SURROUND]),
        ([(1, "mono", "und")] * 8, [SURROUND, FRONT]),
        ([(1, "mono", "und")] * 3, [FRONT, ("FC",)]),
        ([(1, "mono", "en"), (1, "mono", "fr")], [("FC",), ("FC",)]),
        ([(1, "1 channels (FR)", "und"), (1, "1 channels (FL)", "und")], [("FR", "FL")]),
        ([(8, "", "und")], [(*SURROUND, "", ""), ("",) * 6 + FRONT]),
        ([(6, "", "und")], [SURROUND]),
        ([(2, "stereo", "en"), (6, "5.1(side)", "en")], [FRONT, SURROUND]),
        ([(8, "7.1", "und")], [(*FRONT, "FC", "LFE", "BL", "BR", "SL", "SR")]),
    ],
)
def test_channels_are_what_they_say_or_what_broadcasters_mean(
    streams: list[tuple[int, str, str]], positions: list[tuple[str, ...]]
) -> None:
    """What is only taken for granted is said."""
    found = source_sounds(info(*streams))
    assert [sound.positions for sound in found] == positions
    is_cut = len(streams) > 1 and len({*streams}) == 1
    is_silent_of_it = len(streams) == 1 and streams[0][1] == ""
    assert all(bool(sound.findings) == (is_cut or is_silent_of_it) for sound in found)


def test_a_layout_that_is_named_is_never_cut_and_what_is_in_no_mix_is_said() -> None:
    (atmos,), (sphere,) = (source_sounds(info(one)) for one in ((12, "7.1.4", "en"), (4, "ambisonic 1", "en")))
    assert atmos.positions[-4:] == ("TFL", "TFR", "TBL", "TBR")
    assert sphere.positions == ("FC", "", "", "")
    assert [one.findings[0].code for one in (atmos, sphere)] == ["channels_left_out"] * 2
    (_, mix) = mix_filters(atmos.positions, "5.1", Downmix(), is_measured=True)
    assert "c8" not in mix.arguments["args"]


def test_eight_channels_beside_a_source_are_taken_for_those_of_broadcasters() -> None:
    """The two behind 5.1 are another mix, not its surrounds."""
    sound = stream_sound(info((8, "", "und")).audio[0])
    assert sound.positions == (*SURROUND, "", "")
    assert sound.findings


def test_mono_streams_that_end_a_hair_apart_are_one_sound() -> None:
    left, right = info((1, "mono", "und"), (1, "mono", "und")).audio
    ends = [left.model_copy(update={"duration_seconds": Fraction(100499, 10000)})]
    ends.append(right.model_copy(update={"duration_seconds": Fraction(100501, 10000)}))
    assert len(source_sounds(info().model_copy(update={"audio": tuple(ends)}))) == 1


def test_dolby_is_told_how_loud_speech_is_and_how_it_is_mixed() -> None:
    down = Downmix(surround_db=Fraction(-6))
    assert dolby_words("ac3", "5.1", down, Fraction("-23.4")) == {
        "dialnorm": "-23",
        "center_mixlev": "0.707106781",
        "surround_mixlev": "0.500000000",
    }
    assert dolby_words("eac3", "stereo", down, None) == {"dialnorm": "-31"}


def test_surround_codecs_are_for_more_than_stereo() -> None:
    stereo, surround = source_sounds(info((2, "stereo", "en"), (6, "5.1", "fr")))
    dolby = AudioPreset(codec="eac3")
    assert unwanted(stereo, dolby) == "E-AC-3 is made of more than stereo, and this is stereo"
    assert not unwanted(surround, dolby)
    assert not unwanted(stereo, AudioPreset(codec="eac3", channels="stereo"))
    assert layout_of(surround, AudioPreset()) == "stereo"


def test_a_mix_that_was_not_measured_cannot_clip_and_others_may_be_named() -> None:
    (_, mix) = mix_filters(SURROUND, "stereo", Downmix(), is_measured=False)
    assert mix.arguments["args"] == (
        "stereo|c0=0.414214*c0+0.292893*c2+0.292893*c4|c1=0.414214*c1+0.292893*c2+0.292893*c5"
    )
    own = Downmix(centre_db=Fraction(-6), surround_db=Fraction(0), lfe_db=Fraction(-20))
    (_, mix) = mix_filters(SURROUND, "stereo", own, is_measured=True)
    assert mix.arguments["args"].startswith("stereo|c0=1.000000*c0+0.501187*c2+0.100000*c3+1.000000*c4|")
    assert mix_filters((*FRONT, "FC", "LFE", "BL", "BR"), "5.1", Downmix(), is_measured=False) == []
