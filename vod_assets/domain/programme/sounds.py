"""What is heard while the files of a programme are shown, track by track."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from vod_assets.domain.containers import zero_of_what_is_read
from vod_assets.domain.media_info import AudioStream, MediaInfo, SoundInfo
from vod_assets.domain.programme.files import LEAST_RUN_UP_SECONDS, Files, jump_into, refuse
from vod_assets.domain.programme.said_sound import SaidSound
from vod_assets.domain.timeline import Feed, Timeline

FIRST_OWN_TRACK = 1000  # index of the first track that is no stream of the master


class Sounds:
    """The tracks of a programme, and what is heard of them in each file."""

    def __init__(self, said: Sequence[SaidSound], files: Files) -> None:
        self.said, self.files = said, files
        self.own = files.pictures[files.master].audio

    def tracks(self, duration: Fraction) -> Iterator[AudioStream]:
        """Yield every track, as long as the programme."""
        whole = {"start_seconds": Fraction(0), "duration_seconds": duration}
        for number, said in enumerate(self.said):
            heard = [self.files.sounds[file].stream for file in said.files]
            heard += [_stream(self.files, self.files.master, place.stream) for place in said.places]
            shape = {"channels": len(said.map or said.places), "layout": said.layout} if said.layout else {}
            words = {"language": said.language, "role": said.role, "label": said.label, "is_default": not number}
            rest = {"index": FIRST_OWN_TRACK + number, "sample_rate": max(one.sample_rate for one in heard)}
            yield heard[0].model_copy(update=whole | shape | words | rest)
        if not self.said:
            yield from (stream.model_copy(update=whole) for stream in self.own)

    def ended(self, timeline: Timeline) -> Iterator[AudioStream]:
        """Yield every track, shorter by what the file behind its last stretch has no sound for."""
        last, duration = timeline.spans[-1], timeline.duration_seconds
        for track, feeds in zip(self.tracks(duration), last.sound, strict=False):
            rests = [last.to_seconds - self._end(feed) for feed in feeds]
            missing = min(max([Fraction(0), *rests]), last.duration_seconds)
            yield track.model_copy(update={"duration_seconds": duration - missing})

    def _end(self, feed: Feed) -> Fraction:
        """Return when the sound of a feed ends, since its picture began."""
        if feed.file in self.files.sounds:
            return self.files.sounds[feed.file].stream.duration_seconds
        info = self.files.pictures[feed.file]
        stream = next(one for one in info.audio if one.index == feed.stream)
        return stream.start_seconds + stream.duration_seconds - info.video.start_seconds

    def heard_in(self, file: str, begins: Fraction, *, is_ident: bool) -> tuple[tuple[Feed, ...], ...]:
        """Return what is heard in each track while a file is shown."""
        info = self.files.pictures[file]
        if file == self.files.master and self.said:
            return tuple((*self._fed(said, begins), *self._in_place(said, file, begins)) for said in self.said)
        if self.said and not is_ident and all(said.streams for said in self.said):
            return tuple(tuple(self._in_place(said, file, begins)) for said in self.said)
        tracks = list(self.tracks(Fraction(0)))
        chosen = [_alike(track, number, info.audio, is_ident) for number, track in enumerate(tracks)]
        return tuple((_feed(info, file, stream, begins),) if stream else () for stream in chosen)

    def _fed(self, said: SaidSound, begins: Fraction) -> Iterator[Feed]:
        """Yield the feeds of a track in files of its own, which begin with the master's first frame."""
        if said.file:
            yield fed_from(said.file, self.files.sounds[said.file], begins)
        for heard_as, place in said.channels:
            sound = self.files.sounds[place.file]
            if place.channel > sound.stream.channels:
                cause = f"its channel {place.channel} is mapped, and it has {sound.stream.channels}"
                refuse(cause, place.file)
            found = fed_from(place.file, sound, begins)
            yield found.model_copy(update={"channel": place.channel - 1, "heard_as": heard_as})

    def _in_place(self, said: SaidSound, file: str, begins: Fraction) -> Iterator[Feed]:
        """Yield the feeds of a track in streams of the file whose picture is shown."""
        for place in said.places:
            stream = _stream(self.files, file, place.stream)
            if place.channel > stream.channels or (not said.of_stream and stream.channels > 1):
                cause = f"stream {place.stream} of its sound has {stream.channels} channels, and "
                cause += f"channel {place.channel} of it is named" if said.of_stream else "is named as one channel"
                refuse(cause, file, "Name the stream alone, and its channels")
            found = _feed(self.files.pictures[file], file, stream, begins)
            yield found.model_copy(update={"channel": place.channel - 1, "heard_as": place.heard_as})


def fed_from(file: str, sound: SoundInfo, begins: Fraction) -> Feed:
    """Return the feed of a file of sound alone, which is heard since a time of its own."""
    jump = jump_into(sound.container, sound.findings, begins - LEAST_RUN_UP_SECONDS)
    return Feed(file=file, stream=sound.stream.index, jump_seconds=jump)


def _stream(files: Files, file: str, number: int) -> AudioStream:
    """Return a stream of sound by its number among those of its file; the first is 1."""
    offered = files.pictures[file].audio
    if number > len(offered):
        refuse(f"stream {number} of its sound is named, and it has {len(offered)}", file)
    return offered[number - 1]


def _feed(info: MediaInfo, file: str, stream: AudioStream, begins: Fraction) -> Feed:
    zero = info.video.start_seconds
    jump = jump_into(info.container, info.findings, zero + begins - LEAST_RUN_UP_SECONDS)
    zero -= zero_of_what_is_read(info.container, stream.start_seconds, jump)
    return Feed(file=file, stream=stream.index, zero_seconds=zero, jump_seconds=jump)


def _alike(track: AudioStream, number: int, offered: Sequence[AudioStream], is_ident: bool) -> AudioStream | None:
    """Return the stream of another file that goes on with a track: of its language and role, or in its place.

    An ident speaks no language: its one sound goes with every track.
    """
    same = [one for one in offered if (one.language, one.role) == (track.language, track.role)]
    if number < len(offered) and (offered[number] in same or not same):
        return offered[number]
    if same:
        return same[0]
    return offered[0] if is_ident and offered else None
