"""What the samples of a source mean: its colours, its range and its light."""

from fractions import Fraction

from vod_assets.domain.codes import CODES
from vod_assets.domain.errors import SourceError
from vod_assets.domain.media_info import Colour, Finding, VideoStream

BT709 = Colour(primaries="bt709", transfer="bt709", matrix="bt709", range="tv")
LARGEST_SD = (1024, 576)  # larger pictures that say nothing are BT.709 (BT.1700 ends there)
BROADCAST_WIDTHS, BROADCAST_LINES = (702, 704, 720), {480: "smpte170m", 486: "smpte170m", 576: "bt470bg"}
RATES_525 = (Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60000, 1001))
UNSAID = ("", "unknown", "unspecified", "reserved")
FULL_RANGE = ("pc", "full", "jpeg")
PQ, HLG = "smpte2084", "arib-std-b67"
BASE_OF_8 = {PQ: "1", "": "2", HLG: "4"}  # dv_bl_signal_compatibility_id of profile 8, by what its base layer is
MATRIX_OF = {"bt709": "bt709", "smpte170m": "smpte170m", "bt470bg": "bt470bg", "smpte240m": "smpte240m"}
MATRIX_OF |= {"bt2020": "bt2020nc", "smpte432": "bt709", "bt470m": "fcc"}
PRIMARIES_OF = {"bt709": "bt709", "smpte240m": "smpte240m", "bt2020nc": "bt2020", "bt2020c": "bt2020"}
PRIMARIES_OF |= {"ictcp": "bt2020", "fcc": "bt470m"}
# Displays show all of these alike (BT.1886), whatever cameras made of them; so do players.
SHOWN_ALIKE = frozenset(
    ("bt709", "smpte170m", "smpte240m", "bt470m", "bt470bg", "bt2020-10", "bt2020-12", "bt1361e", "iec61966-2-1",
     "iec61966-2-4")
)  # fmt: skip
# What FFmpeg's zscale has names for; ICtCp, too, but of HDR alone.
CONVERTED_PRIMARIES = frozenset(
    ("bt709", "bt470m", "bt470bg", "smpte170m", "smpte240m", "film", "bt2020", "smpte428", "smpte431", "smpte432",
     "jedec-p22", "ebu3213")
)  # fmt: skip
CONVERTED_TRANSFERS = frozenset((PQ, HLG, "linear", "log100", "log316"))
CONVERTED_MATRICES = frozenset(
    ("gbr", "bt709", "fcc", "bt470bg", "smpte170m", "smpte240m", "ycgco", "bt2020nc", "bt2020c", "chroma-derived-nc",
     "chroma-derived-c")
)  # fmt: skip
ASSUMED_NITS = 1000  # of HDR that says nothing of its display; also HLG's nominal peak (BT.2100)


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
    """Return when the colours of a source can be brought into those of renditions.

    Raises:
        SourceError: ``colours_unknown``: zimg has no name for one of them. ``hdr_refused``: the profile refuses what it
            would have to assume.
    """
    if unknown := _unknown(meaning(video)):
        raise SourceError("colours_unknown", f"its {unknown} cannot be converted", CODES["colours_unknown"].remedy)
    if hdr_without_metadata == "refuse" and is_light_assumed(video):
        cause = "it is HDR (PQ), and does not say what display it was made for"
        raise SourceError("hdr_refused", cause, CODES["hdr_refused"].remedy)


def _unknown(colour: Colour) -> str:
    """Return which of the colours no conversion is known for, in words."""
    is_hdr = colour.transfer in (PQ, HLG)
    if colour.primaries not in CONVERTED_PRIMARIES:
        return f"primaries ({colour.primaries})"
    if colour.transfer not in SHOWN_ALIKE | CONVERTED_TRANSFERS:
        return f"transfer function ({colour.transfer})"
    is_known = colour.matrix in CONVERTED_MATRICES or (colour.matrix == "ictcp" and is_hdr)
    return "" if is_known else f"matrix ({colour.matrix})"


def range_findings(video: VideoStream) -> tuple[Finding, ...]:
    """Return what is worth saying of how an HDR source was taken."""
    found = []
    if is_light_assumed(video):
        cause = f"HDR (PQ) without a mastering display; one of BT.2020 and {ASSUMED_NITS} cd/m² was assumed"
        found.append(Finding(code="hdr_assumed", kind="normalised", cause=cause))
    dynamic = dynamic_metadata(video)
    if dynamic:
        base = {PQ: "HDR10", HLG: "HLG"}.get(hdr_transfer(video), "SDR")
        cause = f"dynamic metadata ({' and '.join(dynamic)}) was left out; its base, {base}, was kept"
        found.append(Finding(code="dynamic_metadata_left_out", kind="normalised", cause=cause))
    return tuple(found)


def dynamic_metadata(video: VideoStream) -> tuple[str, ...]:
    """Return the names of what says anew with each picture how it is to be shown."""
    profile = video.dolby_vision_profile
    base = f".{BASE_OF_8[hdr_transfer(video)]}" if profile == 8 else ""
    dolby = (f"Dolby Vision {profile}{base}",) if profile is not None else ()
    return (*dolby, "HDR10+") if video.dynamic_range == "hdr10plus" else dolby


def is_light_assumed(video: VideoStream) -> bool:
    """Whether a source is PQ and says neither how bright it is nor what display it was made for."""
    light = video.light
    return hdr_transfer(video) == PQ and (light is None or not (light.max_cll or light.most_nits))


def _range(video: VideoStream) -> str:
    if is_rgb(video.pixel_format) or video.colour.range in FULL_RANGE:
        return "pc"
    is_contradicted = video.declared_colour is not None and video.colour.range == "tv"
    return "pc" if video.pixel_format.startswith("yuvj") and not is_contradicted else "tv"


def _usual(video: VideoStream) -> Colour:
    """Return primaries and matrix of an SDR picture of this size that says nothing."""
    if video.width > LARGEST_SD[0] or video.height > LARGEST_SD[1]:
        return BT709
    of_lines = BROADCAST_LINES.get(video.height, "bt709") if video.width in BROADCAST_WIDTHS else "bt709"
    of_525 = video.frame_rate in RATES_525 or of_lines == "smpte170m"
    return Colour(primaries=of_lines, matrix="smpte170m" if of_525 else "bt470bg")


def _said(value: str) -> str:
    return "" if value in UNSAID else value
