"""A survey goes past what is hidden and what may not be read."""

from collections.abc import Iterator

import pytest

from vod_assets.adapters.blobs.names import surveyed
from vod_assets.domain.errors import StoreError
from vod_assets.ports.blobs import Blob

FOLDERS = {"": ("a.mov", ".snapshot/", "in/", "z/"), "in/": ("b.mov", ".cache/"), "z/": ("c.mov",)}


class Listing:
    """A share that notes what is listed of it, and refuses some of its folders."""

    def __init__(self, refused: str = "none", code: str = "store_denied") -> None:
        self.refused, self.code, self.asked = refused, code, list[str]()

    def __call__(self, folder: str) -> Iterator[tuple[str, Blob | None]]:
        self.asked.append(folder)
        if folder == self.refused:
            raise StoreError(self.code, f"{folder} may not be listed")
        for name in FOLDERS[folder]:
            yield name.removesuffix("/"), None if name.endswith("/") else Blob(folder + name, 1, 0.0, "1")


def test_hidden_folders_are_not_even_listed() -> None:
    listing = Listing()
    assert [blob.name for blob in surveyed(listing, "", fail)] == ["a.mov", "in/b.mov", "z/c.mov"]
    assert listing.asked == ["", "in/", "z/"]


@pytest.mark.parametrize("code", ["store_denied", "store_failed", "bad_name"])
def test_a_folder_that_cannot_be_read_is_told_and_passed_over(code: str) -> None:
    told: dict[str, str] = {}
    assert [blob.name for blob in surveyed(Listing("in/", code), "", told.__setitem__)] == ["a.mov", "z/c.mov"]
    assert list(told) == ["in/"]
    assert "may not be listed" in told["in/"]


@pytest.mark.parametrize(("folder", "code"), [("", "store_denied"), ("in/", "store_unreachable")])
def test_a_place_that_cannot_be_read_at_all_is_an_error(folder: str, code: str) -> None:
    with pytest.raises(StoreError, match=code):
        list(surveyed(Listing(folder, code), "", fail))


def fail(name: str, why: str) -> None:
    raise AssertionError(f"{name}: {why}")
