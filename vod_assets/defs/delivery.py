"""Delivery: sources of what is published, for whoever packages them by themselves."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg

from vod_assets.defs.house import HOUSE, Artifacts, Guard, Reporter
from vod_assets.defs.publish import GROUP
from vod_assets.defs.releasable import Judged, require_all_checks
from vod_assets.defs.step import Step, step
from vod_assets.deliveries import Deliveries
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.catalogue import Entry
from vod_assets.domain.delivery import withheld
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.release import Release
from vod_assets.ports import Origin
from vod_assets.ports.movies import MovieMaker
from vod_assets.publishing import Publisher
from vod_assets.releasing import load_release


@dg.asset(group_name=GROUP, kinds={"edgeware"}, **HOUSE)
def delivery(
    context: dg.AssetExecutionContext,
    release: Artifact,
    cms_entry: Artifact,
    artifacts: Artifacts,
    guard: Guard,
    reporter: Reporter,
    origin: dg.ResourceParam[Origin],
    publisher: dg.ResourceParam[Publisher],
    movies: dg.ResourceParam[MovieMaker],
    deliveries: dg.ResourceParam[Deliveries],
) -> dg.MaterializeResult[Artifact]:
    """The published release at every repackager of VOD_TARGETS that gets all publications.

    Upstream: release, cms_entry. Downstream: nothing. Refused unless every check that the profile requires has passed
    on what was released, and of a title that was taken down. What waits for an approval is not delivered.
    """
    with step(context, artifacts, guard, reporter) as at:
        if at.is_real:
            _require_deliverable(at, context.instance, release)
        entry = publisher.wanted(Entry.model_validate(cms_entry.document["entry"]))
        if entry.release is None or (why := withheld(entry.publication)):
            return at.result(at.nothing("delivery", f"it is not delivered: {why if entry.release else 'no release'}"))
        number, digest = entry.release.number, entry.release.digest
        parameters = {"number": number, "release": digest, "targets": deliveries.words()}
        recipe = Recipe("delivery", {}, parameters)

        def work(_: Path) -> Mapping[str, Any]:
            shown = _release(at, origin, release, number)
            done = deliveries.bring_all(shown, movies.progressive, guard)
            return {"release": number, "targets": {name: one.as_document() for name, one in done.items()}}

        made = at.make(recipe, work)
        return at.result(replace(made), partial(_facts, made.artifact))


def _require_deliverable(at: Step, instance: dg.DagsterInstance, release: Artifact) -> None:
    """Return when the gate lets a release through, and nobody has taken its title down.

    Raises:
        GateError: A required check does not allow it.
        ConfigError: ``title_taken_down``.
    """
    if at.record.taken_down is not None:
        cause = "it was taken down, and is delivered to nobody"
        raise ConfigError("title_taken_down", cause, f"Lift that first: vod takedown {at.title} --lift", at.title)
    said = release.document
    require_all_checks(Judged.of(at), instance, said["packages"] | said.get("judges", {}), said.get("renditions", {}))


def _release(at: Step, origin: Origin, release: Artifact, number: int) -> Release:
    """Return the release that is shown: the one that was just made, or an older one that operators went back to."""
    made = Release.model_validate(release.document["release"])
    return made if made.number == number else load_release(origin, at.title, number)


def _facts(artifact: Artifact) -> dict[str, Any]:
    said = artifact.document
    return {"release": said["release"]} | {
        name: f"{len(one['files'])} files at {one['address']}" for name, one in said["targets"].items()
    }
