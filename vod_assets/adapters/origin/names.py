"""What may lie where at an origin, and how players call it."""

import re
from urllib.parse import quote

from vod_assets.domain.errors import ConfigError, StoreError, printable
from vod_assets.domain.title import checked_title_id

DIGEST = re.compile(r"[0-9a-f]{64}")


def checked_path(path: str) -> str:
    """Return a path below a title unchanged if it is plain and not private.

    Raises:
        StoreError: ``bad_path``.
    """
    parts = path.split("/")
    if any(not part or part.startswith(".") or "\\" in part or not part.isprintable() for part in parts):
        raise StoreError("bad_path", "it is no plain relative path", "Use names without leading dots", file=path)
    return path


def checked_digest(digest: str) -> str:
    """Return a track's digest unchanged if it is one.

    Raises:
        StoreError: ``bad_path``.
    """
    if not DIGEST.fullmatch(digest):
        raise StoreError("bad_path", f"“{printable(digest)[:80]}” is no SHA-256")
    return digest


def release_folder(number: int) -> str:
    """Return the folder of a release below its title.

    Raises:
        StoreError: ``bad_path``.
    """
    if number < 1:
        raise StoreError("bad_path", f"{number} is no release number")
    return f"releases/{number}"


def taken_down(title: str) -> ConfigError:
    """Return the error of whoever puts something of a title that is blocked."""
    cause = "it was taken down, and nothing of it is taken here"
    return ConfigError("title_taken_down", cause, "Lift the takedown first if it may be shown again", title)


def release_taken(number: int, title: str, begun: str = "") -> StoreError:
    """Return the error of whoever puts other bytes under a number that is given."""
    cause = f"release {number} is already published{begun} with other bytes"
    return StoreError("release_exists", cause, "A release never changes; publish under the next number", title)


def public_address(public_url: str, title: str, path: str) -> str:
    """Return the address that a player opens: ``<public url>/origin/<title>/<path>``."""
    return f"{public_url.rstrip('/')}/origin/{checked_title_id(title)}/{quote(checked_path(path))}"
