"""From what a title file says of the programme to its timeline, and to what there is to know of it all."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NoReturn

from vod_assets.domain.acceptance import normalised, warning
from vod_assets.domain.codes import CODES
from vod_assets.domain.cutting import Cut, Ident, Part, Point, Programme, SaidSound
from vod_assets.domain.errors import ConfigError, printable
from vod_assets.domain.markers import Chapter, chapters_along
from vod_assets.domain.media_info import AudioStream, Finding, MediaInfo, SoundInfo, VideoStream
from vod_assets.domain.timecode import Timecode, timecode_of
from vod_assets.domain.timeline import Feed, Picture, Span, Timeline
from vod_assets.domain.whole_frames import believed_colour

FIND_THEIR_WAY = frozenset({"mov", "mp4", "matroska", "webm", "mxf", "mpegts", "wav", "w64"})  # by an index or a clock
COUNT_FROM_WHAT_IS_READ = frozenset({"mpegts", "mpeg"})  # FFmpeg's zero of these is where the one stream read begins
LEAST_RUN_UP_SECONDS = 5  # of decoders and of sound, before an in point
HDR = frozenset({"smpte2084", "arib-std-b67"})
FIRST_OWN_TRACK = 1000  # index of the first track that is no stream of the master
FILM_OF_VIDEO = Fraction(4, 5)  # frames of telecined film by those that its time code counts


@dataclass(frozen=True)
class Files:
    """What is known of the files of a programme, by their names.

    Attributes:
        master: Name of the one that the title was registered with.
        pictures: Those whose picture is shown, the master among them.
        sounds: Those of sound alone.
    """

    master: str
    pictures: Mapping[str, MediaInfo]
    sounds: Mapping[str, SoundInfo]


def compose(said: Programme, files: Files) -> MediaInfo:
    """Return what there is to know of a programme: its length, its tracks, its chapters in its own time.

    Raises:
        ConfigError: ``bad_programme``: a point lies outside its file, or files do not go together.
    """
    master = files.pictures[files.master]
    parts = said.parts or (Part(),)
    if not any((part.file or files.master) == files.master for part in parts):
        _refuse("no part is of the master itself", files.master)
    around = (said.idents.head, said.idents.tail)
    cuts = [(cut, cut is not around[0] and cut is not around[1]) for cut in (around[0], *parts, around[1]) if cut]
    _refuse_mixture(files, [_name(cut, files) for cut, _ in cuts])
    sound = _Sounds(said.sound, files)
    spans = tuple(_span(cut, files, sound, master.video.frame_rate) for cut, _ in cuts)
    picture = _picture(master.video)
    timeline = Timeline(
        master=files.master,
        master_seconds=master.duration_seconds,
        frame_rate=master.video.frame_rate,
        picture=picture,
        spans=spans,
        words_count_from=said.times,
    )
    return _described(master, timeline, sound, files)


@dataclass(frozen=True)
class Dubbed:
    """The programme that a file of sound beside the master is made for, and how long that file ought to be."""

    info: MediaInfo
    fits_seconds: Fraction


def dubbed(info: MediaInfo, sound: SoundInfo) -> Dubbed:
    """Return a programme as a file of sound goes with it: by a clock of its own, cut where the master is cut."""
    alone = {"video": info.from_zero().video, "audio": (sound.stream,), "container": ""}
    timeline = info.timeline
    if timeline is None or timeline.words_count_from == "programme":
        return Dubbed(info.model_copy(update=alone | {"timeline": None}), info.duration_seconds)
    spans = []
    for span in timeline.spans:
        jump = _jump(sound.container, sound.findings, span.from_seconds - LEAST_RUN_UP_SECONDS)
        feed = Feed(file=timeline.master, stream=sound.stream.index, jump_seconds=jump)
        spans.append(span.model_copy(update={"sound": ((feed,),) if span.file == timeline.master else ()}))
    cut = timeline.model_copy(update={"spans": tuple(spans)})
    return Dubbed(info.model_copy(update=alone | {"timeline": cut}), timeline.master_seconds)


def _described(master: MediaInfo, timeline: Timeline, sound: "_Sounds", files: Files) -> MediaInfo:
    """Return the master's document as that of the programme."""
    duration, used = timeline.duration_seconds, [files.pictures[name] for name in _used(timeline)]
    promised = [span.promised_frames for span in timeline.spans]
    gaps = [info.video.keyframe_gap_seconds for info in used]
    known_gaps = [gap for gap in gaps if gap is not None]
    video: dict[str, Any] = {
        "start_seconds": Fraction(0),
        "duration_seconds": duration,
        "promised_frames": None if None in promised else sum(count or 0 for count in promised),
        "leading_frames": sum(info.video.leading_frames for info in used),
        "keyframe_gap_seconds": max(known_gaps) if len(known_gaps) == len(gaps) else None,
        "is_variable_rate": any(span.picture.is_variable_rate for span in timeline.spans),
        "crop": master.video.crop if len(used) == 1 else None,
        "field_order": "progressive",  # each span comes in whole frames
        "telecine": "",
    }
    cuts = [at for cut in master.scene_cuts if (at := timeline.moment(timeline.master, cut)) is not None]
    return master.model_copy(
        update={
            "duration_seconds": duration,
            "video": master.video.model_copy(update=video),
            "audio": tuple(sound.ended(timeline)),
            "chapters": tuple(_chapters(timeline, files)),
            "scene_cuts": tuple(sorted(cuts)),
            "timecode": _first_label(master, timeline),
            "findings": tuple(_findings(master, timeline, files)),
            "timeline": timeline,
        }
    )


def _used(timeline: Timeline) -> list[str]:
    return list(dict.fromkeys(span.file for span in timeline.spans))


def _span(cut: Cut, files: Files, sound: "_Sounds", frame_rate: Fraction) -> Span:
    """Return the stretch that two points cut out of a file, which lasts whole frames of the programme."""
    name = _name(cut, files)
    info = files.pictures[name]
    video, rate = info.video, info.video.frame_rate
    last = round(info.duration_seconds * rate)
    first = 0 if cut.begins is None else _frame(cut.begins, info, name)
    end = last if cut.ends is None else _frame(cut.ends, info, name)
    if not 0 <= first < end <= last:
        _refuse(f"frames {first} to {end} were asked for, and the file has {last}", name)
    begins, duration = first / rate, (end - first) / rate
    is_whole = video.promised_frames is not None and video.promised_frames >= last - 1
    run_up = max(Fraction(LEAST_RUN_UP_SECONDS), 2 * (video.keyframe_gap_seconds or Fraction(0)))
    jump = _jump(info.container, info.findings, video.start_seconds + begins - run_up)
    picture = _picture(video)
    if info.container in COUNT_FROM_WHAT_IS_READ and not jump:
        picture = picture.model_copy(update={"start_seconds": Fraction(0)})
    return Span(
        file=name,
        from_seconds=begins,
        duration_seconds=max(1, round(duration * frame_rate)) / frame_rate,
        promised_frames=end - first if is_whole and not video.is_variable_rate else None,
        jump_seconds=jump,
        picture=picture,
        sound=sound.heard_in(name, begins, is_ident=isinstance(cut, Ident)),
    )


def _jump(container: str, findings: Sequence[Finding], seconds: Fraction) -> int:
    """Return where reading may begin; from the start where a file cannot be trusted to find its way."""
    is_steady = all(finding.code != "timestamp_discontinuity" for finding in findings)
    return max(0, int(seconds)) if container in FIND_THEIR_WAY and is_steady else 0


class _Sounds:
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
            sound = self.files.sounds[said.file]
            jump = _jump(sound.container, sound.findings, begins - LEAST_RUN_UP_SECONDS)
            yield Feed(file=said.file, stream=sound.stream.index, jump_seconds=jump)
        for heard_as, place in said.channels:
            sound = self.files.sounds[place.file]
            if place.channel > sound.stream.channels:
                cause = f"its channel {place.channel} is mapped, and it has {sound.stream.channels}"
                _refuse(cause, place.file)
            jump = _jump(sound.container, sound.findings, begins - LEAST_RUN_UP_SECONDS)
            channel = place.channel - 1
            yield Feed(
                file=place.file, stream=sound.stream.index, jump_seconds=jump, channel=channel, heard_as=heard_as
            )

    def _in_place(self, said: SaidSound, file: str, begins: Fraction) -> Iterator[Feed]:
        """Yield the feeds of a track in streams of the file whose picture is shown."""
        for place in said.places:
            stream = _stream(self.files, file, place.stream)
            if place.channel > stream.channels or (not said.of_stream and stream.channels > 1):
                cause = f"stream {place.stream} of its sound has {stream.channels} channels, and "
                cause += f"channel {place.channel} of it is named" if said.of_stream else "is named as one channel"
                _refuse(cause, file, "Name the stream alone, and its channels")
            found = _feed(self.files.pictures[file], file, stream, begins)
            yield found.model_copy(update={"channel": place.channel - 1, "heard_as": place.heard_as})


def _stream(files: Files, file: str, number: int) -> AudioStream:
    """Return a stream of sound by its number among those of its file; the first is 1."""
    offered = files.pictures[file].audio
    if number > len(offered):
        _refuse(f"stream {number} of its sound is named, and it has {len(offered)}", file)
    return offered[number - 1]


def _feed(info: MediaInfo, file: str, stream: AudioStream, begins: Fraction) -> Feed:
    zero = info.video.start_seconds
    jump = _jump(info.container, info.findings, zero + begins - LEAST_RUN_UP_SECONDS)
    if info.container in COUNT_FROM_WHAT_IS_READ and not jump:
        zero -= stream.start_seconds
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


def _name(cut: Cut, files: Files) -> str:
    return (cut.file if isinstance(cut, Part | Ident) else None) or files.master


def _frame(point: Point, info: MediaInfo, file: str) -> int:
    """Return the frame that a point names; the first of a file is 0."""
    rate = info.video.frame_rate
    if isinstance(point, Fraction):
        return round(point * rate)
    if not info.timecode:
        _refuse(
            f"{point} is asked for, and it has no time code", file, "Give the point in seconds from its first frame"
        )
    try:
        counting = _counting(info)
        number = counting.frames_between(info.timecode, _as_counted(point, counting))
    except ValueError as error:
        _refuse(str(error), file)
    return int(number * rate / counting.frame_rate)


def _counting(info: MediaInfo) -> Timecode:
    """Return how the labels of a file count: those of telecined film count the frames of the video that it became."""
    rate = info.video.frame_rate
    is_film = info.video.telecine and rate < 25
    return timecode_of(info.timecode, rate / FILM_OF_VIDEO if is_film else rate)


def _as_counted(point: str, counting: Timecode) -> str:
    """Return a label that says it drops what the file drops; one that drops where the file does not is refused."""
    if ";" in point and not counting.is_dropping:
        raise ValueError(f"{point} drops frames, and the file's own time code does not")
    return point


def _first_label(master: MediaInfo, timeline: Timeline) -> str:
    first = timeline.spans[0]
    if not master.timecode or first.file != timeline.master:
        return ""
    counting = _counting(master)
    return counting.label(counting.number(master.timecode) + round(first.from_seconds * counting.frame_rate))


def _picture(video: VideoStream) -> Picture:
    return Picture(
        stream=video.index,
        start_seconds=video.start_seconds,
        width=video.width,
        height=video.height,
        sample_aspect=video.sample_aspect,
        rotation=video.rotation,
        field_order=video.field_order,
        telecine=video.telecine,
        colour_filters=tuple(believed_colour(video)),
        frame_rate=video.frame_rate,
        is_variable_rate=video.is_variable_rate,
    )


def _chapters(timeline: Timeline, files: Files) -> Iterator[Chapter]:
    """Yield the chapters of all files in order; one that goes on at an in point begins there."""
    found: list[Chapter] = []
    for name in _used(timeline):
        info = files.pictures[name]
        known = sorted(info.chapters, key=lambda one: one.start_seconds)
        found += chapters_along(known, timeline, name, info.duration_seconds)
    yield from sorted(found, key=lambda one: one.start_seconds)


def _refuse_mixture(files: Files, names: Sequence[str]) -> None:
    """Return when the pictures of all files can be joined; their sizes and rates may differ."""
    master = files.pictures[files.master].video
    for name in dict.fromkeys(names):
        video = files.pictures[name].video
        for word, one, other in (
            ("the dynamic range", video.colour.transfer in HDR, master.colour.transfer in HDR),
            ("the telecine pattern", video.telecine, master.telecine),
        ):
            if one != other:
                cause = f"{word} of {printable(name)} is not that of {printable(files.master)}"
                _refuse(cause, name, "Convert one of the two before it is delivered")


def _findings(master: MediaInfo, timeline: Timeline, files: Files) -> Iterator[Finding]:
    is_silent = not timeline.spans or not any(any(span.sound) for span in timeline.spans)
    yield from (one for one in master.findings if one.code != "no_audio" or is_silent)
    yield normalised("programme_cut", "; ".join(_stretch(span) for span in timeline.spans))
    for name in (name for name in _used(timeline) if name != timeline.master):
        for finding in files.pictures[name].findings:
            yield finding.model_copy(update={"cause": f"{printable(name)}: {finding.cause}"})
    for span in timeline.spans:
        silent = sum(not feeds for feeds in span.sound)
        if silent:
            yield warning(
                "part_silent", f"{printable(span.file)} has no sound for {silent} of {len(span.sound)} tracks"
            )


def _stretch(span: Span) -> str:
    return f"{printable(span.file)} from {float(span.from_seconds):.3f} to {float(span.to_seconds):.3f} s"


def _refuse(cause: str, file: str, remedy: str = "") -> NoReturn:
    raise ConfigError("bad_programme", cause, remedy or CODES["bad_programme"].remedy, file=file)
