"""Cache keys: the names by which a CDN without wildcards forgets all that lies below a path.

Akamai calls them cache tags and Fastly surrogate keys. The edge gives every object the keys of its path (docs/cdn.md),
so that the origin need not know of them, and a purge of one key does what CloudFront does with ``/origin/film/*``.
"""

from collections.abc import Sequence

from vod_assets.domain.errors import ConfigError

MOST_PATHS = 3000  # CloudFront's limit of what is in progress; we send two


def is_wild(path: str) -> bool:
    """Whether a path means all that begins so."""
    return path.endswith("*")


def cache_key(path: str) -> str:
    """Return the key of all that lies below a path; only characters that both CDNs allow.

    >>> cache_key("/origin/film/releases/*")
    'origin.film.releases'
    >>> cache_key("/catalogue/titles/film*")
    'catalogue.titles.film'
    """
    return ".".join(part for part in path.rstrip("*").split("/") if part)


def keys_of(path: str) -> tuple[str, ...]:
    """Return the keys that the edge gives an object: of a title, and of its releases or tracks.

    >>> keys_of("/origin/film/releases/3/hls.m3u8")
    ('origin.film', 'origin.film.releases')
    >>> keys_of("/catalogue/titles/film.json")
    ('catalogue.titles.film',)
    """
    parts = path.strip("/").split("/")
    if parts[0] == "origin" and len(parts) > 2:
        return (".".join(parts[:2]), ".".join(parts[:3]))
    if parts[:2] == ["catalogue", "titles"] and len(parts) > 2:
        return (".".join([*parts[:2], parts[2].split(".")[0]]),)
    return ()


def checked_paths(paths: Sequence[str]) -> list[str]:
    """Return paths without doubles.

    Raises:
        ConfigError: ``cdn_path_bad``.
    """
    for path in paths:
        bare = path[:-1] if is_wild(path) else path
        if not path.startswith("/") or "*" in bare or not path.isascii() or not path.isprintable() or " " in path:
            cause = f"“{path[:80]}” is no path that a CDN could forget"
            raise ConfigError("cdn_path_bad", cause, "Begin with /, quote what is no ASCII, and put * at the end alone")
    if len(paths) > MOST_PATHS:
        cause = f"{len(paths)} paths are more than {MOST_PATHS}"
        raise ConfigError("cdn_path_bad", cause, "Name fewer, and end them with *")
    return list(dict.fromkeys(paths))
