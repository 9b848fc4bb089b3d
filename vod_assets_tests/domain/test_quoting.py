"""What encodes cost is said before, by a house's own prices."""

from decimal import Decimal
from fractions import Fraction

import pytest
import yaml

from vod_assets.domain.ladder import fit
from vod_assets.domain.prices import Output, Prices, normalised_minutes
from vod_assets.domain.profile import Profile
from vod_assets.domain.quoting import UNLEARNT, CpuModel, Encoded, by_cpu
from vod_assets.domain.rendition_spec import rendition_spec
from vod_assets.prices_file import example
from vod_assets_tests.domain.test_rendition_spec import H264, info_of

PRICES = Prices.model_validate(yaml.safe_load(example()))
BOTH = frozenset({"h264_1080p", "h264_360p"})


def output(**fields: object) -> Output:
    usual = {"codec": "h264", "width": 1920, "height": 1080, "frame_rate": Fraction(25), "seconds": Fraction(60)}
    return Output.model_validate({**usual, **fields})


@pytest.mark.parametrize(
    ("fields", "minutes"),
    [
        ({"width": 640, "height": 360}, 1),
        ({}, 2),
        ({"width": 1080, "height": 1920}, 2),
        ({"width": 3840, "height": 2160}, 4),
        ({"codec": "hevc"}, 4),
        ({"frame_rate": Fraction(60000, 1001)}, 3),
        ({"width": 640, "height": 360, "seconds": Fraction(3)}, Fraction(10, 60)),
        ({"width": 640, "height": 360, "seconds": Fraction(901, 30)}, Fraction(31, 60)),
    ],
)
def test_minutes_of_an_output_are_multiplied_by_what_makes_it_dear(
    fields: dict[str, object], minutes: Fraction
) -> None:
    assert PRICES.mediaconvert is not None
    assert normalised_minutes(PRICES.mediaconvert, output(**fields)) == minutes


def test_a_tier_is_chosen_by_codec_and_depth() -> None:
    assert PRICES.of_output("mediaconvert", output()) == Decimal("0.015")
    assert PRICES.of_output("mediaconvert", output(codec="hevc")) == Decimal("0.048")
    assert PRICES.of_output("elemental", output(seconds=Fraction(3600))) == Decimal("1.20")


def test_a_rate_that_has_no_price_is_named() -> None:
    with pytest.raises(KeyError, match="240 frames a second"):
        PRICES.of_output("mediaconvert", output(frame_rate=Fraction(240)))


def specs(*keys: str) -> list:  # type: ignore[type-arg]
    info = info_of()
    ladder = fit(Profile(name="p", video=(H264,)), info.video)
    return [rendition_spec(info, H264, ladder, key) for key in keys]


def test_cpu_time_is_what_the_same_rungs_took_before() -> None:
    model = CpuModel([Encoded("p", BOTH, 30.0, 10.0), Encoded("p", BOTH, 50.0, 10.0), Encoded("p", BOTH, 40.0, 10.0)])
    quote = by_cpu("film", "p", specs("h264_1080p", "h264_360p"), model, PRICES)
    assert quote.cpu_seconds == pytest.approx(40.0)
    assert quote.amount == pytest.approx(Decimal("0.0005"))
    assert quote.amounts["h264_1080p"] > quote.amounts["h264_360p"]
    assert quote.is_whole


def test_what_was_never_encoded_is_not_guessed() -> None:
    quote = by_cpu("film", "p", specs("h264_1080p"), CpuModel([Encoded("other", BOTH, 30.0, 10.0)]), PRICES)
    assert quote.unknown == {"h264_1080p": UNLEARNT}
    assert not quote.is_whole
