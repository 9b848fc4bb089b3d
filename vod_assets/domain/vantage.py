"""Renditions in the variables of a Telestream Vantage workflow, and what such a workflow cannot make."""

from collections.abc import Mapping

from vod_assets.domain.rendition_spec import RenditionSpec

TRANSLATION = "1"  # to be raised when the same specification is told in other words
SPACES = ("bt709", "smpte170m", "bt470bg", "")
MEDIA = "VOD_SOURCE"  # the nickname of the media that the workflow begins with
VARIABLES = (
    *("VOD_OUTPUT", "VOD_CODEC", "VOD_WIDTH", "VOD_HEIGHT", "VOD_FRAME_RATE", "VOD_GOP_FRAMES"),
    *("VOD_BITRATE", "VOD_MAX_BITRATE", "VOD_BUFFER", "VOD_DEINTERLACE"),
)


def obstacle(spec: RenditionSpec) -> str:
    """Return why a workflow is not asked for a rendition, by name; empty: it is."""
    picture = spec.picture
    said = {
        f"Vantage has no {spec.codec} here": spec.codec not in ("h264", "hevc"),
        "Vantage is asked for SDR in 8 bits only": spec.dynamic_range == "hdr" or spec.bit_depth != 8,
        "Vantage maps no tones of HDR sources here": picture.dynamic_range != "sdr",
        f"Vantage is not given programmes that are cut of files ({picture.spans} spans)": picture.spans > 0,
        "Vantage sets no key frames at given places (chapters, ad breaks)": bool(spec.pinned_frames),
        "Vantage neither turns nor mirrors pictures here": bool(picture.rotation) or picture.is_mirrored,
        "Vantage believes what the file says of its colours, which is wrong": picture.is_corrected,
        "Vantage puts no film together that pulldown made fields of": bool(picture.telecine),
        f"Vantage is not told of the source's colours ({picture.colour.primaries})": (
            picture.colour.primaries not in SPACES
        ),
        "Vantage spends bits by rate: give the rung a maxrate or a bitrate": (
            spec.bitrate is None and spec.maxrate is None
        ),
    }
    return next((why for why, holds in said.items() if holds), "")


def variables(spec: RenditionSpec) -> Mapping[str, str]:
    """Return what the workflow's variables are set to for one rendition, but for where its file goes."""
    cap = spec.maxrate or spec.bitrate or 0
    return {
        "VOD_CODEC": spec.codec,
        "VOD_WIDTH": str(spec.width),
        "VOD_HEIGHT": str(spec.height),
        "VOD_FRAME_RATE": f"{spec.frame_rate.numerator}/{spec.frame_rate.denominator}",
        "VOD_GOP_FRAMES": str(spec.gop_frames),
        "VOD_BITRATE": str(spec.bitrate if spec.bitrate is not None else cap * 2 // 3),
        "VOD_MAX_BITRATE": str(cap),
        "VOD_BUFFER": str(spec.bufsize or 2 * cap),
        "VOD_DEINTERLACE": "true" if spec.picture.field_order != "progressive" else "false",
    }
