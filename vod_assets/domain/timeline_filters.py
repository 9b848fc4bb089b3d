"""How spans of files become one stream: every filter, decided without running anything.

Each span comes out with exactly its number of frames and of samples, so that nothing drifts at a join: the ends are put
half a frame beside the frames, where no rounding of a container's clock can move one across.
"""

from collections.abc import Sequence
from fractions import Fraction

from vod_assets.domain.filters import SCALING, Filter
from vod_assets.domain.steady_times import steady_times
from vod_assets.domain.timeline import Feed, Picture, Span, Timeline
from vod_assets.domain.whole_frames import FILM_CYCLE, whole_frames

MICROSECONDS = 1_000_000
RUN_UP_FRAMES = 4  # before an in point: a deinterlacer looks at the frames around
SIDEWAYS = (90, 270)


def span_counter(number: int) -> str:
    """Return the name of the filter that says how many frames of a span came to it."""
    return f"fps@span{number}"


def span_filters(timeline: Timeline, number: int) -> tuple[Filter, ...]:
    """Return the filters of one span's picture: from its first frame to its last, in the programme's shape and rate."""
    span, rate = timeline.spans[number], timeline.frame_rate
    count = round(span.duration_seconds * rate)
    early = _run_up(span)
    since = span.picture.start_seconds - span.zero_seconds + span.from_seconds - span.jump_seconds - early
    half = 1 / span.picture.frame_rate / 2
    filters = [
        Filter(name=f"settb@span{number}", arguments={"expr": "AVTB"}),  # a name keeps equal graphs apart
        Filter(name="setpts", arguments={"expr": f"round(PTS-({since})/TB)"}),
        *span.picture.colour_filters,
        *_of_fields(span.picture, early),
    ]
    if span.picture.is_variable_rate:  # what is on the screen at the in point may have begun before it
        filters.append(Filter(name="fps", arguments={"fps": str(rate)}))
        filters.append(Filter(name="trim", arguments={"start_pts": "0", "end_pts": str(count)}))
    else:
        filters.append(_between(-half, span.duration_seconds - half))
    return (
        *filters,
        Filter(name=span_counter(number), arguments={"fps": str(rate), "start_time": "0"}),
        Filter(name="tpad", arguments={"stop": "-1", "stop_mode": "clone"}),
        Filter(name="trim", arguments={"end_frame": str(count)}),
        *conformed(span.picture, timeline.picture),
    )


def _run_up(span: Span) -> Fraction:
    """Return how long before an in point fields are looked at, so that a cut is made as the whole file is.

    Of film that is a whole number of cycles since the first frame of the file, or others of its frames would be left
    out.
    """
    if not whole_frames(span.picture):
        return Fraction(0)
    first = round(span.from_seconds * span.picture.frame_rate)
    begins = max(0, first - RUN_UP_FRAMES)
    if span.picture.telecine:
        begins -= begins % FILM_CYCLE
    return (first - begins) / span.picture.frame_rate


def _of_fields(picture: Picture, early: Fraction) -> tuple[Filter, ...]:
    """Return what makes whole frames of fields, from the run-up on; the in point is at zero again behind it."""
    whole = whole_frames(picture)
    if not whole:
        return ()
    return (
        _between(-1 / picture.frame_rate / 4, None),
        *whole,
        Filter(name="settb", arguments={"expr": "AVTB"}),
        Filter(name="setpts", arguments={"expr": f"round(PTS-({early})/TB)"}),
    )


def _between(start: Fraction, end: Fraction | None) -> Filter:
    """Return what lets frames through from one time to another, of a clock of microseconds."""
    ends = {"start_pts": start, "end_pts": end}
    arguments = {name: str(round(at * MICROSECONDS)) for name, at in ends.items() if at is not None}
    return Filter(name="trim", arguments=arguments)


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
    size = {"w": str(fitted_wide), "h": str(fitted_high), "flags": SCALING}
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
        steady_times(str(since), f"asetpts@{name}"),
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
