"""Verdicts name what is wrong, with the times to look at, and let pass what the profile lets pass."""

from fractions import Fraction
from typing import Any

import pytest

from vod_assets.domain.control_limits import BlackLimit, ControlLimits, MissingLimit
from vod_assets.domain.control_verdicts import control
from vod_assets.domain.intervals import Interval
from vod_assets.domain.media_info import AudioStream, Finding, MediaInfo
from vod_assets.domain.quality_control import CHECKS, MOST_SPOTS, Heard, Pictures, QualityControl
from vod_assets_tests.adapters.transcode.clips import described

LIMITS = ControlLimits()
SEEN = Pictures(rendition="h264_240p", frames=1500)


def span(start: int, end: int) -> Interval:
    return Interval(start_seconds=Fraction(start), end_seconds=Fraction(end))


def source(**said: Any) -> MediaInfo:
    sound = AudioStream(index=1, codec="aac", channels=2, sample_rate=48000, duration_seconds=Fraction(60))
    return described(1280, 720, 60, 2).model_copy(update={"audio": (sound,), **said})


def failed(controlled: QualityControl) -> dict[str, str]:
    return {one.check: str(one.spots[0]) for one in controlled.verdicts if not one.passed}


def test_a_sound_title_passes_every_check_that_there_is() -> None:
    controlled = control(source(), SEEN, [Heard(name="en", lufs=Fraction(-23))], LIMITS)
    assert [one.check for one in controlled.verdicts] == list(CHECKS)
    assert failed(controlled) == {}


def test_black_and_stills_are_told_apart() -> None:
    """What is black stands still as well; a person wants to hear of it once."""
    seen = SEEN.model_copy(update={"black": (span(0, 6), span(50, 52)), "still": (span(0, 6), span(20, 33))})
    found = failed(control(source(), seen, None, LIMITS))
    assert found == {"black": "0:00.000 to 0:06.000: black for 6 s", "freeze": "0:20.000 to 0:33.000: freeze for 13 s"}
    assert not failed(
        control(source(), seen, None, LIMITS.model_copy(update={"black": BlackLimit(longest_seconds=7)}))
    )["freeze"].startswith("0:00")


@pytest.mark.parametrize(
    ("heard", "check", "said"),
    [
        (Heard(name="en", silences=(span(10, 25),), lufs=Fraction(-20)), "silence", "en is silent for 15 s"),
        (Heard(name="en", is_silent=True, silences=(span(0, 60),)), "missing_audio", "en is silent from beginning to"),
        (Heard(name="en", silent_channels=(2,)), "missing_audio", "en has nothing in its channel 2"),
        (Heard(name="en", clipped_samples={1: 9000}), "clipping", "9000 samples of en, channel 1 are clipped"),
        (Heard(name="en", lufs=Fraction(-12), target_lufs=Fraction(-23), tolerance_lu=Fraction(1)), "loudness",
         "en has -12.0 LUFS instead of -23.0"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_sound_is_said_once(heard: Heard, check: str, said: str) -> None:
    found = failed(control(source(), SEEN, [heard], LIMITS))
    assert list(found) == [check]
    assert said in found[check]


def test_absent_sound_is_missed_unless_the_profile_allows_it() -> None:
    assert "there is no sound" in failed(control(source(audio=()), SEEN, None, LIMITS))["missing_audio"]
    allowed = LIMITS.model_copy(update={"missing_audio": MissingLimit(is_required=False)})
    assert failed(control(source(audio=()), SEEN, None, allowed)) == {}


def test_sound_that_nobody_measured_is_said_to_be_skipped() -> None:
    controlled = control(source(), SEEN, None, LIMITS)
    skipped = {one.check for one in controlled.verdicts if one.skipped}
    assert skipped == {"silence", "clipping", "loudness", "missing_audio"}


def test_sound_that_ends_before_the_picture_is_named_with_its_stream() -> None:
    short = source().audio[0].model_copy(update={"duration_seconds": Fraction(57)})
    assert (
        "stream 1 ends 3 s before the picture" in failed(control(source(audio=(short,)), SEEN, None, LIMITS))["length"]
    )


def test_a_file_that_declares_another_field_order_than_it_has_is_named() -> None:
    finding = Finding(code="field_order_measured", kind="normalised", cause="progressive is declared, tt was measured")
    info = source(findings=(finding,))
    assert failed(control(info, SEEN, None, LIMITS)) == {}  # nothing was declared
    info = info.model_copy(update={"video": info.video.model_copy(update={"declared_field_order": "progressive"})})
    assert "progressive is declared, tt was measured" in failed(control(info, SEEN, None, LIMITS))["declared"]
    colour = Finding(code="range_contradicted", kind="warning", cause="luma goes down to 0")
    assert "luma goes down to 0" in failed(control(source(findings=(colour,)), SEEN, None, LIMITS))["declared"]


def test_many_spots_are_counted_and_a_few_kept() -> None:
    seen = SEEN.model_copy(update={"black": tuple(span(10 * at, 10 * at + 6) for at in range(80))})
    black = control(source(), seen, None, LIMITS).verdict("black")
    assert (len(black.spots), black.more) == (MOST_SPOTS, 80 - MOST_SPOTS)
