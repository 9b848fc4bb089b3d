"""The static catalogue keeps the contract; its pages are whole, escaped, and link to nothing that is not there."""

import json
import threading
from pathlib import Path

import pytest

from vod_assets.adapters.cms.static import StaticCms
from vod_assets.domain.catalogue import ManifestAddresses
from vod_assets.domain.errors import ConfigError
from vod_assets_tests.contracts.cms import ORIGIN, CmsContract, entry
from vod_assets_tests.fakes import MemoryOrigin


def state(root: Path) -> dict[str, int]:
    return {str(file.relative_to(root)): file.stat().st_mtime_ns for file in root.rglob("*") if file.name != ".lock"}


class TestStaticCms(CmsContract):
    @pytest.fixture
    def cms(self, tmp_path: Path) -> StaticCms:
        return StaticCms(tmp_path / "cms", ORIGIN)

    def test_nothing_is_written_when_nothing_changed(self, cms: StaticCms) -> None:
        cms.publish(entry().as_document())
        before = state(cms.root)
        cms.publish(entry().as_document())
        assert {path: time for path, time in state(cms.root).items() if path.endswith((".json", ".html"))} == {
            path: time for path, time in before.items() if path.endswith((".json", ".html"))
        }

    def test_markup_in_a_name_is_text(self, cms: StaticCms) -> None:
        cms.publish(entry(name="<script>alert(1)</script>").as_document())
        for page in (cms.path("film", ".html"), cms.root / "index.html"):
            assert "<script>alert" not in page.read_text()
            assert "&lt;script&gt;alert" in page.read_text()

    def test_no_address_runs_as_a_script(self, cms: StaticCms) -> None:
        document = entry().as_document()
        document["release"]["variants"]["clear"]["hls"] = "javascript:alert(1)"
        with pytest.raises(ValueError, match="hls"):
            cms.publish(document)

    def test_a_page_links_within_its_own_server(self, cms: StaticCms) -> None:
        cms.publish(entry().as_document())
        page = cms.path("film", ".html").read_text()
        assert 'data-src="/origin/film/releases/1/clear/master.m3u8"' in page
        assert ORIGIN not in page

    def test_the_index_lists_each_title_once(self, cms: StaticCms) -> None:
        for title in ("b", "a", "b"):
            cms.publish(entry(title).as_document())
        lines = json.loads((cms.root / "index.json").read_text())["titles"]
        assert [line["title"] for line in lines] == ["a", "b"]
        assert all((cms.root / line["page"]).is_file() for line in lines)

    def test_a_damaged_index_is_made_from_the_entries(self, cms: StaticCms) -> None:
        cms.publish(entry("a").as_document())
        (cms.root / "index.json").write_text("{")
        cms.publish(entry("b").as_document())
        assert [line["title"] for line in json.loads((cms.root / "index.json").read_text())["titles"]] == ["a", "b"]

    def test_a_lost_page_is_told_and_written_again(self, cms: StaticCms) -> None:
        cms.publish(entry().as_document())
        cms.path("film", ".html").unlink()
        assert "missing" in cms.faults("film")[0]
        cms.refresh()
        assert cms.faults("film") == []

    def test_writers_at_the_same_time_lose_no_line(self, tmp_path: Path) -> None:
        titles = [f"film-{number}" for number in range(8)]
        threads = [
            threading.Thread(target=StaticCms(tmp_path, ORIGIN).publish, args=(entry(title).as_document(),))
            for title in titles
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        lines = json.loads((tmp_path / "index.json").read_text())["titles"]
        assert [line["title"] for line in lines] == titles

    def test_what_a_killed_writer_left_is_removed_by_the_next(self, cms: StaticCms) -> None:
        cms.publish(entry().as_document())
        (cms.root / "titles" / ".new-1-ab").write_text("half")
        assert len(cms.leftovers(older_than_seconds=0)) == 1
        cms.publish(entry().as_document())
        assert cms.leftovers(older_than_seconds=0) == []

    def test_an_entry_whose_manifest_is_not_at_the_origin_is_refused(self, tmp_path: Path) -> None:
        origin = MemoryOrigin()
        cms = StaticCms(tmp_path / "cms", ORIGIN, origin)
        manifests = ManifestAddresses(hls=origin.url("film", "releases/1/clear/master.m3u8"))
        shown = entry()
        assert shown.release is not None
        shown = shown.model_copy(
            update={"release": shown.release.model_copy(update={"variants": {"clear": manifests}})}
        )
        with pytest.raises(ConfigError, match="entry_points_nowhere"):
            cms.publish(shown.as_document())
        assert cms.entries() == []
        origin.files["film"] = {"releases/1/clear/master.m3u8": b"#EXTM3U"}
        cms.publish(shown.as_document())
        assert cms.entries() == ["film"]
