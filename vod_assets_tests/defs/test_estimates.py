"""What encodes will take is told by what earlier ones took, for as long as the title is."""

from collections.abc import Iterable
from pathlib import Path

import dagster as dg
import pytest

from vod_assets.defs.estimates import Estimator, last_timings, recorded
from vod_assets.domain.estimates import Timing
from vod_assets_tests.workshop import SECONDS, Workshop


class History:
    """Timings of earlier makes; counts how often it is asked."""

    def __init__(self, **seconds: float) -> None:
        self.seconds, self.asked = seconds, list[str]()

    def __call__(self, asset: str) -> Iterable[Timing]:
        self.asked.append(asset)
        return [Timing("tiny", self.seconds[asset], 2.0)] if asset in self.seconds else []


ALL = {"h264_360p": 6.0, "h264_180p": 2.0, "audio_aac": 1.0}


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    """A workshop with three titles, the first of which was made."""
    workshop = Workshop(tmp_path)
    for title in ("film", "other", "third"):
        workshop.deliver(title)
        workshop.register(title)
    workshop.run("film")
    return workshop


def estimator(workshop: Workshop, history: History) -> Estimator:
    return Estimator(history, workshop.store, workshop.profiles)


def test_encodes_take_as_long_as_earlier_ones_for_each_second_of_the_title(workshop: Workshop) -> None:
    estimate = estimator(workshop, History(**ALL)).estimate(workshop.plan("film", force=("h264_*", "audio_aac")))
    assert estimate.seconds == {asset: seconds / 2 * SECONDS for asset, seconds in ALL.items()}
    assert estimate.makes == dict.fromkeys(ALL, 1)
    assert estimate.total_seconds == 18.0


def test_only_what_would_be_encoded_counts(workshop: Workshop) -> None:
    estimates = estimator(workshop, History(**ALL))
    assert estimates.estimate(workshop.plan("film")).total_seconds == 0
    assert set(estimates.estimate(workshop.plan("film", force=("h264_180p", "poster"))).seconds) == {"h264_180p"}


def test_a_rung_that_does_not_fit_is_not_encoded(workshop: Workshop) -> None:
    workshop.deliver("other", size=(320, 180), audio=())
    workshop.run("other", selected=frozenset({"mezzanine", "media_info"}))
    assert set(estimator(workshop, History(**ALL)).estimate(workshop.plan("other")).seconds) == {"h264_180p"}


def test_an_asset_that_was_never_encoded_is_unknown_beside_what_is_known(workshop: Workshop) -> None:
    estimate = estimator(workshop, History(h264_360p=6.0)).estimate(workshop.plan("film", force=("h264_*",)))
    assert (set(estimate.seconds), estimate.unknown) == ({"h264_360p"}, ("h264_180p",))


def test_a_title_that_nobody_has_looked_into_is_unknown_and_nothing_is_read_for_it(workshop: Workshop) -> None:
    history = History(**ALL)
    plan = workshop.plan("other")
    estimates = Estimator(history, None, workshop.profiles)  # type: ignore[arg-type]
    assert set(ALL) <= set(estimates.estimate(plan).unknown)
    assert history.asked == []


def test_a_replaced_source_may_have_another_length(workshop: Workshop) -> None:
    workshop.deliver("film", cut=1)
    estimate = estimator(workshop, History(**ALL)).estimate(workshop.plan("film"))
    assert estimate.total_seconds is None


def test_other_assets_lost_do_not_hide_how_long_a_title_is(workshop: Workshop) -> None:
    for asset in ("media_info", "h264_360p"):
        kept = workshop.store.latest("film", asset)
        assert kept is not None
        workshop.store.discard(kept)
    estimate = estimator(workshop, History(**ALL)).estimate(workshop.plan("film"))
    assert estimate.seconds == {"h264_360p": 12.0}


def test_earlier_makes_are_asked_for_once_an_asset_whatever_the_number_of_titles(workshop: Workshop) -> None:
    history = History(**ALL)
    estimates = estimator(workshop, history)
    for title in ("other", "third"):
        workshop.run(title)
    for title in ("film", "other", "third"):
        assert estimates.estimate(workshop.plan(title, force=("h264_*",))).total_seconds == 16.0
    assert sorted(history.asked) == ["h264_180p", "h264_360p"]


def test_timings_are_found_again_the_newest_first_and_what_was_reused_is_passed_over() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        made = [recorded(Timing("tiny", 1.0, 4.0)), {}, recorded(Timing("uhd", 2.0, 4.0))]
        for facts in made:
            instance.report_runless_asset_event(dg.AssetMaterialization("h264_360p", metadata=facts))
        for _ in range(120):  # more than are read at once
            instance.report_runless_asset_event(dg.AssetMaterialization("h264_360p", metadata={"made": "reused"}))
        assert list(last_timings(instance, "h264_360p")) == [Timing("uhd", 2.0, 4.0), Timing("tiny", 1.0, 4.0)]
        assert list(last_timings(instance, "h264_180p")) == []
