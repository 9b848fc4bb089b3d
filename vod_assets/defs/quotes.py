"""Quotes of plans, and what they are learned from: encodes that Dagster has recorded."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from vod_assets.defs.recorded_makes import recorded_makes
from vod_assets.domain.asking import is_rendition
from vod_assets.domain.errors import VodError
from vod_assets.domain.ladder import fit
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.operating_facts import MadeFact
from vod_assets.domain.plan import TitlePlan
from vod_assets.domain.prices import Output, Prices
from vod_assets.domain.profile import Profile
from vod_assets.domain.quoting import UNPRICED, CpuModel, Encoded, Quote, by_cpu
from vod_assets.domain.rendition_spec import RenditionSpec, rendition_spec
from vod_assets.domain.video_presets import VideoPreset
from vod_assets.ports.artifacts import ArtifactStore

LEARNED_FROM = 20_000  # makes, the newest first
UNSEEN = "nobody has looked into its source yet"

Obstacle = Callable[[RenditionSpec], str]


def past_encodes(instance: dg.DagsterInstance) -> Iterator[Encoded]:
    """Yield encodes of the past, the newest first: the rungs of a codec that one run made together."""
    together: dict[tuple[str, str, str], list[MadeFact]] = {}
    for number, made in enumerate(recorded_makes(instance, 0.0)):
        if number >= LEARNED_FROM:
            break
        if is_rendition(made.asset) and not made.is_reused and made.cpu_seconds and made.media_seconds:
            together.setdefault((made.run, made.title, made.asset.partition("_")[0]), []).append(made)
    for rungs in together.values():
        first = rungs[0]
        yield Encoded(
            profile=first.profile,
            rungs=frozenset(made.asset for made in rungs),
            cpu_seconds=max(made.cpu_seconds or 0.0 for made in rungs),
            media_seconds=first.media_seconds or 0.0,
        )


class Quoter:
    """Prices plans.

    Args:
        store: Knows the titles.
        profiles: Known profiles.
        model: How long FFmpeg takes.
        prices: What that costs, and what services cost.
        obstacles: Says for each service why it cannot make a rendition; empty: it can.
    """

    def __init__(
        self,
        store: ArtifactStore,
        profiles: Mapping[str, Profile],
        model: CpuModel,
        prices: Prices,
        obstacles: Mapping[str, Obstacle],
    ) -> None:
        self.store, self.profiles, self.model, self.prices = store, profiles, model, prices
        self.obstacles = obstacles

    def quote(self, plan: TitlePlan, transcoder: str) -> Quote:
        """Return what the encodes of a plan cost with a transcoder."""
        wanted = [asset for asset in plan.executed if is_rendition(asset)]
        if not wanted:
            return Quote(plan.title, transcoder)
        try:
            profile, specs = self._specs(plan.title, wanted)
        except VodError as error:
            return Quote(plan.title, transcoder, unknown=dict.fromkeys(wanted, error.cause))
        if specs is None:
            return Quote(plan.title, transcoder, unknown=dict.fromkeys(wanted, UNSEEN))
        if transcoder == "ffmpeg":
            return by_cpu(plan.title, profile, specs, self.model, self.prices)
        return self._by_output(plan.title, transcoder, specs)

    def _by_output(self, title: str, transcoder: str, specs: Sequence[RenditionSpec]) -> Quote:
        obstacle = self.obstacles.get(transcoder, _nothing)
        cannot = {spec.key: why for spec in specs if (why := obstacle(spec))}
        amounts: dict[str, Any] = {}
        unknown: dict[str, str] = {}
        for spec in (one for one in specs if one.key not in cannot):
            try:
                amount = self.prices.of_output(transcoder, output_of(spec))
            except KeyError as error:
                unknown[spec.key] = f"VOD_PRICES has no price of {error.args[0]}"
                continue
            if amount is None:
                unknown[spec.key] = UNPRICED
            else:
                amounts[spec.key] = amount
        return Quote(title, transcoder, amounts, cannot, unknown)

    def _specs(self, title: str, wanted: Iterable[str]) -> tuple[str, list[RenditionSpec] | None]:
        record = self.store.record(title)
        profile = self.profiles.get(record.profile) if record else None
        kept = list(self.store.remembered(title, "media_info").values())
        if profile is None or not kept:
            return "", None
        info = kept[-1].artifact.read(MediaInfo)
        ladder = fit(profile, info.video)
        made = {rung.key: rung.codec for rung in ladder.made}
        presets: dict[str, VideoPreset] = {preset.codec: preset for preset in profile.video}
        specs = [rendition_spec(info, presets[made[key]], ladder, key) for key in wanted if key in made]
        return profile.name, specs


def _nothing(_: RenditionSpec) -> str:
    return ""


def output_of(spec: RenditionSpec) -> Output:
    """Return what a rendition is priced by."""
    return Output(
        codec=spec.codec,
        width=spec.width,
        height=spec.height,
        frame_rate=spec.frame_rate,
        bit_depth=spec.bit_depth,
        dynamic_range=spec.dynamic_range,
        seconds=spec.picture.duration_seconds,
    )


def billed_facts(prices: Prices | None, transcoder: str, billed: Mapping[str, Any]) -> dict[str, float | str]:
    """Return what Dagster records of what a service's rendition cost; nothing where its price is not known."""
    if prices is None or not billed:
        return {}
    try:
        amount = prices.of_output(transcoder, Output.model_validate(billed))
    except KeyError:
        return {}
    return {} if amount is None else {"cost": float(amount), "currency": prices.currency}
