"""What `vod doctor` looks at: each check returns findings, and every fault says what to do."""

import importlib.metadata
import os
import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from vod_assets.domain.errors import VodError
from vod_assets.home import ensure_dagster_home, packaged_dagster_yaml
from vod_assets.origins_file import origin_places
from vod_assets.settings import Settings

GIBIBYTE = 1 << 30
LEAST_FREE_BYTES = 1 * GIBIBYTE
COMFORTABLE_FREE_BYTES = 20 * GIBIBYTE
EARLIEST_SANE_TIME = 1_767_225_600  # 1 January 2026: a clock before this release is wrong
TOLERATED_SKEW_SECONDS = 5.0


class State(StrEnum):
    """How a finding stands: only a fault makes `vod doctor` fail."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True)
class Finding:
    """What one check found, and what to do about it."""

    subject: str
    state: State
    found: str
    remedy: str = ""

    def as_json(self) -> dict[str, str]:
        """Return the finding as a flat JSON object."""
        return {name: str(value) for name, value in asdict(self).items()}


Check = Callable[[Settings], Iterator[Finding]]


def examine(settings: Settings, checks: Sequence[Check]) -> list[Finding]:
    """Return what all checks find; a check that cannot finish is itself a fault."""
    findings: list[Finding] = []
    for check in checks:
        try:
            findings.extend(check(settings))
        except VodError as error:
            findings.append(Finding(_subject(check), State.FAULT, error.cause, error.remedy))
        except OSError as error:
            found = f"{error.filename or ''} {error.strerror or error}".strip()
            findings.append(Finding(_subject(check), State.FAULT, found, "Check the path, its owner and its mount"))
        except Exception as error:  # noqa: BLE001 - an edge: what nobody foresaw is exactly what a doctor must report
            found = f"{type(error).__name__}: {error}"
            findings.append(
                Finding(_subject(check), State.FAULT, found, "Set right what it says; the rest was examined")
            )
    return findings


def is_healthy(findings: Sequence[Finding]) -> bool:
    """Whether nothing is a fault."""
    return all(finding.state is not State.FAULT for finding in findings)


def check_python(settings: Settings) -> Iterator[Finding]:  # noqa: ARG001 - all checks have one signature
    """The interpreter, and whether it may keep byte code."""
    yield Finding("python", State.OK, f"{sys.version.split()[0]} at {sys.executable}")
    if sys.dont_write_bytecode:
        yield Finding(
            "byte code",
            State.WARNING,
            "PYTHONDONTWRITEBYTECODE is set, so every start compiles everything again",
            "Unset it; a start then costs about half",
        )


def check_home(settings: Settings) -> Iterator[Finding]:
    """VOD_HOME, DAGSTER_HOME and the instance's dagster.yaml."""
    named = os.environ.get("DAGSTER_HOME")
    home = ensure_dagster_home(settings)
    yield Finding("VOD_HOME", State.OK, str(settings.home_path))
    if named and Path(named).expanduser().absolute() != home:
        yield Finding(
            "DAGSTER_HOME",
            State.WARNING,
            f"the environment says {named}, vod uses {home}",
            f"export DAGSTER_HOME={home}, or the Dagster commands see another instance than vod",
        )
    else:
        yield Finding("DAGSTER_HOME", State.OK, str(home))
    yield _instance_file(home / "dagster.yaml")


def _instance_file(path: Path) -> Finding:
    if path.read_text(encoding="utf-8") == packaged_dagster_yaml():
        return Finding("dagster.yaml", State.OK, "as packaged")
    return Finding(
        "dagster.yaml",
        State.WARNING,
        f"{path} differs from the packaged one",
        "Right if you changed it; otherwise remove it, and the packaged one is written again",
    )


def check_storage(settings: Settings) -> Iterator[Finding]:
    """Whether store, origin, catalogue and scratch can do what a commit needs."""
    for subject, folder in _folders(settings).items():
        yield _commit_trial(subject, folder)


def check_space(settings: Settings) -> Iterator[Finding]:
    """Free space under every folder that grows."""
    for subject, folder in _folders(settings).items():
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
        state = State.OK if free >= COMFORTABLE_FREE_BYTES else State.WARNING
        state = State.FAULT if free < LEAST_FREE_BYTES else state
        remedy = "" if state is State.OK else f"Make room, or move it with VOD_{subject.upper()}"
        yield Finding(f"{subject} space", state, f"{free / GIBIBYTE:.1f} GiB free", remedy)


def check_clock(settings: Settings) -> Iterator[Finding]:
    """Whether this machine's clock is sane and agrees with the store's."""
    now = time.time()
    if now < EARLIEST_SANE_TIME:
        yield Finding("clock", State.FAULT, time.strftime("%Y-%m-%d", time.gmtime(now)), "Set the clock; use NTP")
        return
    skew = _file_time(settings.store_path or settings.scratch_path) - time.time()
    if abs(skew) > TOLERATED_SKEW_SECONDS:
        found = f"the store's file server is {skew:+.0f} s off this machine"
        yield Finding("clock", State.WARNING, found, "Use NTP on both; leases and clean-up compare the two clocks")
    else:
        yield Finding("clock", State.OK, f"{time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(now))} UTC")


def check_ports(settings: Settings) -> Iterator[Finding]:
    """Whether the ports of `vod serve` and of the Dagster UI are free."""
    for name, port in (("VOD_SERVE_PORT", settings.serve_port), ("VOD_UI_PORT", settings.ui_port)):
        if _is_free(port):
            yield Finding(name, State.OK, f"{port} is free")
        else:
            remedy = f"Nothing to do if it is already running; otherwise set {name} to another port"
            yield Finding(name, State.WARNING, f"something listens on 127.0.0.1:{port}", remedy)


def check_packages(settings: Settings) -> Iterator[Finding]:  # noqa: ARG001 - all checks have one signature
    """Packages whose versions matter to each other."""
    yield Finding("dagster", State.OK, importlib.metadata.version("dagster"))
    typer = importlib.metadata.version("typer")
    if tuple(int(part) for part in typer.split(".")[:2]) >= (0, 26):
        yield Finding(
            "typer", State.WARNING, f"{typer} blanks `dg --help`", "Install typer<0.26, as pyproject.toml asks"
        )


def check_sandbox(settings: Settings) -> Iterator[Finding]:
    """Whether bubblewrap is there to shut media tools in."""
    found = shutil.which("bwrap")
    if found:
        yield Finding("bubblewrap", State.OK, found)
    elif settings.require_sandbox:
        yield Finding("bubblewrap", State.FAULT, "not found, and VOD_REQUIRE_SANDBOX is set", "Install bubblewrap")
    else:
        yield Finding(
            "bubblewrap", State.OK, "not found; the media tools run under kernel limits and strict lists only"
        )


def _subject(check: Check) -> str:
    name: str = getattr(check, "__name__", "check")
    return name.removeprefix("check_")


def _folders(settings: Settings) -> dict[str, Path]:
    return {
        **({"store": settings.store_path} if settings.store_path else {}),
        **{name: place.path for name, place in origin_places(settings).items() if place.path},
        **({"cms": settings.cms_path} if settings.cms_kind == "static" else {}),
        "scratch": settings.scratch_path,
    }


def _commit_trial(subject: str, folder: Path) -> Finding:
    """Write, read back, link exclusively and rename, as committing an artifact does."""
    folder.mkdir(parents=True, exist_ok=True)
    draft, linked, moved = (folder / f".doctor.{os.getpid()}.{word}" for word in ("draft", "linked", "moved"))
    try:
        draft.write_bytes(b"vod doctor")
        os.link(draft, linked)
        if _links_twice(draft, linked) or draft.read_bytes() != b"vod doctor":
            remedy = "Put it on a local disk or an NFS mount; commits rely on exclusive links"
            return Finding(subject, State.FAULT, f"{folder} lets two writers create one name", remedy)
        draft.replace(moved)
    except OSError as error:
        remedy = f"Set VOD_{subject.upper()} to a folder that this user may write and that has hard links"
        return Finding(subject, State.FAULT, f"{folder}: {error.strerror}", remedy)
    finally:
        for path in (draft, linked, moved):
            path.unlink(missing_ok=True)
    return Finding(subject, State.OK, f"{folder}: write, read, exclusive link and rename work")


def _links_twice(source: Path, target: Path) -> bool:
    try:
        os.link(source, target)
    except FileExistsError:
        return False
    return True


def _file_time(folder: Path) -> float:
    probe = folder / f".doctor.{os.getpid()}.clock"
    try:
        probe.write_bytes(b"")
        return probe.stat().st_mtime
    finally:
        probe.unlink(missing_ok=True)


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
