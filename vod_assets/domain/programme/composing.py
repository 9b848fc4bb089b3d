"""From what a title file says of the programme to its timeline, and to what there is to know of it all."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from vod_assets.domain.acceptance import normalised, warning
from vod_assets.domain.errors import printable
from vod_assets.domain.markers import Chapter, chapters_along
from vod_assets.domain.media_info import CLOSED_CAPTIONS, Finding, MediaInfo, PartText
from vod_assets.domain.programme.cutting import Programme
from vod_assets.domain.programme.files import Files, refuse
from vod_assets.domain.programme.frames import first_label, unclear_labels
from vod_assets.domain.programme.points import Part
from vod_assets.domain.programme.sounds import Sounds
from vod_assets.domain.programme.spans import picture_of, shown_in, span_of
from vod_assets.domain.timeline import Span, Timeline

HDR = frozenset({"smpte2084", "arib-std-b67"})


def compose(said: Programme, files: Files) -> MediaInfo:
    """Return what there is to know of a programme: its length, its tracks, its chapters in its own time.

    Raises:
        ConfigError: ``bad_programme``: a point lies outside its file, or files do not go together.
    """
    master = files.pictures[files.master]
    parts = said.parts or (Part(),)
    if not any((part.file or files.master) == files.master for part in parts):
        refuse("no part is of the master itself", files.master)
    cuts = [cut for cut in (said.idents.head, *parts, said.idents.tail) if cut]
    _refuse_mixture(files, [shown_in(cut, files) for cut in cuts])
    sound = Sounds(said.sound, files)
    timeline = Timeline(
        master=files.master,
        master_seconds=master.duration_seconds,
        frame_rate=master.video.frame_rate,
        picture=picture_of(master.video),
        spans=tuple(span_of(cut, files, sound, master.video.frame_rate) for cut in cuts),
        words_count_from=said.times,
    )
    return _described(master, timeline, sound, files)


def _described(master: MediaInfo, timeline: Timeline, sound: Sounds, files: Files) -> MediaInfo:
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
            "timecode": first_label(master, timeline),
            "findings": tuple(_findings(master, timeline, files)),
            "part_text": tuple(_part_text(timeline, files)),
            "timeline": timeline,
        }
    )


def _used(timeline: Timeline) -> list[str]:
    return list(dict.fromkeys(span.file for span in timeline.spans))


def _chapters(timeline: Timeline, files: Files) -> Iterator[Chapter]:
    """Yield the chapters of all files in order; one that goes on at an in point begins there."""
    found: list[Chapter] = []
    for name in _used(timeline):
        info = files.pictures[name]
        known = sorted(info.chapters, key=lambda one: one.start_seconds)
        found += chapters_along(known, timeline, name, info.duration_seconds)
    yield from sorted(found, key=lambda one: one.start_seconds)


def _part_text(timeline: Timeline, files: Files) -> Iterator[PartText]:
    """Yield the streams of text in the files beside the master; captions inside pictures count from the first one."""
    for name in (name for name in _used(timeline) if name != timeline.master):
        info = files.pictures[name]
        for stream in info.text:
            starts_at = Fraction(0) if stream.codec == CLOSED_CAPTIONS else info.first_picture_in(stream)
            yield PartText(file=name, stream=stream, starts_at=starts_at)


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
                refuse(cause, name, "Convert one of the two before it is delivered")


def _findings(master: MediaInfo, timeline: Timeline, files: Files) -> Iterator[Finding]:
    is_silent = not timeline.spans or not any(any(span.sound) for span in timeline.spans)
    yield from (one for one in master.findings if one.code != "no_audio" or is_silent)
    yield normalised("programme_cut", "; ".join(_stretch(span) for span in timeline.spans))
    if why := unclear_labels(master):
        yield warning("timecode_unclear", f"the programme has no time code: {why}")
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
