"""The origins of a deployment: those that ``VOD_ORIGINS`` lists, or the one of ``VOD_ORIGIN``."""

import re
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from vod_assets.domain.errors import ConfigError
from vod_assets.domain.mistakes import said_of
from vod_assets.places import absolute_address, checked_origin, storage_scheme
from vod_assets.settings import Settings, checked_web_address

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


class OriginPlace(BaseModel):
    """One origin.

    Attributes:
        address: A folder, or the address of a storage.
        public_url: Where players fetch from it; empty: ``VOD_PUBLIC_URL``.
        required: Whether a release is incomplete without it.
        group: A word for several that serve the same viewers: ``east``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    address: Annotated[str, BeforeValidator(checked_origin)]
    public_url: Annotated[str, AfterValidator(lambda value: checked_web_address(value) if value else value)] = ""
    required: bool = True
    group: str = ""

    @property
    def path(self) -> Path | None:
        """Its folder; None when it is on no disk."""
        return None if storage_scheme(self.address) else Path(self.address)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    origins: dict[str, OriginPlace]


def origin_places(settings: Settings) -> dict[str, OriginPlace]:
    """Return every origin by its name; the first is the one whose addresses entries name.

    Raises:
        ConfigError: ``bad_setting``, naming what is wrong with the file.
    """
    if settings.origins is None:
        return {"origin": OriginPlace(address=settings.origin_address, public_url=settings.public_url)}
    return {
        name: place.model_copy(
            update={
                "address": absolute_address(place.address, Path()),
                "public_url": place.public_url or settings.public_url,
            }
        )
        for name, place in _read(settings.origins).items()
    }


def written_paths(settings: Settings) -> tuple[Path, ...]:
    """Return the absolute folders that tools may write to, those of all origins among them."""
    origins = (place.path for place in origin_places(settings).values())
    folders = (settings.home_path, settings.store_path, *origins, settings.scratch_path, *settings.group_paths)
    return tuple(folder for folder in folders if folder is not None)


def _read(file: Path) -> dict[str, OriginPlace]:
    remedy = "docs/delivery.md shows such a file"
    try:
        places = _File.model_validate(yaml.safe_load(file.read_text("utf-8"))).origins
    except ValidationError as error:
        raise _wrong(said_of(error.errors()[0]), file) from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError("bad_setting", f"VOD_ORIGINS cannot be read: {error}", remedy, file=str(file)) from error
    if odd := [name for name in places if not NAME.fullmatch(name)]:
        raise _wrong(f"“{odd[0]}” is no name; use lower-case letters, digits and hyphens", file)
    if not places or not next(iter(places.values())).required:
        raise _wrong("its first origin has to be there, and required: entries name its addresses", file)
    if len({place.address for place in places.values()}) < len(places):
        raise _wrong("two of its origins have one address", file)
    return places


def _wrong(what: str, file: Path) -> ConfigError:
    return ConfigError("bad_setting", f"VOD_ORIGINS: {what}", "docs/delivery.md shows such a file", file=str(file))
