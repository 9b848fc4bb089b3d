"""Renditions: how one rung is filtered and encoded, decided without running anything.

Every rung is scaled straight from the source, so what it is made with depends on no other rung.
"""

from vod_assets.domain.filters import DETERMINISTIC_MP4, Filter
from vod_assets.domain.ladder import Ladder, Rung
from vod_assets.domain.media_info import MediaInfo, VideoStream
from vod_assets.domain.video_presets import RungPreset, VideoPreset

ENCODERS = {"h264": "libx264"}


def shared_filters(video: VideoStream, ladder: Ladder) -> tuple[Filter, ...]:
    """Return the filters that run once, before the picture is split into rungs.

    The first frame becomes time zero, the rate becomes exact and constant, fields become frames. FFmpeg itself turns
    and mirrors the picture as the display matrix says.
    """
    filters = [Filter(name="setpts", arguments={"expr": "PTS-STARTPTS"})]
    if video.field_order not in ("progressive", "unknown", ""):
        filters.append(Filter(name="bwdif", arguments={"mode": "send_frame", "deint": "all"}))
    filters.append(Filter(name="fps", arguments={"fps": str(ladder.frame_rate), "start_time": "0"}))
    return tuple(filters)


def rung_filters(video: VideoStream, rung: Rung) -> tuple[Filter, ...]:
    """Return the filters of one rung: its size in square pixels, 8-bit 4:2:0, studio range."""
    arguments = {"w": str(rung.width), "h": str(rung.height), "flags": "bicubic"}
    if video.colour.range in ("pc", "full"):
        arguments["out_range"] = "tv"
    if is_rgb(video.pixel_format):
        arguments |= {"out_color_matrix": "bt709", "out_range": "tv"}
    filters = (
        Filter(name="scale", arguments=arguments),
        Filter(name="setsar", arguments={"sar": "1"}),
        Filter(name="format", arguments={"pix_fmts": "yuv420p"}),
    )
    return (*filters, _said_colours(video)) if is_rgb(video.pixel_format) else filters


def is_rgb(pixel_format: str) -> bool:
    """Whether FFmpeg's name of a pixel format is one of red, green and blue, palettes included."""
    return pixel_format.startswith(("rgb", "bgr", "gbr", "argb", "abgr", "0rgb", "0bgr", "x2rgb", "x2bgr", "pal8"))


def _said_colours(video: VideoStream) -> Filter:
    """Return the filter that names the colours of a picture that was RGB.

    FFmpeg makes BT.601 of RGB when nothing else is said, and players take what is not named for BT.709.
    """
    primaries, transfer = (
        "bt709" if value in ("", "unknown") else value for value in (video.colour.primaries, video.colour.transfer)
    )
    said = {"colorspace": "bt709", "color_primaries": primaries, "color_trc": transfer, "range": "tv"}
    return Filter(name="setparams", arguments=said)


def video_arguments(preset: VideoPreset, rung: RungPreset, ladder: Ladder) -> dict[str, str]:
    """Return the encoder's output options; the same options give the same bytes on every machine.

    Fixed, closed GOPs without scene-cut key frames align all rungs. ``filter_units`` drops SEI messages (type 6), in
    which x264 writes its settings and thread count.
    """
    gop = str(ladder.gop_frames)
    arguments = {
        "c:v": ENCODERS[preset.codec],
        "preset": preset.preset,
        "threads:v": str(preset.threads),
        "g": gop,
        "keyint_min": gop,
        "sc_threshold": "0",
        "profile:v": "high",
        "bsf:v": "filter_units=remove_types=6",
        "fps_mode": "passthrough",
    }
    return arguments | _pinned(ladder) | _rate_control(rung) | DETERMINISTIC_MP4


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
    filters = (*shared_filters(info.video, ladder), *rung_filters(info.video, size))
    return {
        "stream": info.video.index,
        "filters": [filter_.model_dump() for filter_ in filters],
        "options": video_arguments(preset, rung, ladder),
    }


def _rate_control(rung: RungPreset) -> dict[str, str]:
    arguments = {"b:v": str(rung.bitrate)} if rung.bitrate is not None else {"crf": str(rung.crf)}
    if rung.maxrate is not None:
        arguments |= {"maxrate": str(rung.maxrate), "bufsize": str(rung.bufsize)}
    return arguments
