"""Scores are summed up so that a bad scene shows, and whatever lies below a floor is named with both numbers."""

from fractions import Fraction

from vod_assets.domain.quality_presets import QualityPreset
from vod_assets.domain.quality_report import RenditionQuality, below_floor, summed, worst_frames


def quality(vmaf: list[int] | None, xpsnr: int = 40) -> RenditionQuality:
    scores = summed([Fraction(one) for one in vmaf]) if vmaf else None
    return RenditionQuality(key="h264_1080p", width=1920, height=1080, vmaf=scores, xpsnr=summed([Fraction(xpsnr)]))


def test_a_bad_hundredth_shows_in_the_percentile_and_a_single_bad_frame_in_the_lowest() -> None:
    once, twice = (summed([Fraction(one) for one in [96] * (200 - bad) + [10] * bad]) for bad in (1, 2))
    assert (once.mean, once.lowest, once.first_percentile) == (Fraction("95.57"), 10, 96)
    assert (twice.lowest, twice.first_percentile) == (10, 10)
    assert once.harmonic_mean < once.mean


def test_a_frame_without_any_likeness_can_be_summed_up() -> None:
    assert summed([Fraction(0), Fraction(100)]).harmonic_mean == Fraction("1.98")


def test_worst_frames_lie_a_second_apart() -> None:
    scores = [
        (number, Fraction(90 - (number == 30) * 50 - (number == 31) * 49 - (number == 80) * 5)) for number in range(100)
    ]
    assert [float(one.seconds) for one in worst_frames(scores, Fraction(25))] == [1.2, 3.2, 0.0]


def test_every_floor_that_a_rendition_lies_below_is_named() -> None:
    preset = QualityPreset(floor_vmaf=Fraction(90), floor_1st_percentile=Fraction(70), floor_xpsnr=Fraction(30))
    assert below_floor([quality([95, 96])], preset) == []
    assert below_floor([quality([95, 60], 20)], preset) == [
        "h264_1080p: mean VMAF is 77.50, and 90 is the least",
        "h264_1080p: the 1st percentile of VMAF is 60.00, and 70 is the least",
        "h264_1080p: mean XPSNR is 20.00, and 30 is the least",
    ]


def test_hdr_has_no_vmaf_to_lie_below_a_floor_of() -> None:
    assert below_floor([quality(None)], QualityPreset(floor_vmaf=Fraction(90))) == []
