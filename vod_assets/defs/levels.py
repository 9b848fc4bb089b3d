"""How loud the sounds of a title are: measured once, for normalisation and for quality control."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg

from vod_assets.defs.house import BEFORE_ENCODES, HOUSE, Artifacts, Guard, Reporter
from vod_assets.defs.making import Made
from vod_assets.defs.programme import timeline_parameters
from vod_assets.defs.showing import Row, table
from vod_assets.defs.step import Step, step
from vod_assets.domain.acceptance import normalised
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.asking import not_asked
from vod_assets.domain.audio_levels import AudioLevels, SoundLevels
from vod_assets.domain.audio_loudness import gain_for
from vod_assets.domain.audio_presets import AudioPreset
from vod_assets.domain.audio_rendition import SoundPlan, layout_of, level_filters, unwanted
from vod_assets.domain.audio_sources import SourceSound, source_sounds, stream_sound
from vod_assets.domain.errors import SourceError, ToolError
from vod_assets.domain.media_info import Finding, MediaInfo
from vod_assets.domain.profile import Profile
from vod_assets.domain.programme.dubbing import dubbed
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.title import Sidecar
from vod_assets.ports import Prober, SourceStore, Transcoder

MEASURING = 3  # to be raised when the same sound is measured otherwise
FILE_TO_BLAME = frozenset({"tool_failed", "limit_exceeded", "out_of_memory"})  # a full disk is nobody's file's fault
SOURCE = "source"


@dg.asset(group_name="audio", kinds={"ffmpeg"}, op_tags=BEFORE_ENCODES, **HOUSE)
def audio_levels(
    context: dg.AssetExecutionContext,
    mezzanine: Artifact,
    media_info: Artifact,
    artifacts: Artifacts,
    guard: Guard,
    reporter: Reporter,
    sources: dg.ResourceParam[SourceStore],
    prober: dg.ResourceParam[Prober],
    transcoder: dg.ResourceParam[Transcoder],
) -> dg.MaterializeResult[Artifact]:
    """How loud every sound of the source is, and of the files beside it: LUFS, true peak, silence, each channel.

    Upstream: mezzanine, media_info and the files of sound beside the source. Downstream: the audio renditions, which
    take their gain from it, and quality control. One process measures all sounds of a file, each as it is delivered.
    Empty where the profile asks for no loudness, and where there is no sound.
    """
    with step(context, artifacts, guard, reporter) as at:
        if at.profile.loudness is None:
            return at.result(at.nothing("audio_levels", not_asked(at.profile, "audio_levels")))
        info = media_info.read(MediaInfo)
        metering = _Metering(at, info, sources, prober, transcoder)
        leaves: dict[str, Made] = {}
        if info.audio:
            leaves[SOURCE] = metering.of_source(mezzanine)
        for sidecar in (sidecar for sidecar in at.record.sidecars if sidecar.kind == "audio"):
            leaves[beside(sources.name(sidecar.address))] = metering.of_file(sidecar)
        made = at.index("audio_levels", leaves, "there is no sound")
        return at.result(made, lambda: _facts([one.artifact.read(AudioLevels) for one in leaves.values()]))


def read_levels(at: Step, levels: Artifact) -> dict[str, AudioLevels]:
    """Return what was measured, by leaf: that of the source is called `SOURCE`, of a file beside it `beside` it."""
    return {name: leaf.read(AudioLevels) for name, leaf in at.leaves(levels).items()}


def beside(file: str) -> str:
    """Return what the leaf of a file beside the source is called."""
    return f"beside/{file}"


def named_sounds(info: MediaInfo) -> dict[str, SourceSound]:
    """Return a source's sounds by their tracks' names without the codec: ``en``, and ``en_2`` for a second one."""
    named: dict[str, SourceSound] = {}
    for sound in source_sounds(info):
        name = sound.stream.language.lower()
        copies = sum(other == name or other.startswith(f"{name}_") for other in named)
        named[f"{name}_{copies + 1}" if copies else name] = sound
    return named


def metered(sound: SourceSound, profile: Profile) -> list[SoundPlan]:
    """Return a plan for each layout that a profile delivers a sound in; those of one layout are as loud.

    Where no gain will follow, they are measured behind what keeps a mix from clipping, as they are delivered.
    """
    before = Fraction(0) if profile.loudness is None or profile.loudness.normalise else None
    presets = [preset for preset in profile.audio if not unwanted(sound, preset)] or [AudioPreset()]
    plans = [SoundPlan(sound, preset, layout_of(sound, preset), profile.downmix, before) for preset in presets]
    return list({plan.layout: plan for plan in reversed(plans)}.values())[::-1]


def measuring(sounds: Mapping[str, Sequence[SoundPlan]]) -> dict[str, Any]:
    """Return what a recipe says of how sounds are measured."""
    said = {
        name: [[plan.layout, [one.model_dump() for one in level_filters(plan)]] for plan in plans]
        for name, plans in sounds.items()
    }
    streams = {name: [one.index for one in plans[0].sound.streams] for name, plans in sounds.items()}
    return {"sounds": said, "streams": streams, "measuring": MEASURING}


def timed(info: MediaInfo) -> dict[str, Any]:
    """Return what a recipe says of when sound is heard beside the picture."""
    return {"start_seconds": info.video.start_seconds, "duration_seconds": info.duration_seconds}


def planned(
    profile: Profile, preset: AudioPreset, sound: SourceSound, levels: SoundLevels | None, name: str
) -> tuple[SoundPlan, dict[str, Any], list[Finding]]:
    """Return how a sound is encoded, what its document says of its loudness, and what is to be said of that."""
    plan = SoundPlan(sound, preset, layout_of(sound, preset), profile.downmix)
    measured = levels.of(plan.layout) if levels else None
    found = resampled(sound, preset, name)
    if profile.loudness is None or measured is None:
        return plan, {}, found
    if not profile.loudness.normalise:
        return replace(plan, delivered_lufs=measured.integrated_lufs), {}, found
    gain = gain_for(measured, profile.loudness, name)
    said = {"measured": measured, "gain_db": gain.applied_db, "target_lufs": profile.loudness.target_lufs}
    loudness = None if measured.integrated_lufs is None else measured.integrated_lufs + gain.applied_db
    plan = replace(plan, gain_db=gain.applied_db, delivered_lufs=loudness)
    return plan, {"loudness": said}, [*found, *gain.findings]


def resampled(sound: SourceSound, preset: AudioPreset, name: str) -> list[Finding]:
    """Return what is to be said where a sound is delivered at another rate."""
    if sound.stream.sample_rate == preset.sample_rate:
        return []
    cause = f"{name} has {preset.sample_rate} Hz, stream {sound.stream.index} {sound.stream.sample_rate}"
    return [normalised("audio_resampled", cause)]


class _Metering:
    """What measures the sounds of one title."""

    def __init__(self, at: Step, info: MediaInfo, sources: SourceStore, prober: Prober, transcoder: Transcoder) -> None:
        self.at, self.info, self.sources, self.prober, self.transcoder = at, info, sources, prober, transcoder

    def of_source(self, mezzanine: Artifact) -> Made:
        """Measure the source's own sounds."""
        plans = {name: metered(sound, self.at.profile) for name, sound in named_sounds(self.info).items()}
        streams = [one for several in plans.values() for one in several[0].sound.streams]
        said = measuring(plans) | timed(self.info) | timeline_parameters(self.info, *streams)
        recipe = Recipe("audio_levels", {"mezzanine": mezzanine.digest}, said, self.transcoder.build_ids)

        def measure(_directory: Path) -> dict[str, Any]:
            source = self.at.source(mezzanine, self.sources)
            return self.transcoder.measure_audio(source, self.info, plans).model_dump()

        return self.at.make(recipe, measure)

    def of_file(self, sidecar: Sidecar) -> Made:
        """Measure a file beside the source; one that cannot be read is measured as nothing."""
        fingerprint = self.sources.fingerprint(sidecar.address)
        said = {
            "presets": [[preset.codec, preset.channels, preset.sample_rate] for preset in self.at.profile.audio],
            "downmix": self.at.profile.downmix,
            "duration_seconds": self.info.duration_seconds,
            "measuring": MEASURING,
        } | timeline_parameters(self.info)
        builds = {**self.transcoder.build_ids, **self.prober.build_ids}
        recipe = Recipe("audio_levels", {"dub": fingerprint.sha256}, said, builds)
        return self.at.make(recipe, partial(self._measured, sidecar))

    def _measured(self, sidecar: Sidecar, _directory: Path) -> dict[str, Any]:
        file, path = self.sources.name(sidecar.address), self.sources.local_path(sidecar.address)
        try:
            heard = self.prober.inspect_sound(path, file)
            plans = {"": metered(stream_sound(heard.stream), self.at.profile)}
            return self.transcoder.measure_audio(path, dubbed(self.info, heard).info, plans).model_dump()
        except (SourceError, ToolError) as error:
            if isinstance(error, ToolError) and error.code not in FILE_TO_BLAME:
                raise
            return AudioLevels(refused=error.code).model_dump()


def _facts(found: Sequence[AudioLevels]) -> dict[str, Any]:
    sounds = [sound for levels in found for sound in levels.sounds]
    rows = [row for sound in sounds for row in _rows(sound)]
    return {"sounds": len(sounds), **({"loudness": table(rows)} if rows else {})}


def _rows(sound: SoundLevels) -> list[Row]:
    clipped = sum(channel.is_clipped for channel in sound.channels)
    silent = sum(channel.is_silent for channel in sound.channels)
    return [
        {
            "sound": sound.name or "beside the source",
            "layout": one.layout,
            "LUFS": _level(one.integrated_lufs),
            "LRA": _level(one.range_lu),
            "dBTP": _level(one.true_peak_dbtp),
            "silent channels": silent,
            "clipped channels": clipped,
        }
        for one in sound.loudness
    ]


def _level(level: Any) -> str:
    return "silence" if level is None else f"{float(level):.1f}"
