"""What a rendition is to be, in the field's words: what every transcoder is told, without FFmpeg's options."""

from fractions import Fraction
from typing import Literal

from vod_assets.domain.colours import PQ, hdr_transfer, is_light_assumed, meaning
from vod_assets.domain.documents import Document
from vod_assets.domain.encoders import Codec
from vod_assets.domain.ladder import Ladder
from vod_assets.domain.mastering import ASSUMED_LIGHT
from vod_assets.domain.media_info import Colour, LightLevels, MediaInfo
from vod_assets.domain.rendition import bit_depth, rung_preset
from vod_assets.domain.video_presets import VideoPreset


class PictureSpec(Document):
    """The picture that renditions are made from, as far as a transcoder has to be told.

    Attributes:
        stream: Its index in the file.
        field_order: ``progressive``, ``tt`` or ``bb``.
        telecine: ``3:2`` where film was put into fields by pulldown.
        rotation: Degrees clockwise that it is turned for viewers.
        colour: What it means; a file that says nothing, or something else, is believed so.
        dynamic_range: ``sdr``, ``hlg``, or ``hdr10`` for all that have a base layer in PQ.
        is_corrected: Whether what the file says of its colours is wrong, and ``colour`` holds instead.
        spans: Of how many stretches of files the programme is cut; 0: it is the file, whole.
        has_sound: Whether the file has any.
    """

    stream: int
    width: int
    height: int
    sample_aspect: Fraction
    frame_rate: Fraction
    is_variable_rate: bool
    duration_seconds: Fraction
    field_order: str
    telecine: str
    rotation: int
    is_mirrored: bool
    colour: Colour
    is_corrected: bool
    dynamic_range: Literal["sdr", "hlg", "hdr10"]
    container: str
    codec: str
    spans: int = 0
    has_sound: bool = False


class RenditionSpec(Document):
    """One rung to be encoded: a clear elementary video track in MP4 with fixed, closed GOPs.

    Attributes:
        key: The asset, ``h264_1080p``.
        width: In square pixels; the whole picture is scaled to it.
        frame_rate: Constant and exact.
        gop_frames: Frames from one IDR to the next, without scene cuts.
        pinned_frames: Frames that are IDR besides, for chapters and ad breaks.
        level: The highest level that its decoders have, ``4.1``.
        crf: Constant rate factor of the codec's software encoder (x264, x265, SVT-AV1), in tenths; None: ``bitrate``.
        bitrate: Average bits per second.
        maxrate: Cap in bits per second; None: none.
        bufsize: Buffer of the cap (VBV), in bits.
        light: What HDR10 says of its display; None: nothing is said.
    """

    key: str
    codec: Codec
    width: int
    height: int
    frame_rate: Fraction
    gop_frames: int
    pinned_frames: tuple[int, ...] = ()
    level: str = ""
    bit_depth: Literal[8, 10] = 8
    dynamic_range: Literal["sdr", "hdr"] = "sdr"
    crf: Fraction | None = None
    bitrate: int | None = None
    maxrate: int | None = None
    bufsize: int | None = None
    light: LightLevels | None = None
    picture: PictureSpec

    @property
    def frames(self) -> int:
        """How many frames it has, to the nearest whole one."""
        return round(self.picture.duration_seconds * self.frame_rate)


def rendition_spec(info: MediaInfo, preset: VideoPreset, ladder: Ladder, key: str) -> RenditionSpec:
    """Return what one rung of a title is to be.

    Raises:
        KeyError: The ladder has no such rung.
    """
    rung = next((one for one in ladder.made if one.key == key), None)
    if rung is None:
        raise KeyError(key)
    asked = rung_preset(preset, rung)
    crf = rung.crf if rung.crf is not None else asked.crf
    maxrate = rung.maxrate or asked.maxrate
    bufsize = asked.bufsize * maxrate // asked.maxrate if asked.bufsize and asked.maxrate and maxrate else None
    is_hdr = asked.dynamic_range == "hdr"
    return RenditionSpec(
        key=key,
        codec=preset.codec,
        width=rung.width,
        height=rung.height,
        frame_rate=ladder.frame_rate,
        gop_frames=ladder.gop_frames,
        pinned_frames=ladder.pinned_frames,
        level=preset.highest_level.name,
        bit_depth=10 if bit_depth(asked) == 10 else 8,
        dynamic_range=asked.dynamic_range,
        crf=Fraction(crf) if crf is not None else None,
        bitrate=asked.bitrate if crf is None else None,
        maxrate=maxrate,
        bufsize=bufsize or (2 * maxrate if maxrate else None),
        light=_light(info) if is_hdr else None,
        picture=_picture(info),
    )


def _picture(info: MediaInfo) -> PictureSpec:
    video, transfer = info.video, hdr_transfer(info.video)
    return PictureSpec(
        stream=video.index,
        width=video.width,
        height=video.height,
        sample_aspect=video.sample_aspect,
        frame_rate=video.frame_rate,
        is_variable_rate=video.is_variable_rate,
        duration_seconds=info.duration_seconds,
        field_order=video.field_order,
        telecine=video.telecine,
        rotation=video.rotation,
        is_mirrored=video.mirrored,
        colour=meaning(video),
        is_corrected=video.declared_colour is not None,
        dynamic_range=("hdr10" if transfer == PQ else "hlg") if transfer else "sdr",
        container=info.container,
        codec=video.codec,
        spans=len(info.timeline.spans) if info.timeline else 0,
        has_sound=bool(info.audio),
    )


def _light(info: MediaInfo) -> LightLevels | None:
    if hdr_transfer(info.video) != PQ:
        return None
    return ASSUMED_LIGHT if is_light_assumed(info.video) else info.video.light
