"""Durations as every packager may write them."""

from fractions import Fraction

import pytest

from vod_assets.domain.manifests.dash_values import seconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PT1H2M3.5S", Fraction(7447, 2)),
        ("PT1M", Fraction(60)),
        ("P0Y0M0DT0H1M0.040S", Fraction(1501, 25)),
        ("P1DT0S", Fraction(86_400)),
    ],
)
def test_a_duration_is_its_seconds(text: str, expected: Fraction) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "PT", "1S", "PT1", "P1Y", "PT1S2M", "PT1e9S", "PT²S", f"PT{'9' * 5000}S"])
def test_anything_else_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration"):
        seconds(text)
