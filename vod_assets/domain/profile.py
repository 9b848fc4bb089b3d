"""Profiles: what to make of a title, as data."""

import re
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from vod_assets.domain.audio_loudness import LoudnessTarget
from vod_assets.domain.audio_presets import DASH_ONLY, IN_STREAMS, AudioCodec, AudioPreset, Downmix
from vod_assets.domain.content_keys import Scheme, System
from vod_assets.domain.control_limits import ControlLimits
from vod_assets.domain.documents import Document
from vod_assets.domain.languages import UNKNOWN, language_tag
from vod_assets.domain.movie_presets import PreviewMovie
from vod_assets.domain.piece_presets import PiecePreset
from vod_assets.domain.quality_presets import PerTitlePreset, QualityPreset
from vod_assets.domain.units import SMALLEST_SIDE, Seconds, one_or_many, refuse_twice, seconds
from vod_assets.domain.video_presets import VideoPreset

SHORT_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")


class ThumbnailPreset(Document):
    """Sprite sheets: one picture every ``interval_seconds``, in sheets of ``columns`` by ``rows``."""

    interval_seconds: int = Field(default=5, ge=1, le=3600)
    width: int = Field(default=160, ge=SMALLEST_SIDE, le=640)
    columns: int = Field(default=5, ge=1, le=20)  # 20 of the widest: far below the 65,535 pixels of a JPEG
    rows: int = Field(default=5, ge=1, le=20)


TextFormat = Literal["webvtt", "imsc1"]
RungOrder = Literal["highest_first", "lowest_first"]
VideoKeys = Literal["1", "2", "3", "5", "8", "shared", "unencrypted"]
AudioKeys = Literal["1", "2", "3", "shared", "unencrypted"]


class Variant(Document):
    """One package of the same renditions: which codecs and rungs, which protection, which layout.

    Attributes:
        scheme: ``none``, ``cenc`` or ``cbcs`` (ISO/IEC 23001-7); ``aes128`` for whole MPEG-TS segments (RFC 8216).
        layout: ``cmaf`` (segments), ``ondemand`` (one file a track, with an index) or ``ts`` (MPEG-TS, HLS only).
        systems: DRM systems that can open it; all three of them in one set of files need ``cbcs``.
        video_keys: SPEKE's encryption contract: how many keys the video tracks have, by size.
        audio_keys: Likewise for audio, by channels; ``shared`` for both is one key for everything.
        clear_lead_seconds: How long the beginning is left unencrypted, so that it starts before a licence is there.
        hls_text: Formats of the text tracks that HLS offers.
        dash_text: Formats of the text tracks that DASH offers.
        order: Whether manifests name the highest rung first, or the lowest; many players start with the first.
        first_rung: A rung that is named before all others, whatever the order.
        audio: Codecs of its sound; empty: all that its layout can hold.
    """

    name: str
    scheme: Scheme = "none"
    layout: Literal["cmaf", "ts", "ondemand"] = "cmaf"
    codecs: tuple[str, ...] = ("h264",)
    rungs: tuple[str, ...] = ()  # empty: all
    systems: tuple[System, ...] = ()
    video_keys: VideoKeys = "1"
    audio_keys: AudioKeys = "1"
    clear_lead_seconds: Annotated[Fraction, BeforeValidator(seconds), Field(ge=0, le=60)] = Fraction(0)
    hls_text: tuple[TextFormat, ...] = ("webvtt",)
    dash_text: tuple[TextFormat, ...] = ("webvtt",)
    order: RungOrder = "highest_first"
    first_rung: str = ""
    audio: tuple[AudioCodec, ...] = ()

    @model_validator(mode="after")
    def _is_named(self) -> Self:
        if not SHORT_NAME.fullmatch(self.name):
            raise ValueError(f"variant name {self.name!r}: use lower-case letters, digits and _")
        return self

    @model_validator(mode="after")
    def _can_be_protected(self) -> Self:
        for fault, says in (
            ((self.scheme == "aes128") and self.layout != "ts", "aes128 encrypts whole MPEG-TS segments: layout ts"),
            (self.scheme in ("cenc", "cbcs") and self.layout == "ts", "layout ts takes scheme none or aes128"),
            (self.scheme in ("cenc", "cbcs") and not self.systems, f"{self.scheme} needs systems: [widevine, …]"),
            (self.scheme in ("none", "aes128") and self.systems, f"scheme {self.scheme} knows no systems"),
            ("fairplay" in self.systems and self.scheme != "cbcs", "fairplay opens cbcs only"),
            ("clearkey" in self.systems and len(self.systems) > 1, "clearkey is for previews, and stands alone"),
            ((self.video_keys == "shared") != (self.audio_keys == "shared"), "a shared key is for video and audio"),
            (self.video_keys == self.audio_keys == "unencrypted" and self.is_protected, "nothing would be encrypted"),
            (self.layout == "ts" and {*self.codecs} != {"h264"}, "layout ts holds h264 alone; others want cmaf"),
            (self.clear_lead_seconds and not self.is_protected, "clear_lead_seconds needs a scheme"),
            (self.layout == "ts" and {*self.audio} - IN_STREAMS, "layout ts has sound in aac alone"),
            (self.audio and not {*self.audio} - DASH_ONLY, "opus is for DASH alone, so HLS needs another codec, too"),
        ):
            if fault:
                raise ValueError(f"variant {self.name}: {says}")
        return self

    @property
    def is_protected(self) -> bool:
        """Whether its tracks are encrypted."""
        return self.scheme != "none"

    def selects(self, codec: str, rung: str) -> bool:
        """Return whether a rung of a codec belongs to this variant."""
        return codec in self.codecs and (not self.rungs or rung in self.rungs)

    def sounds_in(self, codec: str) -> bool:
        """Return whether sound of a codec belongs to this variant."""
        return (not self.audio or codec in self.audio) and (self.layout != "ts" or codec in IN_STREAMS)


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
    def _can_be_cut(self) -> Self:
        rungs = [f"{preset.codec}_{rung.name}" for preset in self.video for rung in preset.rungs if rung.crf is None]
        if self.pieces is not None and rungs:
            raise ValueError(f"pieces: {rungs[0]} has a bitrate, which pieces cannot share out: give it crf")
        return self

    def rendition_keys(self) -> list[str]:
        """Return the asset keys of this profile's renditions, ``h264_1080p`` first."""
        return [f"{preset.codec}_{rung.name}" for preset in self.video for rung in preset.rungs]

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
