"""How fields become frames, and how film that pulldown put into fields becomes film again."""

from fractions import Fraction
from typing import Protocol

from vod_assets.domain.filters import Filter
from vod_assets.domain.media_info import VideoStream

PROGRESSIVE = ("progressive", "unknown", "")
PARITIES = {"tt": "tff", "tb": "tff", "bb": "bff", "bt": "bff"}
FILM_CYCLE = 4  # frames of film that pulldown makes five of video of


class Fielded(Protocol):
    """What is known of a picture's fields; see `vod_assets.domain.media_info.VideoStream`."""

    @property
    def field_order(self) -> str:
        """Which field is shown first."""

    @property
    def telecine(self) -> str:
        """Whether film was put into the fields."""

    @property
    def frame_rate(self) -> Fraction:
        """The exact rate of whole frames."""


def whole_frames(video: Fielded) -> list[Filter]:
    """Return what makes whole frames of a picture's fields, in the order they were measured in.

    The wrong one, which frames may be flagged with, makes motion jump back.
    """
    parity = PARITIES.get(video.field_order)
    order = {"parity": parity} if parity else {}
    if video.telecine:
        return _film(video, order)
    if video.field_order in PROGRESSIVE:
        return []
    return [Filter(name="bwdif", arguments={"mode": "send_frame", "deint": "all"} | order)]


def believed_colour(video: VideoStream) -> list[Filter]:
    """Return what tells all filters behind it what is believed of the colours, where the source says otherwise."""
    if video.declared_colour is None:
        return []
    colour = video.colour
    said = {
        "range": colour.range,
        "colorspace": colour.matrix,
        "color_primaries": colour.primaries,
        "color_trc": colour.transfer,
    }
    told = Filter(name="setparams", arguments={name: value for name, value in said.items() if value})
    return [*_unnamed_range(video), told]


def _unnamed_range(video: VideoStream) -> list[Filter]:
    """Return what takes full range out of the pixel format's name, and changes no sample."""
    if not video.pixel_format.startswith("yuvj"):
        return []
    plain = video.pixel_format.replace("yuvj", "yuv")
    return [
        Filter(name="scale", arguments={"in_range": "pc", "out_range": "pc"}),
        Filter(name="format", arguments={"pix_fmts": plain}),
    ]


def _film(video: Fielded, order: dict[str, str]) -> list[Filter]:
    """Return what puts the fields of film together again and leaves out the frame of five that is there twice.

    What matches no field, at a cut or under a caption that was added to the video, is deinterlaced. Where the first of
    two like frames is left out, the second one has to be at time zero, or every frame would be late by one.
    """
    return [
        Filter(name="fps", arguments={"fps": str(video.frame_rate * 5 / 4), "start_time": "0"}),
        Filter(name="fieldmatch", arguments={"order": order.get("parity", "auto"), "combmatch": "full"}),
        Filter(name="bwdif", arguments={"mode": "send_frame", "deint": "interlaced"} | order),
        Filter(name="decimate", arguments={"cycle": "5"}),
        Filter(name="setpts", arguments={"expr": "PTS-STARTPTS"}),
    ]
