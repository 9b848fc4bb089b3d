"""A folder is a storage like any other."""

from pathlib import Path

import pytest

from vod_assets.adapters.blobs.disk import DiskBlobs
from vod_assets.domain.errors import StoreError
from vod_assets_tests.contracts.blobs import BlobsContract


class TestDiskBlobs(BlobsContract):
    @pytest.fixture
    def blobs(self, tmp_path: Path) -> DiskBlobs:
        return DiskBlobs(tmp_path / "store")

    def test_a_place_that_cannot_be_written_is_named(self, blobs: DiskBlobs) -> None:
        blobs.root.parent.mkdir(exist_ok=True)
        blobs.root.write_text("a file where the folder should be")
        with pytest.raises(StoreError, match=str(blobs.root)):
            blobs.replace("a/b.json", b"{}")

    def test_a_file_that_goes_during_a_listing_hides_no_other(self, blobs: DiskBlobs) -> None:
        names = {f"{number}.json" for number in range(10)}
        for name in names:
            blobs.replace(name, b"{}")
        listing = blobs.files()
        first = next(listing).name
        gone = sorted(names - {first})[:5]
        blobs.delete(gone)
        assert {first, *(blob.name for blob in listing)} == names - set(gone)

    def test_a_link_to_itself_is_no_file(self, blobs: DiskBlobs) -> None:
        blobs.replace("film.mov", b"media")
        (blobs.root / "loop.mov").symlink_to(blobs.root / "loop.mov")
        assert [blob.name for blob in blobs.walk()] == ["film.mov"]

    @pytest.mark.parametrize("method", ["stat", "folders", "walk", "files", "delete"])
    def test_what_the_disk_refuses_is_one_error(self, blobs: DiskBlobs, method: str) -> None:
        name = "x" * 300
        ask = {
            "stat": lambda: blobs.stat(name),
            "folders": lambda: blobs.folders(f"{name}/"),
            "walk": lambda: list(blobs.walk(f"{name}/")),
            "files": lambda: list(blobs.files(f"{name}/")),
            "delete": lambda: blobs.delete([name]),
        }[method]
        blobs.replace("film.mov", b"media")
        with pytest.raises(StoreError, match=r"File name too long \[store_failed\]"):
            ask()
