"""How a tool is started: two small programs set its limits and tie its life to ours, and become the tool.

Code of ours between fork and exec (``preexec_fn``) would do the same, but forks a process with threads: the handlers
that gRPC installs for that have aborted a code server. Without it, Python uses vfork, where nobody's handlers run.
"""

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from vod_assets.adapters.process_limits import kernel_limits
from vod_assets.domain.errors import ToolError
from vod_assets.ports import Limits

KEPT_ENVIRONMENT = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "TZ")
STARTERS = ("setpriv", "prlimit")  # of util-linux, which every Debian has
UNLESS_ORPHANED = 'test "$PPID" = "$0" && exec "$@"'  # the parent may die before the kernel is told to watch it
OPTIONS = {
    resource.RLIMIT_AS: "--as",
    resource.RLIMIT_CPU: "--cpu",
    resource.RLIMIT_FSIZE: "--fsize",
    resource.RLIMIT_CORE: "--core",
    resource.RLIMIT_NOFILE: "--nofile",
}


def start_tool(argv: Sequence[str], limits: Limits, cwd: Path | None, stdin: bytes = b"") -> "subprocess.Popen[bytes]":
    """Start a program in a session of its own, within limits; the kernel kills it when the calling thread ends.

    Raises:
        ToolError: ``tool_missing``.
    """
    if shutil.which(argv[0]) is None:
        raise missing(argv, "there is no such program, or it may not be executed")
    try:
        with _said(stdin) as what_it_reads:
            return subprocess.Popen(
                limited(argv, limits),
                stdin=what_it_reads,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                cwd=cwd,
                env=_environment(),
                start_new_session=True,
            )
    except OSError as error:
        raise missing(argv, str(error.strerror)) from error


def start_detached(argv: Sequence[str]) -> None:
    """Start a program of ours that outlives this one: a session of its own, no terminal, nothing of its output kept.

    It has this process's environment, where its settings may be, and its working directory, where ``.env`` is.
    """
    nothing = subprocess.DEVNULL
    started = subprocess.Popen(argv, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True)
    started.returncode = 0  # it is not ours to wait for


@contextmanager
def _said(stdin: bytes) -> Iterator[int]:
    """Lend a descriptor to read from: a file in memory that has no name, and is gone with its last reader.

    A pipe would not do: the packager opens ``/proc/self/fd/0`` anew, and a full pipe would need somebody to feed it.
    """
    if not stdin:
        yield subprocess.DEVNULL
        return
    with os.fdopen(os.memfd_create("stdin"), "wb", buffering=0) as memory:
        memory.write(stdin)
        memory.seek(0)
        yield memory.fileno()


def limited(argv: Sequence[str], limits: Limits) -> list[str]:
    """Return the command line that sets the limits and becomes another one."""
    setpriv, prlimit = map(_starter, STARTERS)
    wanted = [f"{OPTIONS[name]}={soft}:{hard}" for name, (soft, hard) in kernel_limits(limits)]
    watched = [setpriv, "--pdeathsig", "KILL", "--", "/bin/sh", "-c", UNLESS_ORPHANED, str(os.getpid())]
    return [*watched, prlimit, *wanted, "--", *argv]


def missing(argv: Sequence[str], why: str) -> ToolError:
    """Return the error of a tool that cannot be started."""
    remedy = "Install it, or name another one in the settings; `vod doctor` shows what is found"
    return ToolError("tool_missing", f"{argv[0]} cannot be run: {why}", remedy, argv=argv)


@cache
def _starter(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        cause = f"{name} is not on the PATH, and no tool is run without limits"
        raise ToolError("tool_missing", cause, "Install util-linux", argv=[name])
    return found


def _environment() -> Mapping[str, str]:
    """Return the tool's environment: nothing that could be a secret, nothing that changes its output."""
    kept = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8", "AV_LOG_FORCE_NOCOLOR": "1"}
