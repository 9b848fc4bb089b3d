"""What every CMS must do; each adapter's test class, and the fake's, inherits this."""

from pathlib import Path

import pytest

from vod_assets.domain.catalogue import Entry, ManifestAddresses, ShownRelease
from vod_assets.domain.errors import ConfigError
from vod_assets.ports import Cms

ORIGIN = "https://origin.example"


def entry(title: str = "film", name: str = "Film", number: int = 1) -> Entry:
    base = f"{ORIGIN}/origin/{title}/releases/{number}/clear"
    manifests = ManifestAddresses(hls=f"{base}/master.m3u8", dash=f"{base}/manifest.mpd")
    release = ShownRelease(number=number, digest="d" * 64, variants={"clear": manifests})
    return Entry(title=title, names={"en": name}, language="en", release=release)


class CmsContract:
    """One entry a title; publishing twice is publishing once."""

    @pytest.fixture
    def cms(self, tmp_path: Path) -> Cms:
        raise NotImplementedError

    def test_a_published_entry_reads_back(self, cms: Cms) -> None:
        address = cms.publish(entry().as_document())
        assert "film" in address
        assert cms.entry("film") == entry().as_document()
        assert cms.entries() == ["film"]
        assert cms.faults("film") == []

    def test_publishing_twice_changes_nothing(self, cms: Cms) -> None:
        assert cms.publish(entry().as_document()) == cms.publish(entry().as_document())
        assert cms.entries() == ["film"]

    def test_a_later_entry_replaces_the_earlier(self, cms: Cms) -> None:
        cms.publish(entry(number=1).as_document())
        cms.publish(entry(number=2).as_document())
        assert cms.entry("film") == entry(number=2).as_document()

    def test_an_entry_without_a_release_is_refused(self, cms: Cms) -> None:
        with pytest.raises(ConfigError, match="entry_points_nowhere"):
            cms.publish(Entry(title="film").as_document())
        assert cms.entry("film") is None

    def test_a_removed_entry_is_gone_and_others_stay(self, cms: Cms) -> None:
        for title in ("film", "other"):
            cms.publish(entry(title).as_document())
        cms.remove("film")
        cms.remove("film")
        assert cms.entry("film") is None
        assert cms.entries() == ["other"]
        assert cms.faults("other") == []
