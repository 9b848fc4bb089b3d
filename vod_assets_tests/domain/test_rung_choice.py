"""The rungs of a title hit the target, step down along the hull, keep to their caps, and go where they add nothing."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from vod_assets.domain.ladder import Ladder, fit
from vod_assets.domain.probed_whole import estimates
from vod_assets.domain.probing import Probe, ProbedWindow, Window
from vod_assets.domain.profile import Profile
from vod_assets.domain.quality_presets import PerTitlePreset
from vod_assets.domain.rate_quality import Measured
from vod_assets.domain.rung_choice import FACTORS, ChosenRung, applied, choose, further_factors
from vod_assets.domain.video_presets import RungPreset, VideoPreset
from vod_assets_tests.domain.test_ladder import BOXES, video

PRESET = VideoPreset(
    rungs=tuple(
        RungPreset(name=name, box=box, crf=24, maxrate=maxrate, bufsize=2 * maxrate)
        for (name, box), maxrate in zip(
            BOXES.items(), (16_000_000, 5_000_000, 2_800_000, 1_400_000, 400_000), strict=True
        )
    )
)
LADDER = fit(Profile(name="test", video=(PRESET,)), video(1920, 1080))
RATE_AT_24 = {1080: 3_000_000, 720: 1_700_000, 480: 900_000, 240: 280_000}
MOST = {1080: 100, 720: 96, 480: 88, 240: 60}
SHAPE: dict[str, Any] = {"codec": "h264", "metric": "vmaf", "viewed": (1920, 1080), "frame_rate": Fraction(25)}
Picture = Callable[[int, int], tuple[float, float]]


def natural(height: int, crf: int) -> tuple[float, float]:
    """Return score and rate as of ordinary footage: bits halve every six factors, and small pictures saturate."""
    return MOST[height] - 5 * 1.16 ** (crf - 24), RATE_AT_24[height] * 2 ** ((24 - crf) / 6)


def black(height: int, crf: int) -> tuple[float, float]:
    return 100.0, 4_000 + height


def probes(picture: Picture, crfs: tuple[int, ...] = (20, 24, 28), windows: int = 2) -> list[Probe]:
    return [
        Probe(
            **SHAPE | {"width": rung.width, "height": rung.height, "crf": Fraction(crf)},
            windows=tuple(
                ProbedWindow(
                    window=Window(start_seconds=Fraction(2 * number), frames=50),
                    frames=50,
                    size_bytes=round(picture(rung.height, crf)[1] / 4),
                    score=Fraction(round(picture(rung.height, crf)[0] * 1000), 1000),
                )
                for number in range(windows)
            ),
        )
        for rung in LADDER.made
        for crf in crfs
    ]


def chosen(picture: Picture, **said: object) -> dict[str, ChosenRung]:
    found = choose(LADDER, (PRESET,), probes(picture), PerTitlePreset.model_validate(said))
    return {one.rung.name: one for one in found}


def scores(found: dict[str, ChosenRung]) -> list[float]:
    return [one.predicted.score for one in found.values() if one.predicted]


def test_the_largest_rung_just_reaches_the_target_and_each_next_one_is_a_step_below() -> None:
    found = chosen(natural)
    top, *lower = scores(found)
    assert 95 <= top < 95.3
    assert lower[0] == pytest.approx(89, abs=1.0)
    assert sorted(scores(found), reverse=True) == scores(found)


def test_what_is_chosen_is_in_the_ladder_with_a_cap_that_follows_it() -> None:
    found = chosen(natural)
    top = applied(LADDER, found.values()).made[0]
    assert top.crf == Fraction(24)
    assert top.maxrate == 5_000_000  # never more than the profile's
    small = applied(LADDER, found.values()).made[1]
    predicted = found[small.name].predicted
    assert small.maxrate is not None
    assert predicted is not None
    assert 2 * predicted.bits_per_second <= small.maxrate < 2 * predicted.bits_per_second + 10_000


def test_the_largest_rung_never_spends_more_than_its_maxrate() -> None:
    top = chosen(lambda height, crf: (natural(height, crf)[0] - 8, 3 * natural(height, crf)[1]))["1080p"]
    assert top.predicted is not None
    assert top.predicted.bits_per_second <= 5_000_000
    assert top.predicted.score < 95


def test_black_has_one_rung_at_a_factor_that_somebody_would_use() -> None:
    """Every factor scores 100, and a smaller picture saves nothing worth a rung."""
    found = chosen(black)
    assert [name for name, one in found.items() if one.predicted] == ["1080p"]
    assert found["1080p"].predicted is not None
    assert found["1080p"].predicted.crf <= FACTORS["h264"].highest
    assert "save less than 35 %" in applied(LADDER, found.values()).rungs[-1].empty


def test_a_size_that_another_one_beats_is_dropped_in_its_favour() -> None:
    def coarse(height: int, crf: int) -> tuple[float, float]:
        score, rate = natural(height, crf)
        return (score - 15, rate * 1.5) if height == 720 else (score, rate)

    found = chosen(coarse)
    assert found["720p"].dropped == "h264_480p shows as much for the same bits, or more"
    assert found["480p"].predicted is not None


TWICE = VideoPreset(
    rungs=tuple(
        rung.model_copy(update={"name": name, "maxrate": maxrate})
        for rung in PRESET.rungs
        for name, maxrate in ((rung.name, rung.maxrate), (f"{rung.name}_low", (rung.maxrate or 0) // 2))
    )
)


def test_a_size_comes_twice_where_it_shows_more_than_a_smaller_one() -> None:
    """Small pictures lack detail for good here, so a coarse large one beats a fine small one of the same bits."""

    def crisp(height: int, crf: int) -> tuple[float, float]:
        lost = {1080: 0, 720: 6, 480: 12, 240: 14}[height]
        return 100 - lost - 5 * 1.16 ** (crf - 24), 3_000_000 * 2 ** ((24 - crf) / 6)

    ladder = fit(Profile(name="test", video=(TWICE,)), video(1920, 1080))
    crfs = (24, 30, 36)
    found = {one.rung.name: one for one in choose(ladder, (TWICE,), probes(crisp, crfs), PerTitlePreset())}
    first, second = found["1080p"].predicted, found["1080p_low"].predicted
    assert first is not None
    assert second is not None
    assert second.score == pytest.approx(first.score - 6, abs=0.6)
    assert second.bits_per_second < 0.65 * first.bits_per_second
    assert found["480p"].predicted is None or found["480p"].predicted.score < second.score


def test_of_sizes_that_show_the_same_the_smallest_is_taken() -> None:
    found = chosen(lambda height, crf: natural(1080, crf))
    assert [name for name, one in found.items() if one.predicted] == ["1080p", "240p"]
    assert found["480p"].dropped == "h264_240p shows as much for the same bits, or more"


def test_few_samples_are_put_right_by_the_probe_that_saw_all() -> None:
    """The first sample is twice as dear and 4 VMAF worse than the mean; what saw nothing else is judged accordingly."""
    first, second = (Window(start_seconds=Fraction(time), frames=50) for time in (0, 2))
    whole = probes(natural)[0].model_copy(
        update={
            "windows": (
                ProbedWindow(window=first, frames=50, size_bytes=400, score=Fraction(88)),
                ProbedWindow(window=second, frames=50, size_bytes=100, score=Fraction(96)),
            )
        }
    )
    part = whole.model_copy(
        update={
            "crf": Fraction(28),
            "windows": (ProbedWindow(window=first, frames=50, size_bytes=200, score=Fraction(80)),),
        }
    )
    assert estimates([whole, part])[1] == Measured(28.0, 84.0, 500.0)


@pytest.mark.parametrize(("seen", "score"), [(90, 94), (88, 92), (64, 74), (40, 56), (30, 46)])
def test_a_poor_picture_is_put_right_by_the_poor_one_that_saw_all(seen: int, score: int) -> None:
    """The first sample is 4 worse than the mean in a good picture, and 16 in a poor one."""
    first, second = (Window(start_seconds=Fraction(time), frames=50) for time in (0, 2))

    def probe(*scores: int) -> Probe:
        windows = tuple(
            ProbedWindow(window=window, frames=50, size_bytes=100, score=Fraction(value))
            for window, value in zip((first, second), scores, strict=False)
        )
        return probes(natural)[0].model_copy(update={"windows": windows})

    assert estimates([probe(88, 96), probe(40, 72), probe(seen)])[2].score == pytest.approx(score)


@pytest.mark.parametrize(
    ("known", "asked"),
    [
        ([(24, 95.2)], [20, 28]),
        ([(24, 99.0)], [28, 32]),
        ([(24, 90.0)], [20, 16]),
        ([(24, 99), (28, 98), (32, 96)], [36]),
        ([(24, 88), (20, 90), (16, 92)], [12]),
        ([(24, 97), (28, 94), (20, 98)], []),
        ([(40, 99), (36, 99), (32, 99)], []),
    ],
)
def test_probes_are_added_until_three_lie_around_the_target(known: list[tuple[int, float]], asked: list[int]) -> None:
    measured = [Measured(crf, score, 1e6) for crf, score in known]
    assert further_factors(measured, 95, FACTORS["h264"], 5_000_000) == asked


def test_what_is_dearer_than_the_cap_everywhere_is_probed_coarser() -> None:
    assert further_factors([Measured(24, 80, 9e6)], 95, FACTORS["h264"], 5_000_000) == [28, 32]
    for score, asked in ((95.5, [28]), (94.5, [20]), (80, [20, 16])):
        near = [Measured(24, score, 3e6)]
        assert further_factors(near, 95, FACTORS["h264"], 5_000_000, is_coarse_asked=True) == asked
    assert further_factors([Measured(24, 80, 9e6), Measured(28, 70, 6e6)], 95, FACTORS["h264"], 5_000_000) == [32]


def test_a_ladder_without_probes_stays_the_profiles() -> None:
    assert applied(LADDER, choose(LADDER, (PRESET,), [], PerTitlePreset())) == LADDER
    assert isinstance(LADDER, Ladder)
