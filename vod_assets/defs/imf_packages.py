"""What to register of an IMF package, where somebody named its folder or its playlist instead."""

from collections.abc import Iterator
from urllib.parse import quote

from vod_assets.domain.errors import ConfigError, SourceError, printable
from vod_assets.domain.imf import ASSET_MAP, LARGEST_BYTES, picture_of, possible_compositions
from vod_assets.ports import SourceStore

NO_FILES_OF_MEDIA = frozenset({"not_a_file", "not_a_media_extension", "format_not_allowed", "source_missing"})
MOST_NAMED = 3


def told_what_to_register(error: SourceError, source: str, sources: SourceStore) -> SourceError:
    """Return the refusal of a source, saying what to register instead where it is an IMF package or its playlist.

    Args:
        error: Why it was refused.
        source: As it was named.
        sources: Reads what lies there.
    """
    if error.code not in NO_FILES_OF_MEDIA:
        return error
    is_playlist = source.lower().endswith(".xml")
    folder, _, name = source.rpartition("/") if is_playlist else (source.rstrip("/"), "", "")
    try:
        named = list(_named(folder or ".", name, sources))
    except (SourceError, ConfigError):
        return error
    if not named:
        return error
    cause = "it is an IMF composition playlist" if is_playlist else "it is the folder of an IMF package"
    return SourceError(
        error.code, cause, f"Register {'; or '.join(named[:MOST_NAMED])}", file=error.file, title=error.title
    )


def _named(folder: str, name: str, sources: SourceStore) -> Iterator[str]:
    """Yield what may be registered: the picture of each composition, and what its title file has to say."""
    assets = sources.read(sources.canonical(f"{folder}/{ASSET_MAP}"), LARGEST_BYTES)
    for composition in [name] if name else possible_compositions(assets):
        file = quote(composition) if "://" in folder and not name else composition
        try:
            playlist = sources.read(sources.canonical(f"{folder}/{file}"), LARGEST_BYTES)
            picture = picture_of(playlist, assets, composition)
        except (SourceError, ConfigError):
            continue
        title_file = f"{picture.rpartition('.')[0]}.yaml"
        yield f"{printable(picture)}, with “imf: {printable(composition)}” in {printable(title_file)} beside it"
