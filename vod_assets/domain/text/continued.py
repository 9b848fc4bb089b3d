"""Which texts of a programme's files are one track: what begins in the master goes on in the parts beside it."""

from collections.abc import Sequence
from fractions import Fraction

from vod_assets.domain.media_info import CLOSED_CAPTIONS, MediaInfo, PartText, TextStream
from vod_assets.domain.text.closed_captions import ClosedCaptions

MASTER = ""


def tracks_of_text(info: MediaInfo) -> list[list[PartText]]:
    """Return the streams of text that are read, a list a track: its place in each file; the master has no name here.

    A stream of another file goes on with the first track of its language and kind that has none of that file yet, or
    is a track of its own.
    """
    own = [_in_master(info, stream) for stream in info.text]
    tracks: list[list[PartText]] = []
    for place in (place for place in (*own, *info.part_text) if _is_stream(place.stream)):
        alike = (track for track in tracks if place.file != MASTER and _goes_on(track, place))
        track = next(alike, None)
        if track is None:
            tracks.append([place])
        else:
            track.append(place)
    return tracks


def places_of_closed_captions(info: MediaInfo) -> list[list[PartText]]:
    """Return where captions inside pictures are: all of a programme's files as one, or each of the master's streams."""
    own = [[_in_master(info, stream)] for stream in info.text if stream.codec == CLOSED_CAPTIONS]
    parts = [place for place in info.part_text if place.stream.codec == CLOSED_CAPTIONS]
    if not own:
        return [parts] if parts else []
    own[0] += parts
    return own


def by_channel(found: ClosedCaptions) -> dict[str, str]:
    """Return what one file's pictures offer by what it is in all files, for one may carry less than another.

    A service that says the same as a channel is that channel; the first service is channel 1 where that says nothing.
    """
    twins = {f"S{service}": f"CC{channel}" for channel, service in found.twins.items()}
    if 1 not in found.channels:
        twins.setdefault("S1", "CC1")
    return {twins.get(name, name): name for name in found.offered()}


def channels_of_all(files: Sequence[ClosedCaptions]) -> dict[str, str]:
    """Return what is offered of all files of a programme: by its name, what `by_channel` calls it."""
    channels: dict[str, str] = {}
    for found in files:
        for channel, name in by_channel(found).items():
            if channel not in channels.values():
                channels[name if name not in channels else channel] = channel
    return channels


def _in_master(info: MediaInfo, stream: TextStream) -> PartText:
    is_inside = stream.codec == CLOSED_CAPTIONS
    return PartText(file=MASTER, stream=stream, starts_at=Fraction(0) if is_inside else info.first_picture_in(stream))


def _is_stream(stream: TextStream) -> bool:
    return stream.is_text and stream.codec != CLOSED_CAPTIONS


def _goes_on(track: Sequence[PartText], place: PartText) -> bool:
    return _kind(track[0].stream) == _kind(place.stream) and all(one.file != place.file for one in track)


def _kind(stream: TextStream) -> tuple[str, bool, bool]:
    return stream.language, stream.is_forced, stream.is_hearing_impaired
