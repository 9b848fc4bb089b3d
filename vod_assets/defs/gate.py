"""The gate inside the publishing assets: it looks at bytes, not at what was selected."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import dagster as dg
from dagster._core.event_api import PartitionKeyFilter  # no public name in 1.13
from dagster._core.storage.asset_check_execution_record import (
    AssetCheckExecutionRecord,
    AssetCheckExecutionRecordStatus,
)

from vod_assets.domain.errors import ConfigError, GateError
from vod_assets.domain.profile import Profile
from vod_assets.domain.quality_control import Spot
from vod_assets.domain.waivers import WAIVABLE, Waiver, expired, waivers_for

CORRECT = "Correct what it names in the source, its sidecars or the profile, then run the title again"
JUDGED = "judged"  # metadata of every check result: the digest of each artifact that was looked at
FINDINGS = "findings"  # what it found, a line each
PASSED = "passed"
RESULTS_LOOKED_BACK = 50  # of one check of one title, for those of an older release
SPOTS = "spots"  # of checks that can be waived: where it found it


def check_key(name: str) -> dg.AssetCheckKey:
    """Return the key of a check that a profile calls ``asset.check``."""
    asset, _, check = name.partition(".")
    return dg.AssetCheckKey(dg.AssetKey(asset), check)


def require_known_checks(profiles: Mapping[str, Profile], checks: Iterable[dg.AssetsDefinition]) -> None:
    """Return when there is every check that a profile requires: one that nobody runs would never let a title pass.

    Raises:
        ConfigError: ``bad_profile``, naming the profile, the check and those that there are.
    """
    known = sorted(key.to_user_string().replace(":", ".") for check in checks for key in check.check_keys)
    for profile in profiles.values():
        for name in profile.required_checks:
            if name not in known:
                cause = f"required_checks: there is no check “{name}”"
                raise ConfigError("bad_profile", cause, f"Use {', '.join(known)}", file=f"profile {profile.name}")


def today() -> date:
    """Return the day that waivers are held against: UTC's."""
    return datetime.now(UTC).date()


@dataclass(frozen=True)
class Gate:
    """What is about to be published, and who lets what pass.

    Attributes:
        title: The title's partition.
        published: Digest of each artifact to be published, by asset, and a word for each thing that is asked of it.
        needed: Which of them checks of an asset must have looked at, besides that asset.
        waivers: All of the title; whether one holds is asked now, whenever the check ran.
    """

    title: str
    published: Mapping[str, str]
    needed: Mapping[str, Collection[str]] = field(default_factory=dict)
    waivers: Sequence[Waiver] = ()


def require_checks(instance: dg.DagsterInstance, gate: Gate, required: Sequence[str]) -> dict[str, str]:
    """Return that every required check passed on exactly the artifacts that are about to be published, or is waived.

    By check: ``passed``, or who waives it, until when, and why.

    Args:
        instance: Where the results are recorded.
        gate: What is about to be published.
        required: ``asset.check`` names of the profile.

    Raises:
        GateError: ``check_missing``, ``check_unfinished``, ``check_failed`` or ``check_other_bytes``, naming the check.
    """
    if not required:
        return {}
    keys = {name: check_key(name) for name in required}
    records = instance.event_log_storage.get_latest_asset_check_execution_by_key(
        list(keys.values()), partition_filter=PartitionKeyFilter(key=gate.title)
    )
    return {name: _judged(name, records.get(key), gate) for name, key in keys.items()}


def require_unfailed(instance: dg.DagsterInstance, gate: Gate, asked: Iterable[str]) -> None:
    """Return unless a check that a release was made under has failed on it since, or passed by a waiver that has ended.

    The latest results may be of newer packages, and what a profile asks for today the release was never judged by. Of
    each check the last result that judged what it carries counts; where Dagster has none any more, it passed.

    Args:
        instance: Where the results are recorded.
        gate: What the release carries.
        asked: ``asset.check`` names of what it was judged by when it was made.

    Raises:
        GateError: ``check_failed``, naming the check.
    """
    of_title = PartitionKeyFilter(key=gate.title)
    for name in asked:
        log = instance.event_log_storage
        records = log.get_asset_check_execution_history(check_key(name), RESULTS_LOOKED_BACK, partition_filter=of_title)
        asset = name.partition(".")[0]
        record = next((one for one in records if _judged_by(one).get(asset) == gate.published.get(asset)), None)
        if record is not None and record.evaluation is not None:
            is_failed = record.status == AssetCheckExecutionRecordStatus.FAILED
            _require_passed(name, _told(record), gate, passed=record.evaluation.passed and not is_failed)


def _told(record: AssetCheckExecutionRecord) -> dict[str, Any]:
    """Return the metadata of a result; none of one that did not come to an end."""
    evaluation = record.evaluation
    return {key: value.value for key, value in evaluation.metadata.items()} if evaluation else {}


def _judged_by(record: AssetCheckExecutionRecord) -> Mapping[str, str]:
    """Return the digest of each artifact that a result says it looked at."""
    judged = _told(record).get(JUDGED)
    return judged if isinstance(judged, dict) else {}


def _judged(name: str, record: AssetCheckExecutionRecord | None, gate: Gate) -> str:
    asset = name.partition(".")[0]
    again = f"Materialise {asset} with its checks, then publish again"
    if record is None:
        raise GateError("check_missing", f"the required check {name} never ran", again, title=gate.title)
    if record.status == AssetCheckExecutionRecordStatus.PLANNED:
        raise GateError("check_unfinished", f"the required check {name} did not finish", again, title=gate.title)
    evaluation = record.evaluation
    if evaluation is None:
        raise GateError("check_failed", f"the required check {name} failed", again, title=gate.title)
    is_failed = record.status == AssetCheckExecutionRecordStatus.FAILED
    verdict = _require_passed(name, _told(record), gate, passed=evaluation.passed and not is_failed)
    judged = _judged_by(record)
    for looked_at in sorted({asset, *judged, *gate.needed.get(asset, ())}):
        seen, wanted = str(judged.get(looked_at, "nothing")), gate.published.get(looked_at, "nothing")
        if seen != wanted:
            cause = (
                f"the required check {name} judged {looked_at} ({seen[:12]}), and now that is another ({wanted[:12]})"
            )
            raise GateError("check_other_bytes", cause, again, title=gate.title)
    return verdict


def _require_passed(name: str, told: Mapping[str, Any], gate: Gate, *, passed: bool) -> str:
    """Return that a check passed by itself, or which waiver that holds today lets it pass.

    One that was waived when it ran is recorded as passed, with what it found: the waiver may have ended since.
    """
    said = told.get(SPOTS) or {}
    spots = [Spot.model_validate(spot) for spot in said.get("spots", ())]
    if passed and not (name in WAIVABLE and told.get(FINDINGS)):
        return PASSED
    waivers = waivers_for(name, spots, gate.waivers, today(), are_all=not said.get("more", 0))
    if waivers:
        return "; ".join(map(str, waivers))
    why = f": {told[FINDINGS]}" if told.get(FINDINGS) else ""
    ended = expired(name, gate.waivers, today())
    if ended is not None:
        why += f" (the waiver of {ended.by} ended on {ended.until})"
    lets_pass = f"or let it pass: vod waive {gate.title} {name} --until DAY --because WHY"
    remedy = f"Correct the source, {lets_pass}" if name in WAIVABLE else CORRECT
    raise GateError("check_failed", f"the required check {name} failed{why}", remedy, gate.title)
