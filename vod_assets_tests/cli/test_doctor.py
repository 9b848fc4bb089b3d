"""`vod doctor`: the table for a person, the object for a machine, and what it says about Dagster."""

import io
import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.console import Console

from vod_assets.cli.doctor import print_json, print_table
from vod_assets.doctor import Finding, State
from vod_assets.doctor_dagster import check_instance, daemon_finding, sensor_findings
from vod_assets.settings import Settings

FINDINGS = [
    Finding("ffmpeg", State.OK, "9.0.2 at /opt/ffmpeg"),
    Finding("store", State.FAULT, "/[store]: Permission denied", "Set VOD_STORE"),
]


def test_the_table_shows_each_finding_and_counts_the_faults() -> None:
    output = io.StringIO()
    print_table(FINDINGS, Console(file=output, width=120))
    text = output.getvalue()
    assert "/[store]: Permission denied" in text
    assert "1 faults" in text


def test_the_object_is_all_that_a_machine_reads(capsys: pytest.CaptureFixture[str]) -> None:
    print_json(FINDINGS)
    report = json.loads(capsys.readouterr().out)
    assert report["healthy"] is False
    assert report["findings"][1]["remedy"] == "Set VOD_STORE"


@dataclass
class Heartbeat:
    timestamp: float


@dataclass
class DaemonState:
    healthy: bool
    last_heartbeat: Heartbeat | None


def test_a_daemon_that_never_ran_is_a_warning_that_names_the_command() -> None:
    found = daemon_finding({"SENSOR": DaemonState(healthy=False, last_heartbeat=None)}, now=100.0)
    assert found.state is State.WARNING
    assert "dagster dev" in found.remedy


def test_a_living_daemon_is_ok() -> None:
    found = daemon_finding({"SENSOR": DaemonState(healthy=True, last_heartbeat=Heartbeat(90.0))}, now=100.0)
    assert (found.state, found.found) == (State.OK, "heartbeat 10 s ago")


def test_a_persons_switch_wins_over_the_code() -> None:
    findings = {found.subject: found.found for found in sensor_findings({"a": True, "b": False}, {"a": False})}
    assert findings == {"sensor a": "off", "sensor b": "off"}


def test_an_empty_instance_is_described(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VOD_HOME", "DAGSTER_HOME"):
        monkeypatch.setenv(name, "")
    findings = {found.subject: found for found in check_instance(Settings(home=tmp_path))}
    assert findings["titles"].found == "0 registered"
    assert not [found for found in findings.values() if found.state is State.FAULT]
