"""The supervisor: whatever a tool does, it ends, and the error says why."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import psutil
import pytest

from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.process_output import KEPT_STDERR_LINES, Tail
from vod_assets.domain.errors import Cancelled, ToolError
from vod_assets.ports import Advance, Limits

ROOMY = Limits(address_space_bytes=2 << 30, cpu_seconds=60, wall_seconds=60, stall_seconds=30)


class CancelsAfter:
    """A guard that wants the work for some time only."""

    def __init__(self, seconds: float) -> None:
        self.until = time.monotonic() + seconds

    def check(self) -> None:
        if time.monotonic() > self.until:
            raise Cancelled


class CancelsOnce:
    """A guard that cancels as soon as a file is there."""

    def __init__(self, sign: Path) -> None:
        self.sign = sign

    def check(self) -> None:
        if self.sign.exists() and self.sign.read_text().strip():
            raise Cancelled


def program(text: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", text]


def run(text: str, limits: Limits = ROOMY) -> str:
    return SupervisedRunner().run(program(text), limits=limits).stdout.decode()


def test_what_a_tool_is_told_by_standard_input_can_be_opened_again_by_its_number_and_has_no_name() -> None:
    said = b"--keys=label=SD:key=00\n"
    reading = "import os; print(open('/proc/self/fd/0').read() * 2, os.readlink('/proc/self/fd/0'))"
    shown = SupervisedRunner().run(program(reading), limits=ROOMY, stdin=said).stdout.decode()
    assert shown == f"{said.decode() * 2} /memfd:stdin (deleted)\n"


def failure(text: str, limits: Limits = ROOMY) -> ToolError:
    with pytest.raises(ToolError) as caught:
        run(text, limits)
    return caught.value


def is_alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def wait_until_gone(pids: Sequence[int], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while any(map(is_alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not [pid for pid in pids if is_alive(pid)]


def test_result_holds_both_outputs_and_the_time_used():
    result = SupervisedRunner().run(program("import sys; print('out'); print('err', file=sys.stderr)"), limits=ROOMY)
    assert result.stdout == b"out\n"
    assert result.stderr == "err"
    assert 0 < result.cpu_seconds < 10
    assert result.wall_seconds > 0


def test_lines_of_standard_output_are_passed_on_as_they_come_and_not_kept():
    lines: list[str] = []
    result = SupervisedRunner().run(program("print('a=1\\nb=2', end='')"), limits=ROOMY, on_line=lines.append)
    assert lines == ["a=1", "b=2"]
    assert result.stdout == b""


def test_every_line_of_standard_error_is_passed_on_and_only_the_last_are_kept():
    lines: list[str] = []
    flood = "import sys\nfor n in range(1000): print(n, file=sys.stderr)"
    result = SupervisedRunner().run(program(flood), limits=ROOMY, on_error_line=lines.append)
    assert len(lines) == 1000
    assert result.stderr.splitlines() == [str(n) for n in range(1000 - KEPT_STDERR_LINES, 1000)]


def test_a_tail_of_long_lines_stays_within_its_bytes():
    tail = Tail()
    for _ in range(100):
        tail.add("x" * 4000)
    assert len(tail.text) <= 64 << 10


def test_a_line_without_end_does_not_fill_the_memory():
    result = SupervisedRunner().run(program("import sys; sys.stderr.write('x' * 3_000_000)"), limits=ROOMY)
    assert len(result.stderr) <= 16 << 10


def test_the_tool_reads_nothing_and_sees_no_secret(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary")
    seen = run("import os, sys; print(sys.stdin.read() + ' '.join(sorted(os.environ)))")
    assert "AWS" not in seen
    assert "PATH" in seen


def test_a_program_that_is_not_there_is_tool_missing():
    with pytest.raises(ToolError, match="tool_missing"):
        SupervisedRunner().run(["/nowhere/ffmpeg"], limits=ROOMY)


def test_a_program_whose_interpreter_is_gone_is_tool_missing(tmp_path: Path):
    (tmp_path / "ffmpeg").write_text("#!/nowhere/sh\n")
    (tmp_path / "ffmpeg").chmod(0o755)
    with pytest.raises(ToolError, match=r"ffmpeg cannot be run: No such file or directory.*tool_missing"):
        SupervisedRunner().run([str(tmp_path / "ffmpeg")], limits=ROOMY)


def test_starting_a_tool_forks_no_process_that_has_threads():
    """What libraries do at a fork (gRPC among them) is not done: it has aborted processes with threads."""
    forks: list[str] = []
    os.register_at_fork(before=lambda: forks.append("fork"))
    assert run("print('ran')") == "ran\n"
    assert forks == []


def test_the_tool_itself_has_the_limits():
    said = run("import resource as r; print(*(r.getrlimit(n) for n in (r.RLIMIT_AS, r.RLIMIT_CPU, r.RLIMIT_CORE)))")
    assert said == f"({2 << 30}, {2 << 30}) (60, 65) (0, 0)\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("import sys; sys.exit('no such filter')", "tool_failed"),
        ("import sys; sys.exit('av_interleaved_write_frame(): No space left on device')", "disk_full"),
        ("import sys; sys.exit('Cannot allocate memory')", "out_of_memory"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "decoder_crash"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "out_of_memory"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGUSR1)", "tool_failed"),
    ],
)
def test_a_bad_ending_gets_its_code(text: str, code: str):
    assert failure(text).code == code


def test_the_error_carries_the_command_and_its_last_words():
    error = failure("import sys; print('moov atom not found', file=sys.stderr); sys.exit(3)")
    assert "ended with status 3: moov atom not found" in str(error)
    assert error.argv[0] == sys.executable
    assert error.last_words == "moov atom not found"


def test_the_error_quotes_the_line_that_tells_most():
    words = "[mov @ 0x5] [error] moov atom not found\n[fatal] Error opening input\n[verbose] Exiting with code 183"
    error = failure(f"import sys; print({words!r}, file=sys.stderr); sys.exit(183)")
    assert "ended with status 183: moov atom not found [tool_failed]" in str(error)


def test_a_busy_tool_is_ended_by_its_cpu_limit():
    error = failure("while True: pass", Limits(1 << 30, cpu_seconds=1, wall_seconds=20))
    assert (error.code, "1 s of CPU" in error.cause) == ("limit_exceeded", True)


def test_a_hungry_tool_is_refused_memory():
    hungry = "try: bytearray(1 << 30)\nexcept MemoryError: import sys; sys.exit('Cannot allocate memory')"
    error = failure(hungry, Limits(address_space_bytes=256 << 20))
    assert (error.code, "256 MiB" in error.cause) == ("out_of_memory", True)


def test_a_tool_that_writes_too_much_is_ended(tmp_path: Path):
    big = str(tmp_path / "big")
    default = "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_DFL)"
    text = f"{default}; open({big!r}, 'wb').write(bytes(9999))"
    assert failure(text, Limits(file_bytes=1000)).code == "limit_exceeded"


def test_a_silent_tool_is_stalled():
    started = time.monotonic()
    assert failure("import time; time.sleep(60)", Limits(stall_seconds=1)).code == "stalled"
    assert time.monotonic() - started < 10


def test_a_tool_that_only_talks_is_stalled_where_it_last_got():
    """As FFmpeg does, which reports the same place twice a second while its input does not come."""
    talks = "import time\nfor n in range(600): print(min(n, 5), flush=True); time.sleep(.05)"
    seen = [0]
    with pytest.raises(ToolError) as caught:
        SupervisedRunner().run(
            program(talks),
            limits=Limits(stall_seconds=1, wall_seconds=60),
            on_line=lambda line: seen.append(int(line)),
            pulse=lambda: Advance(done_seconds=Fraction(seen[-1] * 150 + 1, 5)),
        )
    assert caught.value.code == "stalled"
    assert "stalled at 00:02:30.200: no advance for 1 s" in str(caught.value)


def test_a_tool_that_advances_in_silence_is_left_alone():
    started = time.monotonic()
    SupervisedRunner().run(
        program("import time; time.sleep(2.5)"),
        limits=Limits(stall_seconds=1, wall_seconds=60),
        pulse=lambda: Advance(frames=int(10 * (time.monotonic() - started))),
    )


def test_a_talking_tool_is_ended_by_its_wall_limit():
    talks = "import time\nwhile True: print('.', flush=True); time.sleep(.1)"
    assert failure(talks, Limits(wall_seconds=1, stall_seconds=30)).code == "limit_exceeded"


def test_a_cancelled_run_ends_the_tool_and_its_grandchildren(tmp_path: Path):
    pids = tmp_path / "pids"
    text = (
        "import os, signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen(['/bin/sleep', '60'])\n"
        f"open({str(pids)!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}')\n"
        "time.sleep(60)\n"
    )
    started = time.monotonic()
    with pytest.raises(Cancelled):
        SupervisedRunner(CancelsOnce(pids)).run(program(text), limits=ROOMY)
    wait_until_gone([int(pid) for pid in pids.read_text().split()], 5)
    assert time.monotonic() - started < 10


class InterruptsTwice:
    """A guard in whose place Ctrl-C is pressed as soon as a file is there, and once more while the tool is ended."""

    def __init__(self, sign: Path) -> None:
        self.sign = sign

    def check(self) -> None:
        if self.sign.exists() and self.sign.read_text().strip():
            threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
            raise KeyboardInterrupt


@pytest.fixture
def interruptible() -> Iterator[None]:
    """A process in the background of a shell, as in CI, ignores Ctrl-C until somebody listens."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_a_second_interrupt_ends_a_stubborn_tool_at_once(tmp_path: Path):
    pid = tmp_path / "pid"
    text = (
        "import os, signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"open({str(pid)!r}, 'w').write(str(os.getpid()))\n"
        "time.sleep(60)\n"
    )
    with pytest.raises(KeyboardInterrupt) as caught:
        SupervisedRunner(InterruptsTwice(pid)).run(program(text), limits=ROOMY)
    assert isinstance(caught.value.__context__, KeyboardInterrupt)  # it came twice
    assert not psutil.pid_exists(int(pid.read_text()))  # ended and reaped, before anybody heard of it


def test_a_cancelled_run_starts_nothing(tmp_path: Path):
    with pytest.raises(Cancelled):
        SupervisedRunner(CancelsAfter(-1)).run(["/bin/touch", str(tmp_path / "made")])
    assert not (tmp_path / "made").exists()


def test_children_that_outlive_the_tool_are_ended(tmp_path: Path):
    text = "import subprocess; print(subprocess.Popen(['/bin/sleep', '60']).pid)"
    wait_until_gone([int(run(text))], 5)


def test_an_error_in_the_listener_ends_the_tool(tmp_path: Path):
    pid = tmp_path / "pid"
    text = f"import os, time; open({str(pid)!r}, 'w').write(str(os.getpid())); print('x', flush=True); time.sleep(60)"

    def refuse(line: str) -> None:
        raise LookupError(line)

    with pytest.raises(LookupError):
        SupervisedRunner().run(program(text), limits=ROOMY, on_line=refuse)
    wait_until_gone([int(pid.read_text())], 5)


def test_the_tool_dies_with_a_killed_worker(tmp_path: Path):
    pid = tmp_path / "pid"
    tool = f"import os, time; open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    worker = (
        "import sys; from vod_assets.adapters.process import SupervisedRunner; "
        f"SupervisedRunner().run([sys.executable, '-c', {tool!r}])"
    )
    process = subprocess.Popen([sys.executable, "-c", worker])
    deadline = time.monotonic() + 30
    while not (pid.exists() and pid.read_text()) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_until_gone([int(pid.read_text())], 5)


def test_no_descriptor_is_left_open_after_a_failure():
    failure("import sys; sys.exit(1)")
    before = len(list(Path("/proc/self/fd").iterdir()))
    failure("import sys; sys.exit(1)")
    assert len(list(Path("/proc/self/fd").iterdir())) == before
