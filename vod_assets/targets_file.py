"""The repackagers that sources are delivered to: those that ``VOD_TARGETS`` lists."""

import re
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from vod_assets.domain.errors import ConfigError
from vod_assets.domain.mistakes import said_of
from vod_assets.domain.smil import Dialect
from vod_assets.places import absolute_address, checked_origin
from vod_assets.settings import Settings

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
SHOWN_IN = "docs/delivery.md shows such a file"


class TargetPlace(BaseModel):
    """One repackager.

    Attributes:
        address: The storage that it takes sources from: a folder that is mounted, or an address.
        format: ``ondemand``: single-file tracks with their manifests; ``smil``: MP4s, subtitles and a SMIL file.
        variant: ``ondemand``: which variant; empty: the first of that layout that needs no key.
        subtitles: ``smil``: what subtitles are sent as.
        dialect: ``smil``: who reads it.
        allow_cues: Whether key frames at cues, between the regular ones, are taken.
        done_marker: Name of a file that is written when everything is there; empty: none.
        automatic: Whether it gets every publication; else `vod deliver` alone brings it anything.
        withdraw: Whether what it got is removed there when the title is taken down.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    kind: Literal["edgeware"] = "edgeware"
    address: Annotated[str, BeforeValidator(checked_origin)]
    format: Literal["ondemand", "smil"] = "smil"
    variant: str = ""
    subtitles: Literal["webvtt", "srt"] = "webvtt"
    dialect: Dialect = "edgeware"
    allow_cues: bool = False
    done_marker: Annotated[str, Field(pattern=r"^([A-Za-z0-9_][A-Za-z0-9_.-]{0,63})?$")] = ""
    automatic: bool = True
    withdraw: bool = True


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    targets: dict[str, TargetPlace]


def target_places(settings: Settings) -> dict[str, TargetPlace]:
    """Return every target by its name; none where ``VOD_TARGETS`` names no file.

    Raises:
        ConfigError: ``bad_setting``, naming what is wrong with the file.
    """
    if settings.targets is None:
        return {}
    return {
        name: place.model_copy(update={"address": absolute_address(place.address, Path())})
        for name, place in _read(settings.targets).items()
    }


def target_place(settings: Settings, name: str) -> TargetPlace:
    """Return the target of a name.

    Raises:
        ConfigError: ``unknown_target``, naming those that there are.
    """
    places = target_places(settings)
    if name not in places:
        known = f"Targets are {', '.join(places)}" if places else f"List it in VOD_TARGETS; {SHOWN_IN}"
        raise ConfigError("unknown_target", f"there is no target “{name}”", known)
    return places[name]


def _read(file: Path) -> dict[str, TargetPlace]:
    try:
        places = _File.model_validate(yaml.safe_load(file.read_text("utf-8"))).targets
    except ValidationError as error:
        first = error.errors()[0]
        raise _wrong(f"{'.'.join(map(str, first['loc']))}: {said_of(first)}", file) from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError("bad_setting", f"VOD_TARGETS cannot be read: {error}", SHOWN_IN, file=str(file)) from error
    if odd := [name for name in places if not NAME.fullmatch(name)]:
        raise _wrong(f"“{odd[0]}” is no name; use lower-case letters, digits and hyphens", file)
    if len({place.address for place in places.values()}) < len(places):
        raise _wrong("two of its targets have one address", file)
    return places


def _wrong(what: str, file: Path) -> ConfigError:
    return ConfigError("bad_setting", f"VOD_TARGETS: {what}", SHOWN_IN, file=str(file))
