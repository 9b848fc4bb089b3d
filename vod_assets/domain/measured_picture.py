"""A video stream as it was declared, put right by what was seen of its pictures."""

from fractions import Fraction

from vod_assets.domain.acceptance import normalised, warning
from vod_assets.domain.black_bars import measured_crop
from vod_assets.domain.colour_claims import HDR_TRANSFERS, SDR_TRANSFERS, believed_colour
from vod_assets.domain.colours import PQ
from vod_assets.domain.glimpses import Glimpses
from vod_assets.domain.interlacing import PROGRESSIVE, PULLDOWN, Interlacing, measured_interlacing
from vod_assets.domain.media_info import Finding, VideoStream

FILM = Fraction(4, 5)  # frames of film in one of video, under 3:2 pulldown


def measured(video: VideoStream, seen: Glimpses, rate: Fraction) -> tuple[VideoStream, list[Finding]]:
    """Return the stream with field order, telecine, crop and colours as measured, and what is to be said of that.

    Args:
        video: As declared.
        seen: Of its pictures.
        rate: At which its frames come.
    """
    video, found = _coloured(video, seen)
    fields = measured_interlacing(seen.fields, rate)
    if fields:
        video, said = _in_fields(video, fields)
        found += said
    crop = measured_crop(seen.pictures, video.width, video.height)
    if crop:
        whole, part = f"{video.width}x{video.height}", f"{crop.width}x{crop.height}"
        cause = f"{part} of {whole} hold a picture, from {crop.left},{crop.top} on"
        found.append(warning("black_bars", cause))
    return video.model_copy(update={"crop": crop}), found


def _in_fields(video: VideoStream, fields: Interlacing) -> tuple[VideoStream, list[Finding]]:
    declared = video.declared_field_order or "nothing"
    changes: dict[str, object] = {"field_order": fields.field_order, "telecine": fields.telecine}
    if fields.telecine == PULLDOWN:
        changes |= {"frame_rate": video.frame_rate * FILM}
        cause = f"{fields.evidence}: film at {float(video.frame_rate * FILM):.3f} frames per second"
        return video.model_copy(update=changes), [normalised("pulldown_removed", cause)]
    cause = f"{declared} is declared, {fields.field_order} was measured: {fields.evidence}"
    is_other = fields.field_order != (video.field_order or PROGRESSIVE)
    return video.model_copy(update=changes), [normalised("field_order_measured", cause)] if is_other else []


def _coloured(video: VideoStream, seen: Glimpses) -> tuple[VideoStream, list[Finding]]:
    colour, found = believed_colour(video, seen.pictures)
    changes: dict[str, object] = {}
    if colour != video.colour:
        changes = {"colour": colour, "declared_colour": video.colour}
    if colour.transfer != video.colour.transfer:
        changes["dynamic_range"] = "hdr10" if colour.transfer == PQ else "sdr"
    has_display = video.light is not None and video.light.most_nits is not None
    if has_display and colour.transfer in SDR_TRANSFERS:
        found.append(warning("hdr_metadata_ignored", f"there is a mastering display, but transfer {colour.transfer}"))
    if colour.transfer in HDR_TRANSFERS and video.bit_depth < 10:
        found.append(warning("hdr_in_eight_bits", f"transfer {colour.transfer} in {video.bit_depth} bits bands"))
    if colour.transfer == PQ and not has_display:
        found.append(warning("hdr_without_metadata", f"transfer {PQ}, and no mastering display"))
    return video.model_copy(update=changes), found
