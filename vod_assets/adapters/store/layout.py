"""Where a store keeps what: the names below its address.

::

    titles/<title>/title.json
    titles/<title>/made/<asset>.json                         what the pointer named last; outlives it
    titles/<title>/<asset>/latest.json                       pointer: recipe and digest
    titles/<title>/<asset>/<recipe>/artifact.json            what was committed, by which attempt and run, and checksums
    titles/<title>/<asset>/<recipe>/<attempt>/…files…
    sources/<SHA-256 of the address>.json                    which title a source address belongs to
    refused/<title>.json                                     what was refused, and why
"""

import hashlib
import re
from dataclasses import dataclass

from vod_assets.adapters.blobs.names import is_draft
from vod_assets.domain.errors import StoreError
from vod_assets.domain.title import TITLE_ID, checked_title_id

ASSET_NAME = re.compile(r"[a-z][a-z0-9_.]{0,80}")
COMMITTED = "artifact.json"
POINTER = "latest.json"
RECORD = "title.json"
MADE = "made"
TITLES = "titles/"
REFUSED = "refused/"
RECIPE_PARTS = 4  # titles/<title>/<asset>/<recipe>


def title_folder(title: str) -> str:
    """Return the folder of a title, with its slash."""
    return f"{TITLES}{checked_title_id(title)}/"


def asset_folder(title: str, asset: str) -> str:
    """Return the folder of an asset of a title, with its slash.

    Raises:
        StoreError: ``unknown_asset``.
    """
    if not ASSET_NAME.fullmatch(asset):
        raise StoreError("unknown_asset", f"“{asset}” cannot name an asset", title=title)
    return f"{title_folder(title)}{asset}/"


def recipe_folder(title: str, asset: str, recipe_id: str) -> str:
    """Return the folder of what one recipe made, with its slash."""
    return f"{asset_folder(title, asset)}{recipe_id}/"


def memory_name(title: str, asset: str) -> str:
    """Return the name of what is remembered of an asset."""
    return f"{title_folder(title)}{MADE}/{asset_folder(title, asset).split('/')[-2]}.json"


def refusal_name(title: str) -> str:
    """Return the name of a title's refusal."""
    return f"{REFUSED}{checked_title_id(title)}.json"


def source_name(address: str) -> str:
    """Return the name of the note that says which title a source address belongs to."""
    return f"sources/{hashlib.sha256(address.encode()).hexdigest()}.json"


def title_of(name: str) -> str:
    """Return the title that a name belongs to; empty for what belongs to none."""
    folder, _, below = name.removeprefix(TITLES).partition("/")
    return folder if name.startswith(TITLES) and below and TITLE_ID.fullmatch(folder) else ""


@dataclass(frozen=True)
class Place:
    """What a name is in the layout.

    Attributes:
        recipe: Folder of the recipe that it belongs to, without the slash; empty outside of titles.
        stray: What is to be removed when nothing names it: an attempt's folder without the slash, or a draft.
    """

    recipe: str = ""
    stray: str = ""
    is_commit: bool = False

    @property
    def is_stray(self) -> bool:
        """Whether it is of no use unless a commit names it."""
        return bool(self.stray)


def place(name: str) -> Place:
    """Return what a name is.

    >>> place("titles/film/poster/0a1b/20260102T030405Z-0a1b2c3d/a.jpg").stray
    'titles/film/poster/0a1b/20260102T030405Z-0a1b2c3d'
    """
    parts = name.split("/")
    if len(parts) >= RECIPE_PARTS + 1 and name.startswith(TITLES):
        recipe = "/".join(parts[:RECIPE_PARTS])
        if parts[RECIPE_PARTS:] == [COMMITTED]:
            return Place(recipe, is_commit=True)
        return Place(recipe, "/".join(parts[: RECIPE_PARTS + 1]))
    return Place(stray=name if is_draft(parts[-1]) else "")
