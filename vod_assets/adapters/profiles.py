"""Profiles from YAML files: the packaged ones and the operator's own."""

from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from vod_assets.domain.errors import ConfigError, printable
from vod_assets.domain.mistakes import mistake
from vod_assets.domain.profile import Profile
from vod_assets.places import absolute

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # every command reads all profiles


def load_profiles(folder: Path | None = None, *, preview: bool = False) -> dict[str, Profile]:
    """Return every profile by name; one of the operator's replaces a packaged one of the same name.

    Args:
        folder: The operator's own.
        preview: Whether those for previews are among them.

    Raises:
        ConfigError: ``bad_profile``, naming the file and the field.
    """
    packaged = [Path(str(entry)) for entry in resources.files("vod_assets").joinpath("profiles").iterdir()]
    own = absolute(folder) if folder is not None else None
    if own is not None and not own.is_dir():
        raise ConfigError("bad_setting", f"VOD_PROFILES names {own}, which is no folder", "Make it, or unset it")
    found = _by_name(packaged) | (_by_name(own.iterdir()) if own is not None else {})
    return {name: profile for name, profile in found.items() if preview or not profile.preview}


def _by_name(paths: Iterable[Path]) -> dict[str, Profile]:
    """Return the profiles of one folder's YAML files."""
    found: dict[str, Profile] = {}
    files: dict[str, str] = {}
    for path in sorted(path for path in paths if path.suffix in (".yaml", ".yml")):
        profile = _read(path)
        if profile.name in found:
            raise _bad(path, f"name: {files[profile.name]} is called {profile.name} too")
        found[profile.name], files[profile.name] = profile, path.name
    return found


def _read(path: Path) -> Profile:
    try:
        return Profile.model_validate(_parsed(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise _bad(path, f"it cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise _bad(path, f"it is not UTF-8 at byte {error.start}") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _bad(path, f"line {line}: {printable(error.problem or 'is no YAML')}") from error
    except yaml.YAMLError as error:
        raise _bad(path, f"it is not YAML: {printable(str(error))}") from error
    except ValidationError as error:
        place = error.errors(include_url=False)[0]["loc"]
        field = ".".join(str(part) for part in place) or "the profile"
        raise _bad(path, f"{field}: {printable(mistake(error, Profile))}") from error


def _parsed(text: str) -> Any:
    """Return what YAML says; libyaml is ten times as fast, and names a wrong line now and then."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe one
    except yaml.YAMLError:
        return yaml.safe_load(text)


def _bad(path: Path, cause: str) -> ConfigError:
    return ConfigError("bad_profile", cause, "See docs/profiles.md for every field", file=path.name)
