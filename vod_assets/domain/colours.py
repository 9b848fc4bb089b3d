"""Colours and ranges: what a source's samples mean, and what turns them into those of a rendition.

SDR renditions are BT.709 in limited range, and say so. Where the source is that already nothing is converted. HDR ones
are BT.2020 with the source's own transfer function, PQ (SMPTE ST 2084) or HLG (ARIB STD-B67).
"""

from collections.abc import Mapping
from fractions import Fraction

from vod_assets.domain.codes import CODES
from vod_assets.domain.errors import SourceError
from vod_assets.domain.filters import Filter
from vod_assets.domain.media_info import Colour, Finding, LightLevels, VideoStream

BT709 = Colour(primaries="bt709", transfer="bt709", matrix="bt709", range="tv")
LARGEST_SD = (1024, 576)  # larger pictures that say nothing are BT.709 (BT.1700 ends there)
BROADCAST_WIDTHS, BROADCAST_LINES = (702, 704, 720), {480: "smpte170m", 486: "smpte170m", 576: "bt470bg"}
RATES_525 = (Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60000, 1001))
UNSAID = ("", "unknown", "unspecified", "reserved")
FULL_RANGE = ("pc", "full", "jpeg")
PQ, HLG = "smpte2084", "arib-std-b67"
DOLBY_VISION_ALONE = (5,)  # IPT instead of YCbCr, without a base that others show
BASE_OF_8 = {PQ: "1", "": "2", HLG: "4"}  # dv_bl_signal_compatibility_id of profile 8, by what its base layer is
# Displays show all of these alike (BT.1886), whatever cameras made of them; so do players.
SHOWN_ALIKE = frozenset(
    ("bt709", "smpte170m", "smpte240m", "bt470m", "bt470bg", "bt2020-10", "bt2020-12", "bt1361e", "iec61966-2-1",
     "iec61966-2-4")
)  # fmt: skip
MATRIX_OF = {"bt709": "bt709", "smpte170m": "smpte170m", "bt470bg": "bt470bg", "smpte240m": "smpte240m"}
MATRIX_OF |= {"bt2020": "bt2020nc", "smpte432": "bt709", "bt470m": "fcc"}
PRIMARIES_OF = {"bt709": "bt709", "smpte240m": "smpte240m", "bt2020nc": "bt2020", "bt2020c": "bt2020"}
PRIMARIES_OF |= {"ictcp": "bt2020", "fcc": "bt470m"}
DYNAMIC_SIDE_DATA = ("DYNAMIC_HDR_PLUS", "DOVI_RPU_BUFFER", "DOVI_METADATA")  # made for the pictures before scaling
MOBIUS = {"tonemap": "mobius", "param": "0.5", "desat": "0"}
WHITE_NITS = 203  # diffuse white of HDR (ITU-R BT.2408), which becomes the white of SDR
ASSUMED_NITS = 1000  # of HDR that says nothing of its display; also HLG's nominal peak (BT.2100)
ASSUMED_LIGHT = LightLevels(
    primaries=tuple(Fraction(one, 10_000) for one in (7080, 2920, 1700, 7970, 1310, 460, 3127, 3290)),
    least_nits=Fraction(1, 10_000),
    most_nits=Fraction(ASSUMED_NITS),
)


def is_rgb(pixel_format: str) -> bool:
    """Whether FFmpeg's name of a pixel format is one of red, green and blue, palettes included."""
    return pixel_format.startswith(("rgb", "bgr", "gbr", "argb", "abgr", "0rgb", "0bgr", "x2rgb", "x2bgr", "pal8"))


def hdr_transfer(video: VideoStream) -> str:
    """Return the transfer function of an HDR source, `PQ` or `HLG`; nothing for SDR."""
    if video.colour.transfer in (PQ, HLG):
        return video.colour.transfer
    return {"hdr10": PQ, "hdr10plus": PQ, "hlg": HLG}.get(video.dynamic_range, "")


def meaning(video: VideoStream) -> Colour:
    """Return the colours of a source as it declares them; what it leaves open, as its size has it.

    Small pictures have the matrix of BT.601, and its primaries too where their size is that of broadcasting: others
    were made on computers and telephones, whose primaries are those of BT.709. All else is BT.709.
    """
    said, transfer = video.colour, hdr_transfer(video)
    primaries, matrix = _said(said.primaries), _said(said.matrix)
    if is_rgb(video.pixel_format):
        matrix = "gbr"
    usual = Colour(primaries="bt2020", matrix="bt2020nc") if transfer else _usual(video)
    return Colour(
        primaries=primaries or PRIMARIES_OF.get(matrix, usual.primaries),
        transfer=transfer or _said(said.transfer) or "bt709",
        matrix=matrix or MATRIX_OF.get(primaries, usual.matrix),
        range=_range(video),
    )


def peak_nits(video: VideoStream) -> Fraction:
    """Return the brightest light of an HDR source: as its metadata say, the title's own before its display's."""
    if hdr_transfer(video) == HLG or video.light is None:
        return Fraction(ASSUMED_NITS)
    return Fraction(video.light.max_cll or video.light.most_nits or ASSUMED_NITS)


def judge_range(video: VideoStream, hdr_without_metadata: str) -> None:
    """Return when the pictures of a source mean what its tags say.

    Raises:
        SourceError: ``dolby_vision_alone``: without its metadata, which nothing here reads, its colours are wrong.
            ``hdr_refused``: the profile refuses what it would have to assume.
    """
    if video.dolby_vision_profile in DOLBY_VISION_ALONE:
        cause = f"it is Dolby Vision of profile {video.dolby_vision_profile}, whose pictures no other decoder can show"
        raise SourceError("dolby_vision_alone", cause, CODES["dolby_vision_alone"].remedy)
    if hdr_without_metadata == "refuse" and is_light_assumed(video):
        cause = "it is HDR (PQ), and does not say what display it was made for"
        raise SourceError("hdr_refused", cause, CODES["hdr_refused"].remedy)


def range_findings(video: VideoStream) -> tuple[Finding, ...]:
    """Return what is worth saying of how an HDR source was taken."""
    found = []
    if is_light_assumed(video):
        cause = f"HDR (PQ) without a mastering display; one of BT.2020 and {ASSUMED_NITS} cd/m² was assumed"
        found.append(Finding(code="hdr_assumed", kind="normalised", cause=cause))
    dynamic = _dynamic_metadata(video)
    if dynamic:
        base = {PQ: "HDR10", HLG: "HLG"}.get(hdr_transfer(video), "SDR")
        cause = f"dynamic metadata ({' and '.join(dynamic)}) was left out; its base, {base}, was kept"
        found.append(Finding(code="dynamic_metadata_left_out", kind="normalised", cause=cause))
    return tuple(found)


def _dynamic_metadata(video: VideoStream) -> tuple[str, ...]:
    """Return the names of what says anew with each picture how it is to be shown."""
    profile = video.dolby_vision_profile
    base = f".{BASE_OF_8[hdr_transfer(video)]}" if profile == 8 else ""
    dolby = (f"Dolby Vision {profile}{base}",) if profile is not None else ()
    return (*dolby, "HDR10+") if video.dynamic_range == "hdr10plus" else dolby


def is_light_assumed(video: VideoStream) -> bool:
    """Whether a source is PQ and says neither how bright it is nor what display it was made for."""
    light = video.light
    return hdr_transfer(video) == PQ and (light is None or not (light.max_cll or light.most_nits))


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
        for kind in (DYNAMIC_SIDE_DATA if _dynamic_metadata(video) else ())
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


def mastering_words(light: LightLevels, style: str) -> Mapping[str, str]:
    """Return the mastering display and the light levels among the words of x265 or SVT-AV1."""
    if style == "x265":
        words = {"hdr10": "1", "hdr10-opt": "1", "repeat-headers": "1"}
        display, levels = ("master-display", "max-cll")
    else:
        words = {}
        display, levels = ("mastering-display", "content-light")
    if len(light.primaries) == 8 and light.most_nits is not None:
        words[display] = _display_text(light, style)
    if light.max_cll:
        words[levels] = f"{light.max_cll},{light.max_fall or 0}"
    return words


def _display_text(light: LightLevels, style: str) -> str:
    """Return ``G(x,y)B(x,y)R(x,y)WP(x,y)L(most,least)``: in SMPTE ST 2086's own units for x265, else in decimals."""

    def written(value: Fraction | None, units: int) -> str:
        number = value or Fraction(0)
        return str(round(number * units)) if style == "x265" else f"{float(number):.5f}"

    red, green, blue, white = (light.primaries[at : at + 2] for at in (0, 2, 4, 6))
    points = (("G", green), ("B", blue), ("R", red), ("WP", white))
    said = "".join(f"{name}({written(x, 50_000)},{written(y, 50_000)})" for name, (x, y) in points)
    return f"{said}L({written(light.most_nits, 10_000)},{written(light.least_nits, 10_000)})"


def _tone_mapping(colour: Colour, peak: Fraction) -> tuple[Filter, ...]:
    """Return what shows HDR on an SDR display: diffuse white stays white's neighbour, highlights are pressed together.

    In linear light and floating point. Mobius leaves what is below half of white as it is: SDR that went into HDR by
    BT.2408 comes back with a PSNR of 34 dB, against 29 dB at FFmpeg's own threshold and 18 dB by Hable. Desaturating is
    off, for it greys faces and skies. What was said of the HDR display goes, or the container would say it of SDR.
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
        Filter(name="sidedata", arguments={"mode": "delete"}),
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


def _range(video: VideoStream) -> str:
    if is_rgb(video.pixel_format) or video.colour.range in FULL_RANGE:
        return "pc"
    is_contradicted = video.declared_colour is not None and video.colour.range == "tv"
    return "pc" if video.pixel_format.startswith("yuvj") and not is_contradicted else "tv"


def _zimg_range(colour: Colour) -> str:
    return "full" if colour.range == "pc" else "limited"


def _usual(video: VideoStream) -> Colour:
    """Return primaries and matrix of an SDR picture of this size that says nothing."""
    if video.width > LARGEST_SD[0] or video.height > LARGEST_SD[1]:
        return BT709
    of_lines = BROADCAST_LINES.get(video.height, "bt709") if video.width in BROADCAST_WIDTHS else "bt709"
    of_525 = video.frame_rate in RATES_525 or of_lines == "smpte170m"
    return Colour(primaries=of_lines, matrix="smpte170m" if of_525 else "bt470bg")


def _said(value: str) -> str:
    return "" if value in UNSAID else value
