"""What all our assets have in common: partitions, I/O manager, owner, code version."""

from collections.abc import Iterable
from typing import Any, TypedDict

import dagster as dg

from vod_assets.defs.artifact_io import ARTIFACTS, ArtifactIOManager
from vod_assets.defs.automation import FOLLOWS
from vod_assets.defs.partitions import TITLE_STATE, titles
from vod_assets.defs.step import StepReporter
from vod_assets.ports import RunGuard

CODE_VERSION = "1"  # recipes decide what is made again; this only tells Dagster that bodies are versioned
OWNERS = ["team:vod"]


class HouseStyle(TypedDict):
    """Keyword arguments that every ``@dg.asset`` of ours takes."""

    partitions_def: dg.PartitionsDefinition[str]
    io_manager_key: str
    code_version: str
    owners: list[str]
    deps: list[dg.AssetKey]
    automation_condition: dg.AutomationCondition[Any]


HOUSE: HouseStyle = {
    "partitions_def": titles,
    "io_manager_key": ARTIFACTS,
    "code_version": CODE_VERSION,
    "owners": OWNERS,
    "deps": [TITLE_STATE],
    "automation_condition": FOLLOWS,
}


def skippable_spec(key: str, *, group: str, kinds: set[str], inputs: Iterable[str], description: str) -> dg.AssetSpec:
    """Return the spec of an asset that a multi-asset makes, where it is selected.

    Args:
        key: Of the asset.
        group: Its group.
        kinds: What makes it.
        inputs: Assets that it comes of.
        description: What operators read in the UI.
    """
    return dg.AssetSpec(
        key,
        deps=[*inputs, TITLE_STATE],
        skippable=True,
        group_name=group,
        kinds=kinds,
        owners=OWNERS,
        code_version=CODE_VERSION,
        automation_condition=FOLLOWS,
        description=description,
    ).with_io_manager_key(ARTIFACTS)


def after(assets: Iterable[str]) -> HouseStyle:
    """Return the house style of an asset that follows others, and asks its I/O manager for those that it wants.

    Dagster loads every argument of a step, and writes two events of each.
    """
    return {**HOUSE, "deps": [*HOUSE["deps"], *map(dg.AssetKey, assets)]}


# Pictures, sound and text are cheap and come first, so that a run that dies in an encode has them behind it.
BEFORE_ENCODES: dict[str, Any] = {"dagster/priority": "10"}

Artifacts = dg.ResourceParam[ArtifactIOManager]
Guard = dg.ResourceParam[RunGuard]
Reporter = dg.ResourceParam[StepReporter]
