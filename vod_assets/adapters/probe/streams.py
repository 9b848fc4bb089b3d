"""Makes typed streams of what ffprobe says of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from vod_assets.adapters.probe.labels import is_flagged, label_of, language_of, role_of
from vod_assets.adapters.probe.light import dolby_vision, dynamic_range, light_levels
from vod_assets.adapters.probe.raw import NOTHING, Json, fraction, known
from vod_assets.adapters.probe.shape import sample_aspect, turning
from vod_assets.domain.acceptance import normalised, warning
from vod_assets.domain.frame_rates import Rhythm, rendition_rate, rhythm_of
from vod_assets.domain.interlacing import PROGRESSIVE, first_shown
from vod_assets.domain.languages import UNKNOWN
from vod_assets.domain.markers import Chapter
from vod_assets.domain.media_info import AudioStream, Colour, Finding, TextStream, VideoStream
from vod_assets.domain.packet_times import FrameTimes, Span

TEXT_CODECS = frozenset(
    {"subrip", "srt", "ass", "ssa", "webvtt", "mov_text", "text", "ttml", "eia_608", "sami", "stl", "dvb_teletext"}
)
PICTURE_CODECS = frozenset({"mjpeg", "png", "bmp", "gif", "webp", "tiff"})


MOST_CHAPTERS = 1_000


@dataclass(frozen=True)
class Described:
    """A stream and what is to be said of it."""

    stream: VideoStream
    findings: tuple[Finding, ...]


def is_moving_picture(raw: Json, times: FrameTimes | None) -> bool:
    """Whether a stream is video that can be shown: it has a size and packets, and is no cover art."""
    if raw.get("codec_type") != "video" or not raw.get("width") or not raw.get("codec_name"):
        return False
    if is_flagged(raw, "attached_pic") or is_flagged(raw, "timed_thumbnails") or is_flagged(raw, "still_image"):
        return False
    if times is None or not times.packets:
        return False
    return not (raw["codec_name"] in PICTURE_CODECS and times.packets == 1)


def video_stream(raw: Json, times: FrameTimes, origin: Fraction, frame: Json = NOTHING) -> Described:
    """Return the typed video stream as declared; ``origin`` is the zero of the file.

    Args:
        raw: What its header says.
        times: What its packets say.
        origin: As above.
        frame: What the first frame says, as far as that was looked at.
    """
    pace = rhythm(raw, times)
    rate = rendition_rate(pace.rate)
    rotation, is_mirrored, turned = turning(raw)
    aspect, squaring = sample_aspect(raw)
    declared, colour = known(raw.get("field_order")), _colour(raw)
    profile, has_base = dolby_vision(raw)
    stream = VideoStream(
        index=raw["index"],
        codec=raw["codec_name"],
        profile=str(raw.get("profile", "")),
        width=raw["width"],
        height=raw["height"],
        sample_aspect=aspect,
        rotation=rotation,
        mirrored=is_mirrored,
        frame_rate=rate,
        is_variable_rate=pace.is_variable,
        field_order=PROGRESSIVE if pace.is_film else first_shown(declared) or PROGRESSIVE,
        declared_field_order=declared,
        pixel_format=str(raw.get("pix_fmt", "yuv420p")),
        bit_depth=bit_depth(raw),
        colour=colour,
        dynamic_range=dynamic_range(colour.transfer, raw, frame, has_base=has_base),
        dolby_vision_profile=profile,
        light=light_levels(raw, frame),
        start_seconds=_since(origin, times),
        duration_seconds=times.duration_at(pace.rate),
        promised_frames=None if times.hidden or times.untimed else times.shown,
        leading_frames=times.leading,
        keyframe_gap_seconds=times.keyframe_gap_seconds,
        bits_per_second=_bits_per_second(times),
    )
    return Described(stream, (*_rate_findings(pace, rate), *turned, *squaring))


def audio_stream(raw: Json, span: Span, origin: Fraction) -> AudioStream:
    """Return the typed audio stream, without what primes its decoder and is never heard."""
    start = _heard_from(raw, span)
    return AudioStream(
        index=raw["index"],
        codec=raw["codec_name"],
        channels=int(raw["channels"]),
        layout=str(raw.get("channel_layout", "")),
        sample_rate=int(raw["sample_rate"]),
        language=language_of(raw),
        label=label_of(raw),
        role=role_of(raw),
        is_default=is_flagged(raw, "default"),
        start_seconds=max(Fraction(0), start - origin),
        duration_seconds=span.end * span.tick - start,
        bits_per_second=_bits_per_second(span),
    )


def _heard_from(raw: Json, span: Span) -> Fraction:
    """Return when sound is heard first: FFmpeg's start of a stream lies behind the samples that a decoder drops."""
    begins, heard = span.start_seconds or Fraction(0), fraction(raw.get("start_time"))
    return begins if heard is None else max(begins, heard)


def text_stream(raw: Json, span: Span, origin: Fraction) -> TextStream:
    """Return the typed text stream."""
    return TextStream(
        index=raw["index"],
        codec=raw["codec_name"],
        is_text=raw["codec_name"] in TEXT_CODECS,
        language=language_of(raw),
        label=label_of(raw),
        is_forced=is_flagged(raw, "forced"),
        is_hearing_impaired=is_flagged(raw, "hearing_impaired"),
        start_seconds=_since(origin, span),
    )


def chapters(found: Sequence[Json], starts_at: Fraction) -> tuple[Chapter, ...]:
    """Return a source's own chapters, in seconds from its first frame on; none that is going on begins before it."""
    described = []
    for raw in found[:MOST_CHAPTERS]:
        tick = fraction(raw.get("time_base"))
        if tick is None or not isinstance(raw.get("start"), int):
            continue
        start, end = (raw[edge] * tick - starts_at for edge in ("start", "end"))
        title = label_of(raw)
        is_there_at_zero = start < 0 < end
        described.append(
            Chapter(start_seconds=Fraction(0) if is_there_at_zero else start, titles={UNKNOWN: title} if title else {})
        )
    return tuple(described)


def bit_depth(raw: Json) -> int:
    """Return the bits of one luma sample."""
    stated = str(raw.get("bits_per_raw_sample", ""))
    if stated.isdigit() and int(stated) >= 8:
        return int(stated)
    found = re.search(
        r"(?:p|gray|gbrp|gbrap|ya)(9|1[0-6])(?:le|be)|p0(1[0-6])|p2(1[0-6])|x2rgb(10)", str(raw.get("pix_fmt"))
    )
    return int(next(group for group in found.groups() if group)) if found else 8


def rhythm(raw: Json, times: FrameTimes) -> Rhythm:
    """Return how a video's frames follow each other."""
    stated = fraction(raw.get("r_frame_rate")) or fraction(raw.get("avg_frame_rate"))
    return rhythm_of(times.steps, times.tick, stated, times.pairs)


def _rate_findings(rhythm: Rhythm, rate: Fraction) -> list[Finding]:
    found = []
    if rhythm.is_film:
        cause = f"frames are shown for three fields and two in turn: film at {float(rate):.3f} frames per second"
        found.append(normalised("pulldown_removed", cause))
    elif rhythm.is_variable:
        found.append(
            normalised("variable_frame_rate", f"frames come at uneven times; renditions get {rate} per second")
        )
    if rate < rhythm.rate:
        found.append(normalised("frame_rate_capped", f"{float(rhythm.rate):.2f} frames per second became {rate}"))
    if rate > rhythm.rate:
        found.append(warning("low_frame_rate", f"{float(rhythm.rate):.3g} frames per second are repeated to {rate}"))
    return found


def picture_findings(video: VideoStream) -> list[Finding]:
    """Return what is done about the pictures of a stream."""
    found = []
    if video.width % 2 or video.height % 2:
        found.append(normalised("odd_size", f"the picture is {video.width}x{video.height}"))
    if video.field_order != PROGRESSIVE and not video.telecine:
        found.append(normalised("deinterlaced", f"the picture is interlaced ({video.field_order})"))
    if "420" not in video.pixel_format and not video.pixel_format.startswith(("p010", "p016", "nv12", "nv21")):
        found.append(normalised("pixel_format_converted", f"the pixel format is {video.pixel_format}"))
    if re.match(r"yuva|gbrap|rgba|bgra|argb|abgr|ya\d", video.pixel_format):
        found.append(normalised("alpha_flattened", f"the pixel format {video.pixel_format} has alpha"))
    if video.colour.transfer in {"smpte2084", "arib-std-b67"}:
        found.append(normalised("hdr_source", f"the transfer function is {video.colour.transfer}"))
    if video.colour.range == "pc":
        found.append(normalised("range_converted", "luma has full range"))
    return found


def _colour(raw: Json) -> Colour:
    return Colour(
        primaries=known(raw.get("color_primaries")),
        transfer=known(raw.get("color_transfer")),
        matrix=known(raw.get("color_space")),
        range=known(raw.get("color_range")),
    )


def _since(origin: Fraction, span: Span) -> Fraction:
    return Fraction(0) if span.start_seconds is None else span.start_seconds - origin


def _bits_per_second(span: Span) -> int | None:
    seconds = span.duration_seconds
    return int(span.size_bytes * 8 / seconds) if seconds else None
