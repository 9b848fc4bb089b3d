"""What every CMS must do; each adapter's test class, and the fake's, inherits this."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from vod_assets.domain.catalogue import Entry, ManifestAddresses, ShownRelease
from vod_assets.domain.errors import ConfigError, RemoteError
from vod_assets.ports import Cms

ORIGIN = "https://origin.example"


def entry(title: str = "film", name: str = "Film", number: int = 1) -> Entry:
    base = f"{ORIGIN}/origin/{title}/releases/{number}/clear"
    manifests = ManifestAddresses(hls=f"{base}/master.m3u8", dash=f"{base}/manifest.mpd")
    release = ShownRelease(number=number, digest="d" * 64, variants={"clear": manifests})
    return Entry(title=title, names={"en": name}, language="en", release=release)


def numbered(revision: int, name: str = "Film", title: str = "film") -> dict[str, Any]:
    """Return an entry as the publication of that number."""
    return entry(title, name).as_document() | {"publication": {"revision": revision}}


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
        assert cms.entries_of(["film", "other", "none"]) == {"other": entry("other").as_document()}

    def test_what_was_published_is_kept_as_versions(self, cms: Cms) -> None:
        assert cms.versions("film") == []
        for revision in (1, 2, 10):
            cms.publish(numbered(revision, f"Name {revision}"), revision - 1)
        assert cms.entry("film") == numbered(10, "Name 10")
        assert cms.versions("film") == [1, 2, 10]
        assert cms.version("film", 2) == numbered(2, "Name 2")
        assert cms.version("film", 3) is None
        cms.remove("film")
        assert cms.versions("film") == []

    def test_the_same_version_again_changes_nothing(self, cms: Cms) -> None:
        for _ in range(2):  # whoever was cut off does not know that it was written
            cms.publish(numbered(1), 0)
        assert (cms.versions("film"), cms.entry("film")) == ([1], numbered(1))

    def test_a_later_version_is_not_overwritten(self, cms: Cms) -> None:
        for revision in (1, 2):
            cms.publish(numbered(revision))
        for late in (numbered(1), numbered(3)):
            with pytest.raises(RemoteError, match=r"revision 2.*revision [13].*cms_conflict"):
                cms.publish(late, 1)
        with pytest.raises(RemoteError, match=r"revision 2.*cms_conflict"):
            cms.publish(numbered(2, "Another"), 1)
        assert (cms.entry("film"), cms.versions("film")) == (numbered(2), [1, 2])
        cms.publish(numbered(3), 2)

    def test_of_two_publishers_of_one_number_one_is_refused(self, cms: Cms) -> None:
        def published(name: str) -> str:
            try:
                cms.publish(numbered(1, name), 0)
            except RemoteError as error:
                return error.code
            return name

        with ThreadPoolExecutor(4) as publishers:
            ended = sorted(publishers.map(published, ["A", "B", "C", "D"]))
        assert ended[1:] == ["cms_conflict"] * 3
        assert cms.entry("film") == cms.version("film", 1) == numbered(1, ended[0])
