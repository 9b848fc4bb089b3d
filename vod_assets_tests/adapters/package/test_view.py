"""A package as it lies in a folder, whatever its manifests ask for."""

from pathlib import Path

import pytest

from vod_assets.adapters.package.view import FolderView
from vod_assets.domain.isobmff import MalformedError


@pytest.mark.parametrize("address", ["lost.m4s", f"{'x' * 300}.m4s", "folder.m4s", "file/a.m4s"])
def test_what_cannot_be_there_is_not_there(tmp_path: Path, address: str) -> None:
    (tmp_path / "folder.m4s").mkdir()
    (tmp_path / "file").touch()
    view = FolderView(tmp_path, {"p": "."})
    assert (view.size(address), view.picture_size(address)) == (None, None)
    for read in (view.text, view.data, view.init, view.init_data, view.clear_data, view.stream):
        with pytest.raises(MalformedError, match=r"^[\w/]+\.m4s cannot be read: "):
            read(address)
