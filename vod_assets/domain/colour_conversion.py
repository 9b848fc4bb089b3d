"""What turns the colours of a source into those of a rendition.

SDR renditions are BT.709 in limited range, and say so. Where the source is that already nothing is converted. HDR ones
are BT.2020 with the source's own transfer function, PQ (SMPTE ST 2084) or HLG (ARIB STD-B67).
"""

from collections.abc import Mapping
from fractions import Fraction

from vod_assets.domain.colours import BT709, SHOWN_ALIKE, dynamic_metadata, hdr_transfer, is_rgb, meaning, peak_nits
from vod_assets.domain.filters import Filter
from vod_assets.domain.media_info import Colour, VideoStream

DYNAMIC_SIDE_DATA = ("DYNAMIC_HDR_PLUS", "DOVI_RPU_BUFFER", "DOVI_METADATA")  # made for the pictures before scaling
MOBIUS = {"tonemap": "mobius", "param": "0.5", "desat": "0"}
WHITE_NITS = 203  # diffuse white of HDR (ITU-R BT.2408), which becomes the white of SDR


def sdr_filters(video: VideoStream) -> tuple[Filter, ...]:
    """Return what makes BT.709 of a source, or nothing where only the range or RGB is left, which scaling does."""
    colour = meaning(video)
    if hdr_transfer(video):
        return _tone_mapping(colour, peak_nits(video))
    is_alike = colour.transfer in SHOWN_ALIKE
    if is_alike and colour.primaries == "bt709" and colour.matrix in ("bt709", "gbr"):
        return ()
    given = {"pin": colour.primaries, "tin": "bt709" if is_alike else colour.transfer, "min": colour.matrix}
    wanted = {"p": "bt709", "t": "bt709", "m": "bt709", "r": "limited"}
    converted = _zscale(given | {"rin": _zimg_range(colour)} | wanted)
    return (*_planar(colour), converted, *_sampled(colour), *_named_limited(video))


def hdr_filters(video: VideoStream) -> tuple[Filter, ...]:
    """Return what makes BT.2020 in limited range of an HDR source, or nothing where it is that."""
    colour = meaning(video)
    dropped = tuple(
        Filter(name="sidedata", arguments={"mode": "delete", "type": kind})
        for kind in (DYNAMIC_SIDE_DATA if dynamic_metadata(video) else ())
    )
    if (colour.primaries, colour.matrix, colour.range) == ("bt2020", "bt2020nc", "tv"):
        return dropped
    given = {"pin": colour.primaries, "tin": colour.transfer, "min": colour.matrix, "rin": _zimg_range(colour)}
    wanted = {"p": "bt2020", "t": colour.transfer, "m": "bt2020nc", "r": "limited"}
    return (*_planar(colour), _zscale(given | wanted), *_sampled(colour), *dropped)


def scaling_arguments(video: VideoStream) -> dict[str, str]:
    """Return what the scaler has to do to an SDR source's colours besides."""
    colour = meaning(video)
    if sdr_filters(video):
        return {}
    if colour.matrix == "gbr":
        return {"out_color_matrix": "bt709", "out_range": "tv"}  # FFmpeg makes BT.601 of RGB when nothing else is said
    return {"in_range": "pc", "out_range": "tv"} if colour.range != "tv" else {}


def tags(video: VideoStream, dynamic_range: str) -> tuple[Filter, ...]:
    """Return the filter that names a rendition's colours; none where the source names just these itself."""
    wanted = BT709
    if dynamic_range == "hdr":
        wanted = Colour(primaries="bt2020", transfer=hdr_transfer(video), matrix="bt2020nc", range="tv")
    if video.colour == wanted and video.declared_colour is None and not is_rgb(video.pixel_format):
        return ()
    said = {"colorspace": wanted.matrix, "color_primaries": wanted.primaries, "color_trc": wanted.transfer}
    return (Filter(name="setparams", arguments=said | {"range": wanted.range}),)


def _tone_mapping(colour: Colour, peak: Fraction) -> tuple[Filter, ...]:
    """Return what shows HDR on an SDR display: diffuse white stays white's neighbour, highlights are pressed together.

    In linear light and floating point. Mobius leaves what is below half of white as it is: SDR that went into HDR by
    BT.2408 comes back with a PSNR of 34 dB, against 29 dB at FFmpeg's own threshold and 18 dB by Hable. Desaturating is
    off, for it greys faces and skies.
    """
    given = {"pin": colour.primaries, "tin": colour.transfer, "min": colour.matrix, "rin": _zimg_range(colour)}
    linear = {"p": "bt709", "t": "linear", "m": "gbr", "r": "full", "npl": str(WHITE_NITS)}
    relative = max(Fraction(1), peak / WHITE_NITS)
    return (
        *_planar(colour),
        _zscale(given | linear),
        Filter(name="format", arguments={"pix_fmts": "gbrpf32le"}),
        Filter(name="tonemap", arguments=MOBIUS | {"peak": f"{float(relative):.4f}"}),
        _zscale(
            {"pin": "bt709", "tin": "linear", "min": "gbr", "p": "bt709", "t": "bt709", "m": "bt709", "r": "limited"}
        ),
        Filter(name="format", arguments={"pix_fmts": "yuv420p10le"}),
    )


def _zscale(arguments: Mapping[str, str]) -> Filter:
    return Filter(name="zscale", arguments=dict(arguments))


def _planar(colour: Colour) -> tuple[Filter, ...]:
    """Return what brings RGB into the one order of planes that zimg reads."""
    return (Filter(name="format", arguments={"pix_fmts": "gbrp12le"}),) if colour.matrix == "gbr" else ()


def _sampled(colour: Colour) -> tuple[Filter, ...]:
    """Return what has zimg write luma and chroma where it read RGB."""
    return (Filter(name="format", arguments={"pix_fmts": "yuv444p12le"}),) if colour.matrix == "gbr" else ()


def _named_limited(video: VideoStream) -> tuple[Filter, ...]:
    """Return what takes a name that means full range (``yuvj420p``) from pixels that have it no longer.

    They would be brought into limited range a second time.
    """
    name = video.pixel_format
    return (Filter(name="format", arguments={"pix_fmts": name.replace("j", "", 1)}),) if name.startswith("yuvj") else ()


def _zimg_range(colour: Colour) -> str:
    return "full" if colour.range == "pc" else "limited"
