"""An estimate says what is known, from how much, and what is not."""

from vod_assets.domain.estimates import Estimate, Rate, Timing, Total, rates


def test_a_rate_is_the_median_of_the_last_makes_in_its_profile() -> None:
    timings = [Timing("uhd", seconds, 10.0) for seconds in (20.0, 500.0, 40.0, 1.0)]
    timings.insert(1, Timing("small", 5.0, 10.0))
    assert rates(timings, 3) == {"uhd": Rate(4.0, 3), "small": Rate(0.5, 1)}


def test_a_make_of_no_length_tells_nothing() -> None:
    assert rates([Timing("uhd", 5.0, 0.0)], 3) == {}


def test_a_plan_that_encodes_nothing_takes_no_time_and_says_nothing() -> None:
    nothing = Estimate()
    assert (nothing.total_seconds, str(nothing)) == (0, "")
    assert nothing.as_object()["estimated_encode_seconds"] == 0
    total = Total()
    total.add(nothing)
    assert str(total) == ""


def test_what_nobody_knows_is_called_unknown_and_never_nought() -> None:
    unknown = Estimate(unknown=("h264_360p",))
    assert (unknown.total_seconds, str(unknown)) == (None, "encoding unknown")
    assert unknown.as_object() == {
        "estimated_encode_seconds": None,
        "estimated_from": {},
        "not_estimated": ["h264_360p"],
    }
    total = Total()
    total.add(unknown)
    assert str(total) == "encoding of 1 titles: unknown"


def test_a_total_says_from_how_many_makes_it_comes_and_what_it_leaves_out() -> None:
    total = Total()
    total.add(Estimate({"h264_360p": 60.0, "audio_aac": 3.0}, {"h264_360p": 12, "audio_aac": 4}))
    total.add(half := Estimate({"h264_360p": 62.0}, {"h264_360p": 12}, unknown=("h264_720p",)))
    assert str(half) == "encoding about 0:01:02, 1 not estimated"
    assert str(total) == (
        "encoding of 2 titles: about 0:02:05, from 4 to 12 earlier makes of each asset; "
        "1 of them not estimated, or not wholly"
    )
