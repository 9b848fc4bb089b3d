"""The checkout around the package says what the package does."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Collection
from importlib.metadata import packages_distributions, requires
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from vod_assets import __version__
from vod_assets.settings import Settings, env_example

CHECKOUT = Path(__file__).parent.parent
PROJECT: dict[str, Any] = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
DOCUMENTS = sorted([*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/*.md"), *CHECKOUT.glob("benchmarks/*.md")])


def text_of(name: str) -> str:
    return (CHECKOUT / name).read_text(encoding="utf-8")


def locked() -> dict[str, str]:
    lines = [line for line in text_of("requirements.lock").splitlines() if line and not line.startswith("#")]
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in (line.split("==") for line in lines)}


def test_env_example_is_the_settings_model_written_out() -> None:
    """Regenerate it with `python -m vod_assets.settings > .env.example`."""
    assert text_of(".env.example") == env_example()


def test_every_setting_says_what_it_means() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_workspace_and_pyproject_name_one_location() -> None:
    """Dagster prefers pyproject.toml and says nothing when workspace.yaml differs."""
    (module,) = (entry["python_module"] for entry in yaml.safe_load(text_of("workspace.yaml"))["load_from"])
    dagster, dg = PROJECT["tool"]["dagster"], PROJECT["tool"]["dg"]["project"]
    assert {module["module_name"], dagster["module_name"], dg["code_location_target_module"]} == {
        "vod_assets.definitions"
    }
    assert {module["location_name"], dagster["code_location_name"], dg["code_location_name"]} == {"vod"}


@pytest.mark.parametrize(
    "requirement",
    [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["dev"], "scikit-video"],
)
def test_what_is_asked_for_is_locked_at_a_version_that_fits(requirement: str) -> None:
    wanted = Requirement(requirement)
    version = locked().get(re.sub(r"[-_.]+", "-", wanted.name).lower())
    assert version is not None, f"add {wanted.name} to requirements.lock"
    assert wanted.specifier.contains(version)


def imported(folder: str) -> set[str]:
    """Return the modules from elsewhere that a folder's files import, wherever in the file."""
    found: set[str] = set()
    for path in (CHECKOUT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add(str(node.module).partition(".")[0])
    return found - sys.stdlib_module_names - {"vod_assets", "vod_assets_tests", "benchmarks", "trials"}


def installed_with(wanted: list[str]) -> set[str]:
    """Return the names of the packages that pip installs for requirements, theirs included."""
    found: set[tuple[str, frozenset[str]]] = set()
    waiting = [Requirement(one) for one in wanted]
    while waiting:
        one = waiting.pop()
        name = re.sub(r"[-_.]+", "-", one.name).lower()
        if (name, frozenset(one.extras)) not in found:
            found.add((name, frozenset(one.extras)))
            further = [Requirement(text) for text in requires(name) or ()]
            waiting += [each for each in further if is_wanted(each, one.extras)]
    return {name for name, _ in found}


def is_wanted(requirement: Requirement, extras: Collection[str]) -> bool:
    """Whether pip installs a requirement of a package that is asked for with extras."""
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras))


@pytest.mark.parametrize(
    ("folder", "extras"), [("vod_assets", ["farm"]), ("vod_assets_tests", ["dev"]), ("benchmarks", ["dev"])]
)
def test_what_is_imported_is_installed(folder: str, extras: list[str]) -> None:
    """A package that happens to be there on one machine is missing on the next."""
    optional = PROJECT["project"]["optional-dependencies"]
    names = installed_with([*PROJECT["project"]["dependencies"], *(one for extra in extras for one in optional[extra])])
    owners = packages_distributions()
    missing = [
        module
        for module in sorted(imported(folder))
        if not {re.sub(r"[-_.]+", "-", owner).lower() for owner in owners.get(module, ())} & names
    ]
    assert missing == []


def test_everything_that_is_installed_is_locked() -> None:
    """A package of a package that is not locked comes in another version next week."""
    optional = PROJECT["project"]["optional-dependencies"]
    wanted = [*PROJECT["project"]["dependencies"], *optional["postgres"], *optional["dev"]]
    unlocked = installed_with(wanted) - locked().keys()
    assert sorted(unlocked - {"setuptools"}) == []  # which each version of Python has another one of


def test_make_offers_its_targets() -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE))
    assert {"demo", "dev", "test", "check", "bench"} <= targets


def test_the_licence_is_the_one_that_the_project_names() -> None:
    assert PROJECT["project"]["license"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in text_of("LICENSE")


def test_the_changelog_tells_of_this_version() -> None:
    assert f"## [{__version__}]" in text_of("CHANGELOG.md") or "## [Unreleased]" in text_of("CHANGELOG.md")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_every_link_between_documents_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_the_readme_marks_commands_that_ci_pastes() -> None:
    assert re.search(r"^<!-- ci -->\n```bash\n.+?^```", text_of("README.md"), re.MULTILINE | re.DOTALL)


def test_ci_is_a_script_that_runs() -> None:
    script = CHECKOUT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", str(script)], check=True)


def test_manage_py_is_the_vod_command_line() -> None:
    done = subprocess.run(
        [sys.executable, str(CHECKOUT / "manage.py"), "--help"], capture_output=True, text=True, check=True
    )
    assert "run-workflow" in done.stdout
