"""Install what ``pyproject.toml`` asks for into the environment that runs this, at the versions that were tested.

The checkout itself is put on the path by a ``.pth`` file instead of an editable install, which would leave
``vod_assets.egg-info`` in the checkout. The same file sends byte code into the environment: no ``__pycache__`` appears
beside the sources, whichever command is run.
"""

import os
import stat
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
ENVIRONMENT = Path(sys.prefix)
BYTE_CODE = ENVIRONMENT / "byte-code"
NO_REGISTRY = """
vod_assets: the Python packages could not be installed (pip's own message is above).
The first `make` downloads about 300 MB from the package registry: check the network, or point pip at a mirror with
PIP_INDEX_URL, and run make again.
"""
LAUNCHER = """#!{python}
import sys

from vod_assets.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
"""


def requirements(extras: list[str]) -> list[str]:
    """Return the requirements of the package and of some of its extras."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [extra for name in extras for extra in project["optional-dependencies"][name]]
    return [*project["dependencies"], *wanted]


def pip_install(*arguments: str) -> None:
    """Run pip with the tested versions as constraints; end with a clear sentence when it fails."""
    pip = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(BYTE_CODE)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # compiled once here, or by every process for ever
    constraint = ["--constraint", str(CHECKOUT / "requirements.lock")]
    if subprocess.run([*pip, *constraint, *arguments], env=environment, check=False).returncode:
        sys.exit(NO_REGISTRY)


def link_checkout() -> None:
    """Put the checkout on the environment's path and its command line into ``bin``."""
    lines = [f"import sys; sys.pycache_prefix = {str(BYTE_CODE)!r}", str(CHECKOUT)]
    Path(sysconfig.get_path("purelib"), "_vod_assets.pth").write_text("\n".join(lines) + "\n", encoding="utf-8")
    launcher = Path(sysconfig.get_path("scripts"), "vod")
    launcher.write_text(LAUNCHER.format(python=sys.executable), encoding="utf-8")
    launcher.chmod(launcher.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)


def compile_checkout() -> None:
    """Write the byte code of the package, as pip does for the others."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(BYTE_CODE)}
    command = [sys.executable, "-m", "compileall", "-q", str(CHECKOUT / "vod_assets")]
    subprocess.run(command, env=environment, check=False)


def main() -> None:
    """Install; arguments are the extras, and ``--no-deps PACKAGE`` after them a package without its requirements."""
    arguments = sys.argv[1:]
    split = arguments.index("--no-deps") if "--no-deps" in arguments else len(arguments)
    pip_install(*requirements(arguments[:split]))
    if arguments[split:]:
        pip_install(*arguments[split:])
    link_checkout()
    compile_checkout()


if __name__ == "__main__":
    main()
