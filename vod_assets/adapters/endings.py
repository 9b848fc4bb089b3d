"""What it means when a tool ends badly: exit status, signal and last words become a code and a sentence."""

import signal
from collections.abc import Sequence
from pathlib import Path

from vod_assets.domain.errors import ToolError
from vod_assets.ports import Limits

CRASHES = (signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGABRT, signal.SIGSYS)
NO_SPACE = ("no space left on device", "disk quota exceeded")
NO_MEMORY = ("cannot allocate memory", "out of memory", "bad_alloc", "failed to allocate", "error code: -12")
NOT_RUN, NOT_RUN_WORDS = (126, 127), "prlimit: failed to execute "  # see `vod_assets.adapters.process_start`
CPU_SIGNAL_WORDS = f"received signal {signal.SIGXCPU.value}"  # ffmpeg catches SIGXCPU and says so


def tool_error(argv: Sequence[str], returncode: int, stderr: str, cpu_seconds: float, limits: Limits) -> ToolError:
    """Return the error for a tool that did not end with status 0.

    Args:
        argv: What was run.
        returncode: Exit status, or minus the number of the signal that ended it.
        stderr: Its last words.
        cpu_seconds: What it used, to tell a CPU limit from another SIGKILL.
        limits: What it was allowed.
    """
    code, what, remedy = _cause(returncode, stderr, cpu_seconds, limits)
    return ToolError(code, f"{Path(argv[0]).name} {what}", remedy, argv=argv, stderr=stderr)


def unwrapped(returncode: int | None) -> int | None:
    """Return the ending of a tool that ran in bubblewrap, which turns death by signal into 128 plus its number."""
    signals = {128 + number: -number for number in (*CRASHES, signal.SIGKILL, signal.SIGXCPU, signal.SIGXFSZ)}
    return returncode if returncode is None else signals.get(returncode, returncode)


def _cause(returncode: int, stderr: str, cpu_seconds: float, limits: Limits) -> tuple[str, str, str]:
    words = stderr.lower()
    if returncode in NOT_RUN and words.startswith(NOT_RUN_WORDS):
        return "tool_missing", f"cannot be run: {_telling_line(stderr).rpartition(': ')[2]}", "Install one that can"
    if returncode == -signal.SIGXCPU or CPU_SIGNAL_WORDS in words or _hit_cpu_limit(returncode, cpu_seconds, limits):
        return "limit_exceeded", f"used more than its {limits.cpu_seconds} s of CPU time", ""
    if returncode == -signal.SIGXFSZ or "file too large" in words:
        return "limit_exceeded", f"wrote a file larger than {limits.file_bytes} bytes", ""
    if any(phrase in words for phrase in NO_SPACE):
        return "disk_full", f"found no space left: {_telling_line(stderr)}", "Make room and start again"
    if any(phrase in words for phrase in NO_MEMORY):
        return "out_of_memory", f"needed more memory than its {_mebibytes(limits)} MiB", ""
    if returncode == -signal.SIGKILL:
        return "out_of_memory", "was killed by the system, most likely for want of memory", ""
    if -returncode in CRASHES:
        return "decoder_crash", f"crashed with {signal.Signals(-returncode).name}", ""
    return "tool_failed", f"ended with {_ending(returncode)}: {_telling_line(stderr)}", ""


def _hit_cpu_limit(returncode: int, cpu_seconds: float, limits: Limits) -> bool:
    return returncode == -signal.SIGKILL and cpu_seconds >= limits.cpu_seconds


def _ending(returncode: int) -> str:
    return f"signal {-returncode}" if returncode < 0 else f"status {returncode}"


def _telling_line(stderr: str) -> str:
    """Return the first line that ffmpeg marks as an error, for the last one only says that it gave up."""
    lines = stderr.strip().splitlines()
    marked = [line for line in lines if "[error]" in line or "[fatal]" in line]
    if marked:
        return marked[0].rpartition("] ")[2].strip()
    return lines[-1].strip() if lines else "it said nothing"


def _mebibytes(limits: Limits) -> int:
    return limits.address_space_bytes >> 20
