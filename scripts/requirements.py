"""Write ``docker/requirements.txt`` and ``docker/requirements-dev.txt``: what an image installs, each file by its hash.

``pyproject.toml`` says what is needed, ``requirements.lock`` which version of it; pip says which files these are for
Linux on x86-64 with Python 3.11. Run it after a change of either: ``.venv/bin/python scripts/requirements.py``.
"""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
FILES = {"requirements.txt": ("farm",), "requirements-dev.txt": ("farm", "dev")}
HEAD = "# Written by scripts/requirements.py, Linux on x86-64, Python 3.11: pip install --no-deps --require-hashes -r"


def wanted(extras: tuple[str, ...]) -> list[str]:
    """Return the requirements of the package and of some of its extras."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [*project["dependencies"], *(one for extra in extras for one in project["optional-dependencies"][extra])]


def resolved(requirements: list[str]) -> dict[str, tuple[str, str]]:
    """Return version and SHA-256 of every package that pip would install, by its normal name."""
    with tempfile.TemporaryDirectory() as folder:
        listed, report = Path(folder) / "wanted.txt", Path(folder) / "report.json"
        listed.write_text("\n".join(requirements), encoding="utf-8")
        pip = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "-qq",
            "--dry-run",
            "--ignore-installed",
            "--report",
            str(report),
        ]
        constraint = ["--constraint", str(CHECKOUT / "requirements.lock")]
        subprocess.run([*pip, *constraint, "--requirement", str(listed)], check=True)
        installs = json.loads(report.read_text(encoding="utf-8"))["install"]
    return {
        normal(one["metadata"]["name"]): (
            one["metadata"]["version"],
            one["download_info"]["archive_info"]["hashes"]["sha256"],
        )
        for one in installs
    }


def normal(name: str) -> str:
    """Return a project's one name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> None:
    """Write both files."""
    for name, extras in FILES.items():
        found = resolved(wanted(extras))
        lines = [f"{project}=={one[0]} \\\n    --hash=sha256:{one[1]}" for project, one in sorted(found.items())]
        (CHECKOUT / "docker" / name).write_text("\n".join([f"{HEAD} {name}", *lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
