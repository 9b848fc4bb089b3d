"""The origins of a deployment: those that ``VOD_ORIGINS`` lists, or the one of ``VOD_ORIGIN``."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

from vod_assets.places import absolute_address, checked_origin, storage_scheme
from vod_assets.places_file import read_places, wrong_file
from vod_assets.settings import Settings, checked_web_address

SETTING = "VOD_ORIGINS"


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


def _read(file: Path) -> Mapping[str, OriginPlace]:
    places: Mapping[str, OriginPlace] = read_places(file, SETTING, "origins", _File)
    if not places or not next(iter(places.values())).required:
        cause = "its first origin has to be there, and required: entries name its addresses"
        raise wrong_file(SETTING, cause, file)
    return places
