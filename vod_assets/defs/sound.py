"""Audio: in each codec, one file per sound of the source, and per file of sound beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import dagster as dg

from vod_assets.defs.dubs import AUDIO_FILE, Dubbing, Dubs
from vod_assets.defs.estimates import recorded
from vod_assets.defs.house import BEFORE_ENCODES, HOUSE, Artifacts, Guard, Reporter
from vod_assets.defs.levels import SOURCE, named_sounds, planned, read_levels
from vod_assets.defs.making import Made
from vod_assets.defs.programme import timeline_parameters
from vod_assets.defs.showing import Row, table
from vod_assets.defs.source import made_from
from vod_assets.defs.step import Step, step
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.asking import not_asked
from vod_assets.domain.audio_levels import AudioLevels
from vod_assets.domain.audio_presets import AUDIO_CODECS, AudioCodec, AudioPreset
from vod_assets.domain.audio_rendition import SoundPlan, audio_parameters, layout_of, unwanted
from vod_assets.domain.audio_sources import SourceSound
from vod_assets.domain.estimates import Timing
from vod_assets.domain.media_info import Finding, MediaInfo
from vod_assets.domain.profile import Profile
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.sound import Sound, preference, sound_of_stream
from vod_assets.ports import Prober, SourceStore, Transcoder

MAKER = 2  # to be raised when the same sound is encoded into other bytes


def audio_assets(profiles: Mapping[str, Profile]) -> list[dg.AssetsDefinition]:
    """Return an asset for each codec of sound that any profile names, AAC first."""
    named = {preset.codec for profile in profiles.values() for preset in profile.audio}
    return [_codec_asset(codec) for codec in AUDIO_CODECS if codec in named]


def audio_keys(profiles: Mapping[str, Profile]) -> list[str]:
    """Return the asset keys of all encoded sound."""
    return [key.to_user_string() for asset in audio_assets(profiles) for key in asset.keys]


@dataclass
class Heard:
    """The tracks of a source's own sounds in one codec.

    Attributes:
        leaves: Those that were made, by name.
        findings: What is to be said of them, and why others were not made.
    """

    leaves: dict[str, Made] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


def _codec_asset(codec: AudioCodec) -> dg.AssetsDefinition:
    key, called = f"audio_{codec}", AUDIO_CODECS[codec]

    @dg.asset(
        name=key,
        group_name="audio",
        kinds={"ffmpeg", codec},
        op_tags=BEFORE_ENCODES,
        description=(
            f"Every sound of the source, and of the dubs beside it, in {called}, as long as the picture.\n\n"
            "Upstream: mezzanine, media_info, audio_levels and the files of sound beside the source. Downstream:\n"
            "audio_tracks. A file that does not fit costs itself, and is listed here. Empty, with the reason, where\n"
            f"there is nothing for it or the profile makes no {called}."
        ),
        **HOUSE,
    )
    def audio(
        context: dg.AssetExecutionContext,
        mezzanine: Artifact,
        media_info: Artifact,
        audio_levels: Artifact,
        artifacts: Artifacts,
        guard: Guard,
        reporter: Reporter,
        sources: dg.ResourceParam[SourceStore],
        prober: dg.ResourceParam[Prober],
        transcoder: dg.ResourceParam[Transcoder],
    ) -> dg.MaterializeResult[Artifact]:
        with step(context, artifacts, guard, reporter) as at:
            preset = at.profile.sound(codec)
            if preset is None:
                return at.result(at.nothing(key, not_asked(at.profile, key)))
            encoding = _Encoding(at, media_info.read(MediaInfo), preset, read_levels(at, audio_levels))
            return encoding.result(mezzanine, sources, prober, transcoder)

    return audio


@dataclass(frozen=True)
class _Encoding:
    """What makes the tracks of one codec.

    Attributes:
        levels: What was measured, by leaf of audio_levels; nothing where loudness is not asked for.
    """

    at: Step
    info: MediaInfo
    preset: AudioPreset
    levels: Mapping[str, AudioLevels]

    @property
    def asset(self) -> str:
        """The asset's key."""
        return f"audio_{self.preset.codec}"

    def result(
        self, mezzanine: Artifact, sources: SourceStore, prober: Prober, transcoder: Transcoder
    ) -> dg.MaterializeResult[Artifact]:
        """Make all tracks, the source's own first."""
        at, codec = self.at, self.preset.codec
        sounds = {f"{codec}_{name}": sound for name, sound in named_sounds(self.info).items()}
        own = {name: sound_of_stream(sound.stream, at.record.sound_labels) for name, sound in sounds.items()}
        dubs = Dubbing(at, self.info, self.preset, self.levels, sources, prober, transcoder).made(own)
        default = dubs.default or max(own, key=lambda name: preference(own[name], at.record.language), default="")
        heard = Heard()
        for name, sound in sounds.items():
            why_not = unwanted(sound, self.preset)
            if why_not:
                heard.reasons.append(f"{name}: {why_not}")
                continue
            heard.findings += sound.findings
            described = self._described(own[name], sound, mezzanine, is_default=name == default)
            heard.leaves[name] = self._made(name, sound, described, heard, (mezzanine, sources, transcoder))
        leaves = heard.leaves | dubs.leaves
        reasons = [*heard.reasons, *dubs.reasons]
        made = at.index(self.asset, leaves, "; ".join(reasons) or "the source has no audio")
        made = replace(made, reused=made.reused and not dubs.is_news)
        return at.result(made, lambda: _facts(leaves, heard, dubs) | _timing(at, leaves, made, self.info))

    def _described(self, said: Sound, sound: SourceSound, mezzanine: Artifact, *, is_default: bool) -> dict[str, Any]:
        """Return what manifests say of a track, and what was made of its stream."""
        return made_from(mezzanine) | {
            "language": said.language,
            "label": said.label,
            "role": said.role,
            "stream": sound.stream.index,
            "channels": SoundPlan(sound, self.preset, layout_of(sound, self.preset)).channels,
            "sample_rate": self.preset.sample_rate,
            "is_default": is_default,
        }

    def _made(
        self,
        name: str,
        sound: SourceSound,
        described: dict[str, Any],
        heard: Heard,
        by: tuple[Artifact, SourceStore, Transcoder],
    ) -> Made:
        mezzanine, sources, transcoder = by
        measured = self.levels.get(SOURCE, AudioLevels()).sounds
        of_this = next((one for one in measured if f"{self.preset.codec}_{one.name}" == name), None)
        plan, said, findings = planned(self.at.profile, self.preset, sound, of_this, name)
        heard.findings += findings
        document = described | said

        def encode(directory: Path) -> dict[str, Any]:
            source = self.at.source(mezzanine, sources)
            transcoder.encode_audio(source, self.info, plan, directory / AUDIO_FILE)
            return document

        parameters = audio_parameters(plan, self.info.video) | {"described": document, "maker": MAKER}
        parameters |= timeline_parameters(self.info, *sound.streams)
        recipe = Recipe(self.asset, {"mezzanine": mezzanine.digest}, parameters, transcoder.build_ids)
        return self.at.make(recipe, encode)


def _facts(leaves: Mapping[str, Made], heard: Heard, dubs: Dubs) -> dict[str, Any]:
    said = {name: made.artifact.document for name, made in leaves.items()}
    rows: list[Row] = [
        {
            "track": name,
            "language": one["language"],
            "role": one["role"],
            "label": one["label"],
            "default": "yes" if one["is_default"] else "",
            "channels": one["channels"],
            "gain dB": f"{float(Fraction(one['loudness']['gain_db'])):+.1f}" if "loudness" in one else "",
            "from": "a file beside the source" if name in dubs.leaves else f"stream {one['stream']}",
        }
        for name, one in said.items()
    ]
    findings = [*heard.findings, *dubs.findings]
    listed = [f"- `{finding.code}` {finding.cause}" for finding in findings]
    listed += [f"- {reason}" for reason in (*heard.reasons, *dubs.reasons)]
    return {
        "tracks": len(leaves),
        "languages": ", ".join(leaves) or "none",
        "findings": dg.MetadataValue.md("\n".join(listed) or "none"),
        **({"sound": table(rows)} if rows else {}),
    }


def _timing(at: Step, leaves: Mapping[str, Made], made: Made, info: MediaInfo) -> dict[str, Any]:
    """Return how long it took, where all of it was made now."""
    if not leaves or any(leaf.reused for leaf in leaves.values()):
        return {}
    return dict(recorded(Timing(at.profile.name, made.seconds, float(info.duration_seconds))))
