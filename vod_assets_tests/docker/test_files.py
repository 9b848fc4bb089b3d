"""The files that images and hosts are made of say what the project says."""

import os
import re
import signal
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

CHECKOUT = Path(__file__).parents[2]
DOCKER = CHECKOUT / "docker"
PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>\S+) \\\n    --hash=sha256:[0-9a-f]{64}$", re.MULTILINE)
PLATFORM = {"sys_platform": "linux", "platform_machine": "x86_64", "platform_system": "Linux", "python_version": "3.11"}
EXTRAS = {"requirements.txt": ["farm"], "requirements-dev.txt": ["farm", "dev"]}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def closure(wanted: list[str]) -> set[str]:
    """Return the names of everything that requirements bring, as the installed packages say."""
    found: set[str] = set()
    waiting = [Requirement(one) for one in wanted]
    seen: set[tuple[str, str]] = set()
    while waiting:
        one = waiting.pop()
        for extra in {"", *one.extras}:
            if (normal(one.name), extra) in seen:
                continue
            seen.add((normal(one.name), extra))
            found.add(normal(one.name))
            try:
                needs = distribution(one.name).requires or []
            except PackageNotFoundError:
                continue
            told = {**PLATFORM, "extra": extra}
            waiting += [one for one in map(Requirement, needs) if one.marker is None or one.marker.evaluate(told)]
    return found


@pytest.mark.parametrize("name", sorted(EXTRAS))
def test_an_image_installs_what_the_project_wants_at_the_tested_versions(name: str) -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    extras = [one for extra in EXTRAS[name] for one in project["optional-dependencies"][extra]]
    text = (DOCKER / name).read_text()
    pinned = {match["name"]: match["version"] for match in PIN.finditer(text)}
    assert text.count("==") == text.count("--hash=") == len(pinned)
    locked = dict(line.split("==") for line in (CHECKOUT / "requirements.lock").read_text().splitlines()[1:])
    versions = {normal(one): version for one, version in locked.items()}
    assert {one: versions.get(one) for one in pinned} == pinned
    assert set(pinned) == closure([*project["dependencies"], *extras])


def test_celerys_own_tools_are_told_what_runs_and_workers_are_told() -> None:
    written = subprocess.run(
        [sys.executable, "-m", "vod_assets.defs.farm.config"], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert (DOCKER / "celeryconfig.py").read_text() == written.stdout


def test_the_compose_file_is_one(tmp_path: Path) -> None:
    variables = tmp_path / ".env"
    example = (DOCKER / "env.example").read_text()
    variables.write_text(re.sub(r"^(VOD_\w+)=$", r"\1=filled-in", example, flags=re.MULTILINE))
    argv = ["docker-compose", "--env-file", str(variables), "-f", str(DOCKER / "docker-compose.yml"), "config"]
    ended = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    services = yaml.safe_load(ended.stdout)["services"]
    published = [port for service in services.values() for port in service.get("ports", [])]
    assert all(str(port).startswith("127.0.0.1:") for port in published), published
    settings = {
        name for service in services.values() for name in service.get("environment") or {} if name[:4] == "VOD_"
    }
    known = re.findall(r"^#?\s?(VOD_\w+)=", (CHECKOUT / ".env.example").read_text(), re.MULTILINE)
    own = {"VOD_QUEUES", "VOD_UI_HOST", "VOD_UI_ORIGIN", "VOD_PROXY_LISTEN", "VOD_PROXY_PASSWORDS", "VOD_WEBSERVER"}
    assert settings - own <= set(known)


def test_the_compose_file_wants_its_passwords(tmp_path: Path) -> None:
    variables = tmp_path / ".env"
    variables.write_text("VOD_POSTGRES_PASSWORD=a\n")
    argv = ["docker-compose", "--env-file", str(variables), "-f", str(DOCKER / "docker-compose.yml"), "config"]
    ended = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert "VOD_RABBITMQ_PASSWORD" in ended.stderr


def test_a_workers_container_hands_its_signals_to_the_worker(tmp_path: Path) -> None:
    stand_in = tmp_path / "vod"
    stand_in.write_text("#!/bin/sh\ntrap 'echo drained; exit 0' TERM\necho \"$@\"\nwhile :; do sleep 0.05; done\n")
    stand_in.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "VOD_QUEUES": "encode=2"}
    # A shell cannot trap what was ignored when it began, as SIGTERM is in what a script runs in the background.
    heeding = (
        "import os, signal, sys; signal.signal(signal.SIGTERM, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
    )
    argv = [sys.executable, "-c", heeding, str(DOCKER / "celery_worker.sh"), "--log-level", "debug"]
    with subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.readline().split()
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read()
    assert said[:3] == ["worker", "--queues", "encode=2"]
    assert said[-2:] == ["--log-level", "debug"]
    assert (rest, process.returncode) == ("drained\n", 0)


def test_the_image_copies_what_is_there() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (DOCKER / "Dockerfile").read_text(), re.MULTILINE)
    assert copied
    assert all((CHECKOUT / path).exists() for line in copied for path in line.split())
