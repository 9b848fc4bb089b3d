"""The same graph on Dagster's default executor, which starts a process a step."""

import dagster as dg

from vod_assets.definitions import build_definitions
from vod_assets.settings import load_settings


@dg.definitions
def defs() -> dg.Definitions:
    """Return our definitions with nothing but the executor changed."""
    ours = build_definitions(load_settings())
    return dg.Definitions(
        assets=ours.assets,
        asset_checks=ours.asset_checks,
        resources=ours.resources,
        executor=dg.multiprocess_executor,
    )
