"""The cheap rules of the accept gate: what a look at streams and packet times refuses or remarks on."""

from dataclasses import dataclass
from fractions import Fraction

from vod_assets.domain.acceptance import normalised, refusal, warning
from vod_assets.domain.containers import MENDS_JUMPS, STATES_DURATION, announced_container
from vod_assets.domain.media_info import Finding, MediaInfo, VideoStream

SMALLEST_SIDE, LARGEST_SIDE, MOST_PIXELS, WIDEST_ASPECT = 16, 8192, 35_389_440, 10
SHORTEST_SECONDS, LONGEST_SECONDS, LONGEST_GAP_SECONDS = Fraction(4, 100), 24 * 3600, 10
MOST_EDITS = 10_000


@dataclass(frozen=True)
class ProbeFacts:
    """What was measured of a file besides its `MediaInfo`.

    Attributes:
        claimed_frames: Video samples that an MP4's sample table claims; None for other containers.
        found_frames: Video packets that were read, shown or not.
        stated_seconds: Duration that the container's header states.
        measured_seconds: Where the last packet of any stream ends.
        gap_seconds: The longest distance between two frames, and where it begins.
        is_cut: The demuxer said so, or a box reaches past the end of the file.
        jumps: Where time jumps, in seconds of video.
        edits: The most entries of any edit list; one alone only says where time begins.
        trailing_bytes: Bytes behind the media that belong to another file.
    """

    file: str
    container: str
    found_frames: int
    claimed_frames: int | None = None
    stated_seconds: Fraction | None = None
    measured_seconds: Fraction = Fraction(0)
    gap_seconds: Fraction = Fraction(0)
    gap_at_seconds: Fraction = Fraction(0)
    is_cut: bool = False
    is_box_size_wrong: bool = False
    trailing_bytes: int = 0
    discarded_frames: int = 0
    jumps: tuple[Fraction, ...] = ()
    edits: int = 0


def judge_probe(info: MediaInfo, facts: ProbeFacts) -> tuple[Finding, ...]:
    """Return what is to be said of an accepted source.

    Raises:
        SourceError: A cheap rule refuses it.
    """
    _refuse_picture(info.video, facts.file)
    _refuse_time(info, facts)
    _refuse_missing_media(facts)
    return (*_container_findings(info, facts), *_time_findings(info.video, facts), *_sound_findings(info))


def _refuse_picture(video: VideoStream, file: str) -> None:
    width, height = video.width, video.height
    if min(width, height) < SMALLEST_SIDE:
        raise refusal("picture_too_small", f"the picture is {width}x{height}, smaller than 16x16", file)
    if max(width, height) > LARGEST_SIDE or width * height > MOST_PIXELS:
        cause = f"the picture is {width}x{height} ({width * height / 1e6:.1f} Mpx), above 8192 a side or 35.4 Mpx"
        raise refusal("picture_too_large", cause, file)
    if video.dynamic_range == "dolby_vision":
        cause = f"the pictures are Dolby Vision profile {video.dolby_vision_profile}, in colours of its own"
        raise refusal("dolby_vision_only", cause, file)
    if max(width, height) > WIDEST_ASPECT * min(width, height):
        raise refusal("aspect_out_of_range", f"the picture is {width}x{height}, beyond 10:1", file)


def _refuse_time(info: MediaInfo, facts: ProbeFacts) -> None:
    frames = info.video.promised_frames if info.video.promised_frames is not None else facts.found_frames
    if frames == 0:
        raise refusal("source_corrupt", f"none of {facts.found_frames} video packets can be decoded", facts.file)
    if facts.gap_seconds > LONGEST_GAP_SECONDS:
        cause = f"no frame for {_s(facts.gap_seconds)}, from {_s(facts.gap_at_seconds)} on (at most 10 s)"
        raise refusal("timestamp_gap", cause, facts.file)
    if info.duration_seconds > LONGEST_SECONDS:
        raise refusal("too_long", f"the video is {_s(info.duration_seconds)} long, over 24 hours", facts.file)
    is_whole = facts.claimed_frames is None or facts.claimed_frames <= facts.found_frames + 1
    if is_whole and (frames == 1 or info.duration_seconds < SHORTEST_SECONDS):
        cause = f"the video has {frames} frame{'s' * (frames != 1)} in {_s(info.duration_seconds)}"
        raise refusal("too_short", cause, facts.file)


def _refuse_missing_media(facts: ProbeFacts) -> None:
    claimed, found = facts.claimed_frames, facts.found_frames
    if claimed is not None and found < claimed - 1:
        what = f"only {found} of {claimed} frames that the index names are in the file"
        raise refusal("source_truncated" if facts.is_cut else "source_corrupt", what, facts.file)
    if facts.is_cut and claimed is None:
        what = f"the file ends within its media, after {_s(facts.measured_seconds)}"
        raise refusal("source_truncated", what, facts.file)
    stated = facts.stated_seconds
    if stated and facts.container in STATES_DURATION and stated - facts.measured_seconds > _tolerance(stated):
        what = f"only {_s(facts.measured_seconds)} of the stated {_s(stated)} are in the file"
        raise refusal("source_truncated", what, facts.file)


def _tolerance(seconds: Fraction) -> Fraction:
    return max(Fraction(1, 2), seconds / 200)


def _container_findings(info: MediaInfo, facts: ProbeFacts) -> list[Finding]:
    found = []
    announced = announced_container(facts.file)
    if announced and announced != facts.container:
        found.append(
            normalised("extension_mismatch", f"the name announces {announced}, the bytes are {facts.container}")
        )
    if facts.trailing_bytes:
        found.append(warning("trailing_data_ignored", f"{facts.trailing_bytes} bytes behind the media were ignored"))
    if facts.is_box_size_wrong:
        found.append(warning("box_size_repaired", "a box states a wrong size; every frame is there"))
    if info.other_video:
        streams = ", ".join(map(str, info.other_video))
        found.append(warning("second_video_ignored", f"stream {info.video.index} is used, not video stream {streams}"))
    found += [
        warning("subtitle_bitmap_unsupported", f"text stream {text.index} ({text.codec}) is a bitmap")
        for text in info.text
        if not text.is_text
    ]
    return found


def _time_findings(video: VideoStream, facts: ProbeFacts) -> list[Finding]:
    found = []
    stated, measured = facts.stated_seconds, facts.measured_seconds
    if stated is None and facts.container not in MENDS_JUMPS:
        found.append(normalised("duration_measured", f"no duration is stated; {_s(measured)} were measured"))
    elif stated is not None and facts.container not in MENDS_JUMPS and abs(stated - measured) > _tolerance(measured):
        found.append(
            warning("header_duration_ignored", f"the header states {_s(stated)}, the media last {_s(measured)}")
        )
    if video.leading_frames:
        cause = f"{video.leading_frames} frames before the first key frame were left out"
        found.append(warning("starts_mid_stream", cause))
    if facts.discarded_frames:
        found.append(normalised("edit_list_applied", f"the edit list leaves out {facts.discarded_frames} frames"))
    elif facts.edits > 1:
        found.append(normalised("edit_list_applied", f"an edit list has {facts.edits} entries; it was followed"))
    if facts.jumps:
        places = ", ".join(_s(jump) for jump in facts.jumps[:5])
        found.append(warning("timestamp_discontinuity", f"time jumps {len(facts.jumps)} times, first at {places}"))
    if video.keyframe_gap_seconds is not None and video.keyframe_gap_seconds > LONGEST_GAP_SECONDS:
        found.append(normalised("huge_gop", f"key frames are up to {_s(video.keyframe_gap_seconds)} apart"))
    return found


def _sound_findings(info: MediaInfo) -> list[Finding]:
    if not info.audio:
        return [warning("no_audio", "the file has no sound")]
    found = []
    for stream in info.audio:
        offset = stream.start_seconds - info.video.start_seconds
        difference = stream.start_seconds + stream.duration_seconds - info.video.start_seconds - info.duration_seconds
        if abs(offset) > Fraction(1, 5):
            word = "later" if offset > 0 else "earlier"
            found.append(warning("audio_offset", f"audio stream {stream.index} starts {_s(abs(offset))} {word}"))
        if abs(difference) > max(Fraction(1), info.duration_seconds / 100):
            lengths = f"{_s(stream.duration_seconds)}, the video {_s(info.duration_seconds)}"
            found.append(warning("length_mismatch", f"audio stream {stream.index} lasts {lengths}"))
    return found


def _s(seconds: Fraction) -> str:
    return f"{float(seconds):.2f} s"
