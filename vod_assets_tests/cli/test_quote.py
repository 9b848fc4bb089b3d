"""`vod quote` prices what a run would encode."""

import json

import pytest

from vod_assets.prices_file import example
from vod_assets_tests.studio import Studio

pytestmark = pytest.mark.media


@pytest.fixture
def priced(finished: Studio, monkeypatch: pytest.MonkeyPatch) -> Studio:
    """A studio with a published title and prices."""
    prices = finished.folder / "prices.yaml"
    prices.write_text(example())
    monkeypatch.setenv("VOD_PRICES", str(prices))
    return finished


def quoted(studio: Studio, *arguments: str) -> dict[str, float]:
    said = json.loads(studio.vod("quote", "--json", *arguments).stdout)
    return {name: one["amount"] for name, one in said["in_all"].items()}


def test_what_is_reused_costs_nothing_and_what_is_made_again_what_it_cost_before(priced: Studio) -> None:
    assert set(quoted(priced).values()) == {0.0}
    priced.edit_profile(lambda profile: profile["video"][0]["rungs"][0].update(crf=31))
    said = json.loads(priced.vod("quote", "--json").stdout)
    ffmpeg, mediaconvert = (one for one in said["quotes"] if one["transcoder"] in ("ffmpeg", "mediaconvert"))
    assert list(ffmpeg["renditions"]) == list(mediaconvert["renditions"]) == ["h264_360p"]
    assert ffmpeg["amount"] > 0
    assert mediaconvert["amount"] == pytest.approx(0.0075 / 6)  # ten seconds at least, of SD
    again = priced.run()
    assert again.code == 0, again.stderr
    assert set(quoted(priced).values()) == {0.0}


def test_a_backfill_launches_nothing_that_its_budget_does_not_hold(priced: Studio) -> None:
    priced.edit_profile(lambda profile: profile["video"][0]["rungs"][0].update(crf=32))
    nothing = json.loads(priced.vod("backfill", "--budget", "0.0000001", "--json").stdout)
    assert (nothing["titles"], nothing["limit"]) == ([], "amount")
    enough = json.loads(priced.vod("backfill", "--budget", "1", "--dry-run", "--json").stdout)
    assert enough["titles"] == ["film"]
    assert 0 < enough["quoted"] < 1


def test_without_prices_nothing_is_quoted(finished: Studio) -> None:
    refused = finished.vod("quote")
    assert refused.code == 2
    assert "VOD_PRICES" in refused.stderr
    assert finished.vod("quote", "--example").stdout.startswith("# What encodes cost")


def test_a_wrong_price_is_named(priced: Studio) -> None:
    (priced.folder / "prices.yaml").write_text("currency: EUR\nffmpeg: {cpu_hour: -1}\n")
    refused = priced.vod("quote")
    assert refused.code == 2
    assert "ffmpeg.cpu_hour" in refused.stderr
