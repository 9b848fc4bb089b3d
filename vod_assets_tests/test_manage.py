"""`python manage.py …` does what its usage promises, line for line."""

import json
import runpy
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

import vod_assets
from vod_assets_tests.studio import Ended, Studio, film

pytestmark = pytest.mark.media
MANAGE = Path(vod_assets.__file__).parent.parent / "manage.py"


def manage(studio: Studio, *arguments: str | Path) -> Ended:
    """Run manage.py in this process."""
    stdout, stderr = StringIO(), StringIO()
    with studio.entered(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["manage.py", *map(str, arguments)])
        with redirect_stdout(stdout), redirect_stderr(stderr), pytest.raises(SystemExit) as ended:
            runpy.run_path(str(MANAGE), run_name="__main__")
    return Ended(int(ended.value.code or 0), stdout.getvalue(), stderr.getvalue())


@pytest.fixture(scope="module")
def asset(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    """A studio with a source that nobody has seen."""
    return Studio.make(tmp_path_factory.mktemp("manage") / "studio", film(tmp_path_factory.mktemp("source")))


def test_the_full_flow_and_then_each_task_by_itself(asset: Studio) -> None:
    whole = manage(asset, "run-workflow", asset.source.as_uri())
    assert whole.code == 0, whole.stderr
    assert "CMS entry" in whole.stdout
    for task in (["ingest", asset.source.as_uri()], ["metadata", asset.source], ["package", asset.source]):
        done = manage(asset, "task", *task)
        assert done.code == 0, done.stderr
    assert json.loads((asset.folder / "metadata.json").read_text())["title"] == "film"
    playlist = Path(json.loads(manage(asset, "run-workflow", asset.source, "--json").stdout)["hls"])
    published = manage(asset, "task", "publish", asset.folder / "metadata.json")
    assert published.code == 0, published.stderr
    assert playlist.exists()
    status = manage(asset, "status")
    assert status.code == 0
    assert "published" in status.stdout


def test_a_finished_folder_is_uploaded(asset: Studio, finished_folder: Path) -> None:
    uploaded = manage(asset, "task", "upload", f"{finished_folder}/")
    assert uploaded.code == 0, uploaded.stderr
    assert "finished-hls" in uploaded.stdout


def test_a_worker_without_a_farm_says_what_it_wants(asset: Studio) -> None:
    result = manage(asset, "worker")
    assert (result.code, result.stdout) == (2, "")
    assert "VOD_EXECUTOR is in_process" in result.stderr


@pytest.mark.parametrize("command", [["run-workflow"], ["task", "ingest"]])
def test_an_address_of_an_unknown_kind_is_refused(asset: Studio, command: list[str]) -> None:
    result = manage(asset, *command, "rtmp://127.0.0.1/live/video123")
    assert result.code == 2
    assert "scheme_not_supported" in result.stderr
