"""Ladders: the rungs that one title is encoded at."""

from collections.abc import Sequence
from fractions import Fraction

from vod_assets.domain.colours import hdr_transfer, judge_range
from vod_assets.domain.documents import Document
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.levels import Demand, too_much
from vod_assets.domain.markers import Markers
from vod_assets.domain.media_info import VideoStream
from vod_assets.domain.profile import Profile
from vod_assets.domain.video_presets import RungPreset, VideoPreset

UNMARKED = Markers()
HIGHEST_RATE = Fraction(60)  # players and levels stop there; faster sources lose frames, and the ladder says so


class Rung(Document):
    """One rendition to make, or the reason why this title has none at this rung.

    Attributes:
        key: The asset key, ``h264_1080p``.
        width: Width in square pixels, even; 0 when the rung is empty.
        height: Height in square pixels, even; 0 when the rung is empty.
        empty: Why this rung is not made, or an empty string.
        crf: Constant rate factor chosen for this title, in tenths; None: the profile's rung says how bits are spent.
        maxrate: Cap in bits per second, likewise.
    """

    key: str
    codec: str
    name: str
    width: int = 0
    height: int = 0
    empty: str = ""
    crf: Fraction | None = None
    maxrate: int | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.width, self.height


class Ladder(Document):
    """The document of ``encoding_ladder``; rungs in the profile's order, empty ones included.

    Attributes:
        frame_rate: Exact frames per second of every rung.
        gop_frames: Frames from one IDR to the next; the same in every rung, or players cannot switch (RFC 8216, 6.2.4).
        segment_frames: Frames of one segment: a whole number of GOPs.
        pinned_frames: Frames that are key frames besides: where chapters begin, and cues are.
        cue_frames: Frames that a segment begins at, besides the regular ones: ad breaks.
    """

    frame_rate: Fraction
    gop_frames: int
    segment_frames: int
    rungs: tuple[Rung, ...]
    pinned_frames: tuple[int, ...] = ()
    cue_frames: tuple[int, ...] = ()

    @property
    def cues(self) -> tuple[Fraction, ...]:
        """Exact times that a segment has to begin at, besides the regular ones."""
        return tuple(frame / self.frame_rate for frame in self.cue_frames)

    @property
    def made(self) -> tuple[Rung, ...]:
        """The rungs that are encoded."""
        return tuple(rung for rung in self.rungs if not rung.empty)

    @property
    def segment_seconds(self) -> Fraction:
        """Exact duration of one segment: 1001/250 s rather than 4 s at 24000/1001 fps."""
        return self.segment_frames / self.frame_rate


def ladder_rate(video: VideoStream) -> Fraction:
    """Return the exact frame rate of every rung."""
    return min(video.frame_rate, HIGHEST_RATE)


def fit(profile: Profile, video: VideoStream, markers: Markers = UNMARKED) -> Ladder:
    """Return the profile's ladder cut to the size of the source; nothing is enlarged, portrait turns the boxes.

    A rung is empty when a smaller box already carries the source's full size, the smallest never for that, and when it
    is too small for its encoder. Markers at the very beginning and end, and on the regular grid, pin nothing.

    Raises:
        ConfigError: ``rung_too_large``.
        SourceError: ``colours_unknown`` or ``hdr_refused``.
    """
    judge_range(video, profile.hdr_without_metadata)
    frame_rate = ladder_rate(video)
    gop_frames = max(1, round(frame_rate * profile.gop_seconds))
    rungs = [_rung(preset, rung, video) for preset in profile.video for rung in preset.rungs]
    for preset, rung in zip((one for one in profile.video for _ in one.rungs), rungs, strict=True):
        _refuse_too_large(profile.name, preset, rung, frame_rate)
    gops_per_segment = int(profile.segment_seconds / profile.gop_seconds)
    return Ladder(
        frame_rate=frame_rate,
        gop_frames=gop_frames,
        segment_frames=gop_frames * gops_per_segment,
        rungs=tuple(rungs),
        pinned_frames=_between(markers.pins, frame_rate, video, gop_frames),
        cue_frames=_between(markers.cues, frame_rate, video, gop_frames * gops_per_segment),
    )


def size_inside(box: tuple[int, int], picture: tuple[int, int]) -> tuple[int, int]:
    """Return the largest even size of a picture's shape inside a box, never larger than the picture.

    Each side is the nearest even number that stays inside: 1920x1080 in 854x480 is 854x480, not 852x480.

    Args:
        box: Landscape width and height; turned when the picture is portrait.
        picture: Width and height in square pixels.
    """
    width, height = picture
    box_width, box_height = box if width >= height else box[::-1]
    scale = min(Fraction(1), Fraction(box_width, width), Fraction(box_height, height))
    return _even(width * scale, min(box_width, width)), _even(height * scale, min(box_height, height))


def _between(
    times: Sequence[Fraction], frame_rate: Fraction, video: VideoStream, regular_frames: int
) -> tuple[int, ...]:
    """Return the frames of times within the title that are no multiples of a regular distance."""
    frames = sorted({round(time * frame_rate) for time in times})
    end = round(video.duration_seconds * frame_rate)
    return tuple(frame for frame in frames if 0 < frame < end and frame % regular_frames)


def _even(side: Fraction, limit: int) -> int:
    nearest = 2 * round(side / 2)
    return max(2, nearest if nearest <= limit else nearest - 2)


def _rung(preset: VideoPreset, asked: RungPreset, video: VideoStream) -> Rung:
    key, picture = f"{preset.codec}_{asked.name}", video.display_size
    if asked.dynamic_range == "hdr" and not hdr_transfer(video):
        return Rung(key=key, codec=preset.codec, name=asked.name, empty="the source is SDR")
    width, height = size_inside(asked.box, picture)
    if min(width, height) < preset.tool.least_side:
        reason = f"it would be {width}x{height}, and {preset.tool.name} takes no side below {preset.tool.least_side}"
        return Rung(key=key, codec=preset.codec, name=asked.name, empty=reason)
    alike = [other for other in preset.rungs if other.dynamic_range == asked.dynamic_range]
    smaller = [other for other in alike if other.box < asked.box and other.box[1] <= asked.box[1]]
    full_size = size_inside(picture if picture[0] >= picture[1] else picture[::-1], picture)
    for other in sorted(smaller, key=lambda other: other.box):
        if size_inside(other.box, picture) == full_size:
            reason = f"{other.name} already carries the source's full size, {full_size[0]}x{full_size[1]}"
            return Rung(key=key, codec=preset.codec, name=asked.name, empty=reason)
    return Rung(key=key, codec=preset.codec, name=asked.name, width=width, height=height)


def _refuse_too_large(profile: str, preset: VideoPreset, rung: Rung, frame_rate: Fraction) -> None:
    if rung.empty:
        return
    demand = Demand((rung.width, rung.height), frame_rate, rung.maxrate or 0)
    if says := too_much(preset.codec, preset.highest_level, demand):
        raise ConfigError(
            "rung_too_large",
            f"profile {profile}, rung {rung.key}: {says}",
            "Give the rung a smaller box, or the codec a higher level",
        )
