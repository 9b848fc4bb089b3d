"""`vod task metadata` writes what is known of a title, and never over what somebody else has written."""

import json
import shutil
from pathlib import Path

import pytest

from vod_assets.domain.errors import ConfigError
from vod_assets_tests.studio import Ended, Studio

pytestmark = pytest.mark.media


def written(studio: Studio, *arguments: str | Path) -> Ended:
    return studio.vod("task", "metadata", studio.source, "--json", *arguments)


@pytest.fixture
def document(finished: Studio) -> Path:
    """The document that was written beside the source."""
    assert written(finished).code == 0
    return finished.folder / "metadata.json"


def test_writing_it_again_unchanged_succeeds(finished: Studio, document: Path) -> None:
    before = document.read_bytes()
    assert json.loads(before)["title"] == "film"
    assert written(finished).code == 0
    assert document.read_bytes() == before
    assert [path.name for path in finished.folder.glob(".metadata*")] == []


def test_what_an_editor_changed_stays_unless_forced(finished: Studio, document: Path) -> None:
    theirs = json.dumps(json.loads(document.read_text()) | {"names": {"en": "Their name"}})
    document.write_text(theirs)
    refused = written(finished)
    assert (refused.code, refused.failed_with) == (2, "output_taken")
    assert "--force" in refused.outcome["error"]["message"]
    assert document.read_text() == theirs
    assert written(finished, "--force").code == 0
    assert json.loads(document.read_text())["names"] != {"en": "Their name"}


def test_another_titles_document_stays(finished: Studio, document: Path) -> None:
    before = document.read_bytes()
    shutil.copyfile(finished.source, finished.folder / "second.mp4")
    refused = finished.vod("task", "metadata", finished.folder / "second.mp4", "--json")
    assert (refused.code, refused.failed_with) == (2, "output_taken")
    assert "is of the title film" in refused.outcome["error"]["message"]
    assert document.read_bytes() == before


@pytest.mark.parametrize("text", ["{}", "not ours", '{"schema": "vod-assets/metadata/1"}'])
def test_a_file_that_is_not_ours_stays(finished: Studio, text: str) -> None:
    output = finished.folder / "notes.json"
    output.write_text(text)
    assert written(finished, "--output", output).failed_with == "output_taken"
    assert output.read_text() == text


def test_a_place_that_cannot_be_written_is_named(finished: Studio) -> None:
    result = written(finished, "--output", "/nonexistent/x.json")
    assert (result.code, result.failed_with) == (2, "output_not_writable")
    assert "/nonexistent/x.json" in result.outcome["error"]["message"]
    assert written(finished, "--output", finished.folder).failed_with == "output_taken"
    assert written(finished, "--output", finished.folder, "--force").failed_with == "output_not_writable"


def test_a_read_only_folder_is_named(finished: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a share that is mounted read-only; its mode alone would not keep root out."""
    from vod_assets.cli.metadata import write_metadata

    def refuse(self: Path, data: bytes) -> int:
        raise OSError(30, "Read-only file system")

    with finished.session() as session:
        monkeypatch.setattr(Path, "write_bytes", refuse)
        with pytest.raises(ConfigError, match=r"Read-only file system.*output_not_writable"):
            write_metadata(session, "film", None)
