"""A place to run the whole graph in: its own VOD_HOME, source and profiles, and an FFmpeg that can dawdle."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml

from vod_assets.adapters.ffmpeg.command import generated_input
from vod_assets.cli.session import Session, open_session
from vod_assets_tests.adapters.transcode.clips import make, tools

PROFILES = Path(__file__).parent / "profiles"
ENCODE_OPTIONS = {"c:v": "libx264", "preset": "ultrafast", "g": 25, "pix_fmt": "yuv420p", "threads": 1, "c:a": "aac"}
PATIENCE_SECONDS = 120.0
WRAPPER = """\
#!/bin/sh
case "$*" in *libx264*) [ -e "$TMPDIR/hold" ] && exec {ffmpeg} -readrate 0.5 "$@" ;; esac
exec {ffmpeg} "$@"
"""


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it printed."""

    code: int
    stdout: str
    stderr: str

    @property
    def outcome(self) -> dict[str, Any]:
        """The one object of ``--json``; anything else on standard output is an error."""
        outcome: dict[str, Any] = json.loads(self.stdout)
        return outcome

    @property
    def executed(self) -> set[str]:
        return set(self.outcome["executed"])

    @property
    def failed_with(self) -> str:
        return str(self.outcome["error"]["code"])


@dataclass(frozen=True)
class Studio:
    """One VOD_HOME with a source beside it; the tools' FFmpeg reads at half speed while ``hold`` is there."""

    folder: Path

    @classmethod
    def make(cls, folder: Path, source: Path | None = None) -> "Studio":
        studio = cls(folder)
        (folder / "tmp").mkdir(parents=True)
        shutil.copytree(PROFILES, folder / "profiles")
        studio.ffmpeg.write_text(WRAPPER.format(ffmpeg=tools().ffmpeg))
        studio.ffmpeg.chmod(0o755)
        for file in source.parent.glob(f"{source.stem}.*") if source else ():
            shutil.copy2(file, folder)
        return studio

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def source(self) -> Path:
        return self.folder / "film.mp4"

    @property
    def captions(self) -> Path:
        return self.folder / "film.en.srt"

    @property
    def ffmpeg(self) -> Path:
        return self.folder / "ffmpeg"

    @property
    def title(self) -> Path:
        """The title's folder in the store."""
        return self.home / "store" / "titles" / "film"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "VOD_HOME": str(self.home),
            "VOD_PROFILES": str(self.folder / "profiles"),
            "VOD_PROFILE": "tiny",
            "VOD_FFMPEG": str(self.ffmpeg),
            "VOD_TRACE_TOOLS": str(self.folder / "calls.jsonl"),
            "TMPDIR": str(self.folder / "tmp"),
            "DAGSTER_HOME": "",
        }

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Make this process one that was started here."""
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.folder)
            for name, value in self.environment.items():
                patch.setenv(name, value)
            yield

    @contextmanager
    def session(self) -> Iterator[Session]:
        with self.entered(), open_session() as session:
            yield session

    def vod(self, *arguments: str | Path) -> Ended:
        """Run a command in this process, as `vod` would."""
        with self.entered():
            return run_here(*arguments)

    def run(self, *arguments: str | Path) -> Ended:
        """Run the source's workflow in this process."""
        return self.vod("run-workflow", self.source, "--json", *arguments)

    def start(self, *arguments: str | Path, module: str = "vod_assets", **options: Any) -> "subprocess.Popen[str]":
        """Start a command as a process of its own."""
        piped: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(
            [sys.executable, "-m", module, *map(str, arguments)],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": _import_path(), **self.environment},
            text=True,
            **{**piped, **options},
        )

    def start_run(self, *arguments: str | Path, **options: Any) -> "subprocess.Popen[str]":
        """Start the source's workflow as a process of its own."""
        return self.start("run-workflow", self.source, "--json", *arguments, **options)

    def hold(self) -> None:
        """Make video encodes take twice as long as the video, and hardly any work."""
        (self.folder / "tmp" / "hold").touch()

    def release_hold(self) -> None:
        (self.folder / "tmp" / "hold").unlink(missing_ok=True)

    def calls(self) -> list[list[str]]:
        """Return the command line of every tool that has ended since the last call of this method."""
        traced = self.folder / "calls.jsonl"
        lines = traced.read_text().splitlines() if traced.exists() else []
        traced.unlink(missing_ok=True)
        return [json.loads(line)["argv"] for line in lines]

    def tools_running(self) -> list[psutil.Process]:
        """Return the media tools that work for this studio now."""
        return [
            process
            for process in psutil.process_iter(["name"])
            if process.info["name"].startswith(("ffmpeg", "ffprobe", "packager"))
            and any(str(self.folder) in part for part in _command_line(process))
        ]

    def is_encoding(self) -> bool:
        return any("libx264" in _command_line(process) for process in self.tools_running())

    def forget(self, *assets: str) -> None:
        """Remove assets' artifacts from the store."""
        for asset in assets:
            shutil.rmtree(self.title / asset)

    def edit_profile(self, edit: Callable[[dict[str, Any]], None]) -> None:
        """Change the profile ``tiny`` of this studio."""
        path = self.folder / "profiles" / "tiny.yaml"
        profile = yaml.safe_load(path.read_text())
        edit(profile)
        path.write_text(yaml.safe_dump(profile))


def run_here(*arguments: str | Path) -> Ended:
    """Run a command of `vod` in this process, with the folder and the variables that it has."""
    from vod_assets.cli.main import main

    stdout, stderr = StringIO(), StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["vod", *map(str, arguments)])
        with redirect_stdout(stdout), redirect_stderr(stderr), pytest.raises(SystemExit) as ended:
            main()
    code = ended.value.code
    return Ended(code if isinstance(code, int) else int(code is not None), stdout.getvalue(), stderr.getvalue())


def film(folder: Path) -> Path:
    """Write four seconds of FFmpeg's test picture with a tone, and English captions beside it."""
    source = make(
        folder / "film.mp4",
        generated_input("testsrc2=s=640x360:r=25:d=4"),
        generated_input("sine=440:d=4"),
        **ENCODE_OPTIONS,
    )
    (folder / "film.en.srt").write_text("1\n00:00:00,500 --> 00:00:01,500\nGood morning.\n")
    return source


def wait_until(condition: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    """Return as soon as something holds; asking takes at most a quarter of the time, that of who works for it."""
    began = asked = time.monotonic()
    while not condition():
        if time.monotonic() > began + seconds:
            raise TimeoutError(f"it does not hold after {seconds} s")
        time.sleep(min(1.0, max(0.05, 3 * (time.monotonic() - asked))))
        asked = time.monotonic()


def ended(process: "subprocess.Popen[str]") -> Ended:
    """Wait for a process and return how it ended."""
    stdout, stderr = process.communicate(timeout=PATIENCE_SECONDS)
    return Ended(process.returncode, stdout, stderr)


def bytes_below(folder: Path) -> Mapping[str, bytes]:
    """Return every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _command_line(process: psutil.Process) -> list[str]:
    with suppress(psutil.Error):
        return process.cmdline()
    return []


def _import_path() -> str:
    checkout = str(Path(__file__).parent.parent)
    return os.pathsep.join(part for part in (checkout, os.environ.get("PYTHONPATH", "")) if part)
