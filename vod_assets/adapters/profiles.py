"""Profiles from YAML files: the packaged ones and the operator's own."""

from importlib import resources
from pathlib import Path

import yaml
from pydantic import ValidationError

from vod_assets.domain.errors import ConfigError
from vod_assets.domain.profile import Profile


def load_profiles(folder: Path | None = None) -> dict[str, Profile]:
    """Return every profile by name; one of the operator's replaces a packaged one of the same name.

    Raises:
        ConfigError: ``bad_profile``, naming the file and the field.
    """
    packaged = [Path(str(entry)) for entry in resources.files("vod_assets").joinpath("profiles").iterdir()]
    if folder is not None and not folder.is_dir():
        raise ConfigError("bad_setting", f"VOD_PROFILES names {folder}, which is no folder", "Make it, or unset it")
    own = sorted(folder.glob("*.yaml")) if folder is not None else []
    profiles = [_read(path) for path in [*sorted(packaged), *own] if path.suffix == ".yaml"]
    return {profile.name: profile for profile in profiles}


def _read(path: Path) -> Profile:
    remedy = "See docs/profiles.md for every field"
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Profile.model_validate(document)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError("bad_profile", f"it is not YAML: {error}", remedy, file=path.name) from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the profile"
        raise ConfigError("bad_profile", f"{field}: {first['msg']}", remedy, file=path.name) from error
