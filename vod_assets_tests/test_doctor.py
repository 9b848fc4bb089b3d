"""What `vod doctor` says about an installation, and that every fault comes with a remedy."""

import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from vod_assets import doctor
from vod_assets.adapters.tools import Tools
from vod_assets.doctor import Finding, State, examine, is_healthy
from vod_assets.doctor_tools import check_tools, starters_finding, tool_findings, version_of
from vod_assets.domain.errors import ConfigError
from vod_assets.ports import Limits, ToolResult
from vod_assets.settings import Settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in ("VOD_HOME", "DAGSTER_HOME"):
        monkeypatch.setenv(name, "")  # so that it is put back, whatever the check sets
    return Settings(home=tmp_path / "vod")


@dataclass
class ScriptedTools:
    """Answers by a word of the command line."""

    answers: Mapping[str, str]
    asked: list[Sequence[str]] = field(default_factory=list)

    def run(
        self,
        argv: Sequence[str],
        *,
        limits: Limits = Limits(),  # noqa: B008
        on_line: object = None,
        on_error_line: object = None,
        pulse: object = None,
        cwd: Path | None = None,
        stdin: bytes = b"",
    ) -> ToolResult:
        self.asked.append(argv)
        said = next(answer for word, answer in self.answers.items() if any(word in part for part in argv))
        return ToolResult(said.encode(), "", 0.0, 0.0)


TOOLS = Tools(Path("/opt/ffmpeg"), Path("/opt/ffprobe"), Path("/opt/packager"))
ENCODERS = "".join(f" V....D {name} words\n" for name in ("libx264", "libx265", "libsvtav1", "aac"))
GOOD_ANSWERS = {
    "packager": "packager version v3.8.0-75b2faf-release\n",
    "-encoders": ENCODERS,
    "-filters": " .. libvmaf  VV->V words\n .. zscale V->V words\n",
    "ffmpeg": "ffmpeg version n9.0.2-17-g2a571b6068 Copyright\n",
    "ffprobe": "ffprobe version 8.1.2 Copyright\n",
}


def findings_of(answers: Mapping[str, str], allow_old: bool = False) -> dict[str, Finding]:
    return {found.subject: found for found in tool_findings(TOOLS, ScriptedTools(answers), allow_old)}


def test_good_tools_are_all_ok() -> None:
    assert {found.state for found in findings_of(GOOD_ANSWERS).values()} == {State.OK}


def test_an_old_ffmpeg_is_a_fault_that_names_the_version_and_the_way_out() -> None:
    found = findings_of({**GOOD_ANSWERS, "ffmpeg": "ffmpeg version 5.1.6-0+deb12u1 Copyright\n"})["ffmpeg"]
    assert found.state is State.FAULT
    assert "5.1.6" in found.found
    assert "VOD_ALLOW_OLD_FFMPEG" in found.remedy


def test_an_old_ffmpeg_that_is_allowed_is_a_warning() -> None:
    answers = {**GOOD_ANSWERS, "ffmpeg": "ffmpeg version 5.1.6 Copyright\n"}
    assert findings_of(answers, allow_old=True)["ffmpeg"].state is State.WARNING


def test_an_ffmpeg_without_x264_is_a_fault_and_one_without_av1_a_warning() -> None:
    without_x264 = findings_of({**GOOD_ANSWERS, "-encoders": ENCODERS.replace("libx264 ", "other ")})
    without_av1 = findings_of({**GOOD_ANSWERS, "-encoders": ENCODERS.replace("libsvtav1", "other")})
    assert without_x264["encoders"].state is State.FAULT
    assert without_av1["encoders"].state is State.WARNING


def test_a_packager_that_is_something_else_is_a_fault() -> None:
    assert findings_of({**GOOD_ANSWERS, "packager": "usage: packager\n"})["packager"].state is State.FAULT


@pytest.mark.parametrize(
    ("line", "version"),
    [
        ("ffmpeg version n9.0.2-17-g2a571b6068 Copyright", (9, 0, 2)),
        ("ffmpeg version 8.1 Copyright", (8, 1, 0)),
        ("ffmpeg version N-117-gabcdef Copyright", ()),
    ],
)
def test_the_version_is_read_from_any_builds_first_line(line: str, version: tuple[int, ...]) -> None:
    assert version_of(line) == version


def test_the_packaged_tools_are_good_enough(settings: Settings) -> None:
    assert is_healthy(list(check_tools(settings)))


def test_storage_that_commits_is_ok_and_keeps_nothing_of_the_trial(settings: Settings) -> None:
    assert {found.state for found in doctor.check_storage(settings)} == {State.OK}
    assert list(settings.store_path.iterdir()) == []


def test_a_file_system_that_links_twice_is_a_fault(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some network mounts overwrite on link; two writers would then both believe that they were first."""
    monkeypatch.setattr(doctor.os, "link", lambda source, target: Path(target).write_bytes(Path(source).read_bytes()))
    assert {found.state for found in doctor.check_storage(settings)} == {State.FAULT}


def test_a_folder_that_cannot_be_made_is_a_fault_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    findings = examine(Settings(home=tmp_path, store=str(tmp_path / "file" / "store")), [doctor.check_storage])
    assert [found.state for found in findings][-1:] == [State.FAULT]
    assert all(found.remedy for found in findings if found.state is State.FAULT)


def test_the_home_is_made_and_named(settings: Settings) -> None:
    findings = {found.subject: found for found in doctor.check_home(settings)}
    assert findings["DAGSTER_HOME"].found == str(settings.home_path / "dagster")
    assert findings["dagster.yaml"].state is State.OK


def test_another_dagster_home_in_the_environment_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", "/somewhere/else")
    findings = {found.subject: found for found in doctor.check_home(settings)}
    assert findings["DAGSTER_HOME"].state is State.WARNING
    assert "export DAGSTER_HOME=" in findings["DAGSTER_HOME"].remedy


def test_an_instance_file_that_was_edited_is_told_and_kept(settings: Settings) -> None:
    list(doctor.check_home(settings))
    edited = settings.home_path / "dagster" / "dagster.yaml"
    edited.write_text("telemetry: {enabled: false}\n")
    findings = {found.subject: found for found in doctor.check_home(settings)}
    assert findings["dagster.yaml"].state is State.WARNING
    assert edited.read_text() == "telemetry: {enabled: false}\n"


def test_a_port_that_is_taken_is_a_warning_that_names_its_setting(settings: Settings) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        taken = settings.model_copy(update={"serve_port": listener.getsockname()[1]})
        findings = {found.subject: found for found in doctor.check_ports(taken)}
    assert findings["VOD_SERVE_PORT"].state is State.WARNING
    assert "VOD_SERVE_PORT" in findings["VOD_SERVE_PORT"].remedy


def test_a_clock_before_this_release_is_a_fault(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.time, "time", lambda: 0.0)
    assert [found.state for found in doctor.check_clock(settings)] == [State.FAULT]


def test_a_sane_clock_is_ok(settings: Settings) -> None:
    settings.store_path.mkdir(parents=True)
    assert [found.state for found in doctor.check_clock(settings)] == [State.OK]


def test_a_required_sandbox_that_is_missing_is_a_fault(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    required = settings.model_copy(update={"require_sandbox": True})
    assert [found.state for found in doctor.check_sandbox(required)] == [State.FAULT]
    assert [found.state for found in doctor.check_sandbox(settings)] == [State.OK]


def test_a_check_that_fails_is_a_finding_and_the_others_still_run(settings: Settings) -> None:
    def check_weather(settings: Settings) -> Iterator[Finding]:
        raise ConfigError("bad_setting", "VOD_WEATHER is wrong", "Set it")

    def check_stars(settings: Settings) -> Iterator[Finding]:
        raise ZeroDivisionError("no stars")

    findings = examine(settings, [check_weather, check_stars, doctor.check_python])
    assert [found.subject for found in findings][:2] == ["weather", "stars"]
    assert not is_healthy(findings)
    assert findings[-1].state is not State.FAULT


def test_a_machine_on_which_no_tool_can_be_limited_is_at_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    assert starters_finding().state is State.OK
    monkeypatch.setenv("PATH", str(tmp_path))
    assert starters_finding().state is State.FAULT
    assert "setpriv, prlimit" in starters_finding().found
