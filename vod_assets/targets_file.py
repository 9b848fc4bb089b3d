"""The repackagers that sources are delivered to: those that ``VOD_TARGETS`` lists."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from vod_assets.domain.errors import ConfigError
from vod_assets.domain.smil import Dialect
from vod_assets.places import absolute_address, checked_origin
from vod_assets.places_file import SHOWN_IN, read_places
from vod_assets.settings import Settings


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
    places: Mapping[str, TargetPlace] = read_places(settings.targets, "VOD_TARGETS", "targets", _File)
    return {
        name: place.model_copy(update={"address": absolute_address(place.address, Path())})
        for name, place in places.items()
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
