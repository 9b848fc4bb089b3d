"""Releases are known by what lies at the origin, and those that lie there no more by what the store remembers."""

from pathlib import Path

import pytest

from vod_assets.adapters.origin.local import LocalOrigin
from vod_assets.adapters.store.artifacts import disk_store
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.release import Release
from vod_assets.known_releases import REMOVED, TAKEN_DOWN, KnownReleases
from vod_assets_tests.fakes import Switch
from vod_assets_tests.releases import made


class House:
    """A store and an origin with two releases of a title, of which the store remembers how they were made."""

    def __init__(self, folder: Path) -> None:
        self.store = disk_store(folder / "store", Switch())
        self.origin = LocalOrigin(folder / "origin", "http://127.0.0.1:8080")
        self.releases = [made(folder / words, words=words).place(self.origin, folder) for words in ("one", "two")]
        for release in self.releases:
            self.remember(release)

    def remember(self, release: Release) -> None:
        with self.store.attempt("film", Recipe("release", {}, {"number": release.number})) as attempt:
            self.store.point(self.store.commit(attempt, {"release": release.model_dump()}))

    @property
    def known(self) -> KnownReleases:
        return KnownReleases(self.store, self.origin, "film")

    def segment(self, number: int) -> str:
        return self.releases[number - 1].tracks[0].path("1.m4s")


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_those_at_the_origin_are_found_by_what_they_carry(house: House) -> None:
    known = house.known
    assert [known.carrying(house.segment(number)) for number in (1, 2)] == [[1], [2]]
    assert known.carrying(house.releases[0].tracks[1].path("poster.jpg")) == [1, 2]
    assert known.carrying("releases/2/clear/master.m3u8") == [2]
    assert [known.gone(1), known.gone(2)] == ["", ""]
    made_of = known.made(1)
    assert made_of is not None
    assert made_of.recipe["parameters"] == {"number": 1}


def test_one_that_was_removed_is_remembered(house: House) -> None:
    house.origin.remove_release("film", 1)
    known = house.known
    assert known.carrying(house.segment(1)) == known.carrying("releases/1/metadata.json") == [1]
    assert (known.gone(1), known.gone(2)) == (REMOVED, "")
    assert known.document(1)["tracks"][0]["digest"] == house.releases[0].tracks[0].digest


def test_those_of_a_title_that_was_taken_down_are_remembered(house: House) -> None:
    house.origin.block("film")
    known = house.known
    assert known.carrying(house.segment(2)) == [2]
    assert known.gone(2) == TAKEN_DOWN


def test_a_manifest_is_known_by_its_bytes(house: House) -> None:
    by_release = [one.files[f"{one.directory}/clear/h264_240p.m3u8"].sha256 for one in house.releases]
    assert [house.known.newest_with("clear/h264_240p.m3u8", sha256) for sha256 in by_release] == [1, 2]
    assert house.known.newest_with("clear/h264_240p.m3u8", "0" * 64) is None


@pytest.mark.parametrize("path", [f"tracks/{'f' * 64}/1.m4s", "releases/3/clear/master.m3u8"])
def test_what_none_ever_carried_is_refused(house: House, path: str) -> None:
    with pytest.raises(ConfigError, match="not_published"):
        house.known.carrying(path)
