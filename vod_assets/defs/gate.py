"""The gate inside the publishing assets: it looks at bytes, not at what was selected."""

from collections.abc import Mapping, Sequence

import dagster as dg
from dagster._core.event_api import PartitionKeyFilter  # no public name in 1.13
from dagster._core.storage.asset_check_execution_record import (
    AssetCheckExecutionRecord,
    AssetCheckExecutionRecordStatus,
)

from vod_assets.domain.errors import ConfigError, GateError
from vod_assets.domain.profile import Profile

JUDGED = "judged"  # metadata of every check result: the digest of each artifact that was looked at


def check_key(name: str) -> dg.AssetCheckKey:
    """Return the key of a check that a profile calls ``asset.check``."""
    asset, _, check = name.partition(".")
    return dg.AssetCheckKey(dg.AssetKey(asset), check)


def require_known_checks(profiles: Mapping[str, Profile], checks: Sequence[dg.AssetChecksDefinition]) -> None:
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


def require_checks(
    instance: dg.DagsterInstance, title: str, required: Sequence[str], published: Mapping[str, str]
) -> None:
    """Return when every required check passed on exactly the artifacts that are about to be published.

    Args:
        instance: Where the results are recorded.
        title: The title's partition.
        required: ``asset.check`` names of the profile.
        published: Digest of each artifact to be published, by asset.

    Raises:
        GateError: ``check_missing``, ``check_unfinished``, ``check_failed`` or ``check_other_bytes``, naming the check.
    """
    if not required:
        return
    keys = {name: check_key(name) for name in required}
    records = instance.event_log_storage.get_latest_asset_check_execution_by_key(
        list(keys.values()), partition_filter=PartitionKeyFilter(key=title)
    )
    for name, key in keys.items():
        _judge(name, records.get(key), published, title)


def _judge(name: str, record: AssetCheckExecutionRecord | None, published: Mapping[str, str], title: str) -> None:
    asset = name.partition(".")[0]
    again = f"Materialise {asset} with its checks, then publish again"
    if record is None:
        raise GateError("check_missing", f"the required check {name} never ran", again, title=title)
    if record.status == AssetCheckExecutionRecordStatus.PLANNED:
        raise GateError("check_unfinished", f"the required check {name} did not finish", again, title=title)
    evaluation = record.evaluation
    if record.status == AssetCheckExecutionRecordStatus.FAILED or evaluation is None or not evaluation.passed:
        findings = evaluation.metadata.get("findings") if evaluation else None
        why = f": {findings.value}" if findings is not None and findings.value else ""
        raise GateError("check_failed", f"the required check {name} failed{why}", f"Mend {asset}", title=title)
    told = evaluation.metadata.get(JUDGED)
    judged = told.value if told is not None and isinstance(told.value, dict) else {}
    for looked_at in {asset, *judged}:
        seen, wanted = str(judged.get(looked_at, "nothing")), published.get(looked_at, "")
        if seen != wanted:
            cause = (
                f"the required check {name} judged {looked_at} {seen[:12]}, not {wanted[:12]}, which would be published"
            )
            raise GateError("check_other_bytes", cause, again, title=title)
