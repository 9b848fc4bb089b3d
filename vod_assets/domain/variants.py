"""Variants of a package: which renditions and sounds, which protection, which layout."""

import re
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from vod_assets.domain.audio_presets import DASH_ONLY, IN_STREAMS, AudioCodec
from vod_assets.domain.content_keys import Scheme, System
from vod_assets.domain.documents import Document
from vod_assets.domain.units import seconds

SHORT_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
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
