"""Renditions: how one rung is filtered and encoded, decided without running anything.

Every rung is scaled straight from the source, so what it is made with depends on no other rung.
"""

from fractions import Fraction

from vod_assets.domain.colour_conversion import hdr_filters, scaling_arguments, sdr_filters, tags
from vod_assets.domain.colours import PQ, hdr_transfer, is_light_assumed
from vod_assets.domain.encoders import Encoder
from vod_assets.domain.filters import DETERMINISTIC_MP4, SCALING, Filter
from vod_assets.domain.ladder import Ladder, Rung
from vod_assets.domain.levels import kept_pictures
from vod_assets.domain.mastering import ASSUMED_LIGHT, mastering_words
from vod_assets.domain.media_info import LightLevels, MediaInfo, VideoStream
from vod_assets.domain.video_presets import RungPreset, VideoPreset
from vod_assets.domain.whole_frames import believed_colour, whole_frames


def shared_filters(video: VideoStream, ladder: Ladder) -> tuple[Filter, ...]:
    """Return the filters that run once, before the picture is split into rungs.

    The first frame becomes time zero, the rate becomes exact and constant, fields become frames. FFmpeg itself turns
    and mirrors the picture as the display matrix says.
    """
    zero = Filter(name="setpts", arguments={"expr": "PTS-STARTPTS"})
    rate = Filter(name="fps", arguments={"fps": str(ladder.frame_rate), "start_time": "0"})
    return (zero, *believed_colour(video), *whole_frames(video), rate)


def range_filters(video: VideoStream, dynamic_range: str) -> tuple[Filter, ...]:
    """Return the filters that run once for all rungs of a dynamic range: what is dear is done on one picture."""
    return hdr_filters(video) if dynamic_range == "hdr" else sdr_filters(video)


def rung_filters(video: VideoStream, rung: Rung, preset: VideoPreset) -> tuple[Filter, ...]:
    """Return the filters of one rung: its size in square pixels, 4:2:0 in the encoder's depth, limited range."""
    asked = rung_preset(preset, rung)
    arguments = {"w": str(rung.width), "h": str(rung.height), "flags": SCALING}
    if asked.dynamic_range == "sdr":
        arguments |= scaling_arguments(video)
    filters = (
        Filter(name="scale", arguments=arguments),
        Filter(name="setsar", arguments={"sar": "1"}),
        Filter(name="format", arguments={"pix_fmts": preset.tool.depths[bit_depth(asked)].pixel_format}),
        *tags(video, asked.dynamic_range),
        *_unsaid(preset.tool, asked.dynamic_range),
    )
    return (*filters, *upload_filters(preset.tool))


def _unsaid(tool: Encoder, dynamic_range: str) -> tuple[Filter, ...]:
    """Return what keeps the words beside a source's pictures from the encoder, but where it passes on those of HDR.

    FFmpeg gives them to the last output of a process alone, so a rendition's bytes would depend on its neighbours; and
    SDR would be said to be made on an HDR display.
    """
    is_passed_on = dynamic_range == "hdr" and not tool.light
    return () if is_passed_on else (Filter(name="sidedata", arguments={"mode": "delete"}),)


def upload_filters(tool: Encoder) -> tuple[Filter, ...]:
    """Return what sends pictures to an encoder's device; nothing where the encoder does so itself."""
    return (Filter(name="hwupload"),) if tool.device else ()


def rung_preset(preset: VideoPreset, rung: Rung) -> RungPreset:
    """Return what a profile says of a fitted rung."""
    return next(one for one in preset.rungs if one.name == rung.name)


def video_arguments(video: VideoStream, preset: VideoPreset, rung: RungPreset, ladder: Ladder) -> dict[str, str]:
    """Return the encoder's output options; the same options give the same bytes on all processors of a family.

    Fixed, closed GOPs without scene-cut key frames align all rungs.
    """
    tool, gop = preset.tool, str(ladder.gop_frames)
    depth = tool.depths[bit_depth(rung)]
    arguments = {
        "c:v": tool.name,
        tool.preset_option: preset.speed,
        "g": gop,
        "keyint_min": gop,
        **tool.options,
        **({"profile:v": depth.profile} if depth.profile else {}),
        "fps_mode": "passthrough",
        **_threads_and_words(preset, _light(video) if rung.dynamic_range == "hdr" else None),
    }
    fitted = next((one for one in ladder.rungs if one.key == f"{preset.codec}_{rung.name}"), None)
    return (
        arguments
        | _references(preset, fitted)
        | _pinned(ladder)
        | _rate_control(tool, rung, fitted)
        | DETERMINISTIC_MP4
    )


def bit_depth(rung: RungPreset) -> int:
    """Return the bits of a sample: HDR needs ten, and players of SDR know eight."""
    return 10 if rung.dynamic_range == "hdr" else 8


def _light(video: VideoStream) -> LightLevels | None:
    """Return what an HDR rendition says of its display: what its source says; HLG has nothing to say."""
    if hdr_transfer(video) != PQ:
        return None
    return ASSUMED_LIGHT if is_light_assumed(video) else video.light


def _threads_and_words(preset: VideoPreset, light: LightLevels | None) -> dict[str, str]:
    """Return the fixed number of threads, and the words that an encoder has of its own."""
    tool, threads = preset.tool, str(preset.threads)
    if not tool.parameters_option:
        return {tool.threads: threads} if tool.threads else {}
    words = {**tool.parameters, tool.threads: threads, **(mastering_words(light, tool.light) if light else {})}
    return {tool.parameters_option: ":".join(f"{name}={value}" for name, value in words.items())}


def _references(preset: VideoPreset, fitted: Rung | None) -> dict[str, str]:
    """Return what keeps an encoder's preset from predicting from more pictures than its level's decoders keep."""
    wanted = preset.tool.references.get(preset.speed, 0)
    if fitted is None or fitted.empty or not wanted:
        return {}
    most = kept_pictures(preset.codec, preset.highest_level, (fitted.width, fitted.height))
    return {"refs": str(most)} if most < wanted else {}


def _pinned(ladder: Ladder) -> dict[str, str]:
    """Return what makes key frames of pinned frames, and leaves the regular ones where they are.

    An encoder counts a GOP from its last key frame, so the regular ones have to be named, too, or all after a pinned
    one would move.
    """
    if not ladder.pinned_frames:
        return {}
    frames = "+".join(f"eq(n,{frame})" for frame in ladder.pinned_frames)
    return {"force_key_frames": f"expr:not(mod(n,{ladder.gop_frames}))+{frames}"}


def rung_parameters(info: MediaInfo, preset: VideoPreset, rung: RungPreset, ladder: Ladder) -> dict[str, object]:
    """Return the recipe parameters of one rung: the stream, every filter, every option, and nothing of other rungs."""
    size = next(fitted for fitted in ladder.rungs if fitted.key == f"{preset.codec}_{rung.name}")
    video = info.video
    filters = (
        *shared_filters(video, ladder),
        *range_filters(video, rung.dynamic_range),
        *rung_filters(video, size, preset),
    )
    return {
        "stream": info.video.index,
        "filters": [filter_.model_dump() for filter_ in filters],
        "options": video_arguments(video, preset, rung, ladder),
    }


def _rate_control(tool: Encoder, rung: RungPreset, fitted: Rung | None) -> dict[str, str]:
    """Return how bits are spent: as was chosen for this title, else as the profile says."""
    crf = fitted.crf if fitted is not None and fitted.crf is not None else rung.crf
    maxrate = (fitted.maxrate if fitted is not None else None) or rung.maxrate
    arguments = {"b:v": str(rung.bitrate)} if crf is None else {tool.quality_option: _quality(tool, crf)}
    if maxrate is not None and tool.caps:
        bufsize = rung.bufsize * maxrate // rung.maxrate if rung.bufsize and rung.maxrate else 2 * maxrate
        arguments |= {"maxrate": str(maxrate), "bufsize": str(bufsize)}
    return arguments


def _quality(tool: Encoder, crf: Fraction | int) -> str:
    return f"{float(crf):g}" if tool.takes_fractions else str(round(crf))
