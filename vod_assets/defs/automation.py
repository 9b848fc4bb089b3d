"""Automation: what follows from something that has changed is made by itself, once a person has switched that on."""

from typing import Any

import dagster as dg

from vod_assets.defs.partitions import TITLE_STATE
from vod_assets.defs.selection import WHOLE_TAG
from vod_assets.domain.asking import CONDITIONAL

_OBSERVED = dg.AssetSelection.assets(TITLE_STATE)  # what is only looked at sets nothing going

# A title has these only if its profile asks for them; what a profile asks for is there or is asked for together with
# what follows it.
_NOT_FOR_ALL = dg.AssetSelection.groups("renditions", "audio") | dg.AssetSelection.assets(*sorted(CONDITIONAL))

# Only what has changed counts: a run that finds an asset made records it anew, with the data version that it had.
# A run that made all that a profile asks for has left nothing to follow. A title that is new is no business of this:
# whoever registers it launches the whole graph, once.
_INPUT_CHANGED = (
    dg.AutomationCondition.any_deps_match(
        (
            dg.AutomationCondition.data_version_changed()
            & ~dg.AutomationCondition.executed_with_root_target()
            & ~dg.AutomationCondition.executed_with_tags(tag_keys={WHOLE_TAG})
        )
        | dg.AutomationCondition.will_be_requested()
    )
    .ignore(_OBSERVED)
    .with_label("an input has changed")
)

# What was asked for is handled, however it ended: it is asked for again when an input changes again, and not before.
FOLLOWS: dg.AutomationCondition[Any] = (
    _INPUT_CHANGED.since_last_handled()
    & ~dg.AutomationCondition.any_deps_missing().ignore(_OBSERVED | _NOT_FOR_ALL)
    & ~dg.AutomationCondition.any_deps_in_progress()
    & ~dg.AutomationCondition.in_progress()
    & dg.AutomationCondition.all_deps_blocking_checks_passed()
).with_label("follows its inputs")

PRIORITY = "-5"  # behind what arrives, before what `vod backfill` launches

automation = dg.AutomationConditionSensorDefinition(
    "automation",
    target=dg.AssetSelection.all(),
    default_status=dg.DefaultSensorStatus.STOPPED,
    run_tags={"vod/trigger": "automation", "dagster/priority": PRIORITY},
    description="Makes what follows from something that has changed. Off until somebody switches it on.",
)
