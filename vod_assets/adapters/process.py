"""The supervisor: the one place that starts an outside tool, and that makes sure it ends."""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from vod_assets.adapters.endings import tool_error, unwrapped
from vod_assets.adapters.process_limits import Pulse, Watchdog
from vod_assets.adapters.process_output import LineReader, OnLine, Tail
from vod_assets.adapters.process_start import start_tool
from vod_assets.adapters.sandbox import Sandbox
from vod_assets.adapters.tool_trace import trace
from vod_assets.domain.errors import ToolError
from vod_assets.ports import Limits, RunGuard, ToolResult

POLL_SECONDS = 0.25  # how often the guard is asked: a cancelled run is noticed within two polls
GRACE_SECONDS = 3.0  # between SIGTERM and SIGKILL
DRAIN_SECONDS = 1.0  # for output still in the pipes when the tool is gone
KEPT_STDOUT_BYTES = 64 << 20


class Unguarded:
    """A guard for work that nobody cancels: `vod doctor`, tests."""

    def check(self) -> None:
        """Return: the work is always wanted."""


class SupervisedRunner:
    """Runs tools within limits and ends them, with all their children, when anything goes wrong.

    The tool gets its own session, so its whole process group can be ended, and the kernel kills it when the thread that
    started it ends (``PR_SET_PDEATHSIG``), so call `run` from a thread that lives as long as the work.

    Args:
        guard: Asked at least twice a second whether the run is still wanted.
        sandbox: Where there is one, every tool runs in it.
    """

    def __init__(self, guard: RunGuard | None = None, sandbox: Sandbox | None = None) -> None:
        self.guard: RunGuard = guard or Unguarded()
        self.sandbox = sandbox

    def run(
        self,
        argv: Sequence[str],
        *,
        limits: Limits = Limits(),  # noqa: B008 - frozen, and the port's own default
        on_line: OnLine | None = None,
        on_error_line: OnLine | None = None,
        pulse: Pulse | None = None,
        cwd: Path | None = None,
        stdin: bytes = b"",
    ) -> ToolResult:
        """Run a tool to its end and return what it said; see `vod_assets.ports.ToolRunner`."""
        self.guard.check()
        supervised = _Supervised(argv, Watchdog(limits, pulse), on_line, on_error_line)
        try:
            supervised.start(self.sandbox.command(argv, cwd) if self.sandbox else argv, cwd, stdin)
            supervised.watch(self.guard)
        except BaseException:
            supervised.end()
            raise
        finally:
            supervised.close()
            if supervised.process is not None:
                trace(argv, cwd, supervised.cpu_seconds, supervised.watchdog.running_seconds)
        if self.sandbox:
            supervised.returncode = unwrapped(supervised.returncode)
        return supervised.result()


class _Supervised:
    """One run of one tool."""

    def __init__(
        self, argv: Sequence[str], watchdog: Watchdog, on_line: OnLine | None, on_error_line: OnLine | None
    ) -> None:
        self.argv, self.watchdog = list(argv), watchdog
        self.process: subprocess.Popen[bytes] | None = None
        self.tail = Tail()
        self.captured = bytearray()
        self.cpu_seconds = 0.0
        self.returncode: int | None = None
        self._lines = LineReader(on_line) if on_line else None
        self._errors = LineReader(self._keep if on_error_line is None else self._keep_and(on_error_line))

    def start(self, argv: Sequence[str], cwd: Path | None, stdin: bytes) -> None:
        """Start the tool with its limits set."""
        self.process = start_tool(argv, self.watchdog.limits, cwd, stdin)

    def watch(self, guard: RunGuard) -> None:
        """Read what the tool says until it has ended; raise when it must end."""
        with selectors.DefaultSelector() as selector:
            for pipe, take in self._pipes():
                os.set_blocking(pipe.fileno(), False)
                selector.register(pipe, selectors.EVENT_READ, take)
            next_check = 0.0
            while not self._has_ended():
                self._read(selector, POLL_SECONDS)
                if time.monotonic() >= next_check:
                    guard.check()
                    self._check_time()
                    next_check = time.monotonic() + POLL_SECONDS
            self._kill_group()  # children that outlived the tool
            self._drain(selector)
        self._reap()

    def end(self) -> None:
        """End the tool and everything it started: SIGTERM, three seconds, SIGKILL; then reap it.

        A second Ctrl-C cuts the three seconds short, and nothing else.
        """
        try:
            self._signal_group(signal.SIGTERM)
            deadline = time.monotonic() + GRACE_SECONDS
            while not self._has_ended() and time.monotonic() < deadline:
                time.sleep(0.02)
        finally:
            self._kill_group()
            self._reap()

    def close(self) -> None:
        """Close the pipes."""
        for pipe, _ in self._pipes():
            pipe.close()

    def result(self) -> ToolResult:
        """Return what the tool said, or raise why it failed."""
        if self._lines:
            self._lines.close()
        self._errors.close()
        wall_seconds = self.watchdog.running_seconds
        if self.returncode != 0:
            limits = self.watchdog.limits
            raise tool_error(self.argv, self.returncode or 0, self.tail.text, self.cpu_seconds, limits)
        return ToolResult(bytes(self.captured), self.tail.text, self.cpu_seconds, wall_seconds)

    def _pipes(self) -> tuple[tuple[IO[bytes], Callable[[bytes], None]], ...]:
        if self.process is None or self.process.stdout is None or self.process.stderr is None:
            return ()
        stdout, stderr = self.process.stdout, self.process.stderr
        return ((stdout, self._lines.feed if self._lines else self._capture), (stderr, self._errors.feed))

    def _keep(self, line: str) -> None:
        self.tail.add(line)

    def _keep_and(self, on_error_line: OnLine) -> OnLine:
        def keep_and_tell(line: str) -> None:
            self.tail.add(line)
            on_error_line(line)

        return keep_and_tell

    def _capture(self, chunk: bytes) -> None:
        self.captured += chunk
        if len(self.captured) > KEPT_STDOUT_BYTES:
            raise self._beyond("limit_exceeded", f"wrote more than {KEPT_STDOUT_BYTES >> 20} MiB to standard output")

    def _read(self, selector: selectors.BaseSelector, timeout: float) -> bool:
        """Pass on what is in the pipes; return whether there was anything."""
        if not selector.get_map():
            time.sleep(min(timeout, 0.02))  # both pipes are closed and the tool still runs
            return False
        events = selector.select(timeout)
        for key, _ in events:
            chunk = os.read(key.fd, 64 << 10)
            if chunk:
                self.watchdog.heard()
                key.data(chunk)
            else:
                selector.unregister(key.fileobj)
        return bool(events)

    def _drain(self, selector: selectors.BaseSelector) -> None:
        deadline = time.monotonic() + DRAIN_SECONDS
        while selector.get_map() and self._read(selector, 0.05) and time.monotonic() < deadline:
            pass

    def _check_time(self) -> None:
        if objection := self.watchdog.objection():
            raise self._beyond(*objection)

    def _beyond(self, code: str, what: str) -> ToolError:
        return ToolError(code, f"{Path(self.argv[0]).name} {what} and was ended", argv=self.argv, stderr=self.tail.text)

    def _has_ended(self) -> bool:
        """Whether the tool is gone; it stays a zombie until `_reap`, so its group's number cannot be given anew."""
        if self.process is None or self.returncode is not None:
            return True
        return os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _signal_group(self, number: signal.Signals) -> None:
        if self.process is not None and self.returncode is None:
            try:
                os.killpg(self.process.pid, number)
            except (ProcessLookupError, PermissionError):
                return  # nobody is left in the group

    def _kill_group(self) -> None:
        self._signal_group(signal.SIGKILL)

    def _reap(self) -> None:
        if self.process is not None and self.returncode is None:
            _, status, usage = os.wait4(self.process.pid, 0)
            self.returncode = self.process.returncode = os.waitstatus_to_exitcode(status)
            self.cpu_seconds = usage.ru_utime + usage.ru_stime
