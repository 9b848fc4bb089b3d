"""YAML files that list places by their names: origins, and repackagers."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from vod_assets.domain.errors import ConfigError, printable
from vod_assets.domain.mistakes import said_of

SHOWN_IN = "docs/delivery.md shows such a file"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


class Place(Protocol):
    """Something that has an address."""

    @property
    def address(self) -> str:
        """A folder, or the address of a storage."""
        ...


Kind = TypeVar("Kind", bound=Place)


def read_places(file: Path, setting: str, what: str, document: type[BaseModel]) -> Mapping[str, Kind]:
    """Return every place of a file by its name, in the file's order.

    Args:
        file: Which file.
        setting: The setting that names it.
        what: What its places are called; the document's one field.
        document: What it has to be.

    Raises:
        ConfigError: ``bad_setting``, naming what is wrong with the file.
    """
    try:
        places: Mapping[str, Kind] = getattr(document.model_validate(yaml.safe_load(file.read_text("utf-8"))), what)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise wrong_file(setting, f"{place}: {said_of(first)}" if place else said_of(first), file) from None
    except yaml.YAMLError as error:
        raise wrong_file(setting, f"it is no YAML: {_said(error)}", file) from None
    except UnicodeDecodeError:
        raise wrong_file(setting, "it is no UTF-8 text", file) from None
    except OSError as error:
        raise wrong_file(setting, f"it cannot be read: {error.strerror}", file) from error
    if odd := [name for name in places if not NAME.fullmatch(name)]:
        cause = f"“{printable(odd[0])}” is no name; use lower-case letters, digits and hyphens"
        raise wrong_file(setting, cause, file)
    if len({place.address for place in places.values()}) < len(places):
        raise wrong_file(setting, f"two of its {what} have one address", file)
    return places


def wrong_file(setting: str, cause: str, file: Path) -> ConfigError:
    """Return the error that says what is wrong with such a file."""
    return ConfigError("bad_setting", f"{setting}: {cause}", SHOWN_IN, file=str(file))


def _said(error: yaml.YAMLError) -> str:
    """Return where and what, without the lines around it, which may hold a password."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        return f"line {error.problem_mark.line + 1}: {printable(error.problem or '')}"
    return type(error).__name__
