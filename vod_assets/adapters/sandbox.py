"""Bubblewrap around every tool: no network, no other processes, and no file but those that the work is about.

The command lines already keep media files from naming other files; the sandbox holds when a decoder itself is taken
over. It sees the system's libraries and its inputs read-only, and may write below the folders of ``VOD_HOME`` alone.
"""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vod_assets.domain.errors import ConfigError
from vod_assets.origins_file import written_paths
from vod_assets.settings import Settings

SYSTEM = ("/usr", "/bin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/fonts", "/opt")
INPUT_PREFIX = "file:"  # how `vod_assets.adapters.ffmpeg.command` writes every input


@dataclass(frozen=True)
class Sandbox:
    """How a command line is run in bubblewrap.

    Attributes:
        program: The bwrap binary.
        writable: Folders that tools may write in.
        readable: Folders that they may read besides: those whose playlists lead to other files.
    """

    program: Path
    writable: tuple[Path, ...] = ()
    readable: tuple[Path, ...] = ()

    def command(self, argv: Sequence[str], cwd: Path | None = None) -> list[str]:
        """Return the command line that runs another one in the sandbox."""
        tool = Path(argv[0]).resolve().parent
        read_only = [*SYSTEM, str(tool), *map(str, (*self.readable, *_inputs(argv)))]
        return [
            *(str(self.program), "--unshare-all", "--die-with-parent", "--proc", "/proc", "--dev", "/dev"),
            *("--tmpfs", "/tmp"),  # noqa: S108 - empty and private, made before the binds below it
            *(word for path in self.writable for word in ("--bind-try", str(path), str(path))),
            *(word for path in read_only for word in ("--ro-bind-try", path, path)),
            *(("--chdir", str(cwd)) if cwd else ()),
            *("--", str(Path(argv[0]).resolve()), *argv[1:]),
        ]


def find_sandbox(settings: Settings) -> Sandbox | None:
    """Return the sandbox of this machine, or None where bubblewrap is not installed.

    Raises:
        ConfigError: ``sandbox_missing``: it is not there, and the settings ask for it.
    """
    program = shutil.which("bwrap")
    if program:
        return Sandbox(Path(program), written_paths(settings))
    if settings.require_sandbox:
        raise ConfigError(
            "sandbox_missing",
            "VOD_REQUIRE_SANDBOX is set, and bubblewrap (bwrap) is not on the PATH",
            "Install bubblewrap, or unset VOD_REQUIRE_SANDBOX",
        )
    return None


def _inputs(argv: Sequence[str]) -> Iterator[Path]:
    """Yield the files that a command line reads, links resolved as well as named."""
    for word in argv:
        if word.startswith(INPUT_PREFIX):
            path = Path(word.removeprefix(INPUT_PREFIX))
            yield from dict.fromkeys((path, path.resolve()))
