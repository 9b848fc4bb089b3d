"""The prices of a house: the file that ``VOD_PRICES`` names."""

from functools import lru_cache
from importlib import resources
from pathlib import Path

import yaml
from pydantic import ValidationError

from vod_assets.domain.errors import ConfigError, printable
from vod_assets.domain.mistakes import said_of
from vod_assets.domain.prices import Prices
from vod_assets.settings import Settings

REMEDY = "`vod quote --example` prints such a file (docs/quotes.md)"


def house_prices(settings: Settings) -> Prices | None:
    """Return the prices of the settings; None: they name none.

    Raises:
        ConfigError: ``bad_setting``, naming what is wrong with the file.
    """
    if settings.prices is None:
        return None
    try:
        return _read(settings.prices.read_text("utf-8"))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise _wrong(settings.prices, f"{place}: {said_of(first)}" if place else said_of(first)) from None
    except yaml.YAMLError:
        raise _wrong(settings.prices, "it is no YAML") from None
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong(settings.prices, f"it cannot be read: {printable(str(error))}") from error


def example() -> str:
    """Return the file that shows how prices are written."""
    return resources.files("vod_assets").joinpath("data/prices.yaml").read_text(encoding="utf-8")


@lru_cache(maxsize=4)
def _read(text: str) -> Prices:
    return Prices.model_validate(yaml.safe_load(text))


def _wrong(file: Path, cause: str) -> ConfigError:
    return ConfigError("bad_setting", f"VOD_PRICES: {cause}", REMEDY, file=str(file))
