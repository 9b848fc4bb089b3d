"""Whether an encoder runs here: it is opened and given a few pictures, for nothing less shows it.

FFmpeg lists encoders for devices that no machine near it has. A trial takes a tenth of a second, and what came of it is
remembered as long as the process lives, for each build of FFmpeg.
"""

from fractions import Fraction
from typing import Any

from vod_assets.adapters.ffmpeg.command import compile_ffmpeg, generated_input
from vod_assets.adapters.tools import Tools
from vod_assets.domain.encoders import Encoder
from vod_assets.domain.errors import ConfigError, ToolError
from vod_assets.domain.filters import Filter
from vod_assets.domain.ladder import Ladder
from vod_assets.domain.media_info import VideoStream
from vod_assets.domain.rendition import bit_depth, upload_filters, video_arguments
from vod_assets.domain.video_presets import RungPreset, VideoPreset
from vod_assets.ports import Limits, ToolRunner

PICTURE = "testsrc2=s=320x180:r=25:d=0.2"
SOURCE = VideoStream(
    index=0, codec="rawvideo", width=320, height=180, frame_rate=Fraction(25), duration_seconds=Fraction(1, 5)
)
LADDER = Ladder(frame_rate=Fraction(25), gop_frames=25, segment_frames=25, rungs=())
LIMITS = Limits(wall_seconds=60, stall_seconds=30)
NO_DEVICE = Limits(address_space_bytes=64 << 30, wall_seconds=60, stall_seconds=30)  # drivers map what they never use
_remembered: dict[tuple[str, str, int], str] = {}


def require_encoder(tools: Tools, runner: ToolRunner, preset: VideoPreset, profile: str) -> None:
    """Return when a profile's encoder runs here, in every bit depth that the profile asks of it.

    Raises:
        ConfigError: ``encoder_missing`` or ``encoder_cannot_run``, naming the profile and the encoder.
    """
    for rung in {bit_depth(rung): rung for rung in preset.rungs}.values():
        if says := trial(tools, runner, preset, rung):
            raise _refused(preset.tool, bit_depth(rung), says, profile)


def trial(tools: Tools, runner: ToolRunner, preset: VideoPreset, rung: RungPreset) -> str:
    """Return why an encoder does not run, in FFmpeg's words; nothing where it does."""
    key = (tools.build_id("ffmpeg"), preset.tool.name, bit_depth(rung))
    if key not in _remembered:
        _remembered[key] = _tried(tools, runner, preset, rung)
    return _remembered[key]


def trial_command(tools: Tools, preset: VideoPreset, rung: RungPreset) -> list[str]:
    """Return the command line that encodes a fifth of a second of a test picture to nowhere, as a rung would be."""
    tool = preset.tool
    pixels = Filter(name="format", arguments={"pix_fmts": tool.depths[bit_depth(rung)].pixel_format})
    picture: Any = generated_input(PICTURE)
    for filter_ in (pixels, *upload_filters(tool)):
        picture = picture.filter(filter_.name, **filter_.arguments)
    arguments = video_arguments(SOURCE, preset, rung, LADDER) | {"f": "null"}
    return compile_ffmpeg(tools.ffmpeg, [picture.output("-", **arguments)], device=tool.device)


def _tried(tools: Tools, runner: ToolRunner, preset: VideoPreset, rung: RungPreset) -> str:
    try:
        runner.run(trial_command(tools, preset, rung), limits=NO_DEVICE if preset.tool.is_hardware else LIMITS)
    except ToolError as error:
        said = [line.rpartition("] ")[2].strip() for line in error.stderr.splitlines() if "[info]" not in line]
        return next((line for line in said if line), error.cause)
    return ""


def _refused(tool: Encoder, depth: int, says: str, profile: str) -> ConfigError:
    subject = f"profile {profile} asks for the encoder {tool.name} in {depth} bits"
    if "Unknown encoder" in says:
        remedy = f"Unset VOD_FFMPEG to use the packaged one, or leave `encoder` out of the profile's {tool.codec}"
        return ConfigError("encoder_missing", f"{subject}, which this FFmpeg was built without", remedy)
    remedy = f"Run on a machine that has its device and driver, or leave `encoder` out of the profile's {tool.codec}"
    return ConfigError("encoder_cannot_run", f"{subject}, which does not run here: {says}", remedy)
