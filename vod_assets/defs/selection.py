"""Dagster's selection syntax, with errors that a person understands."""

import warnings
from collections.abc import Sequence

import dagster as dg

from vod_assets.domain.errors import ConfigError


def selected_assets(definitions: dg.Definitions, selection: str) -> Sequence[dg.AssetKey] | None:
    """Return the assets that a selection names; None: all of them.

    Raises:
        ConfigError: ``bad_selection``.
    """
    if selection in ("", "*"):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", category=dg.BetaWarning)  # Dagster warns of its own parser
            chosen = dg.AssetSelection.from_coercible(selection.split(","))
        keys = chosen.resolve(definitions.resolve_asset_graph())
    except (dg.DagsterInvalidSubsetError, dg.DagsterError, ValueError) as error:
        raise ConfigError(
            "bad_selection", f"“{selection}” cannot be selected: {error}", "Write it as in `+key:hls_package`"
        ) from error
    if not keys:
        raise ConfigError("bad_selection", f"“{selection}” selects no asset", "`vod status` lists the assets")
    return sorted(keys)
