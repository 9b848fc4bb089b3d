"""Renditions in the words of AWS Elemental MediaConvert (API 2017-08-29), and what it cannot make.

Its own documentation is the source of names and rules: https://docs.aws.amazon.com/mediaconvert/latest/apireference/.
"""

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from vod_assets.domain.media_info import Colour, LightLevels
from vod_assets.domain.rendition_spec import PictureSpec, RenditionSpec

TRANSLATION = "1"  # to be raised when the same specification is told in other words
LEAST_SIDE, MOST_SIDE = 32, 8192  # of VideoDescription
MOST_RATE = 120
LEAST_BITS, MOST_BITS = 1000, 1_152_000_000
SPACES = {"bt709": "REC_709", "smpte170m": "REC_601", "bt470bg": "REC_601"}
HDR_SPACES = {"hdr10": "HDR10", "hlg": "HLG_2020"}
ROTATIONS = {90: "DEGREES_90", 180: "DEGREES_180", 270: "DEGREES_270"}
CODECS = {"h264": ("H_264", "H264Settings"), "hevc": ("H_265", "H265Settings"), "av1": ("AV1", "Av1Settings")}
# CRF at which QVBR's level 7 is about as good, and CRF of one level. AWS gives no such table: it is ours, of the bits
# that x264, x265 and SVT-AV1 spend more for one of their own steps (docs/transcoders.md).
LEVEL_7_AT: Mapping[str, tuple[int, Fraction]] = MappingProxyType(
    {"h264": (23, Fraction(3)), "hevc": (26, Fraction(3)), "av1": (35, Fraction(5))}
)
CHROMATICITY, LUMINANCE = 50_000, 10_000  # units of Hdr10Metadata: 0.00002, and 0.0001 cd/m²


def obstacle(spec: RenditionSpec) -> str:
    """Return why MediaConvert cannot make a rendition, by name; empty: it can."""
    return next(filter(None, (_of_the_source(spec), _of_the_picture(spec), _of_the_rate(spec))), "")


def _of_the_source(spec: RenditionSpec) -> str:
    picture = spec.picture
    if picture.spans:
        return f"MediaConvert is not given programmes that are cut of files ({picture.spans} spans)"
    if picture.is_mirrored:
        return "MediaConvert does not mirror pictures"
    if picture.is_corrected and not _input_space(picture):
        return f"MediaConvert has no name for the source's colours ({_said(picture.colour)})"
    if spec.dynamic_range == "hdr" and picture.dynamic_range == "sdr":
        return "MediaConvert makes no HDR of SDR here"
    if not _input_space(picture):
        return f"MediaConvert has no name for the source's colours ({_said(picture.colour)})"
    return ""


def _of_the_picture(spec: RenditionSpec) -> str:
    if spec.codec not in CODECS:
        return f"MediaConvert makes no {spec.codec} here"
    if not all(LEAST_SIDE <= side <= MOST_SIDE and side % 2 == 0 for side in (spec.width, spec.height)):
        return f"MediaConvert makes pictures of even sides from {LEAST_SIDE}, not {spec.width}x{spec.height}"
    if spec.dynamic_range == "hdr" and spec.codec == "h264":
        return "MediaConvert makes no HDR in H.264"
    if spec.dynamic_range == "hdr" and spec.bit_depth != 10:
        return "MediaConvert makes HDR in 10 bits only"
    if spec.pinned_frames:
        return "MediaConvert sets no key frames at given places (chapters, ad breaks)"
    if spec.frame_rate > MOST_RATE:
        return f"MediaConvert makes at most {MOST_RATE} frames a second, not {spec.frame_rate}"
    return ""


def _of_the_rate(spec: RenditionSpec) -> str:
    if spec.crf is not None and spec.maxrate is None:
        return "MediaConvert's QVBR needs a cap: give the rung a maxrate"
    if spec.codec == "av1" and spec.crf is None:
        return "MediaConvert makes AV1 by quality only: give the rung a crf"
    asked = [bits for bits in (spec.bitrate, spec.maxrate) if bits is not None]
    if any(not LEAST_BITS <= bits <= MOST_BITS for bits in asked):
        return f"MediaConvert's bit rates are {LEAST_BITS} to {MOST_BITS}"
    return ""


def input_settings(picture: PictureSpec, address: str) -> dict[str, Any]:
    """Return what a job is told of its source: its picture alone, and what its colours mean."""
    selector: dict[str, Any] = {
        "ColorSpace": _input_space(picture),
        "ColorSpaceUsage": "FORCE" if picture.is_corrected else "FALLBACK",
        "SampleRange": "FULL_RANGE" if picture.colour.range == "pc" else "LIMITED_RANGE",
        "Rotate": ROTATIONS.get(picture.rotation % 360, "DEGREE_0"),
    }
    return {"FileInput": address, "TimecodeSource": "ZEROBASED", "VideoSelector": selector}


def output_settings(spec: RenditionSpec) -> dict[str, Any]:
    """Return what a job is told of one rendition, and nothing of the others."""
    codec, settings = CODECS[spec.codec]
    video: dict[str, Any] = {
        "Width": spec.width,
        "Height": spec.height,
        "ScalingBehavior": "STRETCH_TO_OUTPUT",  # the whole picture, its pixels square: never bars, never a crop
        "AntiAlias": "ENABLED",
        "AfdSignaling": "NONE",
        "RespondToAfd": "NONE",
        "TimecodeInsertion": "DISABLED",
        "DropFrameTimecode": "DISABLED",
        "ColorMetadata": "INSERT",
        "CodecSettings": {"Codec": codec, settings: _codec_settings(spec)},
    }
    if preprocessors := _preprocessors(spec):
        video["VideoPreprocessors"] = preprocessors
    mp4 = {"CslgAtom": "EXCLUDE", "FreeSpaceBox": "EXCLUDE", "MoovPlacement": "PROGRESSIVE_DOWNLOAD"}
    return {
        "NameModifier": name_modifier(spec),
        "Extension": "mp4",
        "ContainerSettings": {"Container": "MP4", "Mp4Settings": mp4},
        "VideoDescription": video,
    }


def name_modifier(spec: RenditionSpec) -> str:
    """Return what the name of a rendition's file ends in, before ``.mp4``."""
    return f"_{spec.key}"


def quality(spec: RenditionSpec) -> tuple[int, Fraction]:
    """Return the level of QVBR, 1 to 10, and its fraction, that is about as good as a constant rate factor."""
    middle, step = LEVEL_7_AT[spec.codec]
    level = 7 + (middle - (middle if spec.crf is None else spec.crf)) / step
    tenths = min(100, max(10, round(level * 10)))
    return tenths // 10, Fraction(tenths % 10, 10)


def _codec_settings(spec: RenditionSpec) -> dict[str, Any]:
    settings = {**_timing(spec), **_rate(spec)}
    if spec.codec == "av1":
        depth = "BIT_10" if spec.bit_depth == 10 else "BIT_8"
        return settings | {"BitDepth": depth, "FilmGrainSynthesis": "DISABLED", "AdaptiveQuantization": "HIGH"}
    settings |= {
        "GopSizeUnits": "FRAMES",
        "GopClosedCadence": 1,
        "MinIInterval": 0,
        "DynamicSubGop": "STATIC",
        "InterlaceMode": "PROGRESSIVE",
        "ParControl": "SPECIFIED",
        "ParNumerator": 1,
        "ParDenominator": 1,
        "Telecine": "NONE",
        "SlowPal": "DISABLED",
        "QualityTuningLevel": "SINGLE_PASS_HQ",  # passes more cost twice as much, and QVBR looks ahead anyway
        "AdaptiveQuantization": "AUTO",
        "CodecLevel": "AUTO",  # the lowest that holds it; that it is not above the profile's is looked at afterwards
        "CodecProfile": _profile(spec),
    }
    if spec.codec == "hevc":
        return settings | {"WriteMp4PackagingType": "HVC1", "Tiles": "DISABLED"}
    return settings | {"WriteMp4PackagingType": "AVC1", "EntropyEncoding": "CABAC"}


def _timing(spec: RenditionSpec) -> dict[str, Any]:
    """Return rate and key frames: GOPs of whole frames, none at cuts, so that all rungs can be switched between."""
    return {
        "FramerateControl": "SPECIFIED",
        "FramerateNumerator": spec.frame_rate.numerator,
        "FramerateDenominator": spec.frame_rate.denominator,
        "FramerateConversionAlgorithm": "DUPLICATE_DROP",
        "GopSize": spec.gop_frames,
        "SceneChangeDetect": "DISABLED",
    }


def _rate(spec: RenditionSpec) -> dict[str, Any]:
    if spec.crf is None:
        cap = {"MaxBitrate": spec.maxrate} if spec.maxrate else {}
        return {"RateControlMode": "VBR", "Bitrate": spec.bitrate, **cap, **_buffer(spec)}
    level, more = quality(spec)
    tuned = {"QvbrQualityLevelFineTune": float(more)} if more else {}
    qvbr = {"QvbrQualityLevel": level, **tuned}
    return {"RateControlMode": "QVBR", "MaxBitrate": spec.maxrate, "QvbrSettings": qvbr, **_buffer(spec)}


def _buffer(spec: RenditionSpec) -> dict[str, Any]:
    return {"HrdBufferSize": spec.bufsize} if spec.bufsize and spec.codec != "av1" else {}


def _profile(spec: RenditionSpec) -> str:
    if spec.codec == "hevc":
        return "MAIN10_MAIN" if spec.bit_depth == 10 else "MAIN_MAIN"
    return "HIGH_10BIT" if spec.bit_depth == 10 else "HIGH"


def _preprocessors(spec: RenditionSpec) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if spec.picture.telecine:
        made["Deinterlacer"] = {"Algorithm": "INTERPOLATE", "Control": "NORMAL", "Mode": "INVERSE_TELECINE"}
    elif spec.picture.field_order != "progressive":  # the accept gate has looked: flags in the file do not count
        made["Deinterlacer"] = {"Algorithm": "INTERPOLATE", "Control": "FORCE_ALL_FRAMES", "Mode": "DEINTERLACE"}
    if corrector := _corrector(spec):
        made["ColorCorrector"] = corrector
    return made


def _corrector(spec: RenditionSpec) -> dict[str, Any]:
    picture = spec.picture
    if spec.dynamic_range == "sdr":
        if picture.dynamic_range != "sdr":
            return {"ColorSpaceConversion": "FORCE_709", "HdrToSdrToneMapper": "PRESERVE_DETAILS"}
        squeezed = {"SampleRangeConversion": "LIMITED_RANGE_SQUEEZE"} if picture.colour.range == "pc" else {}
        return {"ColorSpaceConversion": "FORCE_709", **squeezed}
    if picture.dynamic_range == "hlg":
        return {"ColorSpaceConversion": "FORCE_HLG_2020"}
    light = {"Hdr10Metadata": hdr10_metadata(spec.light)} if spec.light else {}
    return {"ColorSpaceConversion": "FORCE_HDR10", **light}


def hdr10_metadata(light: LightLevels) -> dict[str, int]:
    """Return what HDR10 says of its display, in MediaConvert's whole numbers; what is unknown is left out."""
    said: dict[str, Fraction | int | None] = {
        "MaxLuminance": light.most_nits * LUMINANCE if light.most_nits is not None else None,
        "MinLuminance": light.least_nits * LUMINANCE if light.least_nits is not None else None,
        "MaxContentLightLevel": light.max_cll,
        "MaxFrameAverageLightLevel": light.max_fall,
    }
    names = [
        f"{colour}{axis}" for colour in ("RedPrimary", "GreenPrimary", "BluePrimary", "WhitePoint") for axis in "XY"
    ]
    said |= dict(zip(names, (place * CHROMATICITY for place in light.primaries), strict=False))
    return {name: round(value) for name, value in said.items() if value is not None}


def _input_space(picture: PictureSpec) -> str:
    """Return MediaConvert's word for a source's colours; empty: it has none."""
    if picture.dynamic_range != "sdr":
        return HDR_SPACES[picture.dynamic_range]
    primaries = picture.colour.primaries or "bt709"
    matrix = picture.colour.matrix or primaries
    return SPACES.get(primaries, "") if matrix in (*SPACES, "gbr") else ""


def _said(colour: Colour) -> str:
    return "/".join((colour.primaries, colour.transfer, colour.matrix))
