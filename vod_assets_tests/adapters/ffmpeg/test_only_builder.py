"""One supervisor starts processes and one package builds ffmpeg's command lines: nothing else in the project does."""

import ast
from collections.abc import Iterator
from pathlib import Path

import vod_assets

PACKAGE = Path(vod_assets.__file__).parent
SUPERVISOR = {PACKAGE / "adapters/process.py", PACKAGE / "adapters/process_start.py"}
# These start no media tool: the pages a person opens, and the command line that starts Dagster itself.
STARTS_OTHER_PROGRAMS = {"cli", "serve"}
PROCESS_MODULES = {"subprocess", "pexpect", "sh", "plumbum"}
PROCESS_CALLS = {
    "system",
    "popen",
    "posix_spawn",
    "posix_spawnp",
    "execv",
    "execve",
    "execvp",
    "spawnv",
    "fork",
    "Popen",
}
FFMPEG_CALLS = {"run", "run_async", "probe", "compile", "get_args", "input"}
MEDIA_TOOLS = {"ffmpeg", "ffprobe"}


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path, ast.parse(path.read_text())


def is_call_of(node: ast.AST, owner: str, names: set[str]) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in names
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == owner
    )


def imported(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name.split(".")[0] for alias in node.names}
    return {(node.module or "").split(".")[0]} if isinstance(node, ast.ImportFrom) else set()


def names_a_tool_first(node: ast.AST) -> bool:
    """Whether a list begins with an attribute called ffmpeg or ffprobe, plain or within ``str(…)``."""
    if not isinstance(node, ast.List) or len(node.elts) < 2:
        return False
    first = node.elts[0]
    if isinstance(first, ast.Call) and first.args:
        first = first.args[0]
    if isinstance(first, ast.Constant):
        return (
            first.value in MEDIA_TOOLS
            and isinstance(node.elts[1], ast.Constant)
            and str(node.elts[1].value).startswith("-")
        )
    return isinstance(first, ast.Attribute) and first.attr in MEDIA_TOOLS


def test_only_the_supervisor_starts_media_tools():
    offenders = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path, tree in modules()
        if path not in SUPERVISOR
        and path.relative_to(PACKAGE).parts[0].removesuffix(".py") not in STARTS_OTHER_PROGRAMS
        for node in ast.walk(tree)
        if imported(node) & PROCESS_MODULES or is_call_of(node, "os", PROCESS_CALLS)
    ]
    assert offenders == []


def test_ffmpeg_python_never_runs_or_probes_and_compiles_in_one_place():
    builder = PACKAGE / "adapters/ffmpeg/command.py"
    offenders = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path, tree in modules()
        for node in ast.walk(tree)
        if is_call_of(node, "ffmpeg", FFMPEG_CALLS if path != builder else {"run", "run_async", "probe"})
    ]
    assert offenders == []


def test_command_lines_of_ffmpeg_are_built_in_one_package():
    offenders = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path, tree in modules()
        if (PACKAGE / "adapters/ffmpeg") not in path.parents
        for node in ast.walk(tree)
        if names_a_tool_first(node)
    ]
    assert offenders == []
