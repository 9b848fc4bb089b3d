"""Pieces of a rendition: where they are cut, and how one is decoded so that its pictures are those of the whole.

A piece is cut in the renditions' own frames, at the borders of segments, which are those of closed GOPs. It is decoded
from a key frame well before its first frame, on the time line of the whole source.
"""

from collections.abc import Sequence
from fractions import Fraction

from vod_assets.domain.containers import SEEKS_ROUGHLY
from vod_assets.domain.documents import Document
from vod_assets.domain.filters import Filter
from vod_assets.domain.ladder import Ladder
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.piece_presets import LEAST_SECONDS, PiecePreset

RULES = 1  # to be raised when the same plan is made into other bytes
PIECE = ".piece"  # ends the asset of a piece: the rendition that it is of, and this
FINDS_PLACES = frozenset({"mov", "matroska", "mxf", "mpegts"})  # by an index, or by the time of each packet
BEFORE_SECONDS = Fraction(1)  # for what decoders put out late, and filters look back at
LAST_SLACK_FRAMES = 2  # the end of a title is where its last frame ends, which some containers guess
BEFORE_ALL = -(1 << 62)
PIECES_PER_KEY_FRAME = 2  # key frames farther apart than so many pieces make decoding the larger part of the work


class Clock(Document):
    """The time line of a source's picture: the time of its first frame, in ticks of the stream."""

    zero_ticks: int
    tick: Fraction

    def ticks(self, seconds: Fraction) -> int:
        """Return the first tick that is not before a time since the first frame."""
        return -(-seconds // self.tick)

    def span(self, piece: "Piece", frame_rate: Fraction) -> tuple[int, int | None]:
        """Return the ticks, since the first frame, that a piece begins at and ends before; every tick is in one."""
        end = None if piece.is_last else self.ticks(piece.end / frame_rate)
        return (self.ticks(piece.first / frame_rate) if piece.first else BEFORE_ALL), end


class Piece(Document):
    """Frames of a rendition from the first one on, up to but not including the end.

    Attributes:
        is_last: It goes on as long as the source does; ``end`` is where that is expected.
    """

    first: int
    end: int
    is_last: bool = False

    @property
    def frames(self) -> int:
        """How many there are."""
        return self.end - self.first

    def ladder(self, ladder: Ladder) -> Ladder:
        """Return a ladder whose pinned frames are counted from the piece's first one."""
        pinned = (frame - self.first for frame in ladder.pinned_frames if self.first < frame < self.end)
        return ladder.model_copy(update={"pinned_frames": tuple(pinned)})


class PieceMade(Document):
    """What the document of a piece says of its making.

    Attributes:
        frames: That it has.
        shown_frames: Frames of the source that fall into its time.
        damaged_frames: Of the source, as far as the decoder says.
        opens_with: SHA-256 of its first picture before it was scaled and encoded.
        goes_on_with: Of the picture after its last; empty where there is none.
    """

    frames: int
    shown_frames: int
    damaged_frames: int = 0
    opens_with: str = ""
    goes_on_with: str = ""


def obstacle(info: MediaInfo, preset: PiecePreset) -> str:
    """Return why a source cannot be decoded piece by piece to the very same pictures; empty when it can."""
    video, gap = info.video, info.video.keyframe_gap_seconds
    reasons = {
        "its programme has a time line of several parts": getattr(info, "timeline", None) is not None,
        f"places in a file of its kind ({info.container}) cannot be found exactly": (
            info.container not in FINDS_PLACES
        ),
        "its time jumps": any(finding.code == "timestamp_discontinuity" for finding in info.findings),
        "it is telecined, and a pattern of fields has to be followed from the beginning": bool(video.telecine),
        "not each of its packets is a picture with a time": video.promised_frames is None,
        "it begins with pictures that cannot be decoded": bool(video.leading_frames),
        "it says nothing of its key frames": gap is None,
        "its key frames are too far apart": gap is not None and gap > PIECES_PER_KEY_FRAME * preset.length_seconds,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def cut(ladder: Ladder, duration_seconds: Fraction, preset: PiecePreset) -> tuple[Piece, ...]:
    """Return the pieces of a title: whole segments of equal number, and a last one that is no scrap.

    Args:
        ladder: Says what a segment is.
        duration_seconds: Of the title.
        preset: Says how long a piece is at least.
    """
    regular = -(-(preset.length_seconds * ladder.frame_rate) // ladder.segment_frames) * ladder.segment_frames
    frames = max(1, round(duration_seconds * ladder.frame_rate))
    least = LEAST_SECONDS * ladder.frame_rate
    begins = [first for first in range(0, frames, regular) if first == 0 or frames - first >= least]
    ends = [*begins[1:], frames]
    return tuple(Piece(first=first, end=end, is_last=end == frames) for first, end in zip(begins, ends, strict=True))


def seek_seconds(piece: Piece, ladder: Ladder, info: MediaInfo) -> Fraction | None:
    """Return where to look for the key frame that a piece is decoded from, since the first frame; None: at the start.

    It lies so early that whatever comes before the first frame found is over at the piece's own first frame.
    """
    gap = info.video.keyframe_gap_seconds or Fraction(0)
    margin = BEFORE_SECONDS + (gap if info.container in SEEKS_ROUGHLY else 0)
    place = piece.first / ladder.frame_rate - margin
    return place if place > 0 else None


def trimmed(first: int, end: int | None) -> tuple[Filter, ...]:
    """Return the filter that keeps what lies between two times, in ticks of what it is given."""
    ends = {} if end is None else {"end_pts": str(end)}
    return (Filter(name="trim", arguments={"start_pts": str(first)} | ends),)


def borders_of(piece: Piece) -> tuple[Filter, ...]:
    """Return the filters that leave a piece's first picture and the one after its last."""
    chosen = Filter(name="select", arguments={"expr": f"eq(pts,{piece.first})+eq(pts,{piece.end})"})
    return (*trimmed(piece.first, piece.end + (0 if piece.is_last else 1)), chosen)


def inexact(piece: Piece, made: PieceMade) -> str:
    """Return why a piece cannot be these frames of the whole; empty when it can."""
    where = f"frames {piece.first} to {piece.end}"
    if not made.opens_with:
        return f"{where}: its first picture is not there"
    if piece.is_last:
        return "" if abs(made.frames - piece.frames) <= LAST_SLACK_FRAMES else f"{where}: {made.frames} came of them"
    if made.frames != piece.frames or not made.goes_on_with:
        return f"{where}: {made.frames} came of them"
    return ""


def torn(pieces: Sequence[Piece], made: Sequence[PieceMade]) -> str:
    """Return where two neighbours do not see the same picture at their border; empty when all do."""
    for piece, one, following in zip(pieces, made, made[1:], strict=False):
        if one.goes_on_with != following.opens_with:
            return f"frame {piece.end} is another picture when it is decoded from before and from after"
    return ""


def on_the_whole_time_line(filters: Sequence[Filter], clock: Clock, *, is_from_start: bool) -> tuple[Filter, ...]:
    """Return the filters of a whole source as they have to be where decoding begins in the middle.

    Times count from the source's first frame, which is not there to be looked at; the regular rate begins with
    whatever frame comes first, and not with copies of it back to zero.
    """
    return tuple(_placed(one, clock, is_from_start) for one in filters)


def _placed(one: Filter, clock: Clock, is_from_start: bool) -> Filter:
    if one.name == "setpts" and one.arguments.get("expr") == "PTS-STARTPTS":
        return Filter(name="setpts", arguments={"expr": f"PTS-({clock.zero_ticks})"})
    if one.name == "fps" and not is_from_start:
        return Filter(name="fps", arguments={key: said for key, said in one.arguments.items() if key != "start_time"})
    return one
