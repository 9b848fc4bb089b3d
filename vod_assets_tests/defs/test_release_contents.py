"""Pictures that no check of a package looks at are looked at when they are released."""

from fractions import Fraction
from pathlib import Path
from typing import cast

import pytest
from PIL import Image

from vod_assets.adapters.transcode.sheets import paint_sheets
from vod_assets.defs.release_contents import require_pictures
from vod_assets.defs.step import Step
from vod_assets.domain.artifact import Artifact, ArtifactFile
from vod_assets.domain.errors import GateError
from vod_assets.domain.image_track import describe
from vod_assets.domain.thumbnails import ThumbnailPreset


class InFolder:
    """A step as far as releasing pictures asks it."""

    title = "film"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, _: Artifact, file: str) -> Path:
        return self.folder / file


def leaf(folder: Path, **said: int) -> Artifact:
    """Return the image track of five tiles on two sheets."""
    taken = []
    for number in range(5):
        taken.append(folder / f"taken{number}.png")
        Image.new("RGB", (80, 46), (50 * number, 0, 0)).save(taken[-1])
    preset = ThumbnailPreset(interval_seconds=1, width=80, columns=2, rows=2)
    sheets = paint_sheets(taken, preset, Fraction(5), folder)
    track = describe([(name, 1) for name in sheets.sheets], preset, Fraction(5), (80, 46))
    file = ArtifactFile(path=sheets.index, size_bytes=1, sha256="0" * 64)
    document = track.model_dump(mode="json") | said
    return Artifact(title="film", asset="image_tracks", recipe="r", attempt="a", files=(file,), document=document)


def test_thumbnails_as_they_are_painted_are_released(tmp_path: Path) -> None:
    require_pictures(cast(Step, InFolder(tmp_path)), [leaf(tmp_path)])


def test_sheets_of_another_grid_than_they_state_are_not_released(tmp_path: Path) -> None:
    with pytest.raises(GateError, match=r"sheet_001\.jpg is 160x92, not 1600x92.*thumbnails_damaged"):
        require_pictures(cast(Step, InFolder(tmp_path)), [leaf(tmp_path, columns=20)])


def test_a_sheet_that_is_no_picture_is_not_released(tmp_path: Path) -> None:
    track = leaf(tmp_path)
    (tmp_path / "sheet_002.jpg").write_bytes(b"no picture")
    with pytest.raises(GateError, match=r"sheet_002\.jpg is no picture"):
        require_pictures(cast(Step, InFolder(tmp_path)), [track])


def test_an_index_that_names_another_sheet_is_not_released(tmp_path: Path) -> None:
    track = leaf(tmp_path)
    index = tmp_path / "thumbnails.vtt"
    index.write_text(index.read_text().replace("sheet_002", "sheet_009"))
    with pytest.raises(GateError, match=r"tile 5 is sheet_009.*should be sheet_002"):
        require_pictures(cast(Step, InFolder(tmp_path)), [track])
