"""What nothing uses any more is superseded, and counts from when its successor came."""

from collections.abc import Sequence

import pytest

from vod_assets.domain.artifact import Artifact, IndexEntry
from vod_assets.domain.collecting import Holdings

DAY = 24 * 3600.0
NOW = 100 * DAY


def made(asset: str, recipe: str, *entries: Artifact, **document: object) -> Artifact:
    listed = tuple(IndexEntry(name=one.asset, asset=one.asset, recipe=one.recipe, digest=one.digest) for one in entries)
    return Artifact(title="film", asset=asset, recipe=recipe, entries=listed, document={"recipe": recipe, **document})


def superseded(
    aged: Sequence[tuple[Artifact, float]], released: tuple[str, ...] = (), moved: float | None = None, **pointed: str
) -> list[tuple[str, str]]:
    """Return what is superseded for a week; ages are in days. Pointers moved with the commit, if not ``moved`` ago."""
    committed_at = {(artifact.asset, artifact.recipe): NOW - age * DAY for artifact, age in aged}
    holdings = Holdings(
        artifacts=[artifact for artifact, _ in aged],
        committed_at=committed_at,
        pointed=pointed,
        pointed_at={
            asset: committed_at[asset, recipe] if moved is None else NOW - moved * DAY
            for asset, recipe in pointed.items()
        },
        released=released,
    )
    return [(artifact.asset, artifact.recipe) for artifact in holdings.superseded(7 * DAY, NOW)]


def test_what_a_pointer_names_stays_however_old() -> None:
    assert superseded([(made("poster", "a"), 90)], poster="a") == []


@pytest.mark.parametrize(("age", "expected"), [(8, [("poster", "a")]), (6, [])])
def test_the_grace_time_begins_with_the_successor(age: float, expected: list[tuple[str, str]]) -> None:
    assert superseded([(made("poster", "a"), 90), (made("poster", "b"), age)], poster="b") == expected


@pytest.mark.parametrize(("moved", "expected"), [(8, [("poster", "b")]), (6, [])])
def test_the_grace_time_begins_anew_when_an_older_recipe_is_gone_back_to(
    moved: float, expected: list[tuple[str, str]]
) -> None:
    """What it finds is old already; what it takes the place of was in use until now."""
    assert superseded([(made("poster", "a"), 90), (made("poster", "b"), 30)], moved=moved, poster="a") == expected


def test_what_was_committed_and_never_pointed_at_has_its_grace_time_too() -> None:
    """A killed run's work: the next run finds it by its recipe."""
    assert superseded([(made("poster", "a"), 6)]) == []
    assert superseded([(made("poster", "a"), 8)]) == [("poster", "a")]


def test_what_a_current_index_lists_stays() -> None:
    leaf = made("video_track", "leaf")
    assert superseded([(leaf, 90), (made("video_tracks", "index", leaf), 90)], video_tracks="index") == []


def test_what_only_an_old_index_lists_goes_with_it() -> None:
    leaf, newer = made("audio_track", "old"), made("audio_track", "new")
    holdings = [
        (leaf, 90.0),
        (made("audio_tracks", "before", leaf), 90.0),
        (newer, 30.0),
        (made("audio_tracks", "now", newer), 30.0),
    ]
    assert superseded(holdings, audio_tracks="now") == [("audio_track", "old"), ("audio_tracks", "before")]


def test_a_track_that_a_current_package_plays_stays() -> None:
    """It may be older than the tracks made last."""
    track = made("video_track", "old")
    named = {"name": "v", "asset": "video_track", "recipe": "old", "digest": track.digest}
    package = made("hls_package", "p", tracks=[named])
    assert superseded([(track, 90), (package, 90)], hls_package="p") == []


def test_a_track_that_a_release_carries_stays() -> None:
    track = made("video_track", "old")
    assert superseded([(track, 90)], released=(track.digest,)) == []


def test_reports_on_what_is_current_stay() -> None:
    holdings = [
        (made("hls_package", "a"), 90.0),
        (made("hls_package.decodes", "on-a"), 90.0),
        (made("hls_package", "b"), 30.0),
        (made("hls_package.decodes", "on-b"), 30.0),
    ]
    assert superseded(holdings, hls_package="b") == [("hls_package", "a"), ("hls_package.decodes", "on-a")]


def test_what_says_how_a_release_was_made_stays_as_long_as_an_origin_has_the_release() -> None:
    old = made("release", "a", release={"tracks": [{"digest": "t1"}, {"digest": "t2"}]})
    new = made("release", "b", release={"tracks": [{"digest": "t1"}, {"digest": "t3"}]})
    aged = [(old, 90.0), (new, 90.0)]
    assert superseded(aged, released=("t1", "t2", "t3"), release="b") == []
    assert superseded(aged, released=("t1", "t3"), release="b") == [("release", "a")]
