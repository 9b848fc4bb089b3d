"""What `vod doctor` looks at in the media tools: versions and encoders."""

import re
import shutil
from collections.abc import Iterator, Sequence

from vod_assets.adapters.ffmpeg.command import version_command
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.process_start import STARTERS
from vod_assets.adapters.tool_versions import ENCODERS, FILTERS, OLDEST_FFMPEG
from vod_assets.adapters.tools import Tools
from vod_assets.doctor import Finding, State
from vod_assets.domain.errors import ToolError
from vod_assets.ports import ToolRunner
from vod_assets.settings import Settings

NEEDED_NOW = {"libx264", "aac"}  # the others serve codecs and measures that a profile may ask for


def check_tools(settings: Settings) -> Iterator[Finding]:
    """FFmpeg, ffprobe and Shaka Packager: where they are, how old, what they can do."""
    yield starters_finding()
    yield from tool_findings(Tools.from_settings(settings), SupervisedRunner(), settings.allow_old_ffmpeg)


def starters_finding() -> Finding:
    """Return whether what sets the limits of tools is there."""
    if missing := [name for name in STARTERS if shutil.which(name) is None]:
        return Finding("limits", State.FAULT, f"without {', '.join(missing)}, no tool is run", "Install util-linux")
    return Finding("limits", State.OK, f"{' and '.join(STARTERS)} set those of every tool")


def tool_findings(tools: Tools, runner: ToolRunner, allow_old: bool) -> Iterator[Finding]:
    """Yield one finding a tool and one a needed encoder or filter."""
    for name, program in (("ffmpeg", tools.ffmpeg), ("ffprobe", tools.ffprobe)):
        yield _version_finding(name, str(program), _said(runner, version_command(program)), allow_old)
    yield _packager_finding(str(tools.packager), _said(runner, [str(tools.packager), "--version"]))
    listings = {listing: _said(runner, version_command(tools.ffmpeg, listing)) for listing in ("encoders", "filters")}
    for listing, wanted in (("encoders", ENCODERS), ("filters", FILTERS)):
        missing = [name for name in wanted if not re.search(rf"^ *\S+ +{name} ", listings[listing], re.MULTILINE)]
        yield _ability_finding(listing, wanted, missing)


def version_of(first_line: str) -> tuple[int, ...]:
    """Return the numbers in ``ffmpeg version n8.1.2-7-gabc``; empty for a build that is named after a commit.

    >>> version_of("ffmpeg version n9.0.2-17-g2a571b6068 Copyright")
    (9, 0, 2)
    """
    match = re.search(r"version n?(\d+)\.(\d+)(?:\.(\d+))?", first_line)
    return tuple(int(part or 0) for part in match.groups()) if match else ()


def _said(runner: ToolRunner, argv: Sequence[str]) -> str:
    try:
        return runner.run(argv).stdout.decode(errors="replace")
    except ToolError as error:
        return f"{error.cause}\n{error.last_words}"


def _version_finding(name: str, program: str, said: str, allow_old: bool) -> Finding:
    first_line, version = said.partition("\n")[0], version_of(said)
    found = f"{'.'.join(str(part) for part in version) or first_line} at {program}"
    remedy = f"Unset VOD_{name.upper()} to use the packaged one, or install 8.1.2 or newer"
    if not version:
        return Finding(name, State.FAULT, found, remedy)
    if version < OLDEST_FFMPEG:
        remedy += "; VOD_ALLOW_OLD_FFMPEG=true accepts a distribution's back-port"
        return Finding(name, State.WARNING if allow_old else State.FAULT, found, remedy)
    return Finding(name, State.OK, found)


def _packager_finding(program: str, said: str) -> Finding:
    match = re.search(r"version v(\d+)\.(\d+)\.(\d+)", said)
    if match and int(match[1]) >= 3:
        return Finding("packager", State.OK, f"{'.'.join(match.groups())} at {program}")
    remedy = "Unset VOD_PACKAGER to use the packaged one, or install Shaka Packager 3.8"
    return Finding("packager", State.FAULT, f"{said.partition(chr(10))[0]} at {program}", remedy)


def _ability_finding(listing: str, wanted: Sequence[str], missing: Sequence[str]) -> Finding:
    if not missing:
        return Finding(listing, State.OK, ", ".join(wanted))
    state = State.FAULT if NEEDED_NOW & set(missing) else State.WARNING
    return Finding(listing, state, f"without {', '.join(missing)}", "Unset VOD_FFMPEG to use the packaged FFmpeg")
