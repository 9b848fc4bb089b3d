"""Workers that help with the pieces of a studio's title as processes of their own, without a broker between.

Orders are files in a folder; every worker tries all of them, so each order comes as often as there are workers.
"""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from vod_assets.adapters.leases.opening import open_claims
from vod_assets.aws import access_of
from vod_assets.defs.crew import Ask, Crew
from vod_assets.defs.piece_help import help_with
from vod_assets.defs.resources import resource_definitions
from vod_assets.domain.piece_orders import PieceOrder
from vod_assets.home import ensure_dagster_home
from vod_assets.settings import load_settings
from vod_assets_tests.studio import Studio


class CrewOf(dg.ConfigurableResource[Crew]):
    """The crew of a studio whose runs no farm executes."""

    def create_resource(self, context: dg.InitResourceContext) -> Crew:
        return shared_crew(lambda _orders, _tags: None)


def shared_crew(ask: Ask) -> Crew:
    """Return a crew that agrees in the store of the settings."""
    settings = load_settings()
    return Crew(open_claims(settings, access_of(settings)), ask)


def write(folder: Path, orders: Sequence[PieceOrder]) -> None:
    """Write orders for workers."""
    folder.mkdir()
    for number, order in enumerate(orders):
        (folder / f"{number:04d}.json").write_text(order.model_dump_json())


def hand(studio: Studio, folder: Path) -> "subprocess.Popen[str]":
    """Start a worker that tries every order of a folder, prints what became of each, and ends."""
    return studio.start(folder, module="vod_assets_tests.piece_hands")


def work(folder: Path) -> None:
    """Try every order."""
    resources: Mapping[str, Any] = {**resource_definitions(load_settings()), "crew": CrewOf()}
    with dg.DagsterInstance.from_config(str(ensure_dagster_home(load_settings()))) as instance:
        for file in sorted(folder.iterdir()):
            order = PieceOrder.model_validate_json(file.read_text())
            sys.stdout.write(f"{help_with(order, instance, resources)}\n")


if __name__ == "__main__":
    work(Path(sys.argv[1]))
