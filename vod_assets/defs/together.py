"""Several artifacts of one asset that are found each by itself, and made together where they are missing."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from vod_assets.defs.making import Made, NotMadeYet
from vod_assets.defs.step import Step
from vod_assets.domain.recipe import Recipe

Name = TypeVar("Name")


def found_or_made(
    at: Step, recipes: Mapping[Name, Recipe], make: Callable[[Mapping[Name, Recipe]], Mapping[Name, Made]]
) -> dict[Name, Made]:
    """Return what each recipe came to, in their order.

    Args:
        at: The step; one of a plan makes nothing.
        recipes: All of them.
        make: Makes those that the store does not have, all at once.
    """
    if not at.is_real:
        return {name: at.make(recipe, _never) for name, recipe in recipes.items()}
    kept = {name: at.find(recipe) for name, recipe in recipes.items()}
    found = {name: Made(artifact, reused=True) for name, artifact in kept.items() if artifact}
    missing = {name: recipe for name, recipe in recipes.items() if name not in found}
    came = found | dict(make(missing)) if missing else found
    return {name: came[name] for name in recipes}


def _never(_directory: Path) -> dict[str, Any]:
    """Raise: a plan makes nothing."""
    raise NotMadeYet
