"""What the gate asks of a title: every check that it needs, on what is published, by what its profile asks for now."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import dagster as dg

from vod_assets.defs.gate import Gate, require_checks
from vod_assets.defs.release_contents import named_tracks
from vod_assets.defs.step import Step
from vod_assets.domain import quality_control, quality_report
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.documents import digest_of
from vod_assets.domain.profile import Profile
from vod_assets.domain.text.demand import CHECK, DEMAND, demanded
from vod_assets.domain.title import TitleRecord
from vod_assets.ports import ArtifactStore


def asked_of(profile: Profile) -> dict[str, dict[str, str]]:
    """Return a word for what a profile asks for, by the asset whose checks judge by it and the name of what is asked.

    A check that judged by other floors or limits does not count, as one of other bytes does not.
    """
    limits: dict[str, Any] = {"limits": profile.quality_control, "loudness": profile.loudness}
    return {
        quality_control.ASSET: {"the limits of quality control": digest_of(limits)},
        quality_report.ASSET: {"the floors of quality": digest_of({"quality": profile.quality})},
    }


def played_renditions(at: Step, packages: Mapping[str, Artifact]) -> dict[str, str]:
    """Return the digest of every rendition that packages play, by its key; of one that is played twice, both."""
    found: dict[str, set[str]] = defaultdict(set)
    for leaf in named_tracks(at, packages):
        if leaf.asset == "video_tracks":
            made_of = at.artifacts.store.made_of(at.title, leaf.asset, leaf.recipe)
            found[leaf.document["source_asset"]] |= set(made_of.values())
    return {key: " ".join(sorted(digests)) for key, digests in found.items()}


@dataclass(frozen=True)
class Judged:
    """A title that is about to be published, and what it is judged by.

    Attributes:
        sound: Digest of what was measured of its sources' sound; empty: no check that is required asks for it.
    """

    title: str
    record: TitleRecord
    profile: Profile
    sound: str = ""

    @classmethod
    def of(cls, at: Step) -> Self:
        """Return the title of a step."""
        asked = at.profile.requires(quality_control.ASSET)
        sound = at.artifacts.upstream(at.title, quality_control.SOUND).digest if asked else ""
        return cls(at.title, at.record, at.profile, sound)

    @classmethod
    def kept(cls, store: ArtifactStore, record: TitleRecord, profile: Profile) -> Self:
        """Return a title as a store has it, where no run works on it."""
        heard = store.latest(record.title_id, quality_control.SOUND)
        asked = heard is not None and profile.requires(quality_control.ASSET)
        return cls(record.title_id, record, profile, heard.digest if heard is not None and asked else "")


def require_all_checks(
    judged: Judged, instance: dg.DagsterInstance, published: Mapping[str, str], renditions: Mapping[str, str]
) -> dict[str, str]:
    """Return what came of every check that the title needs: each has passed on what is to be published, or is waived.

    A title of which captions are demanded needs the check of them, whether its profile lists it or not, and every
    check has to have judged by what is demanded now.

    Args:
        judged: The title.
        instance: Where the results are recorded.
        published: Digest of each artifact to be published, by asset.
        renditions: Likewise of the renditions in it: the quality of each must have been measured.

    Raises:
        GateError: See `vod_assets.defs.gate.require_checks`.
    """
    profile, record = judged.profile, judged.record
    demand = demanded(profile.require_captions, record.effective_policy)
    asked, required = asked_of(profile), profile.required_checks
    if demand and CHECK not in required:
        required = (CHECK, *required)  # first: others may be unfinished because of it
    words = {name: word for said in asked.values() for name, word in said.items()}
    needed = {asset: {*said} for asset, said in asked.items()}
    needed[quality_report.ASSET] |= {*renditions}
    heard = {quality_control.SOUND: judged.sound} if judged.sound else {}
    published = {**published, **renditions, **heard, **words, DEMAND: demand.digest}
    gate = Gate(judged.title, published, needed, record.waivers)
    return require_checks(instance, gate, required)
