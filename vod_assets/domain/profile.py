"""Profiles: what to make of a title, as data."""

from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from vod_assets.domain import quality_report
from vod_assets.domain.audio_loudness import LoudnessTarget
from vod_assets.domain.audio_presets import DASH_ONLY, AudioPreset, Downmix
from vod_assets.domain.control_limits import ControlLimits
from vod_assets.domain.documents import Document
from vod_assets.domain.languages import UNKNOWN, language_tag
from vod_assets.domain.movie_presets import PreviewMovie
from vod_assets.domain.piece_presets import PiecePreset
from vod_assets.domain.quality_presets import PerTitlePreset, QualityPreset
from vod_assets.domain.rtsp_presets import RtspPreset
from vod_assets.domain.thumbnails import ThumbnailPreset
from vod_assets.domain.units import Seconds, one_or_many, refuse_twice
from vod_assets.domain.variants import SHORT_NAME, Variant
from vod_assets.domain.video_presets import VideoPreset


class Profile(Document):
    """What to make of a title. Profiles are YAML files; a wrong one fails at start and names the field.

    Attributes:
        pieces: How long titles are made in pieces, each kept by itself; None: every rendition is made whole.
        per_title: How each title's rungs are chosen by measured quality; None: they are the profile's own.
        quality: What every rendition is measured for; None: nothing is measured.
        preview: Whether it is for looking at only: it may have ClearKey variants, and nothing of it is released.
        hdr_without_metadata: What becomes of PQ that does not say what display it was made for: a usual one (BT.2020,
            1000 cd/m²) is assumed, or the title is refused.
        require_captions: Languages (BCP 47) without whose captions nothing is released; ``true``: in any language.
        machine_captions: Whether a machine writes captions of speech that nobody wrote any for.
        audio: Codecs of sound, one or several; manifests name the first one first.
        downmix: Coefficients of sound that is mixed down to stereo.
        loudness: How loud sound is made; None: it is not measured, and left as it is.
        quality_control: What quality control lets pass; None: nobody looks.
        preview_movie: A small MP4 with burnt-in title and time, to look at; None: there is none.
        downloads: Renditions that are offered as single MP4 files, too.
        rtsp: What players of RTSP get; None: nothing is made for them.
    """

    name: str
    description: str = ""
    preview: bool = False
    segment_seconds: Seconds = Fraction(4)
    gop_seconds: Seconds = Fraction(2)
    video: tuple[VideoPreset, ...] = Field(min_length=1)
    per_title: PerTitlePreset | None = None
    quality: QualityPreset | None = None
    hdr_without_metadata: Literal["assume", "refuse"] = "assume"
    audio: Annotated[tuple[AudioPreset, ...], BeforeValidator(one_or_many)] = Field(
        default=(AudioPreset(),), min_length=1
    )
    downmix: Downmix = Downmix()
    loudness: LoudnessTarget | None = None
    pieces: PiecePreset | None = None
    captions: bool = True
    require_captions: bool | tuple[str, ...] = False
    machine_captions: bool = False
    thumbnails: ThumbnailPreset | None = ThumbnailPreset()
    variants: tuple[Variant, ...] = Field(default=(Variant(name="clear"),), min_length=1)
    quality_control: ControlLimits | None = ControlLimits()
    preview_movie: PreviewMovie | None = None
    downloads: tuple[str, ...] = ()
    rtsp: RtspPreset | None = None
    required_checks: tuple[str, ...] = ()

    @field_validator("name")
    @classmethod
    def _is_short(cls, value: str) -> str:
        if not SHORT_NAME.fullmatch(value):
            raise ValueError(f"{value!r} cannot name a profile: use lower-case letters, digits and _")
        return value

    @field_validator("video")
    @classmethod
    def _names_nothing_twice(cls, value: tuple[VideoPreset, ...]) -> tuple[VideoPreset, ...]:
        refuse_twice("codec", [preset.codec for preset in value])
        for preset in value:
            refuse_twice("rung", [rung.name for rung in preset.rungs])
        return value

    @field_validator("audio")
    @classmethod
    def _sounds_once(cls, value: tuple[AudioPreset, ...]) -> tuple[AudioPreset, ...]:
        refuse_twice("codec", [preset.codec for preset in value])
        return value

    @field_validator("require_captions")
    @classmethod
    def _are_languages(cls, value: bool | tuple[str, ...]) -> bool | tuple[str, ...]:
        wrong = [tag for tag in value if language_tag(tag) == UNKNOWN] if isinstance(value, tuple) else []
        if wrong:
            raise ValueError(f"{wrong[0]!r} is no language: write tags like en or pt-BR, or true")
        return value

    @field_validator("variants")
    @classmethod
    def _are_distinct(cls, value: tuple[Variant, ...]) -> tuple[Variant, ...]:
        refuse_twice("variant", [variant.name for variant in value])
        keys: dict[str, tuple[str, str]] = {}
        for variant in (variant for variant in value if variant.is_protected):
            if keys.setdefault(variant.scheme, (variant.video_keys, variant.audio_keys)) != (
                variant.video_keys,
                variant.audio_keys,
            ):
                raise ValueError(
                    f"variants of scheme {variant.scheme} share their keys: give all one video_keys and audio_keys"
                )
        return value

    @model_validator(mode="after")
    def _offers_what_it_makes(self) -> Self:
        refuse_twice("download", self.downloads)
        unknown = [key for key in self.downloads if key not in self.rendition_keys()]
        if unknown:
            raise ValueError(f"downloads: {unknown[0]} is no rendition: use {', '.join(self.rendition_keys())}")
        return self

    @model_validator(mode="after")
    def _has_what_rtsp_takes(self) -> Self:
        if self.rtsp is None:
            return self
        if self.sound("aac") is None:
            raise ValueError("rtsp: its sound is made of aac; add aac to “audio”")
        if not self.rendition_keys("sdr"):
            raise ValueError("rtsp: its picture is in SDR; add a rung in SDR to “video”")
        return self

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if (self.segment_seconds / self.gop_seconds).denominator != 1:
            raise ValueError("segment_seconds must be a whole number of gop_seconds")
        averaged = [rung.name for preset in self.video for rung in preset.rungs if rung.crf is None]
        if self.per_title and averaged:
            raise ValueError(f"per_title chooses a crf for every rung: give {averaged[0]} a crf to start from")
        for variant in self.variants:
            self._require_renditions(variant)
            self._require_sound(variant)
            if "clearkey" in variant.systems and not self.preview:
                raise ValueError(f"variant {variant.name}: clearkey protects nothing, and is for previews only")
        return self

    def requires(self, asset: str) -> bool:
        """Whether a check of an asset has to pass before anything is published."""
        return any(check.startswith(f"{asset}.") for check in self.required_checks)

    @model_validator(mode="after")
    def _can_fail(self) -> Self:
        if f"{quality_report.ASSET}.{quality_report.FLOOR}" not in self.required_checks:
            return self
        quality = self.quality or QualityPreset()
        if not quality.has_floor:
            raise ValueError("required_checks: quality_report.floor needs a floor: give “quality” a floor_vmaf")
        hdr = [rung.name for preset in self.video for rung in preset.rungs if rung.dynamic_range == "hdr"]
        if hdr and quality.floor_xpsnr is None:
            raise ValueError(f"required_checks: VMAF has no model of HDR ({hdr[0]}): give “quality” a floor_xpsnr")
        return self

    @model_validator(mode="after")
    def _can_be_cut(self) -> Self:
        rungs = [f"{preset.codec}_{rung.name}" for preset in self.video for rung in preset.rungs if rung.crf is None]
        if self.pieces is not None and rungs:
            raise ValueError(f"pieces: {rungs[0]} has a bitrate, which pieces cannot share out: give it crf")
        return self

    def rendition_keys(self, dynamic_range: str = "") -> list[str]:
        """Return the asset keys of this profile's renditions, or of those of a range; ``h264_1080p`` first."""
        return [
            f"{preset.codec}_{rung.name}"
            for preset in self.video
            for rung in preset.rungs
            if dynamic_range in ("", rung.dynamic_range)
        ]

    def played_keys(self) -> list[str]:
        """Return the asset keys of the renditions that a variant plays; others are for downloads alone."""
        return [
            f"{preset.codec}_{rung.name}"
            for preset in self.video
            for rung in preset.rungs
            if any(variant.selects(preset.codec, rung.name) for variant in self.variants)
        ]

    def sound(self, codec: str) -> AudioPreset | None:
        """Return how sound is encoded in a codec; None: it is not."""
        return next((preset for preset in self.audio if preset.codec == codec), None)

    def _require_sound(self, variant: Variant) -> None:
        made = [preset.codec for preset in self.audio]
        unknown = {*variant.audio} - {*made}
        if unknown:
            raise ValueError(
                f"variants: {variant.name} names {', '.join(sorted(unknown))}, which “audio” does not make"
            )
        if not {codec for codec in made if variant.sounds_in(codec)} - DASH_ONLY:
            raise ValueError(f"variants: {variant.name} has no sound that HLS plays in its layout; add aac to “audio”")

    def _require_renditions(self, variant: Variant) -> None:
        rungs = {rung.name for preset in self.video for rung in preset.rungs}
        unknown = {*variant.codecs} - {preset.codec for preset in self.video} | {*variant.rungs} - rungs
        if unknown:
            raise ValueError(
                f"variants: {variant.name} names {', '.join(sorted(unknown))}, which “video” does not make"
            )
        selected = [rung.name for one in self.video for rung in one.rungs if variant.selects(one.codec, rung.name)]
        if not selected:
            raise ValueError(f"variants: {variant.name} selects no rendition")
        if locked := self._not_encryptable(variant):
            says = f"{locked[0]}: the packager cannot encrypt AV1 with HDR metadata; name the variant's codecs or rungs"
            raise ValueError(f"variants: {variant.name} protects {says}")
        if variant.first_rung and variant.first_rung not in selected:
            raise ValueError(f"variants: {variant.name} begins with {variant.first_rung}, which it does not select")

    def _not_encryptable(self, variant: Variant) -> list[str]:
        """Return the renditions of a protected variant that Shaka Packager 3.8 fails to read when it has to encrypt.

        It stumbles over the metadata OBUs in which AV1 names its mastering display; clear packages keep them.
        """
        if variant.scheme not in ("cenc", "cbcs"):
            return []
        selected = [rung for one in self.video if one.codec == "av1" for rung in one.rungs]
        hdr = [rung.name for rung in selected if rung.dynamic_range == "hdr" and variant.selects("av1", rung.name)]
        return [f"av1_{name}" for name in hdr]
