"""What Dagster records of a check: what was judged and found, and who lets it pass."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import dagster as dg

from vod_assets.defs.gate import FINDINGS, JUDGED, SPOTS, today
from vod_assets.defs.partitions import titles
from vod_assets.defs.step import Step
from vod_assets.domain.documents import plain
from vod_assets.domain.quality_control import Spot
from vod_assets.domain.waivers import Waiver, waivers_for


@contextmanager
def partitioned_checks() -> Iterator[None]:
    """Let checks be defined for each title by itself: a preview in Dagster 1.13, which says so."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", category=dg.PreviewWarning)
        yield


def check_specs(asset: str, described: Mapping[str, str]) -> list[dg.AssetCheckSpec]:
    """Return the checks that an asset's own body answers, by their names and what they say of every title.

    Not blocking in Dagster's sense: the gate of `release` refuses with a sentence, and asks for waivers of that day.
    """
    with partitioned_checks():
        return [
            dg.AssetCheckSpec(check, asset=asset, description=said, partitions_def=titles)
            for check, said in described.items()
        ]


@dataclass(frozen=True)
class Judgement:
    """What a check came to.

    Attributes:
        name: ``asset.check``.
        judged: Digest of each artifact that was looked at; the gate lets nothing else pass.
        findings: What is wrong, a line each.
        otherwise: What is said where nothing is.
        facts: Metadata besides.
    """

    name: str
    judged: Mapping[str, str]
    findings: Sequence[str]
    otherwise: str = "nothing found"
    facts: Mapping[str, Any] = field(default_factory=dict)

    def result(self, waived: Sequence[Waiver] = (), *, is_required: bool = True) -> dg.AssetCheckResult:
        """Return what Dagster records.

        Args:
            waived: What lets the check pass all the same.
            is_required: Whether anything is refused for its failing.
        """
        asset, _, check = self.name.partition(".")
        said = "; ".join(map(str, waived))
        return dg.AssetCheckResult(
            check_name=check,
            asset_key=asset,
            passed=not self.findings or bool(waived),
            severity=dg.AssetCheckSeverity.ERROR if is_required else dg.AssetCheckSeverity.WARN,
            description=said or next(iter(self.findings), self.otherwise),
            metadata={
                JUDGED: dg.MetadataValue.json(dict(self.judged)),
                FINDINGS: "\n".join(self.findings),
                **self.facts,
                **({"waived": said} if said else {}),
            },
        )


@dataclass(frozen=True)
class Spots:
    """Where a check found something.

    Attributes:
        named: As many as are kept.
        more: How many are left out.
    """

    named: Sequence[Spot] = ()
    more: int = 0

    @property
    def facts(self) -> dict[str, Any]:
        """Metadata, for the gate to ask again which waivers hold."""
        return {SPOTS: dg.MetadataValue.json(plain({"spots": self.named, "more": self.more}))}


def waivable(at: Step, judgement: Judgement, spots: Spots | None = None) -> dg.AssetCheckResult:
    """Return the result of a check that the title's waivers may let pass, today.

    Args:
        at: The step of the title.
        judgement: What the check came to.
        spots: Where it found that; None: it does not say, which takes a waiver of everything.
    """
    where = spots or Spots()
    waivers = at.record.waivers if judgement.findings else ()
    waived = waivers_for(judgement.name, where.named, waivers, today(), are_all=not where.more)
    return judgement.result(waived, is_required=judgement.name in at.profile.required_checks)
