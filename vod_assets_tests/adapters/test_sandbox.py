"""The sandbox: nothing but the work's own files, no network, and the same endings as without it."""

import shutil
import sys
from pathlib import Path

import pytest

from vod_assets.adapters.endings import unwrapped
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.sandbox import Sandbox, find_sandbox
from vod_assets.domain.errors import ConfigError, ToolError
from vod_assets.settings import Settings

LS = shutil.which("ls") or "/bin/ls"


def test_a_required_sandbox_that_is_not_there_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_sandbox(Settings(home=tmp_path)) is None
    with pytest.raises(ConfigError, match="sandbox_missing"):
        find_sandbox(Settings(home=tmp_path, require_sandbox=True))


def test_the_command_line_binds_inputs_read_only_and_the_home_writable(tmp_path: Path):
    argv = Sandbox(Path("/usr/bin/bwrap"), (tmp_path / "home",)).command(
        ["/tools/ffmpeg", "-i", "file:/in/a.mp4", "out.mp4"], tmp_path
    )
    line = " ".join(argv)
    assert line.startswith("/usr/bin/bwrap --unshare-all --die-with-parent")
    assert "--ro-bind-try /in/a.mp4 /in/a.mp4" in line
    assert f"--bind-try {tmp_path}/home {tmp_path}/home" in line
    assert line.endswith(f"--chdir {tmp_path} -- /tools/ffmpeg -i file:/in/a.mp4 out.mp4")


def test_a_folder_whose_playlists_lead_to_other_files_is_read_only(tmp_path: Path):
    sandbox = Sandbox(Path("/usr/bin/bwrap"), (tmp_path / "home",), readable=(Path("/made/elsewhere"),))
    line = " ".join(sandbox.command(["/tools/ffmpeg", "-i", "file:/made/elsewhere/a.m3u8"]))
    assert "--ro-bind-try /made/elsewhere /made/elsewhere" in line


@pytest.mark.parametrize(
    ("status", "meant"), [(0, 0), (1, 1), (139, -11), (137, -9), (153, -25), (183, 183), (234, 234)]
)
def test_death_by_signal_is_told_from_an_exit_status(status: int, meant: int):
    assert unwrapped(status) == meant


if shutil.which("bwrap"):  # the tests exist only where bubblewrap does

    @pytest.fixture
    def runner(tmp_path: Path) -> SupervisedRunner:
        (tmp_path / "home").mkdir()
        return SupervisedRunner(sandbox=find_sandbox(Settings(home=tmp_path / "home")))

    def test_only_inputs_and_the_home_are_seen(runner: SupervisedRunner, tmp_path: Path):
        (tmp_path / "seen").write_text("in")
        (tmp_path / "secret").write_text("canary")
        listed = runner.run([LS, "-R", str(tmp_path), f"file:{tmp_path}/seen"][:3]).stdout.decode()
        assert "secret" not in listed
        runner.run(["/bin/touch", str(tmp_path / "home/made")])
        assert (tmp_path / "home/made").exists()
        with pytest.raises(ToolError):
            runner.run(["/bin/cat", str(tmp_path / "secret")])

    def test_there_is_no_network(runner: SupervisedRunner):
        interfaces = runner.run(["/bin/cat", "/proc/net/dev"]).stdout.decode()
        assert [line.split(":")[0].strip() for line in interfaces.splitlines()[2:]] == ["lo"]

    def test_a_crash_is_a_crash(runner: SupervisedRunner):
        with pytest.raises(ToolError) as caught:
            runner.run([shutil.which("sh") or sys.executable, "-c", "kill -SEGV $$"])
        assert caught.value.code == "decoder_crash"
