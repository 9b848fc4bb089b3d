"""Dubs: files of sound beside a source, each made into one audio track, or left out with the reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from vod_assets.defs.levels import FILE_TO_BLAME, beside, planned
from vod_assets.defs.making import Made
from vod_assets.defs.programme import timeline_parameters
from vod_assets.defs.step import Step
from vod_assets.domain.acceptance import warning
from vod_assets.domain.audio_levels import AudioLevels, SoundLevels
from vod_assets.domain.audio_presets import AudioPreset
from vod_assets.domain.audio_rendition import unwanted
from vod_assets.domain.audio_sources import stream_sound
from vod_assets.domain.errors import SourceError, ToolError, VodError, printable
from vod_assets.domain.media_info import Finding, MediaInfo
from vod_assets.domain.programme.dubbing import dubbed
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.sound import Sound, judge_length, preference, refuse_double, sound_of_sidecar, track_name
from vod_assets.domain.title import Sidecar
from vod_assets.ports import Prober, SourceStore, Transcoder

AUDIO_FILE = "audio.mp4"
RULES = 4  # to be raised when the same file is judged or encoded otherwise


@dataclass(frozen=True)
class Dub:
    """One file of sound beside the source, and the track that it would be."""

    name: str
    file: str
    address: str
    sound: Sound


@dataclass
class Dubs:
    """The dubs of a title as they were made.

    Attributes:
        leaves: Those that fit, by the names of their tracks, in the order of the files' names.
        default: Name of the one that plays when a viewer has chosen nothing; empty: none of them does.
        findings: What is to be said of them, and why others do not fit.
        reasons: Why no track was made of those that fit, but are nothing for the codec.
        is_news: Whether a file was judged now, though nothing may have come of it.
    """

    leaves: dict[str, Made] = field(default_factory=dict)
    default: str = ""
    findings: list[Finding] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    is_news: bool = False


@dataclass(frozen=True)
class Dubbing:
    """What makes dubs of a title in one codec.

    Attributes:
        levels: What was measured, by leaf of audio_levels.
    """

    at: Step
    info: MediaInfo
    preset: AudioPreset
    levels: Mapping[str, AudioLevels]
    sources: SourceStore
    prober: Prober
    transcoder: Transcoder

    def made(self, own: Mapping[str, Sound]) -> Dubs:
        """Return the dubs of a title whose source has sounds of its own, which stay what they are.

        The one that asks most to be the default is made first: it is only when it fits.
        """
        made = Dubs()
        found = self._found(own, made)
        language = self.at.record.language
        best = max((preference(sound, language) for sound in own.values()), default=())
        for dub in sorted(found, key=lambda one: preference(one.sound, language), reverse=True):
            is_default = not made.default and preference(dub.sound, language) > best
            leaf = self._attempted(dub, is_default, made)
            if leaf is None:
                continue
            made.default = dub.name if is_default else made.default  # also of a codec that it is nothing for
            if why_not := leaf.artifact.document.get("unwanted"):
                made.reasons.append(f"{dub.name}: {why_not}")
            else:
                made.leaves[dub.name] = leaf
        order = [dub.name for dub in found]
        made.leaves = dict(sorted(made.leaves.items(), key=lambda item: order.index(item[0])))
        return made

    def _found(self, own: Mapping[str, Sound], made: Dubs) -> list[Dub]:
        """Return the files whose sound a viewer can tell from all others; of two alike, the first by name stays."""
        named, found = dict(own), []
        for sidecar in (sidecar for sidecar in self.at.record.sidecars if sidecar.kind == "audio"):
            dub = self._named(sidecar, named)
            try:
                refuse_double(dub.sound, list(named.values()), dub.file)
            except SourceError as error:
                made.findings.append(_left_out(error, dub.file))
                continue
            named[dub.name] = dub.sound
            found.append(dub)
        return found

    def _named(self, sidecar: Sidecar, taken: Mapping[str, Sound]) -> Dub:
        sound = sound_of_sidecar(sidecar, self.at.record.language)
        return Dub(
            track_name(sound, taken, self.preset.codec), self.sources.name(sidecar.address), sidecar.address, sound
        )

    def _attempted(self, dub: Dub, is_default: bool, made: Dubs) -> Made | None:
        """Return a dub's track; None, and a finding, when its file does not fit."""
        try:
            leaf = self._leaf(dub, is_default)
        except SourceError as error:
            made.findings.append(_left_out(error, dub.file))
            return None
        except ToolError as error:
            if error.code not in FILE_TO_BLAME:
                raise
            made.findings.append(_left_out(error, dub.file))
            made.is_news = True
            return None
        made.is_news = made.is_news or not leaf.reused
        findings = [Finding.model_validate(one) for one in leaf.artifact.document["findings"]]
        named = (one.model_copy(update={"cause": f"{printable(dub.file)}: {one.cause}"}) for one in findings)
        made.findings.extend(named)
        return None if "refused" in leaf.artifact.document else leaf

    def _leaf(self, dub: Dub, is_default: bool) -> Made:
        """Return what is made of a file: its track, or the refusal that the store remembers."""
        fingerprint = self.sources.fingerprint(dub.address)
        said = {
            "language": dub.sound.language,
            "label": dub.sound.label,
            "role": dub.sound.role,
            "is_default": is_default,
        }
        profile, levels = self.at.profile, self._levels(dub)
        recipe = Recipe(
            f"audio_{self.preset.codec}",
            {"dub": fingerprint.sha256},
            {
                "described": said,
                "preset": self.preset,
                "downmix": profile.downmix,
                **({"loudness": [profile.loudness, levels.loudness]} if levels and profile.loudness else {}),
                "duration_seconds": self.info.duration_seconds,
                "maker": RULES,
            }
            | timeline_parameters(self.info),
            {**self.transcoder.build_ids, **self.prober.build_ids},
        )
        return self.at.make(recipe, partial(self._judged, dub, fingerprint.sha256, said))

    def _judged(self, dub: Dub, sha256: str, said: dict[str, Any], directory: Path) -> dict[str, Any]:
        """Encode a file whose rules allow it; return the track's document, or why there is none."""
        try:
            encoded = self._encoded(dub, directory)
        except SourceError as error:
            (directory / AUDIO_FILE).unlink(missing_ok=True)
            encoded = {"refused": error.code, "findings": [_finding(error).model_dump()]}
        if self.sources.fingerprint(dub.address).sha256 != sha256:
            remedy = "Deliver it whole, then run the title again"
            raise SourceError("source_changed", "the file changed while it was worked on", remedy, file=dub.file)
        return encoded if "refused" in encoded else said | encoded

    def _encoded(self, dub: Dub, directory: Path) -> dict[str, Any]:
        path = self.sources.local_path(dub.address)
        heard = self.prober.inspect_sound(path, dub.file)
        along = dubbed(self.info, heard)
        findings = [*heard.findings, *judge_length(heard.stream, along.fits_seconds, dub.file)]
        sound = stream_sound(heard.stream)
        plan, loudness, missed = planned(self.at.profile, self.preset, sound, self._levels(dub), dub.name)
        if why_not := unwanted(sound, self.preset):
            return {"unwanted": why_not, "findings": []}
        report = self.transcoder.encode_audio(path, along.info, plan, directory / AUDIO_FILE)
        findings += [*sound.findings, *missed, *report.findings]
        return {
            "stream": heard.stream.index,
            "channels": plan.channels,
            "sample_rate": self.preset.sample_rate,
            "findings": [finding.model_dump() for finding in findings],
            **loudness,
        }

    def _levels(self, dub: Dub) -> SoundLevels | None:
        measured = self.levels.get(beside(dub.file))
        return next(iter(measured.sounds), None) if measured else None


def _finding(error: VodError) -> Finding:
    code = error.code if error.code in ("dub_length_differs", "dub_doubled") else "dub_refused"
    return warning(code, f"{error.cause}; the title goes on without it")


def _left_out(error: VodError, file: str) -> Finding:
    finding = _finding(error)
    return finding.model_copy(update={"cause": f"{printable(file)}: {finding.cause}"})
