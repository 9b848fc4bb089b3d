"""The stretches of files that a programme is joined of."""

from fractions import Fraction

from vod_assets.domain.containers import zero_of_what_is_read
from vod_assets.domain.media_info import VideoStream
from vod_assets.domain.programme.files import LEAST_RUN_UP_SECONDS, Files, jump_into, refuse
from vod_assets.domain.programme.frames import frame_at
from vod_assets.domain.programme.points import Cut, Ident, Part
from vod_assets.domain.programme.sounds import Sounds
from vod_assets.domain.timeline import Picture, Span
from vod_assets.domain.whole_frames import believed_colour


def span_of(cut: Cut, files: Files, sound: Sounds, frame_rate: Fraction) -> Span:
    """Return the stretch that two points cut out of a file, which lasts whole frames of the programme."""
    name = shown_in(cut, files)
    info = files.pictures[name]
    video, rate = info.video, info.video.frame_rate
    last = round(info.duration_seconds * rate)
    first = 0 if cut.begins is None else frame_at(cut.begins, info, name)
    end = last if cut.ends is None else frame_at(cut.ends, info, name)
    if not 0 <= first < end <= last:
        refuse(f"frames {first} to {end} were asked for, and the file has {last}", name)
    begins, duration = first / rate, (end - first) / rate
    is_whole = video.promised_frames is not None and video.promised_frames >= last - 1
    run_up = max(Fraction(LEAST_RUN_UP_SECONDS), 2 * (video.keyframe_gap_seconds or Fraction(0)))
    jump = jump_into(info.container, info.findings, video.start_seconds + begins - run_up)
    return Span(
        file=name,
        from_seconds=begins,
        duration_seconds=max(1, round(duration * frame_rate)) / frame_rate,
        promised_frames=end - first if is_whole and not video.is_variable_rate else None,
        jump_seconds=jump,
        zero_seconds=zero_of_what_is_read(info.container, video.start_seconds, jump),
        picture=picture_of(video),
        sound=sound.heard_in(name, begins, is_ident=isinstance(cut, Ident)),
    )


def shown_in(cut: Cut, files: Files) -> str:
    """Return the name of the file that a cut is of."""
    return (cut.file if isinstance(cut, Part | Ident) else None) or files.master


def picture_of(video: VideoStream) -> Picture:
    """Return what bringing a picture into a programme takes to know of it."""
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
