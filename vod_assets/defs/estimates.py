"""Estimates of encode time: from what Dagster has recorded of the last makes of each asset.

Nothing is asked for each title but its profile and what was found in its source, and that only when it is encoded.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache

import dagster as dg

from vod_assets.domain.asking import is_rendition, sound_codec
from vod_assets.domain.errors import VodError
from vod_assets.domain.estimates import Estimate, Rate, Timing, rates
from vod_assets.domain.ladder import fit
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.plan import NEVER_MADE, PARTS, PlannedAsset, TitlePlan
from vod_assets.domain.prices import cost_of_cpu
from vod_assets.domain.profile import Profile
from vod_assets.ports.artifacts import ArtifactStore
from vod_assets.prices_file import house_prices
from vod_assets.settings import load_settings

MAKES = 50  # of an asset in one profile
RECORDS = 500  # what was found made, and not encoded, is recorded as well
RECORDS_AT_ONCE = 100
PROFILE, ENCODED, MEDIA = "profile", "encode_seconds", "media_seconds"

Timings = Callable[[str], Iterable[Timing]]


def recorded(timing: Timing) -> dict[str, str | float]:
    """Return what Dagster records of an encode, so that it can be found again."""
    seconds = round(timing.encode_seconds, 4)
    said: dict[str, str | float] = {PROFILE: timing.profile, ENCODED: seconds, MEDIA: round(timing.media_seconds, 4)}
    return said | cost_of_cpu(house_prices(load_settings()), timing.cpu_seconds)


def last_timings(instance: dg.DagsterInstance, asset: str) -> Iterator[Timing]:
    """Yield how long the last encodes of an asset took, the newest first."""
    cursor: str | None = None
    for _ in range(RECORDS // RECORDS_AT_ONCE):
        found = instance.fetch_materializations(dg.AssetKey(asset), limit=RECORDS_AT_ONCE, cursor=cursor)
        for record in found.records:
            said = record.asset_materialization.metadata if record.asset_materialization else {}
            if {PROFILE, ENCODED, MEDIA} <= set(said):
                profile, encoded, media = (said[name].value for name in (PROFILE, ENCODED, MEDIA))
                yield Timing(str(profile), float(str(encoded)), float(str(media)))
        if not found.has_more:
            return
        cursor = found.cursor


def is_encoded(asset: str) -> bool:
    """Whether an asset is made by an encoder."""
    return is_rendition(asset) or bool(sound_codec(asset))


class Estimator:
    """Tells how long plans will take.

    Args:
        timings: Returns how long the last encodes of an asset took, the newest first; asked once an asset.
        store: Knows the titles.
        profiles: Known profiles.
    """

    def __init__(self, timings: Timings, store: ArtifactStore, profiles: Mapping[str, Profile]) -> None:
        self.store, self.profiles = store, profiles
        self._rates: Callable[[str], dict[str, Rate]] = cache(lambda asset: rates(timings(asset), MAKES))

    def estimate(self, plan: TitlePlan) -> Estimate:
        """Return how long the encodes of a title will take, those included that may turn out to be reused."""
        encoded = [asset for asset in plan.executed if is_encoded(asset)]
        try:
            info = self._info(plan) if encoded else None
            record = self.store.record(plan.title) if info else None
        except VodError:
            return Estimate(unknown=tuple(encoded))
        profile = self.profiles.get(record.profile) if record else None
        if info is None or profile is None:
            return Estimate(unknown=tuple(encoded))
        there = _encoded(profile, info)
        return self._estimate([asset for asset in encoded if asset in there], profile.name, info)

    def _estimate(self, encoded: Iterable[str], profile: str, info: MediaInfo) -> Estimate:
        known = {asset: self._rates(asset).get(profile) for asset in encoded}
        long = float(info.duration_seconds)
        return Estimate(
            seconds={asset: rate.encode_seconds * long for asset, rate in known.items() if rate},
            makes={asset: rate.makes for asset, rate in known.items() if rate},
            unknown=tuple(asset for asset, rate in known.items() if rate is None),
        )

    def _info(self, plan: TitlePlan) -> MediaInfo | None:
        """Return what was found in a title's source; None: nobody has looked into the one that it has now."""
        if any(one.asset == "media_info" and _is_of_other_source(one) for one in plan.assets):
            return None
        kept = list(self.store.remembered(plan.title, "media_info").values())
        return kept[-1].artifact.read(MediaInfo) if kept else None


def _is_of_other_source(media_info: PlannedAsset) -> bool:
    return media_info.reason == NEVER_MADE or PARTS["inputs"] in media_info.reason


def _encoded(profile: Profile, info: MediaInfo) -> frozenset[str]:
    """Return what is encoded of a title; other rungs and profiles leave assets that say why they are empty."""
    sound = [f"audio_{preset.codec}" for preset in profile.audio] if info.audio else []
    return frozenset([*(rung.key for rung in fit(profile, info.video).made), *sound])
