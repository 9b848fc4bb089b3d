"""Lineage: what is published together was made from one source."""

from collections.abc import Iterable

from vod_assets.domain.errors import ConfigError


def require_one_source(mezzanine: str, made_from: Iterable[tuple[str, str]]) -> None:
    """Return when everything was made from one mezzanine.

    Args:
        mezzanine: Digest of the mezzanine that will be named as the source.
        made_from: Assets, each with the digest of the mezzanine that it was made from; empty for what lay beside it.

    Raises:
        ConfigError: ``artifacts_mixed``, naming the assets that were made from another one.
    """
    others = sorted({asset for asset, digest in made_from if digest not in ("", mezzanine)})
    if others:
        named = ", ".join(others)
        cause = f"the source is {mezzanine[:12]} now, and what would be published of {named} was made from another one"
        raise ConfigError("artifacts_mixed", cause, f"Materialise {named} again, and all that follows")
