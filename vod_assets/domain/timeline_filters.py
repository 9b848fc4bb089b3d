"""How spans of files become one stream: every filter, decided without running anything.

Each span comes out with exactly its number of frames and of samples, so that nothing drifts at a join: the ends are put
half a frame beside the frames, where no rounding of a container's clock can move one across.
"""

from collections.abc import Sequence
from fractions import Fraction

from vod_assets.domain.filters import Filter
from vod_assets.domain.timeline import Feed, Picture, Span, Timeline

MICROSECONDS = 1_000_000
PROGRESSIVE = ("progressive", "unknown", "")
SIDEWAYS = (90, 270)


def span_counter(number: int) -> str:
    """Return the name of the filter that says how many frames of a span came to it."""
    return f"fps@span{number}"


def span_filters(timeline: Timeline, number: int) -> tuple[Filter, ...]:
    """Return the filters of one span's picture: from its first frame to its last, in the programme's shape and rate."""
    span, rate = timeline.spans[number], timeline.frame_rate
    count = round(span.duration_seconds * rate)
    since = span.picture.start_seconds + span.from_seconds - span.jump_seconds
    filters = [
        Filter(name=f"settb@span{number}", arguments={"expr": "AVTB"}),  # a name keeps equal graphs apart
        Filter(name="setpts", arguments={"expr": f"round(PTS-({since})/TB)"}),
    ]
    if span.picture.is_variable_rate:  # what is on the screen at the in point may have begun before it
        filters.append(Filter(name="fps", arguments={"fps": str(rate)}))
        filters.append(Filter(name="trim", arguments={"start_pts": "0", "end_pts": str(count)}))
    else:
        half = 1 / span.picture.frame_rate / 2
        ends = {"start_pts": -half, "end_pts": span.duration_seconds - half}
        arguments = {name: str(round(at * MICROSECONDS)) for name, at in ends.items()}
        filters.append(Filter(name="trim", arguments=arguments))
    if timeline.needs_deinterlacing and span.picture.field_order not in PROGRESSIVE:
        filters.append(Filter(name="bwdif", arguments={"mode": "send_frame", "deint": "all"}))
    return (
        *filters,
        Filter(name=span_counter(number), arguments={"fps": str(rate), "start_time": "0"}),
        Filter(name="tpad", arguments={"stop": "-1", "stop_mode": "clone"}),
        Filter(name="trim", arguments={"end_frame": str(count)}),
        *conformed(span.picture, timeline.picture),
    )


def joined_filters(timeline: Timeline) -> tuple[Filter, ...]:
    """Return what follows a join: frames are counted, because a join only guesses how long the last one lasted."""
    return (Filter(name="setpts", arguments={"expr": f"round(N/({timeline.frame_rate})/TB)"}),)


def conformed(picture: Picture, wanted: Picture) -> tuple[Filter, ...]:
    """Return what gives a picture the size of another, its own shape between black bars."""
    if _upright(picture) == _upright(wanted):
        return ()
    width, height, aspect = _upright(picture)
    room_wide, room_high, room_aspect = _upright(wanted)
    factor = min(room_wide * room_aspect / (width * aspect), Fraction(room_high) / height)
    fitted_wide = min(room_wide, max(2, round(width * aspect * factor / room_aspect / 2) * 2))
    fitted_high = min(room_high, max(2, round(height * factor / 2) * 2))
    left, top = ((room_wide - fitted_wide) // 4 * 2, (room_high - fitted_high) // 4 * 2)
    size = {"w": str(fitted_wide), "h": str(fitted_high), "flags": "bicubic"}
    room = {"w": str(room_wide), "h": str(room_high), "x": str(left), "y": str(top)}
    return (
        Filter(name="scale", arguments=size),
        Filter(name="pad", arguments=room),
        Filter(name="setsar", arguments={"sar": str(room_aspect)}),
    )


def _upright(picture: Picture) -> tuple[int, int, Fraction]:
    """Return width, height and sample aspect as FFmpeg hands them on: it turns the picture itself."""
    if picture.rotation in SIDEWAYS:
        return picture.height, picture.width, 1 / picture.sample_aspect
    return picture.width, picture.height, picture.sample_aspect


def sample_span(timeline: Timeline, number: int, sample_rate: int) -> int:
    """Return how many samples a span has: ends are rounded in the programme's time, so no rest adds up."""
    begins, span = timeline.placed[number]
    return round((begins + span.duration_seconds) * sample_rate) - round(begins * sample_rate)


def feed_filters(span: Span, feed: Feed, name: str) -> tuple[Filter, ...]:
    """Return what takes a feed's samples of a span out of its file; the name keeps equal graphs apart."""
    since = feed.zero_seconds + span.from_seconds - feed.jump_seconds
    return (
        Filter(name=f"asetpts@{name}", arguments={"expr": f"round(PTS-({since})/TB)"}),
        Filter(name="atrim", arguments={"start": "0", "end": f"{float(span.duration_seconds + 1):.6f}"}),
    )


def channel_filters(feeds: Sequence[Feed], layout: str) -> tuple[Filter, ...]:
    """Return what makes one track of single channels; nothing where a stream is used as it is."""
    if not any(feed.heard_as for feed in feeds):
        return ()
    routes = "|".join(f"{number}.{feed.channel or 0}-{feed.heard_as}" for number, feed in enumerate(feeds))
    arguments = {"inputs": str(len(feeds)), "channel_layout": layout, "map": routes}
    return (Filter(name="join", arguments=arguments),)


def sound_filters(timeline: Timeline, number: int, sample_rate: int, layout: str) -> tuple[Filter, ...]:
    """Return what gives a span's sound its exact number of samples: holes become silence, and so does a rest."""
    count = str(sample_span(timeline, number, sample_rate))
    lasting = {"sample_rate": str(sample_rate), "async": "1", "min_hard_comp": "0.01", "first_pts": "0"}
    conformed = (Filter(name="aformat", arguments={"channel_layouts": layout}),) if layout else ()
    return (
        Filter(name="aresample", arguments=lasting),
        *conformed,
        Filter(name="apad", arguments={"whole_len": count}),
        Filter(name="atrim", arguments={"end_sample": count}),
        Filter(name="asetpts", arguments={"expr": "N"}),
    )
