"""Encoders as data: what each is called, takes, and how FFmpeg is told what every rendition needs.

A rendition needs fixed, closed GOPs, key frames where they are asked for and nowhere else, and the same bytes every
time. How that is said differs from encoder to encoder; `vod_assets.domain.rendition` knows none by name.

The software encoders' tables were tried with the packaged FFmpeg. Those of NVENC, Quick Sync (``qsv``) and VA-API were
written from FFmpeg's documentation and its encoders' own lists of options, and ran on no device yet: what proves them
is the trial that each gets before it is used (`vod_assets.adapters.transcode.encoder_trial`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Codec = Literal["h264", "hevc", "av1"]
X26X_PRESETS = (
    "ultrafast",
    "superfast",
    "veryfast",
    "faster",
    "fast",
    "medium",
    "slow",
    "slower",
    "veryslow",
    "placebo",
)
SVT_PRESETS = tuple(str(number) for number in range(14))
NVENC_PRESETS = ("p1", "p2", "p3", "p4", "p5", "p6", "p7")
QSV_PRESETS = ("veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow")
VAAPI_PRESETS = ("1", "2", "3", "4", "5", "6", "7")


@dataclass(frozen=True)
class Depth:
    """How an encoder is told a bit depth: its profile, empty where it finds it by itself, and the pixels it takes."""

    profile: str
    pixel_format: str


@dataclass(frozen=True)
class Encoder:
    """One encoder of FFmpeg.

    Attributes:
        presets: Words for its speed, the quickest first; FFmpeg's option is ``preset_option``.
        preset: The one that is meant when a profile names none.
        most_crf: The largest constant rate factor, or what it has in its place; ``quality_option`` takes it.
        takes_fractions: Whether a rate factor may be 23.5.
        depths: By bits a sample.
        options: What it always gets.
        parameters_option: Takes its own words as ``a=1:b=2``; empty: it has none.
        parameters: Such words that it always gets.
        threads: The option, or the word among the parameters, that fixes how many threads it takes; empty: none.
        light: How it is told the mastering display: by ``x265``'s words, by ``svt``'s, or not (it passes them on).
        run_up_frames: After which its key frames are those of a long encode: the first of all is given other bits.
        lookahead_frames: By preset, how many pictures behind a closed GOP change what it spends on that.
        hurrying: How it is told not to take pains from one frame to another, without a change of what comes before.
        averages: Whether ``bitrate`` gives the same bytes each time; no profile may ask for it otherwise.
        caps: Whether ``maxrate`` does.
        peak_of_average: How many times ``bitrate`` the level that it declares has to take.
        references: By preset, how many pictures it predicts from, where these may be too many for a level.
        is_hardware: Whether it needs a device; its bytes then are that device's.
        device: Kind of device that pictures have to be sent to first; empty: they need not.
        least_side: The fewest lines and columns that it takes.
    """

    name: str
    codec: Codec
    presets: tuple[str, ...]
    preset: str
    most_crf: int
    depths: Mapping[int, Depth]
    options: Mapping[str, str] = field(default_factory=dict)
    preset_option: str = "preset"
    quality_option: str = "crf"
    takes_fractions: bool = False
    parameters_option: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    threads: str = ""
    light: Literal["", "x265", "svt"] = ""
    run_up_frames: int = 0
    lookahead_frames: Mapping[str, int] = field(default_factory=dict)
    hurrying: Mapping[str, str] = field(default_factory=dict)
    averages: bool = True
    caps: bool = True
    peak_of_average: int = 1
    references: Mapping[str, int] = field(default_factory=dict)
    is_hardware: bool = False
    device: str = ""
    least_side: int = 2


X264 = Encoder(
    name="libx264",
    codec="h264",
    presets=X26X_PRESETS,
    preset="fast",
    most_crf=51,
    takes_fractions=True,
    depths={8: Depth("high", "yuv420p")},
    # x264 writes its settings and its thread count into SEI messages (type 6).
    options={"sc_threshold": "0", "bsf:v": "filter_units=remove_types=6"},
    threads="threads:v",
    peak_of_average=2,
    references=dict(zip(X26X_PRESETS, (1, 1, 1, 2, 2, 3, 5, 8, 16, 16), strict=True)),
    # Tried: x265 and SVT-AV1 look at nothing behind a closed GOP, and no run-up brings x265 nearer to the whole.
    run_up_frames=6,
    lookahead_frames=dict(zip(X26X_PRESETS, (0, 0, 10, 20, 30, 40, 50, 60, 60, 60), strict=True)),
    hurrying={"x264-params": "zones={first},{last},q=51,me=dia,subme=0,8x8dct=0,ref=1"},
)
X265 = Encoder(
    name="libx265",
    codec="hevc",
    presets=X26X_PRESETS,
    preset="fast",
    most_crf=51,
    takes_fractions=True,
    depths={8: Depth("main", "yuv420p"), 10: Depth("main10", "yuv420p10le")},
    # hvc1: parameter sets in the sample entry alone, which Apple's players want.
    options={"tag:v": "hvc1", "forced-idr": "1", "dolbyvision": "0"},
    parameters_option="x265-params",
    # info=0: no settings in SEI messages, so these need no filter, and those that HDR10 speaks in are left alone.
    # high-tier=0: a buffer that a level does not hold takes the next level, and not the tier that few devices play.
    parameters={
        "open-gop": "0",
        "scenecut": "0",
        "info": "0",
        "high-tier": "0",
        "frame-threads": "1",
        "log-level": "error",
    },
    threads="pools",
    least_side=16,
    light="x265",
)
SVT_AV1 = Encoder(
    name="libsvtav1",
    codec="av1",
    presets=SVT_PRESETS,
    preset="8",
    most_crf=63,
    depths={8: Depth("", "yuv420p"), 10: Depth("", "yuv420p10le")},
    options={"dolbyvision": "0"},
    parameters_option="svtav1-params",
    parameters={"scd": "0"},
    threads="lp",
    light="svt",
    averages=False,  # what its rate control does depends on when threads come round: two runs differ
    caps=False,
)
_NVENC = {"rc": "vbr", "b:v": "0", "forced-idr": "1", "no-scenecut": "1", "strict_gop": "1"}
_QSV = {"forced_idr": "1", "adaptive_i": "0"}
_VAAPI = {"rc_mode": "CQP"}


def _nvenc(codec: Codec, most_crf: int, depths: Mapping[int, Depth], **options: str) -> Encoder:
    return Encoder(
        name=f"{codec}_nvenc",
        codec=codec,
        presets=NVENC_PRESETS,
        preset="p5",
        most_crf=most_crf,
        depths=depths,
        options={**_NVENC, **options},
        quality_option="cq",
        is_hardware=True,
    )


def _qsv(codec: Codec, depths: Mapping[int, Depth], **options: str) -> Encoder:
    return Encoder(
        name=f"{codec}_qsv",
        codec=codec,
        presets=QSV_PRESETS,
        preset="medium",
        most_crf=51,
        depths=depths,
        options={**_QSV, **options},
        quality_option="global_quality",
        is_hardware=True,
    )


def _vaapi(codec: Codec, most_crf: int, depths: Mapping[int, Depth], **options: str) -> Encoder:
    return Encoder(
        name=f"{codec}_vaapi",
        codec=codec,
        presets=VAAPI_PRESETS,
        preset="4",
        most_crf=most_crf,
        depths=depths,
        options={**_VAAPI, **options},
        preset_option="compression_level",
        quality_option="global_quality",
        averages=False,  # its modes with a bitrate are each driver's own
        caps=False,
        is_hardware=True,
        device="vaapi",
    )


_H264 = {8: Depth("high", "nv12")}
_HEVC = {8: Depth("main", "nv12"), 10: Depth("main10", "p010le")}
_AV1 = {8: Depth("", "nv12"), 10: Depth("", "p010le")}
_SAYS_NOTHING = {"bsf:v": "filter_units=remove_types=6"}
ENCODERS: Mapping[str, Encoder] = {
    one.name: one
    for one in (
        X264,
        X265,
        SVT_AV1,
        _nvenc("h264", 51, _H264, **_SAYS_NOTHING),
        _nvenc("hevc", 51, _HEVC, **{"tag:v": "hvc1"}),
        _nvenc("av1", 63, _AV1),
        _qsv("h264", _H264, **_SAYS_NOTHING),
        _qsv("hevc", _HEVC, **{"tag:v": "hvc1", "idr_interval": "0", "tier": "main"}),
        _qsv("av1", _AV1),
        _vaapi("h264", 51, _H264, sei="0"),
        _vaapi("hevc", 51, _HEVC, **{"tag:v": "hvc1", "sei": "hdr"}),
        _vaapi("av1", 255, _AV1),
    )
}
SOFTWARE: Mapping[str, Encoder] = {one.codec: one for one in ENCODERS.values() if not one.is_hardware}


def encoder_of(codec: str, name: str = "") -> Encoder:
    """Return the encoder of a name; of none, the codec's software encoder.

    Raises:
        ValueError: There is none of this name, or it makes another codec.
    """
    if not name:
        return SOFTWARE[codec]
    found = ENCODERS.get(name)
    if found is None or found.codec != codec:
        fitting = ", ".join(one.name for one in ENCODERS.values() if one.codec == codec)
        raise ValueError(f"encoder {name!r} makes no {codec}: choose one of {fitting}")
    return found
