"""The picture and the sound of a programme as nodes of a graph, whether it is one file or spans of several."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

import ffmpeg
from ffmpeg.nodes import FilterNode

from vod_assets.adapters.ffmpeg.command import generated_input, source_input
from vod_assets.domain.containers import zero_of_what_is_read
from vod_assets.domain.filters import Filter, seconds_text
from vod_assets.domain.media_info import AudioStream, MediaInfo
from vod_assets.domain.timeline import Feed, Span, Timeline
from vod_assets.domain.timeline_filters import (
    channel_filters,
    feed_filters,
    joined_filters,
    sound_filters,
    span_filters,
)


def picture(source: Path, info: MediaInfo, **options: Any) -> Any:
    """Return the picture of a programme.

    Args:
        source: The file, or for a programme with a timeline the folder in which its files are.
        info: What is known of it.
        **options: Further options of the input.
    """
    if info.timeline is None:
        return source_input(source, **options)[str(info.video.index)]
    timeline, spans = info.timeline, []
    for number, span in enumerate(timeline.spans):
        opened = source_input(file_of(source, span.file), **_jump(span.jump_seconds), **_apart(number), **options)
        spans.append(chained(opened[str(span.picture.stream)], span_filters(timeline, number)))
    if len(spans) == 1:
        return spans[0]
    return chained(ffmpeg.concat(*spans, v=1, a=0), joined_filters(timeline))


def sound(source: Path, info: MediaInfo, stream: AudioStream, **options: Any) -> Any:
    """Return the sound of one of a programme's tracks; arguments are those of `picture`."""
    if info.timeline is None:
        zero = zero_of_what_is_read(info.container, stream.start_seconds)
        late = {"itsoffset": seconds_text(zero)} if zero else {}
        return source_input(source, **late, **options)[str(stream.index)]
    track = next(number for number, one in enumerate(info.audio) if one.index == stream.index)
    spans = []
    for number, span in enumerate(info.timeline.spans):
        feeds = span.sound[track] if track < len(span.sound) else ()
        heard = _fed(source, span, feeds, _name(stream, number), **_apart(number), **options)
        spans.append(_lasting(heard, feeds, info.timeline, number, stream))
    return spans[0] if len(spans) == 1 else ffmpeg.concat(*spans, v=0, a=1)


def file_of(source: Path, name: str) -> Path:
    """Return the real path of one of a programme's files."""
    return (source / name).resolve() if source.is_dir() else source


def chained(stream: Any, filters: Sequence[Filter]) -> Any:
    """Return a stream with filters behind it."""
    for filter_ in filters:
        stream = _Named(stream, filter_.name, kwargs=filter_.arguments).stream()
    return stream


class _Named(FilterNode):  # type: ignore[misc]
    """A filter that a name, ``asetpts@sound1``, keeps apart from an equal one behind the same stream.

    ffmpeg-python compares arguments alone, takes both for one, and asks for a split between what follows them.
    """

    def __hash__(self) -> int:
        found: int = super().__hash__()
        return found ^ crc32(self.name.encode()) if "@" in self.name else found


def _name(stream: AudioStream, number: int) -> str:
    """Return what keeps the filters of a track's span apart: several tracks may be made of the same sound."""
    return f"sound{stream.index}span{number}"


def _fed(source: Path, span: Span, feeds: Sequence[Feed], name: str, **options: Any) -> list[Any]:
    """Return the sound of each feed of a track; those of several channels of one stream are copies."""
    alike = [feed.model_copy(update={"channel": None, "heard_as": ""}) for feed in feeds]
    copies: list[tuple[Feed, list[Any]]] = []
    for place, feed in enumerate(alike):
        if feed in alike[:place]:
            continue
        opened = source_input(file_of(source, feed.file), **_jump(feed.jump_seconds), **options)
        heard = chained(opened[str(feed.stream)], feed_filters(span, feed, f"{name}feed{place}"))
        count = alike.count(feed)
        split = heard.filter_multi_output("asplit", count) if count > 1 else None
        copies.append((feed, [split[at] for at in range(count)] if split else [heard]))
    return [next(rest for one, rest in copies if one == feed).pop(0) for feed in alike]


def _lasting(heard: list[Any], feeds: Sequence[Feed], timeline: Timeline, number: int, stream: AudioStream) -> Any:
    """Return the sound of one span, as long as its picture; silence where nothing is heard."""
    layout = stream.layout or f"{stream.channels}c"
    wanted = layout if len(timeline.spans) > 1 else ""
    if not heard:
        spec = f"anullsrc=sample_rate={stream.sample_rate}:channel_layout={layout}"
        apart = Filter(name=f"anull@{_name(stream, number)}", arguments={})
        lasting = sound_filters(timeline, number, stream.sample_rate, layout)
        return chained(generated_input(spec)["0"], (apart, *lasting))
    joining = channel_filters(feeds, layout)
    track = ffmpeg.filter(heard, joining[0].name, **joining[0].arguments) if joining else heard[0]
    return chained(track, sound_filters(timeline, number, stream.sample_rate, wanted))


def _jump(seconds: int) -> dict[str, Any]:
    """Return what has reading begin at a key frame before a jump; the filters, which know the rate, are exact."""
    return {"ss": seconds, "noaccurate_seek": None} if seconds else {}


def _apart(number: int) -> dict[str, Any]:
    """Return what keeps the input of a span apart.

    Spans of one file must not share an input, or all of the file between them would wait in memory: a length of the
    packet queue of its own, a packet more than the last one's, tells an input from the others.
    """
    return {"thread_queue_size": 8 + number}
