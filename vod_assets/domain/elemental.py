"""Renditions in the words of AWS Elemental Server and Conductor File (job XML), and what they cannot make."""

import hashlib
from fractions import Fraction

from lxml import etree

from vod_assets.domain.rendition_spec import RenditionSpec

TRANSLATION = "1"  # to be raised when the same specification is told in other words
CODECS = {"h264": ("h.264", "h264_settings"), "hevc": ("h.265", "h265_settings")}
SPACES = ("bt709", "smpte170m", "bt470bg", "")
AVERAGE_OF_CAP = Fraction(2, 3)  # what a rung with a rate factor and a cap is told as its average rate
LEAST_SIDE, MOST_SIDE = 32, 4096


def obstacle(spec: RenditionSpec) -> str:
    """Return why Elemental cannot make a rendition, by name; empty: it can."""
    picture = spec.picture
    said = {
        f"Elemental has no {spec.codec} here": spec.codec not in CODECS,
        "Elemental is asked for SDR in 8 bits only": spec.dynamic_range == "hdr" or spec.bit_depth != 8,
        "Elemental maps no tones of HDR sources here": picture.dynamic_range != "sdr",
        f"Elemental is not given programmes that are cut of files ({picture.spans} spans)": picture.spans > 0,
        "Elemental sets no key frames at given places (chapters, ad breaks)": bool(spec.pinned_frames),
        "Elemental neither turns nor mirrors pictures": bool(picture.rotation) or picture.is_mirrored,
        "Elemental believes what the file says of its colours, which is wrong": picture.is_corrected,
        f"Elemental is not told of the source's colours ({picture.colour.primaries})": (
            picture.colour.primaries not in SPACES
        ),
        "Elemental spends bits by rate: give the rung a maxrate or a bitrate": (
            spec.bitrate is None and spec.maxrate is None
        ),
        f"Elemental makes pictures of even sides from {LEAST_SIDE}, not {spec.width}x{spec.height}": not all(
            LEAST_SIDE <= side <= MOST_SIDE and side % 2 == 0 for side in (spec.width, spec.height)
        ),
    }
    return next((why for why, holds in said.items() if holds), "")


def video_description(spec: RenditionSpec) -> etree._Element:
    """Return what a stream assembly is told of one rendition, and nothing of the others."""
    codec, settings = CODECS[spec.codec]
    video = etree.Element("video_description")
    _texts(video, {"codec": codec, "width": spec.width, "height": spec.height, "stretch_to_output": "true"})
    coded = etree.SubElement(video, settings)
    rate = spec.frame_rate
    _texts(
        coded,
        {
            "framerate_follow_source": "false",
            "framerate_numerator": rate.numerator,
            "framerate_denominator": rate.denominator,
            "par_follow_source": "false",
            "par_numerator": 1,
            "par_denominator": 1,
            "gop_size": spec.gop_frames,
            "gop_size_units": "frames",
            "gop_closed_cadence": 1,
            "scd": "false",
            "interlace_mode": "progressive",
            "profile": "High" if spec.codec == "h264" else "Main/Main",
            **_rate(spec),
        },
    )
    if spec.picture.field_order != "progressive" or spec.picture.telecine:
        deinterlacer = etree.SubElement(etree.SubElement(video, "video_preprocessors"), "deinterlacer")
        mode = "Inverse Telecine" if spec.picture.telecine else "Deinterlace"
        _texts(deinterlacer, {"deinterlace_mode": mode, "algorithm": "interpolate", "force": "true"})
    return video


def name_modifier(spec: RenditionSpec) -> str:
    """Return what the name of a rendition's file ends in, before ``.mp4``."""
    return f"_{spec.key}"


def signature(path: str, user: str, api_key: str, expires: int) -> str:
    """Return ``X-Auth-Key``: of the path without host, query and version, the user, the key and the Unix time.

    >>> signature("/jobs", "vod", "key", 1700000000)
    '7f9b344a9c268b6d606667a06852dfbb'
    """
    inner = hashlib.md5(f"{path}{user}{api_key}{expires}".encode(), usedforsecurity=False).hexdigest()
    return hashlib.md5(f"{api_key}{inner}".encode(), usedforsecurity=False).hexdigest()


def _rate(spec: RenditionSpec) -> dict[str, object]:
    if spec.bitrate is not None:
        cap = spec.maxrate or spec.bitrate
        average = spec.bitrate
    else:
        cap = spec.maxrate or 0
        average = int(cap * AVERAGE_OF_CAP)
    buffer = spec.bufsize or 2 * cap
    return {"rate_control_mode": "VBR", "bitrate": average, "max_bitrate": cap, "buf_size": buffer, "passes": 1}


def _texts(parent: etree._Element, said: dict[str, object]) -> None:
    for name, value in said.items():
        etree.SubElement(parent, name).text = str(value)
